"""Claiming a firm's account and accepting an invitation: both work without an account."""
