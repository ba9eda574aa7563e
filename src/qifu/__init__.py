"""Qifu 企服: a city serves its enterprises. Doors, rooms, and two pure libraries that think."""
