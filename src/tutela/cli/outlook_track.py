"""`tutela outlook track`: every forecast that was made in a home, and how good it was."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tutela.cli.options import HomeOption, JsonOption, SourceOption
from tutela.cli.speaking import print_json, print_lines, print_table, telling
from tutela.data.store.homes import find_home
from tutela.engine.outlook.panels import read_month
from tutela.studies.intake import ReadingSpec, take_in_events, today_utc
from tutela.studies.outlooks.tracking import Outcomes, read_record, track_forecasts
from tutela.studies.shelf import OWNER


def track(
    events: Annotated[
        list[Path] | None,
        typer.Option("--events", help="A later release of the events, to score forecasts whose months have come."),
    ] = None,
    until: Annotated[
        str, typer.Option("--until", help="The last month for which the events are complete, YYYY-MM.")
    ] = "",
    source: SourceOption = "auto",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """List every forecast ever made here, and with --events how good it was against what came."""
    last = read_month(until, "--until") if until else None
    place = find_home(home)
    with telling(as_json=json) as tell:
        if place is None or not events:
            report = read_record(place, OWNER)
        else:
            tell("reading events")
            taken = take_in_events(events, ReadingSpec(source=source, today=today_utc()))
            report = track_forecasts(place, Outcomes.of(taken, last), OWNER, tell)
    if json:
        print_json(report)
        return
    _print_record(report)


def _print_record(report: dict[str, Any]) -> None:
    if report["forecasts"]:
        header = ["made", "known up to", "level", "target", "shown", "state", "against the past twelve months"]
        print_table("Every forecast made here", header, [_recorded(item) for item in report["forecasts"]])
    print_lines(report["words"])
    for item in report.get("pooled", []):
        gain = item["gain"]
        print_lines(
            f"{item['model']} by {item['level']}, {item['forecasts']} forecasts: {item['words']}"
            f" ({gain['gain']:+.1%}, {gain['low']:+.1%} to {gain['high']:+.1%} in CRPS of log(1 + x))."
        )
    if report["unrecorded"]:
        print_lines(
            f"{len(report['unrecorded'])} forecasts lie in the store and in no line of the record: {_few(report)}."
        )


def _few(report: dict[str, Any]) -> str:
    return ", ".join(digest[:12] for digest in report["unrecorded"][:5])


def _recorded(item: dict[str, Any]) -> list[str]:
    look = item["outcomes"][-1] if item["outcomes"] else {}
    foretold, late = look.get("foretold"), look.get("late")
    words = item.get("not_scored", "")
    if foretold:
        words = foretold["words"]
    elif late:
        words = f"made too late to foretell; {late['words']}"
    if look.get("degenerate"):
        words += f" ({'; '.join(look['degenerate'])})"
    if item["revised"]:
        words += f"; {item['revised'][-1]['words']}"
    return [item["at"][:10], item["origin"], item["level"], item["target"], item["shown"], item["state"], words]
