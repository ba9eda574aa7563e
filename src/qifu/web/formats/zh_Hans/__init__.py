"""Chinese forms of dates and numbers."""
