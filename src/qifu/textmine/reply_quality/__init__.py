"""Is a draft reply any good: points answered, basis, contact, date, plain words, in time."""
