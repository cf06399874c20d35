"""Threats, reports, incidents, plans and the clock: what is known, who answered, and after how long."""
