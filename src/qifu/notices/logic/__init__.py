"""Pure functions of messages, events and webhooks."""
