"""Reading for pages; every look at sensitive rows is written down."""
