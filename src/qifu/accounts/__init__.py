"""People who sign in, and how they sign in."""
