"""`tutela events`: what a file of events holds, and taking it into the home."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tutela.cli.options import ActorsOption, CrosswalkOption, HomeOption, JsonOption, SourceOption, StrictOption
from tutela.cli.speaking import count, print_json, print_lines, print_table, telling
from tutela.data.sources.readings import Reading
from tutela.data.store.homes import create_home, require_home
from tutela.kernel.tables import Events
from tutela.studies.inspections import Inspection, inspect_events
from tutela.studies.intake import ReadingSpec, keep, take_in_events, today_utc

app = typer.Typer(no_args_is_help=True, help="Files of events: look at them, take them in.")

Files = Annotated[list[Path], typer.Argument(help="Files of events, CSV or Parquet.")]
Boundaries = Annotated[
    Path | None,
    typer.Option(
        "--boundaries", help="Country polygons (GeoJSON): lists events whose point lies in another country."
    ),
]


@app.command("inspect")
def inspect(
    files: Files,
    source: SourceOption = "auto",
    actors: ActorsOption = None,
    crosswalk: CrosswalkOption = None,
    strict: StrictOption = False,
    boundaries: Boundaries = None,
    json: JsonOption = False,
) -> None:
    """Read files of events, say what is in them and what was left out; keep nothing.

    A file that is refused is listed, and does not hide the others. Totals stand with each release of a source.
    """
    with telling(as_json=json) as tell:
        spec = ReadingSpec(source, strict, today_utc(), boundaries, actors, crosswalk)
        report = describe(inspect_events(files, spec, tell))
    if json:
        print_json(report)
    else:
        _print_report(report)
    if not report["files"]:
        raise typer.Exit(2)


@app.command("import")
def import_(
    files: Files,
    into: Annotated[Path | None, typer.Option("--into", help="The home to keep them in; created if new.")] = None,
    source: SourceOption = "auto",
    actors: ActorsOption = None,
    crosswalk: CrosswalkOption = None,
    strict: StrictOption = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Read files of events and keep them in the home as one artifact."""
    with telling(as_json=json) as tell:
        place = create_home(into, demonstration=False) if into else require_home(home)
        tell("reading events")
        intake = take_in_events(files, ReadingSpec(source, strict, today_utc(), actors=actors, crosswalk=crosswalk))
        tell("keeping them")
        manifest = keep(intake, place.store)
    account = intake.accounting
    if json:
        print_json({"artifact": manifest.content, "accounting": account.as_json(), "home": str(place.root)})
    else:
        print_lines(
            f"Kept {account.placed:,} of {account.input:,} rows in {place.root} as {manifest.content[:12]}.",
            *(f"  left out, {reason}: {number:,}" for reason, number in account.excluded.items()),
        )


def describe(inspection: Inspection) -> dict[str, Any]:
    """The JSON of `events inspect`."""
    return {"files": [_file_report(reading) for reading in inspection.readings], **inspection.as_json()}


def _file_report(reading: Reading[Events]) -> dict[str, Any]:
    return {
        "path": reading.path,
        "source": reading.source,
        "vintage": reading.origin.vintage,
        "rows": reading.accounting.input,
        "placed": reading.accounting.placed,
        "excluded": dict(reading.accounting.excluded),
        "excluded_rows": [
            {"line": row.line, "reason": row.reason, "column": row.column} for row in reading.excluded
        ],
        "snapped_rows": [
            {"event_id": row.event_id, "line": row.line, "own": row.own, "point_in": row.point_in}
            for row in reading.snapped
        ],
        "notes": list(reading.notes),
        "licence": reading.origin.licence,
        "attribution": reading.origin.attribution,
        "digest": reading.file_digest,
    }


def _print_report(report: dict[str, Any]) -> None:
    for file in report["files"]:
        print_lines(f"{file['path']}: {file['source']}, {file['rows']:,} rows, {file['placed']:,} placed")
        for reason, number in file["excluded"].items():
            first = next(row for row in file["excluded_rows"] if row["reason"] == reason)
            print_lines(f"  left out, {reason}: {number:,} (first: line {first['line']}, column {first['column']})")
        for note in file["notes"]:
            print_lines(f"  {note}")
    for refusal in report["refused"]:
        print_lines(f"{refusal['path']}: refused. {refusal['message']} {refusal['remedy']}")
    if not report["files"]:
        print_lines("", report["no_total"])
        return
    if len(report["releases"]) > 1:
        _print_releases(report["releases"])
    if report["no_total"]:
        print_lines("", report["no_total"])
        return
    totals = report["totals"]
    print_lines(
        "",
        *([report["total_note"]] if report["total_note"] else []),
        f"Events: {count(totals['events'])}",
        f"Killed: {count(totals['best'])} (best; {count(totals['low'])} to {count(totals['high'])})",
        f"Civilians among them: {count(totals['civilians'])}",
        "",
    )
    for title, key in (("By kind", "by_type"), ("By country", "by_country"), ("By year", "by_year")):
        rows = [
            [str(name), count(cell["events"]), count(cell["best"]), count(cell["civilians"])]
            for name, cell in report[key].items()
        ]
        print_table(title, ["", "events", "killed (best)", "civilians"], rows)
        print_lines("")


def _print_releases(releases: list[dict[str, Any]]) -> None:
    rows = []
    for release in releases:
        totals = release["totals"]
        figures = [count(totals[name]) for name in ("events", "best", "civilians")] if totals else ["no total"] * 3
        rows.append([release["source"], release["vintage"], str(len(release["files"])), *figures])
    print_lines("")
    header = ["source", "release", "files", "events", "killed (best)", "civilians"]
    print_table("By release", header, rows)
    for release in releases:
        if release["no_total"]:
            print_lines(f"{release['source']}, {release['vintage']}: {release['no_total']}")
