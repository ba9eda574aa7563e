"""The public JSON API: typed in, typed out, one module a room."""
