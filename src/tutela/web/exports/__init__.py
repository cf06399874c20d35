"""Pages of exports: what was asked for, what is ready, what it may not be used for."""
