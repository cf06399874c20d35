"""Everything with bytes: readers of other people's files, the artifact store, the base map."""
