"""Doctrine as data: presences, enumerations, activities, ladder, clocks, countries; with loader and checks."""
