"""How alike the texts of a batch are, in the same or in other words, and which repeat which."""
