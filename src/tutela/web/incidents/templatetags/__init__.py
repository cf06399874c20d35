"""Filters of the watch's templates."""
