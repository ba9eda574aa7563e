"""Pure functions on the facts of an enterprise."""
