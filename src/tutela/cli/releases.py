"""`tutela events compare`: what changed between two releases of a source."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tutela.catalogue.countries import find_country
from tutela.cli.options import HomeOption, JsonOption, SourceOption, StrictOption, day, home_to_write
from tutela.cli.speaking import count, print_json, print_lines, print_note, print_table, telling
from tutela.data.store.folders import check_out, write_out
from tutela.data.store.homes import Home
from tutela.engine.events.releases import ReleaseSpec
from tutela.kernel.manifests import Manifest
from tutela.kernel.problems import Problem
from tutela.studies.comparisons import keep_comparison
from tutela.studies.intake import ReadingSpec, today_utc
from tutela.studies.owner import OWNER
from tutela.studies.pages.comparison import ComparisonPage, render_comparison
from tutela.studies.pages.comparison_words import headline
from tutela.studies.release_sides import open_release
from tutela.studies.releases import ReleaseStudy, study_releases

Countries = Annotated[
    list[str] | None, typer.Option("--country", help="Only this country; may be given more than once.")
]


def compare(
    old: Annotated[
        str | None, typer.Argument(help="The earlier release: a file, or the digest of an import.")
    ] = None,
    new: Annotated[
        str | None, typer.Argument(help="The later release: a file, or the digest of an import.")
    ] = None,
    more_old: Annotated[
        list[str] | None,
        typer.Option("--old", help="A file of the earlier release; of an event in two files the later one counts."),
    ] = None,
    more_new: Annotated[
        list[str] | None, typer.Option("--new", help="A file of the later release; may be given more than once.")
    ] = None,
    country: Countries = None,
    since: Annotated[str | None, typer.Option("--from", help="The first day that counts, YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="The last day that counts, YYYY-MM-DD.")] = None,
    precision: Annotated[
        int | None,
        typer.Option("--precision", min=1, max=7, help="Only places at most this coarse (UCDP's 1 to 7)."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="A new or empty folder for the page, lists and tables.")
    ] = None,
    rows: Annotated[int, typer.Option("--rows", min=0, help="Rows of each list to print as JSON.")] = 20,
    source: SourceOption = "auto",
    strict: StrictOption = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Say what changed between two releases: revised, replaced, added and removed events, before and after."""
    spec = ReleaseSpec(
        tuple(_country(name) for name in country or ()),
        day(since, "--from") if since else None,
        day(until, "--until") if until else None,
        precision,
    )
    names = _sides((old, new), (more_old or [], more_new or []))
    if out is not None:
        check_out(out)
    with telling(as_json=json) as tell:
        place = home_to_write(home)
        tell("reading the releases")
        reading = ReadingSpec(source, strict, today_utc())
        sides = [open_release(side, reading, place.store if place else None, OWNER) for side in names]
        tell("comparing them")
        study, kept = _keep(study_releases(sides[0], sides[1], spec), place)
        if out is not None:
            tell("writing")
            write_out(
                out,
                study.out_files() | {"releases.html": render_comparison(ComparisonPage.of_study(study)).encode()},
            )
    if json:
        print_json(study.as_json(rows) | {"artifact": kept and kept.content})
        return
    _print_study(study)
    _print_whereabouts(out, kept, place)


def _sides(plain: tuple[str | None, str | None], named: tuple[list[str], list[str]]) -> list[list[str]]:
    """The names on each side: two that stand alone, or those of --old and --new."""
    given = [name for name in plain if name is not None]
    if not any(named) and len(given) == 2:
        return [[name] for name in given]
    if not given and all(named):
        return list(named)
    raise Problem(
        "option-invalid",
        "Each side is named once.",
        where="OLD NEW, or --old and --new",
        remedy="Name two files (tutela events compare OLD NEW), or name all of both sides with --old and --new.",
    )


def _keep(study: ReleaseStudy, place: Home | None) -> tuple[ReleaseStudy, Manifest | None]:
    return (study, None) if place is None else keep_comparison(study, place.store, OWNER)


def _country(name: str) -> str:
    country = find_country(name)
    if country is None:
        raise Problem(
            "country-unknown",
            f"{name[:60]!r} is no country.",
            where="--country",
            remedy="Give its name or its ISO 3166 code, for example CAF.",
        )
    return country.iso3


def _print_study(study: ReleaseStudy) -> None:
    report = study.summary
    for side in ("old", "new"):
        release = report[side]
        print_lines(
            f"{side}: {release['name']}, vintage {release['vintage']}, {release['events']:,} events",
            f"  {_account(release['accounting'])}",
        )
        for reason, number in release["reading"]["excluded"].items():
            print_lines(f"  left out in reading, {reason.replace('-', ' ')}: {number:,}")
    print_lines("", *headline(report))
    print_lines("")
    rows = [[name, *(count(value) for value in report["totals"][name].values())] for name in report["totals"]]
    header = [report["old"]["vintage"], report["new"]["vintage"]]
    print_table("Figures of both", ["", *header, "difference"], rows)
    print_lines("", "Where the difference in people killed (best) comes from:")
    for part in report["difference_of_best"]:
        print_lines(f"  {part['cause']}: {part['events']:,} events, {_signed(part['best'])}")
    if report["changed_columns"]:
        changed = ", ".join(f"{name} {number:,}" for name, number in report["changed_columns"].items())
        print_lines("", f"Changed in {report['matched']['changed']:,} matched events: {changed}")
    _print_years(report["by_country_and_year"], header)
    print_lines("", *(f"  {note}" for note in report["notes"]), *_credits(study))


def _print_whereabouts(out: Path | None, kept: Manifest | None, place: Home | None) -> None:
    if out is not None:
        print_lines(f"Page, lists and tables: {out}")
    if kept is not None and place is not None:
        print_lines(
            f"Kept in {place.root} as {kept.content[:12]}, a page at /releases/: tutela serve --home {place.root}"
        )
    else:
        print_note("No home was found, so the comparison was not kept and trace will not find it (see --home).")


def _print_years(years: list[dict[str, Any]], header: list[str]) -> None:
    moved = [year for year in years if year["best"]["difference"] or year["events"]["difference"]]
    moved.sort(key=lambda year: (-abs(year["best"]["difference"] or 0), year["country"], year["year"]))
    if not moved:
        print_lines("", "No year of any country that both cover has other figures.")
        return
    rows = [
        [
            f"{year['country'] or 'no country'} {year['year']}",
            *(_number(value) for value in year["best"].values()),
            _signed(year["events"]["difference"]),
        ]
        for year in moved[:20]
    ]
    print_lines("")
    print_table("People killed (best), most changed first", ["", *header, "difference", "events"], rows)
    if len(moved) > len(rows):
        print_lines(f"... and {len(moved) - len(rows):,} more years (--json or --out has them all)")


def _credits(study: ReleaseStudy) -> list[str]:
    return list(
        dict.fromkeys(f"  {side.attribution} ({side.licence})" for side in (study.old.manifest, study.new.manifest))
    )


def _account(account: dict[str, Any]) -> str:
    parts = [f"{account['placed']:,} matched"]
    parts += [f"{number:,} {reason.replace('-', ' ')}" for reason, number in account["excluded"].items()]
    return f"of {account['input']:,}: {', '.join(parts)}"


def _number(value: float | None) -> str:
    return "not covered" if value is None else count(value)


def _signed(value: float | None) -> str:
    return "not known" if value is None else f"{value:+,.0f}"
