"""What every room shares: errors, transitions, journal, outbox, schedule, money, city packs."""
