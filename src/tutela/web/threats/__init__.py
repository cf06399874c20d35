"""Pages of the threat register."""
