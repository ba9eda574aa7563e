"""Indicators, readings, warnings and relocation of enterprises."""
