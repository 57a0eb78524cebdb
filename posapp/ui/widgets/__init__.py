"""Building blocks every screen shares."""
