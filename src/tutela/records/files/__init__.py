"""Files under names of our own: originals untouched, addressed by content."""
