"""Words, numbers and small pieces that every page uses; loaded everywhere by settings."""
