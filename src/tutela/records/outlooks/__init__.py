"""What may come, taken in and never edited; the warnings of it, and what was decided on each."""
