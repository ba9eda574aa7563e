"""One module a subject; each view parses, asks a selector or an action, and shows the result."""
