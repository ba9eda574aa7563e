"""Pure functions of the appeals room."""
