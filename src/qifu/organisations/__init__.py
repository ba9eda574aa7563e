"""Enterprises and their facts, units, memberships and roles, consent, and who owns an enterprise's account."""
