"""Readers of how many people live where: rasters, tables of administrative units, lists of named places."""
