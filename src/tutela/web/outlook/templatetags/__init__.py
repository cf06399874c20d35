"""Filters of the outlook's templates."""
