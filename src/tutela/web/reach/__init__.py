"""Who reaches what: the map of a site by mode and season, and what reaches a village."""
