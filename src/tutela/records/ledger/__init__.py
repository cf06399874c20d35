"""What happened, who did it and who looked: written in the same transaction, sealed behind it, never changed."""
