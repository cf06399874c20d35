"""Outlooks as studies: panels out of files, models by name, scores on past windows, forecasts as artifacts."""
