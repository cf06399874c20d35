"""`tutela trace`: from a figure back to the rows that it was made from."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tutela.cli.options import HomeOption, JsonOption
from tutela.cli.speaking import print_json, print_lines, telling
from tutela.data.store.homes import require_home
from tutela.studies.owner import OWNER
from tutela.studies.tracing import ROWS_SHOWN
from tutela.studies.tracing import trace as follow


def trace(
    digest: Annotated[str, typer.Argument(help="The digest of a figure or an artifact; eight digits are enough.")],
    rows: Annotated[int, typer.Option("--rows", min=0, help="Source rows to list.")] = ROWS_SHOWN,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Walk from a figure to its source rows, computing everything on the way again."""
    with telling(as_json=json) as tell:
        result = follow(require_home(home).store, digest.lower(), OWNER, rows=rows, told=tell)
    report = result.as_json()
    if json:
        print_json(report)
    else:
        _print_report(report)


def _print_report(report: dict[str, Any]) -> None:
    figure = report["figure"]
    if figure:
        print_lines(
            f"figure {figure['digest'][:12]}  {figure['label']}: {figure['printed']}", f"  {figure['definition']}"
        )
    for link in report["chain"]:
        print_lines(f"{link['kind']} {link['content'][:12]}  {link['title']} ({link['marking']})")
        for account in link["accounting"]:
            left = ", ".join(f"{number:,} {reason}" for reason, number in account["excluded"].items() if number)
            print_lines(
                f"  {account['step']}: {account['input']:,} in, {account['placed']:,} placed"
                + (left and f"; {left}")
            )
    for file in report["files"]:
        print_lines(f"file {file['digest'][:12]}  {file['path'] or 'no path known'} ({file['found']})")
    if report["rows_in_all"]:
        print_lines(f"{report['rows_in_all']:,} source rows:")
        print_lines(*(f"  {row['file']}, line {row['line']}{_name(row['event_id'])}" for row in report["rows"]))
        if report["rows_held"]:
            print_lines(f"  {report['rows_held']['why']}")
        if report["rows_in_all"] > len(report["rows"]):
            print_lines(f"  ... and {report['rows_in_all'] - len(report['rows']):,} more (--rows)")
    print_lines("Computed again: the same.")


def _name(event_id: str | None) -> str:
    return "" if event_id is None else f": event {event_id}"
