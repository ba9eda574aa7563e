"""Read Chinese texts: classes, near-duplicates, topics. Pure: no Django, database or clock."""
