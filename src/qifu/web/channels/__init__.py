"""Pages of the channel finder: where a firm can turn, and what is open now."""
