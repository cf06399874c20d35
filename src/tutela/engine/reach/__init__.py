"""Who is near whom: the vicinity of presences, by distance and in time."""
