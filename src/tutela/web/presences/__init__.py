"""Presences: the list, one presence, its statement."""
