"""Where people work: Django apps that decide and remember, one above the other (see `ladder`)."""
