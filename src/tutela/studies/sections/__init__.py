"""The sections of a statement: each asks one question in the users' words and answers it from bound figures."""
