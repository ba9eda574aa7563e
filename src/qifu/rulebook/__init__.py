"""Decide which conditions an enterprise meets, and say why. Pure: no Django, database or clock."""
