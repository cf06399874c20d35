"""What all tests share: where the real data lie, and what happens when they do not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The real data beside the project: never part of it, so a test may find them missing."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        reason = "the real data are not beside the project (../shared/data)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
