"""The write path of the operations centre: shifts, contacts, handovers, the working group, reports, readiness."""
