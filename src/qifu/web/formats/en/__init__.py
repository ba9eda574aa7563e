"""English forms of dates and numbers."""
