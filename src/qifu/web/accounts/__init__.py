"""Signing in and out, and choosing for whom one acts."""
