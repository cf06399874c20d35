"""Fetching of events over the network: page by page, whole or not at all."""
