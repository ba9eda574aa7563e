"""Policies: the library, their conditions, matching them to enterprises, and the reports kept of it."""
