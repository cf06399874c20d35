"""What a change of presence would change."""
