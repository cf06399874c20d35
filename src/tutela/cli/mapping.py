"""`tutela events map`, `suggest` and `undo`: files with columns of their own, looked at, kept, taken back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from tutela.cli.options import ActorsOption, HomeOption, JsonOption, StrictOption
from tutela.cli.speaking import print_json, print_lines, print_note, print_table, telling
from tutela.data.sources.mapping_files import load_mapping
from tutela.data.store.folders import write_file
from tutela.data.store.homes import create_home, require_home
from tutela.kernel.problems import Problem
from tutela.studies.intake import ReadingSpec, today_utc
from tutela.studies.mappings import MappedStudy, draft_for, find_import, keep_mapped, study_mapped, undo_import
from tutela.studies.owner import OWNER

YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def map_(
    file: Annotated[Path, typer.Argument(help="The file: CSV, XLSX or GeoJSON.")],
    mapping: Annotated[Path, typer.Option("--mapping", help="The mapping (TOML), as `events suggest` drafts it.")],
    into: Annotated[Path | None, typer.Option("--into", help="The home to keep it in; created if new.")] = None,
    rows: Annotated[int, typer.Option("--rows", min=1, max=1000, help="First rows to show.")] = 5,
    actors: ActorsOption = None,
    strict: StrictOption = False,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Show how a mapping reads a file, and what maps to nothing; keep it only with --into."""
    with telling(as_json=json) as tell:
        tell("reading the file")
        spec = ReadingSpec(strict=strict, today=today_utc(), actors=actors)
        study = study_mapped(file, load_mapping(mapping), spec)
        report = study.as_json(rows)
    if not json:
        _print_preview(study, report)
    if into is None:
        if json:
            print_json(report)
        else:
            print_lines("", "Nothing was kept. With --into HOME it is, and the mapping beside it.")
        return
    events = len(study.reading.table)
    if not json and not yes and sys.stdin.isatty():
        typer.confirm(f"Keep these {events:,} events in {into}?", abort=True, err=True)
    manifest = keep_mapped(study, create_home(into, demonstration=False).store)
    if json:
        print_json({**report, "artifact": manifest.content, "home": str(into)})
    else:
        print_lines("", f"Kept in {into} as {manifest.content[:12]}; `tutela events undo` takes it back.")


def suggest(
    file: Annotated[Path, typer.Argument(help="The file: CSV, XLSX or GeoJSON.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="A new file for the draft; otherwise it is shown.")
    ] = None,
    sheet: Annotated[str, typer.Option("--sheet", help="The sheet of a workbook.")] = "",
    header_row: Annotated[int, typer.Option("--header-row", min=1, help="The row with the names.")] = 1,
) -> None:
    """Draft a mapping from the names of a file's columns: known names are mapped, nothing else is guessed."""
    text = draft_for(file, sheet, header_row)
    if out is None:
        sys.stdout.write(text)
        return
    if out.exists():
        raise Problem(
            "out-not-writable",
            "There is a file here already.",
            where=str(out),
            remedy="Name a new file: a mapping that somebody corrected is not overwritten.",
        )
    write_file(out, text.encode())
    print_note(f"A draft is in {out}: correct it, then run tutela events map {file} --mapping {out}")


def undo(
    digest: Annotated[str, typer.Argument(help="The digest of the import; eight digits are enough.")],
    home: HomeOption = None,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Take back an import of events as a whole; refused where anything was made from it."""
    store = require_home(home).store
    manifest = find_import(store, digest.lower(), OWNER)
    rows = manifest.accounting[0].placed
    if not json and not yes and sys.stdin.isatty():
        typer.confirm(f"Remove {manifest.title} ({rows:,} events) for good?", abort=True, err=True)
    undo_import(store, manifest.content, OWNER)
    if json:
        print_json({"removed": manifest.content, "title": manifest.title, "events": rows})
    else:
        print_lines(f"Removed {manifest.title} ({manifest.content[:12]}), {rows:,} events.")


def _print_preview(study: MappedStudy, report: dict[str, Any]) -> None:
    sheet = f", sheet {report['sheet']}" if report["sheet"] else ""
    print_lines(f"{report['path']}{sheet}: {report['rows']:,} rows; {report['source']}, {report['vintage']}", "")
    made = [
        [item["field"], _origin_of(item), f"{item['filled']:,}", f"{item['empty']:,}"] for item in report["fields"]
    ]
    print_table("What each field is made of", ["field", "from", "filled", "empty"], made)
    if report["unused_columns"]:
        print_lines("", f"Columns that nothing is made of: {', '.join(report['unused_columns'])}")
    for item in report["unmapped_values"]:
        print_lines(f"  {item['field']}: {item['value'][:60]!r} on {item['rows']:,} rows has no translation")
    if report["unmapped_values_in_all"] > len(report["unmapped_values"]):
        print_lines(f"  ... and {report['unmapped_values_in_all'] - len(report['unmapped_values']):,} more values")
    print_lines("")
    names = [item["field"] for item in report["fields"]]
    table = [
        [str(row["line"]), *(row["values"][name] or "" for name in names), row["left_out"] or ""]
        for row in report["first_rows"]
    ]
    print_table("First rows as they would be read", ["line", *names, "left out"], table)
    print_lines("")
    for reason, number in report["excluded"].items():
        first = next(row for row in study.excluded if row.reason == reason)
        print_lines(f"Left out, {reason}: {number:,} (first: line {first.line}, {first.column})")
    print_lines(*(f"  {note}" for note in report["notes"]))
    if study.refused is not None:
        print_lines(f"Refused as it is: {study.refused}")


def _origin_of(item: dict[str, Any]) -> str:
    if item["constant"] is not None:
        return f"the same for all: {item['constant']}"
    default = f", otherwise {item['default']}" if item["default"] is not None else ""
    return f"{item['column'] or 'the number of the row'}{default}"
