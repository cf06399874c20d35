"""Events counted: totals by country, year and kind, with what the source lacks."""
