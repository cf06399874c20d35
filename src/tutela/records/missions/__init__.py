"""What a presence is, where it stands, what it can do, whom it is there for, and what it did."""
