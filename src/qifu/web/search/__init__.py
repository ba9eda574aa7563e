"""The search box of the first page: one question over everything."""
