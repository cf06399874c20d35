"""Commands run in a folder of their own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tutela.cli.main import run

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def tutela(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Any]:
    """Run a command in an empty folder; gives its exit code, its JSON or text, and what it said on stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TUTELA_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "nothing"))

    def call(*arguments: object) -> tuple[int, Any, str]:
        code = run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        try:
            return code, json.loads(said.out), said.err
        except ValueError:
            return code, said.out, said.err

    return call
