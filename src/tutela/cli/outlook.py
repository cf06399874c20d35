"""`tutela outlook`: where civilians may be harmed in the months to come, and how good such forecasts have been."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from tutela.cli.options import (
    EventsOption,
    HomeOption,
    JsonOption,
    OutOption,
    SourceOption,
    WorkersOption,
    executor,
    home_to_write,
)
from tutela.cli.speaking import print_json, print_lines, print_table, telling
from tutela.data.sources.panels import TARGETS
from tutela.data.store.folders import check_out, write_out
from tutela.engine.outlook.panels import read_month
from tutela.kernel.problems import Problem
from tutela.studies.intake import ReadingSpec, keep, take_in_events, today_utc
from tutela.studies.outlooks.forecast_files import out_files
from tutela.studies.outlooks.judging import ModelSpec
from tutela.studies.outlooks.models import find_model
from tutela.studies.outlooks.panels import PanelFiles, open_spliced_panel, read_begins
from tutela.studies.outlooks.predicting import PredictSpec, predict_grid
from tutela.studies.outlooks.scoring import (
    BENCHMARK,
    PROTOCOLS,
    RULE,
    Scores,
    ScoreSpec,
    find_windows,
    score_models,
)

app = typer.Typer(no_args_is_help=True, help="Early warning, with its uncertainty and its record.")

TargetOption = Annotated[str, typer.Option("--target", help=f"What is counted: {', '.join(TARGETS)}.")]


@app.command("score")
def score(
    history: Annotated[
        Path, typer.Option("--history", help="A panel: month_id, country_id or priogrid_gid, count.")
    ],
    actuals: Annotated[Path, typer.Option("--actuals", help="What happened; takes the history's place.")],
    protocol: Annotated[str, typer.Option("--protocol", help=f"One of: {', '.join(PROTOCOLS)}.")] = "views-2023",
    model: Annotated[
        list[str] | None, typer.Option("--model", help="A model; may be given more than once.")
    ] = None,
    target: TargetOption = "state_based",
    vintages: Annotated[
        str, typer.Option("--vintages", help="What history and actuals are called, with a comma.")
    ] = "ged-25.1,views-2023",
    begins: Annotated[
        list[str] | None, typer.Option("--begins", help="A unit that begins late: UNIT=YYYY-MM.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The dice.")] = 1,
    workers: WorkersOption = 2,
    json: JsonOption = False,
) -> None:
    """Score models on the windows that the actuals cover, beside zero, last month and conflictology-12."""
    if protocol not in PROTOCOLS:
        raise _unknown("--protocol", protocol, list(PROTOCOLS))
    if target not in TARGETS:
        raise _unknown("--target", target, list(TARGETS))
    names = tuple(part.strip() for part in vintages.split(","))
    if len(names) != 2:
        raise Problem(
            "option-invalid",
            "Two vintages are needed: the history's and the actuals'.",
            where="--vintages",
            remedy="Write them with a comma, for example ged-25.1,views-2023.",
        )
    files = PanelFiles(target, history, actuals, (names[0], names[1]), read_begins(begins or []))
    with telling(as_json=json) as tell:
        tell("reading the panel")
        panel, first = open_spliced_panel(files)
        spec = ScoreSpec(PROTOCOLS[protocol], tuple(model or ["mixture"]), seed)
        found = score_models(panel, find_windows(panel, first, spec.protocol), spec, executor(workers), tell)
    if json:
        print_json(found.as_json())
        return
    _print_scores(found)


@app.command("predict")
def predict(
    events: EventsOption,
    origin: Annotated[str, typer.Option("--origin", help="The last month known, YYYY-MM.")],
    out: OutOption,
    level: Annotated[
        Literal["grid"], typer.Option("--level", help="grid: PRIO-GRID cells of half a degree.")
    ] = "grid",
    target: TargetOption = "civilians",
    leads: Annotated[int, typer.Option("--leads", min=1, max=36, help="Months ahead.")] = 14,
    model: Annotated[
        str, typer.Option("--model", help="The model that is judged, and shown if it stands.")
    ] = "mixture-grid",
    seed: Annotated[int, typer.Option("--seed", min=0, help="The dice.")] = 1,
    source: SourceOption = "auto",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Forecast harm to civilians by cell and month; a model that was no better than the past year is not shown."""
    if target not in TARGETS:
        raise _unknown("--target", target, list(TARGETS))
    if level != "grid":
        raise _unknown("--level", level, ["grid"])
    check_out(out)
    asked = ModelSpec(model, tuple(range(1, leads + 1)), seed=seed)
    spec = PredictSpec(target, read_month(origin, "--origin"), asked)
    find_model(model)
    place = home_to_write(home)
    with telling(as_json=json) as tell:
        tell("reading events")
        taken = take_in_events(events, ReadingSpec(source=source, today=today_utc()))
        prediction, content = predict_grid(taken, spec, tell)
        if place is not None:
            keep(taken, place.store)
            place.store.write(prediction.manifest, content)
        tell("writing")
        write_out(out, out_files(content, prediction.manifest))
    report = prediction.as_json() | {"home": str(place.root) if place else None}
    if json:
        print_json(report)
        return
    _print_prediction(report)
    print_lines(f"Written to {out}.")


def _print_prediction(report: dict[str, Any]) -> None:
    known = f"Known up to {report['origin']}: {report['target']}"
    print_lines(
        f"{known}, {report['active']:,} of {report['units']:,} cells active.",
        f"{report['verdict']['words']}.".capitalize(),
    )
    title = f"Where most is expected, {report['months'][0]} to {report['months'][-1]}"
    header = ["middle of the cell", "at most so likely", "next month"]
    print_table(title, header, [_line(row) for row in report["highest"]])
    print_lines(*report["not_said"])


def _line(row: dict[str, Any]) -> list[str]:
    soon = row["next_month"]
    return [
        f"{row['lat']:.2f}, {row['lon']:.2f}",
        f"{row['chance_of_any_at_most']:.0%}",
        f"{soon['middle']:.0f} ({soon['low_90']:.0f} to {soon['high_90']:.0f})",
    ]


def _print_scores(found: Scores) -> None:
    shape = found.as_json()
    rows = [_row(name, described) for name, described in shape["models"].items()]
    header = ["model", "CRPS", "log CRPS", "ignorance", "MIS", "90 % held", f"gain over {BENCHMARK}"]
    print_table(f"{shape['protocol']} on {found.vintage}, {_years(found)}", header, rows)
    for name in found.spec.models:
        if name == BENCHMARK:
            continue
        gain = found.gain(name, BENCHMARK, RULE)
        verdict = (
            f"{name} is better than the past twelve months."
            if gain.is_better
            else f"{name} is no better than the past twelve months, as far as these windows can tell."
        )
        print_lines(f"{verdict} A gain under {gain.seen_from:.0%} could not have been told from none.")


def _row(name: str, described: dict[str, Any]) -> list[str]:
    mean, versus = described["mean"], described["versus"].get(BENCHMARK)
    gain = f"{versus['gain']:+.1%} ({versus['low']:+.1%} to {versus['high']:+.1%})" if versus else ""
    held = "" if mean["coverage_active"] is None else f"{mean['coverage_active']:.0%}"
    return [
        name,
        f"{mean['crps']:.2f}",
        f"{mean['crps_log1p']:.3f}",
        f"{mean['ign']:.3f}",
        f"{mean['mis']:.1f}",
        held,
        gain,
    ]


def _years(found: Scores) -> str:
    first, last = found.windows[0], found.windows[-1]
    return str(first) if first == last else f"{first} to {last}"


def _unknown(option: str, given: str, known: list[str]) -> Problem:
    remedy = f"Write one of: {', '.join(known)}."
    return Problem("option-invalid", f"{given[:40]!r} is none of them.", where=option, remedy=remedy)
