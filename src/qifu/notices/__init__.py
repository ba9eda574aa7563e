"""Tell people what happened: messages in both languages, kept in their inbox."""
