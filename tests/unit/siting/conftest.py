"""Kernels run as they are written here, uncompiled: these cases are small, and every line counts for coverage."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tutela.kernel.compiled import interpreted

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def as_written() -> Iterator[None]:
    with interpreted():
        yield
