"""Draft a policy document from the text of a notice, with the place of every element."""
