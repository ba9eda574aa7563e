"""The pages of knowledge: answers and statutes for everybody, and the desk that writes answers."""
