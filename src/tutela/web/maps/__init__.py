"""The map of incidents, sites and rings."""
