"""Qifu 企服: a city serves its enterprises. People come in through doors, find rooms, and two pure libraries do the thinking."""
