"""Registers of either database for every test."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from registers import ADDRESS, is_postgresql, people, peopled, register, template

__all__ = ["is_postgresql", "people", "peopled", "register", "template"]


def pytest_configure(config: pytest.Config) -> None:
    """Two marks for what only one of the databases has."""
    config.addinivalue_line("markers", "only_postgresql: of the second wall, which SQLite has not")
    config.addinivalue_line("markers", "only_sqlite: of a register that is a file")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What the database at hand has not is not collected; the run on the other one holds it."""
    other = "only_sqlite" if ADDRESS else "only_postgresql"
    left_out = [item for item in items if item.get_closest_marker(other)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
