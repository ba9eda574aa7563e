"""Enterprises and their facts, units, memberships and roles, consent, account ownership."""
