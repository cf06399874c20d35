"""`tutela outlook track` and `import`: every forecast made in or brought to a home, and how good it was."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tutela.cli.options import HomeOption, JsonOption, SourceOption, day, home_to_write
from tutela.cli.speaking import print_json, print_lines, print_table, telling
from tutela.data.sources.outside_forecasts import CAST_TARGETS, LAYOUTS, read_outside
from tutela.data.sources.panels import TARGETS
from tutela.data.store.homes import find_home, require_home
from tutela.engine.outlook.panels import read_month
from tutela.kernel.problems import Problem
from tutela.studies.intake import ReadingSpec, take_in_events, today_utc
from tutela.studies.outlooks.outcomes import EventOutcomes, Outcomes, TableOutcomes
from tutela.studies.outlooks.outside import import_forecast
from tutela.studies.outlooks.tracking import read_record, track_forecasts
from tutela.studies.owner import OWNER


def track(
    events: Annotated[
        list[Path] | None,
        typer.Option("--events", help="A later release of the events, to score forecasts whose months have come."),
    ] = None,
    actuals: Annotated[
        Path | None,
        typer.Option("--actuals", help="Or a table of counts by cell or VIEWS' countries, or CAST's observations."),
    ] = None,
    vintage: Annotated[str, typer.Option("--vintage", help="What the table of counts is called.")] = "",
    until: Annotated[
        str, typer.Option("--until", help="The last month for which outcomes are complete, YYYY-MM.")
    ] = "",
    source: SourceOption = "auto",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """List every forecast ever made here, and with outcomes how good it was against what came."""
    last = read_month(until, "--until") if until else None
    if events and actuals:
        raise Problem(
            "option-invalid",
            "Outcomes come from one release at a time.",
            where="--actuals",
            remedy="Give --events or --actuals, and track again with the other.",
        )
    place = find_home(home)
    with telling(as_json=json) as tell:
        if place is None or not (events or actuals):
            report = read_record(place, OWNER)
        else:
            tell("reading outcomes")
            report = track_forecasts(place, _open(events, actuals, (vintage, source), last), OWNER, tell)
    if json:
        print_json(report)
        return
    _print_record(report)


def bring(
    file: Annotated[Path, typer.Argument(help="A forecast of VIEWS or ACLED CAST as they publish it.")],
    origin: Annotated[str, typer.Option("--origin", help="The last month of data that it knew, YYYY-MM.")],
    name: Annotated[str, typer.Option("--name", help="Whose it is and which, for example VIEWS fatalities002.")],
    layout: Annotated[
        str, typer.Option("--layout", help=f"One of: {', '.join(LAYOUTS)}; told by its columns otherwise.")
    ] = "auto",
    target: Annotated[
        str,
        typer.Option("--target", help=f"What it counts: {', '.join((*TARGETS, *CAST_TARGETS))}."),
    ] = "",
    published: Annotated[
        str, typer.Option("--published", help="When its makers say that it came out, YYYY-MM-DD.")
    ] = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Bring a forecast of others into the record, to be scored by the same code beside ours."""
    month = read_month(origin, "--origin")
    made = day(published, "--published").isoformat() if published else ""
    if target and target not in (*TARGETS, *CAST_TARGETS):
        raise Problem(
            "option-invalid",
            f"{target[:40]!r} is none of them.",
            where="--target",
            remedy=f"Write one of: {', '.join((*TARGETS, *CAST_TARGETS))}.",
        )
    with telling(as_json=json) as tell:
        tell("reading the forecast")
        read = read_outside(file, layout, target or "state_based")
        place = home_to_write(home) or require_home(home)
        entry = import_forecast(place, read, name, month, made)
    if json:
        print_json({"home": str(place.root), "recorded": entry.as_json(), "layout": read.layout})
        return
    said = entry.said
    print_lines(
        f"{name}, known up to {said['origin']}: {said['target']} by {said['level']}, {said['months'][0]} to"
        f" {said['months'][1]}.",
        f"In line {entry.number} of the record; score it with tutela outlook track.",
    )


def _open(events: list[Path] | None, actuals: Path | None, words: tuple[str, str], last: int | None) -> Outcomes:
    vintage, source = words
    if actuals is not None:
        return TableOutcomes.of(actuals, vintage or actuals.name, last)
    taken = take_in_events(events or [], ReadingSpec(source=source, today=today_utc()))
    return EventOutcomes.of(taken, last)


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
        few = ", ".join(digest[:12] for digest in report["unrecorded"][:5])
        print_lines(f"{len(report['unrecorded'])} forecasts lie in the store and in no line of the record: {few}.")


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
