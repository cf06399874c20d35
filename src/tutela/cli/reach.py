"""`tutela surface` and `tutela reach`: the ground as minutes, and how far sites reach over it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer

from tutela.cli.options import (
    HomeOption,
    JsonOption,
    OutOption,
    SitesOption,
    SitesSourceOption,
    StrictOption,
    day,
    home_to_write,
    numbers,
)
from tutela.cli.speaking import count, print_json, print_lines, print_note, print_table, telling
from tutela.data.areas import read_areas
from tutela.data.pcodes import read_pcodes
from tutela.data.people.rasters import Multiplier, read_people_raster
from tutela.data.store.folders import check_out, digest_file, write_out
from tutela.kernel.problems import Problem
from tutela.studies.area_reaches import AreaInputs
from tutela.studies.intake import ReadingSpec, take_in_sites, today_utc
from tutela.studies.reach_keeping import (
    ReachInputs,
    ReachStudy,
    describe_areas,
    describe_people,
    keep_reach,
    reach_out_files,
    study_kept_reach,
)
from tutela.studies.reaches import ReachSpec
from tutela.studies.surfaces import SurfaceSpec, build_surface, describe_surface, load_surface, surface_files

app = typer.Typer(no_args_is_help=True, help="The ground as minutes per metre.")

SurfaceOption = Annotated[Path, typer.Option("--surface", help="A friction raster, as `surface build` writes it.")]


MissionOption = Annotated[
    list[str] | None, typer.Option("--mission", help="Only sites of this mission; may be given more than once.")
]
AreasOption = Annotated[
    Path | None, typer.Option("--areas", help="Administrative units (GeoJSON): shares of each in minutes.")
]
PcodesOption = Annotated[
    Path | None, typer.Option("--pcodes", help="A list of P-codes to name the units of --areas by.")
]
PeopleOption = Annotated[
    Path | None, typer.Option("--people", help="People on a grid (GeoTIFF): their shares beside the ground's.")
]

FURTHEST_MIN: Final = 360.0
"""How far is searched unless something else is asked for."""


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
    max_min: Annotated[
        float | None,
        typer.Option("--max-min", help="How far to search, in minutes: 360, with --areas as far as --within-min."),
    ] = None,
    as_of: Annotated[str, typer.Option("--as-of", help="Only sites open on this day, YYYY-MM-DD.")] = "",
    mission: MissionOption = None,
    air: Annotated[str, typer.Option("--air", help="By this aircraft from landing sites: helicopter.")] = "",
    resolution: Annotated[int, typer.Option("--h3", help="Resolution of the hexagons.")] = 6,
    areas: AreasOption = None,
    pcodes: PcodesOption = None,
    people: PeopleOption = None,
    people_per_value: Annotated[
        float, typer.Option("--people-per-value", help="People that a value of 1 stands for.")
    ] = 1.0,
    people_because: Annotated[str, typer.Option("--people-because", help="Who says so.")] = "",
    within_min: Annotated[
        str, typer.Option("--within-min", help="Minutes for the shares of --areas.")
    ] = "30,120,360,1440",
    knights: Annotated[bool, typer.Option("--knights", help="16 directions in place of 8.")] = False,
    sites_source: SitesSourceOption = "auto",
    strict: StrictOption = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Compute the minutes from each site to cells, hexagons and units, and name the sites that cannot set out."""
    minutes = numbers(within_min, "--within-min")
    furthest = max_min if max_min is not None else max(minutes, default=0.0) if areas else FURTHEST_MIN
    spec = ReachSpec(furthest, day(as_of, "--as-of") if as_of else None, resolution, air, knights)
    files_in = _AreaFiles(areas, pcodes, people, Multiplier(people_per_value, people_because), minutes)
    check_out(out)
    place = home_to_write(home)
    with telling(as_json=json) as tell:
        tell("reading sites", 0, 3)
        intake = take_in_sites(sites, ReadingSpec(sites_source, strict, today_utc()))
        ground = load_surface(surface)
        kept = {"sites": intake.manifest, "surface": describe_surface(ground)[0]}
        counted = tuple(mission) if mission else None
        inputs = files_in.read(ReachInputs(intake.table, ground, kept, missions=counted), strict=strict)
        tell("searching ways", 1, 3)
        study, content = study_kept_reach(inputs, spec)
        report = study.report | {
            "inputs": {"surface": digest_file(surface), "sites": intake.manifest.content},
            "accounting": [intake.accounting.as_json(), study.travel.accounting.as_json()],
            "marking": study.manifest.marking.label,
            "artifact": study.manifest.content,
        }
        tell("writing", 2, 3)
        if place is not None:
            keep_reach(place.store, intake, study, content)
        write_out(out, reach_out_files(study, report))
    if json:
        print_json(report | ({"areas": study.area_report} if areas else {}))
    else:
        _print_reach(study, report, out)
    if place is None:
        print_note("No home was found, so nothing was registered and trace will not find it (see --home).")


@dataclass(frozen=True, slots=True)
class _AreaFiles:
    """The files that shares of units are computed from."""

    areas: Path | None
    pcodes: Path | None
    people: Path | None
    multiplier: Multiplier
    within_min: tuple[float, ...]

    def read(self, inputs: ReachInputs, *, strict: bool) -> ReachInputs:
        """The inputs with units, P-codes and people, where they are given."""
        if self.areas is None:
            if self.pcodes or self.people:
                raise Problem(
                    "option-invalid",
                    "P-codes and people are counted by administrative unit, and no units were named.",
                    where="--pcodes" if self.pcodes else "--people",
                    remedy="Name the polygons of the units with --areas, or leave this out.",
                )
            return inputs
        reading = read_areas(self.areas, strict=strict)
        listed = read_pcodes(self.pcodes, strict=strict) if self.pcodes else None
        raster = read_people_raster(self.people, multiplier=self.multiplier) if self.people else None
        areas = AreaInputs(reading.areas, listed.units if listed else (), raster, self.within_min)
        kept = {**inputs.kept, "areas": describe_areas(areas, reading, listed)}
        if raster is not None:
            kept["people"] = describe_people(raster, str(self.people))
        return replace(inputs, kept=kept, areas=areas, reading=reading)


def _print_reach(study: ReachStudy, report: dict[str, Any], out: Path) -> None:
    travel = study.travel
    rows = [
        [site["site_id"], count(site["km2"]), site["reason"] or ""]
        for site in report["sites"]
        if site["usable_points"] or site["reason"] != "outside-surface"
    ]
    print_table(
        f"Within {travel.max_minutes:g} minutes", ["site", "square kilometres", "not all used because"], rows
    )
    for reason, number in travel.accounting.excluded.items():
        print_lines(f"left out, {reason}: {number:,}")
    if study.area_report:
        units = study.area_report["by_status"]
        told = ", ".join(f"{status}: {number:,}" for status, number in units.items())
        print_lines(f"Administrative units in areas.csv, by how much the surface covers: {told}")
    print_lines(f"Marked {report['marking'].lower()}. Written to {out}")


def _river_minutes(text: str) -> float | None:
    if not text.strip(" ,"):
        return None
    return math.nan if text == "none" else numbers(text, "--river-minutes")[0]
