"""The layers hold, and a break of them would be seen."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

LINT = (
    "import sys; from importlinter.cli import lint_imports;"
    "sys.exit(lint_imports(config_filename=sys.argv[1], no_cache=True))"
)


def lint(root: Path, source: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", LINT, str(root / "pyproject.toml")],
        capture_output=True,
        text=True,
        cwd=source,
        env={"PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
    )


def test_the_contracts_hold(root: Path) -> None:
    done = lint(root, root / "src")
    assert done.returncode == 0, done.stdout + done.stderr
    contracts = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    assert f"{len(contracts)} kept, 0 broken" in done.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("engine/__init__.py", "import tutela.data", "Imports point down only"),
        ("kernel/__init__.py", "import sqlite3", "The calculation knows no framework"),
        ("engine/__init__.py", "import tutela.catalogue", "The engine receives doctrine as values"),
        ("web/front/__init__.py", "import tutela.web.presences", "Areas of the web application"),
        ("records/ledger/__init__.py", "import tutela.records.vault", "Apps of the register"),
        ("api/__init__.py", "import tutela.web.shared", "Imports point down only"),
        ("helpers/__init__.py", "", "Imports point down only"),
    ],
)
def test_a_planted_break_is_found(root: Path, tmp_path: Path, module: str, line: str, contract: str) -> None:
    for path in (root / "src" / "tutela").rglob("*"):
        if path.is_dir() and (path / "__init__.py").is_file():
            copy = tmp_path / path.relative_to(root / "src")
            copy.mkdir(parents=True, exist_ok=True)
            (copy / "__init__.py").touch()
    (tmp_path / "tutela" / "__init__.py").touch()
    target = tmp_path / "tutela" / module
    target.parent.mkdir(exist_ok=True)
    target.write_text(line + "\n", "utf-8")
    done = lint(root, tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    broken = [row for row in done.stdout.splitlines() if row.endswith("BROKEN")]
    assert any(row.startswith(contract) for row in broken), done.stdout
