"""The API: the same rows by the same actions, as JSON, for tokens that are scoped to compartments."""
