"""Read Chinese texts: tokens, classes, near-duplicates, topics. Pure Python: no Django, no database, no clock, no network."""
