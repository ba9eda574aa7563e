"""Policies: the library, conditions, matching to enterprises, and the reports kept of it."""
