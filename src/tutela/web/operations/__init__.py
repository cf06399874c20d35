"""Pages of the operations centre: shifts, contacts, the working group, reports."""
