"""Reports and dashboards over all rooms; reads only."""
