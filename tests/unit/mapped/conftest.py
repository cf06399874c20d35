"""Invented files with columns of their own, and the commands that read them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tutela.cli.main import run


@pytest.fixture
def write_book(tmp_path: Path) -> Callable[..., Path]:
    """Write a workbook of one sheet, "Incidents"; `merged` are areas of merged cells."""

    def write(*rows: Sequence[Any], merged: Sequence[str] = ()) -> Path:
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = "Incidents"
        for row in rows:
            sheet.append(list(row))
        for area in merged:
            sheet.merge_cells(area)
        path = tmp_path / "incidents.xlsx"
        book.save(path)
        return path

    return write


@pytest.fixture
def write_mapping(tmp_path: Path) -> Callable[..., Path]:
    """Write a mapping: lines of [columns], further keys of [file], and other sections as they stand."""

    def write(kind: str, columns: str, file: str = "", rest: str = "") -> Path:
        path = tmp_path / "mapping.toml"
        text = f'[source]\nname = "An office"\n[file]\nkind = "{kind}"\n{file}\n[columns]\n{columns}\n{rest}\n'
        path.write_text(text, "utf-8")
        return path

    return write


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
