"""Kernels run as they are written here, uncompiled: these cases are small, and every line counts for coverage."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tutela.engine import compiling


@pytest.fixture(scope="session", autouse=True)
def as_written() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiling, "_compile", lambda kernel: kernel)
        yield
