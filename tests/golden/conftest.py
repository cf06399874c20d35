from __future__ import annotations

import runpy

import pytest


@pytest.fixture(scope="session")
def world(root):
    return runpy.run_path(str(root / "tests" / "unit" / "statement" / "small_world.py"))["WORLD"]
