"""All policies against all enterprises at once: compile, code, build rows, match, count."""
