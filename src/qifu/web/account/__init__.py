"""One's own account: name, telephone, password."""
