"""Work in the background: rows that one worker claims, each with whoever asked for it."""
