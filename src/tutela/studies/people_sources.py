"""From the files of people that somebody brought to sources that can be asked, each kept as an artifact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

import tutela
from tutela.data.people.rasters import Box, Multiplier, read_people_raster
from tutela.data.people.settlements import read_places
from tutela.data.people.tables import Repeated, read_people_table
from tutela.data.sources.readings import Origin, Reading
from tutela.data.store.artifacts import Content, Store
from tutela.kernel.accounting import Accounting
from tutela.kernel.grids import Grid
from tutela.kernel.manifests import Input, Manifest
from tutela.kernel.markings import Marking, Principal
from tutela.kernel.people import PeopleOfUnits, PeopleRaster, Settlements
from tutela.kernel.problems import Problem

ALGORITHM: Final = 1
"""Raised when the same file would give other people."""

_TIFF: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


@dataclass(frozen=True, slots=True)
class PeopleFiles:
    """Files of people, and for each raster (or once for all) what its value stands for and who says so.

    repeated  whether lines of a table with one unit's code are added up, or refused
    """

    people: tuple[Path, ...] = ()
    per_value: tuple[float, ...] = ()
    because: tuple[str, ...] = ()
    places: tuple[Path, ...] = ()
    invented: Origin | None = None
    repeated: Repeated = "refuse"

    @property
    def is_any(self) -> bool:
        """Whether any file was named, or anything said that needs one."""
        return bool(self.people or self.places)

    def multipliers(self) -> dict[Path, Multiplier]:
        """What each raster's value stands for. Raises Problem option-invalid where that is not said."""
        rasters = [path for path in self.people if is_raster(path)]
        if not rasters:
            if self.per_value or self.because:
                raise _refuse("--people-per-value", "It is said of rasters, and none was named.", "Leave it out.")
            return {}
        if not self.per_value:
            raise Problem(
                "option-invalid",
                "The raster does not say what one unit of its value stands for.",
                where=str(rasters[0]),
                remedy="Name it with --people-per-value: 1 where a cell's value is its people, 400 where it is the "
                "mean of 400 smaller cells, then with --people-because.",
            )
        for given, option in ((self.per_value, "--people-per-value"), (self.because, "--people-because")):
            if len(given) > 1 and len(given) != len(rasters):
                message = f"It is given {len(given)} times for {len(rasters)} rasters."
                raise _refuse(option, message, "Give it once, or once for each raster in their order.")
        values = self.per_value * len(rasters) if len(self.per_value) == 1 else self.per_value
        because = self.because * len(rasters) if len(self.because) == 1 else self.because
        because = because or ("",) * len(rasters)
        return {path: Multiplier(value, why) for path, value, why in zip(rasters, values, because, strict=True)}


@dataclass(frozen=True, slots=True)
class PeopleSource:
    """One source under the name that figures give it, as it was read: what it holds near the sites.

    table     of a raster, of units, or of named places;  year  that it speaks for, 0 where unknown
    """

    name: str
    table: PeopleRaster | PeopleOfUnits | Settlements
    year: int
    manifest: Manifest
    content: Content
    origin: Origin
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PeopleTaken:
    """What was read, and in sentences what could not be used here."""

    sources: tuple[PeopleSource, ...]
    lacking: tuple[str, ...]


def is_raster(path: Path) -> bool:
    """Whether a file is a GeoTIFF by its first bytes. Raises Problem file-missing."""
    if not path.is_file():
        raise Problem("file-missing", "There is no such file.", where=str(path), remedy="Check the path.")
    with path.open("rb") as file:
        return file.read(4) in _TIFF


def take_in_people(files: PeopleFiles, box: Box | None) -> PeopleTaken:
    """Read all files; of rasters and places only what lies in the box around the sites, none without a box.

    A raster that has no number there is no source here, and a sentence says so. Raises what the readers raise,
    and Problem option-invalid where a raster's value is not explained.
    """
    multipliers = files.multipliers()
    sources: list[PeopleSource] = []
    lacking = []
    for path in files.people:
        if path not in multipliers:
            sources.append(_read_table(path, files))
        elif box is None:
            lacking.append(f"The raster {path.name} was not read: no site is open, so nobody lives near one.")
        else:
            try:
                sources.append(_read_raster(path, multipliers[path], box, files.invented))
            except Problem as problem:
                if problem.where != "box":
                    raise
                lacking.append(f"The raster {path.name} has no number of people where the sites are.")
    sources += [_read_places(path, box, files.invented) for path in files.places]
    return PeopleTaken(tuple(sources), tuple(lacking))


def restore_source(store: Store, manifest: Manifest, principal: Principal) -> PeopleSource:
    """A source as it was kept."""
    parameters = manifest.parameters
    columns = store.load_table(manifest.content, parameters["form"], principal)
    table: PeopleRaster | PeopleOfUnits | Settlements
    if parameters["form"] == "raster":
        grid = Grid(**parameters["grid"])
        people, least = (np.full(grid.n_rows * grid.n_cols, np.nan) for _ in range(2))
        people[columns["cell"]], least[columns["cell"]] = columns["people"], columns["least"]
        named = {name: parameters[name] for name in ("source", "year", "counted_as", "digest")}
        table = PeopleRaster(
            people.reshape(grid.shape), least.reshape(grid.shape), grid, **named, notes=tuple(parameters["notes"])
        )
    else:
        table = (PeopleOfUnits if parameters["form"] == "units" else Settlements).from_columns(columns)
    content = Content({parameters["form"]: columns})
    origin = Origin(parameters["name"], "", manifest.licence, manifest.attribution, ())
    return PeopleSource(
        parameters["name"], table, parameters["year"], manifest, content, origin, tuple(parameters["notes"])
    )


def _read_raster(path: Path, multiplier: Multiplier, box: Box, invented: Origin | None) -> PeopleSource:
    raster = read_people_raster(path, multiplier=multiplier, box=box)
    known = np.flatnonzero(~np.isnan(raster.people.ravel()))
    content = Content(
        {"raster": {"cell": known, "people": raster.people.ravel()[known], "least": raster.least.ravel()[known]}}
    )
    cells = raster.people.size
    accounting = Accounting(
        "cells around the sites", cells, len(known), {"no-number": cells - len(known)} if len(known) < cells else {}
    )
    origin = invented or Origin(raster.source, str(raster.year or "not stated"), "not stated in the file", "", ())
    said = {
        "form": "raster",
        "name": raster.source,
        "grid": asdict(raster.grid),
        "source": raster.source,
        "year": raster.year,
        "counted_as": raster.counted_as,
        "digest": raster.digest,
        "notes": list(raster.notes),
    }
    made = _describe(said, (path, raster.digest), accounting, origin, content)
    return PeopleSource(raster.source, raster, raster.year, made, content, origin, raster.notes)


def _read_table(path: Path, files: PeopleFiles) -> PeopleSource:
    reading = read_people_table(path, repeated=files.repeated)
    year = int(reading.table.year.max(initial=0))
    return _from_reading("units", path, reading, year, files.invented)


def _read_places(path: Path, box: Box | None, invented: Origin | None) -> PeopleSource:
    reading = read_places(path).reading
    places = reading.table
    west, south, east, north = box or (0.0, 0.0, 0.0, 0.0)
    near = (places.lon >= west) & (places.lon <= east) & (places.lat >= south) & (places.lat <= north)
    near &= box is not None
    excluded = dict(reading.accounting.excluded)
    if not near.all():
        excluded["far-from-every-site"] = int((~near).sum())
    account = Accounting(reading.accounting.step, reading.accounting.input, int(near.sum()), excluded)
    return _from_reading("places", path, replace(reading, table=places.take(near), accounting=account), 0, invented)


def _from_reading(
    form: str,
    path: Path,
    reading: Reading[PeopleOfUnits] | Reading[Settlements],
    year: int,
    invented: Origin | None,
) -> PeopleSource:
    name = f"{reading.origin.name} ({path.stem})"
    content = Content({form: reading.table.columns()})
    notes = (*reading.notes, *_name_excluded(path, reading.accounting))
    said = {"form": form, "name": name, "year": year, "notes": list(notes)}
    origin = invented or replace(reading.origin, name=name)
    found = (path, reading.file_digest)
    made = _describe(said, found, reading.accounting, origin, content)
    return PeopleSource(name, reading.table, year, made, content, origin, notes)


def _name_excluded(path: Path, accounting: Accounting) -> Sequence[str]:
    return [
        f"{count:,} of {accounting.input:,} rows of {path.name} were left out: {reason.replace('-', ' ')}."
        for reason, count in sorted(accounting.excluded.items())
    ]


def _describe(
    said: dict[str, Any], found: tuple[Path, str], accounting: Accounting, origin: Origin, content: Content
) -> Manifest:
    path, digest = found
    return Manifest(
        kind="people",
        title=f"People: {said['name']}",
        content=content.digest,
        inputs=(Input("file", digest),),
        parameters=said,
        algorithms={"people": ALGORITHM},
        accounting=(accounting,),
        marking=Marking.UNCLASSIFIED if origin.invented else Marking.CONFIDENTIAL,
        licence=origin.licence,
        attribution=origin.attribution,
        invented=origin.invented,
        redistributable=origin.redistributable,
        about={"version": tutela.__version__, "files": {digest: str(path)}},
    )


def _refuse(option: str, message: str, remedy: str) -> Problem:
    return Problem("option-invalid", message, where=option, remedy=remedy)
