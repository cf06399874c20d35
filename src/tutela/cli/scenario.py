"""`tutela scenario`: where to be with less, options side by side, and what closing would leave out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tutela.cli.options import HomeOption, JsonOption, OutOption, SchedulerOption, WorkersOption, home_to_write
from tutela.cli.speaking import print_json, print_lines, print_note, print_table, telling
from tutela.data.store.folders import check_out, write_out
from tutela.data.store.homes import Home
from tutela.kernel.problems import Problem
from tutela.studies.at_work import opened
from tutela.studies.siting_options import (
    CutsSpec,
    OptionLimits,
    cut_files,
    option_files,
    read_options,
    study_cuts,
    study_options,
)
from tutela.studies.siting_shares import keep_shares, share_files, study_shares
from tutela.studies.siting_specs import read_spec
from tutela.studies.siting_tables import read_tables
from tutela.studies.sitings import (
    SitingCase,
    describe_inputs,
    keep_siting,
    out_files,
    read_folder,
    study_siting,
)

app = typer.Typer(no_args_is_help=True, help="What a change of presence would change.")

SpecArgument = Annotated[Path, typer.Argument(metavar="SPEC", help="A siting spec (TOML).")]


@app.command("site")
def site(spec: SpecArgument, out: OutOption, home: HomeOption = None, json: JsonOption = False) -> None:
    """Find the best plan for a budget, with a proven bound, what binds it, and plans that are about as good."""
    check_out(out)
    place = home_to_write(home)
    with telling(as_json=json) as tell:
        tell("reading the spec and its tables")
        case = _case(spec, place)
        tell(f"siting among {len(case.tables.candidates):,} candidates")
        study, content = study_siting(case, lambda gap: tell(f"at most {gap:.3%} from the best"))
        if place is not None:
            keep_siting(place.store, case, study.manifest, content)
        write_out(out, out_files(study))
    report = study.report | {"seconds": round(study.seconds, 3), "artifact": study.manifest.content}
    if json:
        print_json(report)
        return
    _print_plan(report)
    _close(out, study.manifest.marking.label, is_kept=place is not None)


@app.command("options")
def options(
    spec: SpecArgument,
    plans: Annotated[Path, typer.Option("--plans", help="Options (CSV of option, site_id, type; or TOML).")],
    out: OutOption,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Score the plans that you bring side by side, and each against the best plan that costs no more."""
    check_out(out)
    place = home_to_write(home)
    with telling(as_json=json) as tell:
        tell("reading the spec and its tables")
        case = _case(spec, place)
        brought = read_options(plans, case)
        tell(f"scoring {len(brought)} options")
        limits = OptionLimits(
            case.spec.seconds, told=lambda option, n, of: tell(f"option {n + 1} of {of}: {option}")
        )
        study, content = study_options(case, brought, limits)
        if place is not None:
            keep_siting(place.store, case, study.manifest, content)
        write_out(out, option_files(study))
    report = study.report | {"artifact": study.manifest.content}
    if json:
        print_json(report)
        return
    rows = [
        [row["option"], f"{row['value']:,.0f}", f"{row['share']:.1%}", f"{row['best_of_equal_cost']['value']:,.0f}",
         f"{row['best_of_equal_cost']['lost']:.1%}", "; ".join(row["breaks"])]
        for row in report["options"]
    ]  # fmt: skip
    print_table(
        "Options",
        ["option", "covered", "share", "best of equal cost", "left on the table", "rules it breaks"],
        rows,
    )
    stopped = [row["option"] for row in report["options"] if row["best_of_equal_cost"]["stopped_by_time"]]
    if stopped:
        print_note(
            f"Time ended the search for the best of equal cost of {', '.join(stopped)}: shown is the best found; "
            "no plan passes its bound in options.json. More time: [limits] seconds."
        )
    _close(out, study.manifest.marking.label, is_kept=place is not None)


@app.command("cuts")
def cuts(
    spec: SpecArgument,
    out: OutOption,
    budget: Annotated[str, typer.Option("--budget", help="The budget that is cut, by its name in the spec.")],
    share: Annotated[
        str, typer.Option("--cut", help="Cuts to show, in per cent of what is spent now.")
    ] = "15,25,70",
    posts: Annotated[str, typer.Option("--posts", help="The column of posts in the candidates.")] = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Show what is left out, step by step, when places close in turn. Strictly confidential by default."""
    check_out(out)
    place = home_to_write(home)
    with telling(as_json=json) as tell:
        tell("reading the spec and its tables")
        case = _case(spec, place)
        tell("closing in turn")
        study, content = study_cuts(case, CutsSpec(budget, _shares(share), posts))
        if place is not None:
            keep_siting(place.store, case, study.manifest, content)
        write_out(out, cut_files(study))
    report = study.report | {"artifact": study.manifest.content, "marking": study.manifest.marking.label}
    if json:
        print_json(report)
        return
    rows = [
        [str(i + 1), f"{step['site_id']} {step['type']}", f"{step['spent']:,.0f}", f"{step['covered']:,.0f}",
         f"{step['share']:.1%}", f"{step['lost_per_unit']:,.3f}"]
        for i, step in enumerate(report["steps"])
    ]  # fmt: skip
    heads = ["step", "closed", f"{budget} spent", "still covered", "share", f"lost per unit of {budget}"]
    print_table("Closures in turn, each place where least is lost per unit saved", heads, rows)
    print_lines("", *(f"- {sentence}" for sentence in report["limits"]))
    _close(out, study.manifest.marking.label, is_kept=place is not None)


@app.command("share")
def share(
    specs: Annotated[list[Path], typer.Argument(metavar="SPEC...", help="Siting specs (TOML), one a presence.")],
    out: OutOption,
    budget: Annotated[str, typer.Option("--budget", help="The budget that all share, by its name in the specs.")],
    total: Annotated[
        float | None, typer.Option("--total", min=0.0, help="How much there is; else what the specs have together.")
    ] = None,
    workers: WorkersOption = 1,
    scheduler: SchedulerOption = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Divide one budget among several presences, with a bound that no division passes."""
    check_out(out)
    place = home_to_write(home)
    with telling(as_json=json) as tell:
        tell("reading the specs and their tables")
        cases = _cases(specs, place)
        tell(f"dividing {budget} among {len(cases)} presences")
        sealed = [describe_inputs(case)[0] for case in cases.values()]
        with opened(workers, scheduler, sealed) as at_work:
            found = study_shares(cases, budget, total, at_work)
        if place is not None:
            keep_shares(place.store, cases, found)
        write_out(out, share_files(found[0]))
    report = found[0].report | {"artifact": found[0].manifest.content}
    if json:
        print_json(report)
        return
    rows = [
        [part["presence"], f"{part['had']:,.6g}", f"{part['spent']:,.6g}", f"{part['value']:,.6g}"]
        for part in report["presences"]
    ]
    print_table("The division", ["presence", f"{budget} now", f"{budget} in the division", "covered"], rows)
    print_lines(
        f"Together {report['value']:,.6g}; no division passes {report['bound']:,.6g}.",
        f"At most {report['gap']:.3%} is missing to the best division.",
        f"One more of {budget} is worth {report['price']:,.4g} at most, near this division.",
        *(f"- {sentence}" for sentence in report["limits"]),
    )
    _close(out, found[0].manifest.marking.label, is_kept=place is not None)


def _cases(paths: list[Path], place: Home | None) -> dict[str, SitingCase]:
    """The cases by the names of their files, of which there are at least two and no two alike."""
    names = [path.stem for path in paths]
    if len(names) < 2 or len(set(names)) < len(names):
        raise Problem(
            "option-invalid",
            "A budget is divided among two or more specs, and their files have names of their own.",
            where="SPEC",
            remedy="Name each file after its presence, for example north.toml and south.toml.",
        )
    return {name: _case(path, place) for name, path in zip(names, paths, strict=True)}


def _case(path: Path, place: Home | None) -> SitingCase:
    spec = read_spec(path)
    return SitingCase.of(spec, read_tables(spec, read_folder(path), place.store if place else None))


def _shares(text: str) -> tuple[float, ...]:
    try:
        shares = tuple(float(part) / 100 for part in text.split(",") if part.strip())
    except ValueError:
        shares = ()
    if not shares or not all(0 < part < 1 for part in shares):
        raise Problem(
            "option-invalid",
            f"{text!r} are no cuts in per cent.",
            where="--cut",
            remedy="Write numbers between 0 and 100 with commas between them, for example 15,25.",
        )
    return shares


def _print_plan(report: dict[str, Any]) -> None:
    rows = [[row["action"], row["site_id"], row["type"]] for row in report["plan"]]
    print_table("The plan", ["", "site", "type"], rows)
    print_lines(
        f"Value {report['value']:,.6g}; no plan passes {report['bound']:,.6g}.",
        f"At most {report['gap']:.3%} is missing to the best plan.",
        f"Found in {report['seconds']:.1f} s.",
        "",
    )
    binding = [[b["name"], b["kind"], f"{b['limit']:,.6g}", f"{b['price']:,.4g}"] for b in report["binding"]]
    print_table("What binds", ["", "", "limit", "worth of one unit more, by the bound"], binding)
    regions = [
        [row["region"], f"{row['covered']:,.0f}", "no demand" if row["share"] is None else f"{row['share']:.1%}"]
        for row in report["regions"]
    ]
    print_table("Regions", ["region", "covered", "share"], regions)
    print_lines(f"Plans about as good that differ: {len(report['alternatives'])}", "")
    print_lines(*(f"- {sentence}" for sentence in report["limits"]))


def _close(out: Path, marking: str, *, is_kept: bool) -> None:
    print_lines(f"Marked {marking.lower()}. Written to {out}")
    if not is_kept:
        print_note("No home was found, so nothing was registered and trace will not find it (see --home).")
