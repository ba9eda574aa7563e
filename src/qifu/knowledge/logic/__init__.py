"""Pure functions: statutes read by article, words to search by, marked pieces of text."""
