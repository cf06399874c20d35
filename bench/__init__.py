"""Benchmarks, each a module that `./dev bench` runs; those that begin with a line are parts of others."""
