"""People near presences: on grids, in units and in named places, with the range where sources disagree."""
