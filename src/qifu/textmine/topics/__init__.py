"""What many people write about: groups by subject, place and time, their heat and their names."""
