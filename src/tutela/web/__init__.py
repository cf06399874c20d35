"""The pages: server-rendered HTML, one folder for each area."""
