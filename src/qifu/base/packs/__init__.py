"""City packs: read, checked, compared; and the made-up firms of a demo."""
