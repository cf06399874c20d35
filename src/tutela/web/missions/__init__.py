"""The presences of the register: mandates, sites, strengths, people at risk, activities, calendars."""
