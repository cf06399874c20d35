"""`tutela surface` and `tutela reach`: the ground as minutes, and how far sites reach over it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Literal

import typer

from tutela.cli.options import JsonOption, OutOption, SitesOption, SitesSourceOption, StrictOption, day, numbers
from tutela.cli.speaking import count, print_json, print_lines, print_table, telling
from tutela.data.store.folders import check_out, digest_file, write_out
from tutela.kernel.problems import Problem
from tutela.studies.intake import ReadingSpec, take_in_sites, today_utc
from tutela.studies.reaches import ReachSpec, reach_files, study_reach
from tutela.studies.surfaces import SurfaceSpec, build_surface, load_surface, surface_files

app = typer.Typer(no_args_is_help=True, help="The ground as minutes per metre.")

SurfaceOption = Annotated[Path, typer.Option("--surface", help="A friction raster, as `surface build` writes it.")]


@app.callback()
def _surface() -> None:
    """Keep `build` a command of its own while it is the only one."""


@app.command("build")
def build(
    landcover: Annotated[Path, typer.Option("--landcover", help="Land cover classes (IGBP), a raster in degrees.")],
    bbox: Annotated[str, typer.Option("--bbox", help="West,south,east,north in degrees.")],
    out: OutOption,
    cell_deg: Annotated[float, typer.Option("--cell-deg", help="Size of a cell in degrees.")] = 0.05,
    mode: Annotated[Literal["motorised", "foot"], typer.Option("--mode", help="How people move.")] = "motorised",
    season: Annotated[Literal["dry", "wet"], typer.Option("--season", help="The season.")] = "dry",
    roads: Annotated[Path | None, typer.Option("--roads", help="Road lines, GeoJSON or KML.")] = None,
    lakes: Annotated[Path | None, typer.Option("--lakes", help="Lakes, GeoJSON.")] = None,
    rivers: Annotated[Path | None, typer.Option("--rivers", help="Rivers, GeoJSON.")] = None,
    slope: Annotated[Path | None, typer.Option("--slope", help="Slope in degrees, a raster.")] = None,
    road_class: Annotated[
        str, typer.Option("--road-class", help="What a line without a known class counts as.")
    ] = "primary",
    river_minutes: Annotated[
        str, typer.Option("--river-minutes", help="To cross a river without a road; none bars it.")
    ] = "",
    json: JsonOption = False,
) -> None:
    """Build a friction surface from land cover, roads, lakes, rivers and slope, and say what it lacks."""
    box = numbers(bbox, "--bbox")
    if len(box) != 4:
        raise Problem(
            "option-invalid",
            f"{len(box)} numbers are no box.",
            where="--bbox",
            remedy="Give west,south,east,north in degrees, for example 14,2,28,11.5.",
        )
    spec = SurfaceSpec(
        landcover, (box[0], box[1], box[2], box[3]), cell_deg, mode, season, roads, lakes, rivers, slope,
        road_class, _river_minutes(river_minutes),
    )  # fmt: skip
    check_out(out)
    with telling(as_json=json) as tell:
        tell("building the surface")
        study = build_surface(spec)
        write_out(out, surface_files(study))
    report = dict(study.report) | {"surface": str(out / "friction.tif")}
    if json:
        print_json(report)
        return
    print_lines(f"{report['rows']:,} by {report['columns']:,} cells, {mode}, {season} season.", "")
    shares = [[name, f"{share:.1%}"] for name, share in report["shares"].items()]
    print_table("What decided about the cells", ["", "share"], shares)
    print_lines("", *(f"- {sentence}" for sentence in report["limits"]), "", f"Written to {report['surface']}")


def reach(
    sites: SitesOption,
    surface: SurfaceOption,
    out: OutOption,
    max_min: Annotated[float, typer.Option("--max-min", help="How far to search, in minutes.")] = 360.0,
    as_of: Annotated[str, typer.Option("--as-of", help="Only sites open on this day, YYYY-MM-DD.")] = "",
    air: Annotated[str, typer.Option("--air", help="By this aircraft from landing sites: helicopter.")] = "",
    resolution: Annotated[int, typer.Option("--h3", help="Resolution of the hexagons.")] = 6,
    sites_source: SitesSourceOption = "auto",
    strict: StrictOption = False,
    json: JsonOption = False,
) -> None:
    """Compute the minutes from each site to every cell and hexagon, and name the sites that cannot set out."""
    spec = ReachSpec(max_min, day(as_of, "--as-of") if as_of else None, resolution, air)
    check_out(out)
    with telling(as_json=json) as tell:
        tell("reading sites", 0, 3)
        intake = take_in_sites(sites, ReadingSpec(sites_source, strict, today_utc()))
        tell("searching ways", 1, 3)
        travel, report = study_reach(intake.table, load_surface(surface), spec)
        report |= {
            "inputs": {"surface": digest_file(surface), "sites": intake.manifest.content},
            "accounting": [intake.accounting.as_json(), travel.accounting.as_json()],
        }
        tell("writing", 2, 3)
        write_out(out, reach_files(travel, report, resolution))
    if json:
        print_json(report)
        return
    rows = [
        [site["site_id"], count(site["km2"]), site["reason"] or ""]
        for site in report["sites"]
        if site["usable_points"] or site["reason"] != "outside-surface"
    ]
    print_table(f"Within {max_min:g} minutes", ["site", "square kilometres", "not all used because"], rows)
    for reason, number in travel.accounting.excluded.items():
        print_lines(f"left out, {reason}: {number:,}")
    print_lines(f"Written to {out}")


def _river_minutes(text: str) -> float | None:
    if not text.strip(" ,"):
        return None
    return math.nan if text == "none" else numbers(text, "--river-minutes")[0]
