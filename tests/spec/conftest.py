"""Invented files, put down and looked at as `tutela inspect` looks at them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tutela.kernel.problems import Problem
from tutela.studies.recognised import Recognised
from tutela.studies.recognising import recognise

TODAY = date(2024, 1, 1)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Put down a file."""

    def put(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return put


@pytest.fixture
def read() -> Callable[[Path], Recognised]:
    """Recognise a file on an invented day."""
    return lambda path: recognise(path, TODAY)


@pytest.fixture
def refused() -> Callable[[Path], Problem]:
    """The problem that a file is refused with."""

    def refuse(path: Path) -> Problem:
        with pytest.raises(Problem) as caught:
            recognise(path, TODAY)
        return caught.value

    return refuse
