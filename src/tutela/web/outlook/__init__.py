"""Pages of early warning: what waits, where harm may come, what was decided, and how good it has been."""
