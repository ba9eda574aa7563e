"""Decide which conditions an enterprise meets, and say why. Pure Python: no Django, no database, no clock, no network."""
