"""How commands speak: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from tutela.kernel.problems import Problem


class Telling(Protocol):
    """Says what is being done, and how far along it is."""

    def __call__(self, what: str, done: int = 0, of: int = 0) -> None:
        """Tell one step."""


def print_json(value: Any) -> None:
    """A result for machines: one JSON document."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def print_lines(*lines: str) -> None:
    """A result for people."""
    Console(highlight=False, soft_wrap=True).print("\n".join(lines), markup=False)


def print_note(line: str) -> None:
    """A remark that is no result."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(line, markup=False)


def print_table(title: str, header: list[str], rows: list[list[str]]) -> None:
    """A table for people; numbers stand to the end of their column."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for i, name in enumerate(header):
        numeric = bool(rows) and all(_is_number(row[i]) for row in rows)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=160)
    console.print(table)


def print_problem(problem: Problem, *, as_json: bool) -> None:
    """One line on standard error, or the problem's JSON."""
    if as_json:
        sys.stderr.write(json.dumps(problem.as_json(), ensure_ascii=False) + "\n")
    else:
        sys.stderr.write(f"tutela: {' '.join(str(problem).split())}\n")


@contextmanager
def telling(*, as_json: bool = False) -> Iterator[Telling]:
    """A progress bar on a terminal; silence elsewhere, so that logs and pipes stay clean."""
    console = Console(stderr=True)
    if as_json or not console.is_terminal:
        yield lambda what, done=0, of=0: None  # noqa: ARG005
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None)

        def tell(what: str, done: int = 0, of: int = 0) -> None:
            progress.update(task, description=what, completed=done, total=of or None)

        yield tell


def count(value: float | None) -> str:
    """A count for people; what is not there is not 0."""
    return "not in this source" if value is None else f"{value:,.0f}"


def _is_number(text: str) -> bool:
    return text.replace(",", "").replace(".", "").replace(" ", "").replace("-", "").isdigit() or text in (
        "",
        "not in this source",
    )
