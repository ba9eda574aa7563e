"""What the people of an enterprise see: overview, policies, profile, reports, people, consents."""
