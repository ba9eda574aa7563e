"""The public pages of policies: library, policy page, quick diagnosis."""
