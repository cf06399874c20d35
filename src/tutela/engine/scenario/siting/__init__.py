"""Where to be with less: coverage, the best plan, the proof of how good it is."""
