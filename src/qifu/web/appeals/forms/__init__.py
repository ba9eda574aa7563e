"""What a firm fills in: the appeal itself, and one form for each step."""
