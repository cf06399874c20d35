"""Tutela: how a UN presence protects civilians, who was targeted near it, and what nobody knows."""

__version__ = "0.1.0"
