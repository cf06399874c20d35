"""Identities under lock: pseudonyms outside, names inside, and a key for each case, whose loss is the erasure."""
