"""Releases of a source: the comparisons that this home keeps, and one of them."""
