"""Spec in, artifact out: composes data, catalogue and engine. The only reader of clock and seed."""
