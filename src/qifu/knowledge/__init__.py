"""Answers, laws and articles, and search over them."""
