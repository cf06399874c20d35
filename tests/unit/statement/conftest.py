from __future__ import annotations

import runpy
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def world():
    return runpy.run_path(str(Path(__file__).with_name("small_world.py")))["WORLD"]
