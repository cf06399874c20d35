"""`tutela outlook`: where civilians may be harmed in the months to come, and how good such forecasts have been."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tutela.cli.options import JsonOption, WorkersOption, executor
from tutela.cli.outlook_predict import TargetOption, predict, unknown
from tutela.cli.outlook_track import bring, track
from tutela.cli.speaking import print_json, print_lines, print_table, telling
from tutela.data.sources.panels import TARGETS
from tutela.kernel.problems import Problem
from tutela.studies.outlooks.panels import PanelFiles, open_spliced_panel, read_begins, read_regions
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
app.command("predict")(predict)
app.command("track")(track)
app.command("import")(bring)


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
    regions: Annotated[
        Path | None, typer.Option("--regions", help="A CSV of unit and region, to score by region too.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The dice.")] = 1,
    workers: WorkersOption = 2,
    json: JsonOption = False,
) -> None:
    """Score models on the windows that the actuals cover, beside zero, last month and conflictology-12."""
    if protocol not in PROTOCOLS:
        raise unknown("--protocol", protocol, list(PROTOCOLS))
    if target not in TARGETS:
        raise unknown("--target", target, list(TARGETS))
    names = tuple(part.strip() for part in vintages.split(","))
    if len(names) != 2:
        raise Problem(
            "option-invalid",
            "Two vintages are needed: the history's and the actuals'.",
            where="--vintages",
            remedy="Write them with a comma, for example ged-25.1,views-2023.",
        )
    named = read_regions(regions) if regions else {}
    files = PanelFiles(target, history, actuals, (names[0], names[1]), read_begins(begins or []))
    with telling(as_json=json) as tell:
        tell("reading the panel")
        panel, first = open_spliced_panel(files)
        spec = ScoreSpec(PROTOCOLS[protocol], tuple(model or ["mixture"]), seed, regions=named)
        found = score_models(panel, find_windows(panel, first, spec.protocol), spec, executor(workers), tell)
    if json:
        print_json(found.as_json())
        return
    _print_scores(found)


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
