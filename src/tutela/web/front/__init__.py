"""The first page, the method in plain words, and the sign of life."""
