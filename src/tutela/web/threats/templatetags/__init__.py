"""Filters of the threat register's templates."""
