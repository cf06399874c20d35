"""What the house tests look at: the project's own files, without asking git, which may not be there."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def own_files(root: Path) -> list[Path]:
    """Every file under `root` that .gitignore does not name."""
    lines = (root / ".gitignore").read_text("utf-8").split()
    ignored = [line.rstrip("/") for line in lines]
    found: list[Path] = []
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        folders[:] = sorted(
            name for name in folders if name != ".git" and not is_ignored(here / name, root, ignored)
        )
        found += [
            here / name for name in sorted(names) if name != ".git" and not is_ignored(here / name, root, ignored)
        ]
    return found


def is_ignored(path: Path, root: Path, ignored: list[str]) -> bool:
    inside = path.relative_to(root)
    return any(inside.match(pattern) if "/" not in pattern else str(inside) == pattern for pattern in ignored)


@pytest.fixture(scope="session")
def project_files() -> list[Path]:
    return own_files(ROOT)


@pytest.fixture(scope="session")
def sources() -> list[Path]:
    return sorted((ROOT / "src").rglob("*.py"))


def count_functions(root: Path) -> tuple[int, int]:
    """How many functions have at most thirty lines, and how many there are."""
    trees = [ast.parse(path.read_text("utf-8")) for path in [root / "dev", *(root / "src").rglob("*.py")]]
    functions = [
        node
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return sum(node.end_lineno - node.lineno < 30 for node in functions), len(functions)  # type: ignore[operator]


@pytest.fixture(scope="session")
def short_functions() -> tuple[int, int]:
    return count_functions(ROOT)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    short, every = count_functions(ROOT)
    terminalreporter.write_line(f"{every} functions, {short / every:.0%} of them at most 30 lines")
