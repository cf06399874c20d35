"""Where to be, with less: options side by side, the best plan, what closing would leave out."""
