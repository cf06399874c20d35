"""Statements: text whose every figure is bound to what it was computed from."""
