"""Who works here, in which compartments, in which function and how far they may read."""
