"""Kernels run as they are written here, uncompiled: these cases are small, and every line counts for coverage."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tutela.kernel.compiled import interpreted


@pytest.fixture(autouse=True)
def as_written() -> Iterator[None]:
    with interpreted():
        yield
