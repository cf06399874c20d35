"""Pages that stand on their own: the statement's, with its map and charts drawn here."""
