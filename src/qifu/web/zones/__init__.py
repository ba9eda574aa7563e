"""The fronts of districts: one account everywhere, the own channels and units first."""
