"""Visits, aides, meetings, events, courses and experts: government goes to the enterprise."""
