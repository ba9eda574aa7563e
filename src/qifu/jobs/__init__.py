"""Work that nobody waits for: outbox handlers and the schedule."""
