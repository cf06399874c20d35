"""`tutela outlook predict`: a forecast by cell, country, province or vicinity, in files and in the record."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from tutela.cli.options import (
    EventsOption,
    HomeOption,
    JsonOption,
    OutOption,
    SitesSourceOption,
    SourceOption,
    home_to_write,
)
from tutela.cli.speaking import Telling, print_json, print_lines, print_note, print_table, telling
from tutela.data.sources.panels import TARGETS
from tutela.data.store.folders import check_out, write_out
from tutela.data.store.homes import Home
from tutela.engine.outlook.panels import read_month
from tutela.kernel.problems import Problem
from tutela.studies.intake import ReadingSpec, take_in_events, today_utc
from tutela.studies.outlooks.forecast_files import out_files
from tutela.studies.outlooks.grounds import GroundSpec, open_ground
from tutela.studies.outlooks.judging import ModelSpec
from tutela.studies.outlooks.models import find_model
from tutela.studies.outlooks.panels import read_code_begins
from tutela.studies.outlooks.predicting import DEFAULT_MODELS, Made, PredictInputs, PredictSpec, keep_prediction
from tutela.studies.outlooks.predicting import predict as make_forecast
from tutela.studies.outlooks.record import record_forecast

TargetOption = Annotated[str, typer.Option("--target", help=f"What is counted: {', '.join(TARGETS)}.")]
LevelOption = Annotated[
    Literal["grid", "country", "admin-1", "vicinity"],
    typer.Option("--level", help="Cells of half a degree, countries, provinces, or the vicinity of sites."),
]
ModelOption = Annotated[
    str, typer.Option("--model", help="The model that is judged, and shown if it stands; otherwise by level.")
]
BoundariesOption = Annotated[
    Path | None, typer.Option("--boundaries", help="Provinces, GeoJSON; otherwise the names that events bear.")
]
AroundOption = Annotated[list[Path] | None, typer.Option("--sites", help="The sites whose vicinity is meant.")]
EachOption = Annotated[Literal["site", "presence"], typer.Option("--each", help="One vicinity for each of these.")]
WithinKmOption = Annotated[float | None, typer.Option("--within-km", min=0.1, help="How far a vicinity goes.")]
WithinMinOption = Annotated[
    float | None, typer.Option("--within-min", min=1, help="The same in minutes over --surface.")
]
SurfaceOption = Annotated[
    Path | None, typer.Option("--surface", help="A friction raster, as `tutela surface build` writes it.")
]
BeginsOption = Annotated[
    list[str] | None, typer.Option("--begins", help="A country that begins late: ISO3=YYYY-MM.")
]

UntilOption = Annotated[
    str,
    typer.Option("--until", help="The last month that the events are complete for, if later."),
]


def predict(
    events: EventsOption,
    origin: Annotated[str, typer.Option("--origin", help="The last month known, YYYY-MM.")],
    out: OutOption,
    level: LevelOption = "grid",
    target: TargetOption = "civilians",
    leads: Annotated[int, typer.Option("--leads", min=1, max=36, help="Months ahead.")] = 14,
    model: ModelOption = "",
    boundaries: BoundariesOption = None,
    sites: AroundOption = None,
    each: EachOption = "site",
    within_km: WithinKmOption = None,
    within_min: WithinMinOption = None,
    surface: SurfaceOption = None,
    begins: BeginsOption = None,
    until: UntilOption = "",
    seed: Annotated[int, typer.Option("--seed", min=0, help="The dice.")] = 1,
    source: SourceOption = "auto",
    sites_source: SitesSourceOption = "auto",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Forecast harm to civilians by unit and month; a model no better than the past year is not shown."""
    if target not in TARGETS:
        raise unknown("--target", target, list(TARGETS))
    check_out(out)
    asked = ModelSpec(model or DEFAULT_MODELS[level], tuple(range(1, leads + 1)), seed=seed)
    last = read_month(until, "--until") if until else None
    spec = PredictSpec(target, read_month(origin, "--origin"), asked, last)
    find_model(asked.model)
    where = GroundSpec(
        level, boundaries, tuple(sites or ()), sites_source, within_km, within_min, surface, each,
        read_code_begins(begins or []),
    )  # fmt: skip
    place = home_to_write(home)
    with telling(as_json=json) as tell:
        made, kept = _make(events, source, (where, spec), place, tell)
        tell("writing")
        write_out(out, out_files(made[1], made[0].manifest))
    report = made[0].as_json() | kept
    if json:
        print_json(report)
        return
    _print_prediction(report)
    print_lines(f"Written to {out}.")
    if place is None:
        print_note("No home was found: this forecast is in no record, and track will not score it (see --home).")


def _make(
    events: list[Path], source: str, specs: tuple[GroundSpec, PredictSpec], place: Home | None, tell: Telling
) -> tuple[Made, dict[str, Any]]:
    where, spec = specs
    ground = open_ground(where, spec.origin)
    tell("reading events")
    taken = take_in_events(events, ReadingSpec(source=source, today=today_utc()))
    inputs = PredictInputs(taken.table, taken.manifest, ground)
    made = make_forecast(inputs, spec, tell)
    if place is None:
        return made, {"home": None, "recorded": None}
    keep_prediction(place.store, inputs, taken, made)
    entry = record_forecast(place, made[0].manifest.content)
    return made, {"home": str(place.root), "recorded": entry.as_json()}


def _print_prediction(report: dict[str, Any]) -> None:
    known = f"Known up to {report['origin']}: {report['target']}"
    print_lines(
        f"{known}, {report['active']:,} of {report['units']:,} units active.",
        f"{report['verdict']['words']}.".capitalize(),
    )
    title = f"Where most is expected, {report['months'][0]} to {report['months'][-1]}"
    header = ["where", "at most so likely", "next month"]
    print_table(title, header, [_line(row) for row in report["highest"]])
    if report["changes"]:
        print_lines("What changed since last month:", *(f"  {row['words']}" for row in report["changes"][:5]))
    print_lines(report["coverage"]["words"], *(row["words"] for row in report["coverage"]["silent"][:5]))
    print_lines(*report["not_said"])


def _line(row: dict[str, Any]) -> list[str]:
    soon = row["next_month"]
    return [
        row["label"],
        f"{row['chance_of_any_at_most']:.0%}",
        f"{soon['middle']:.0f} ({soon['low_90']:.0f} to {soon['high_90']:.0f})",
    ]


def unknown(option: str, given: str, known: list[str]) -> Problem:
    """The refusal of a word that an option does not know."""
    remedy = f"Write one of: {', '.join(known)}."
    return Problem("option-invalid", f"{given[:40]!r} is none of them.", where=option, remedy=remedy)
