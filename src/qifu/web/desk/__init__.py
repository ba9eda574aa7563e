"""What officials see: the work list first, firms, claims, disputes, people, the journal."""
