"""Presences in time: which sites stand on a day, and how many people are known to be there."""
