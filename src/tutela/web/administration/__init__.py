"""Keeping users, compartments and their members, broken glass, and the mode of the house."""
