"""The only ways to write here; each checks who may, and is written down."""
