"""The only write path of this app."""
