"""Small tools that need no account: the size self-test."""
