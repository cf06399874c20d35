"""Readers of other people's files: each row is placed, or excluded by a named reason with its line."""
