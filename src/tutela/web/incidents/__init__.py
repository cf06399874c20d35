"""The watch: alerts, the inbox, incidents with their clock, and response plans, for those who signed in."""
