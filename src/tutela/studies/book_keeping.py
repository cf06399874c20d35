"""Books of reach in the store and in files, and what they say of one place: which sites, how, with what chance."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import h3
import numpy as np
import shapely
from numpy.typing import NDArray

import tutela
from tutela.data.geoparquet import parquet_bytes, write_points
from tutela.data.store.artifacts import Content, Store
from tutela.engine.reach import chances, conditions, landings
from tutela.engine.reach.contacts import Heard, find_contacts
from tutela.engine.reach.hurdles import QUESTIONS, Hurdle, Verdict, judge
from tutela.engine.reach.landings import Pads
from tutela.engine.reach.openings import find_runs
from tutela.kernel.estimates import Estimate
from tutela.kernel.grids import Grid
from tutela.kernel.manifests import Input, Manifest
from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Sites
from tutela.studies.book_spelling import Beside, Place, read_contacts, read_hurdle, read_spec, spell_book
from tutela.studies.reach_books import Book, BookGround, BookSpec, Columns, study_book
from tutela.studies.surfaces import restore_surface
from tutela.studies.travel_ground import TravelGround

KIND: Final = "reach-book"


@dataclass(frozen=True, slots=True)
class KeptBook:
    """A book as it is read back from the store."""

    manifest: Manifest
    said: Mapping[str, Any]
    columns: Columns

    @property
    def grid(self) -> Grid:
        """The grid that its cells are numbered by."""
        return Grid(**self.said["grid"])

    @property
    def within_min(self) -> tuple[float, ...]:
        """The times that were asked for, rising."""
        return tuple(self.said["within_min"])

    @property
    def hurdles(self) -> tuple[Hurdle, ...]:
        """What may stand in the way, as it was brought."""
        return tuple(read_hurdle(item) for item in self.said["hurdles"])


@dataclass(frozen=True, slots=True)
class Answer:
    """One way from one site to one place: when they can arrive, and beside it whether they may move and can act.

    arrive   minutes with least and most (None where the most is that they do not come);  chance   to be there
    within the longest time;  within   the same for each time
    """

    site_id: str
    mode: str
    season: str
    minutes: float | None
    low: float
    high: float | None
    chance: float
    within: tuple[float, ...]
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class PlaceAnswer:
    """All ways to one place, the quickest first; cell is -1 off the grid; heard is who an alarm reaches."""

    place: Place
    cell: int
    answers: tuple[Answer, ...]
    heard: tuple[Heard, ...]


def describe_book(
    book: Book, spec: BookSpec, ground: BookGround, beside: Beside, kept: Mapping[str, Manifest]
) -> tuple[Manifest, Content]:
    """A book as an artifact; `kept` holds the manifests of sites and surfaces by role."""
    said = spell_book(book, spec, ground, beside)
    content = Content({"reach": book.columns}, {"book.json": json.dumps(said, sort_keys=True).encode()})
    invented = all(item.invented for role, item in kept.items() if role == "sites")
    manifest = Manifest(
        kind=KIND,
        title=f"Reach of {kept['sites'].title}, by mode and season",
        content=content.digest,
        inputs=tuple(Input(role, item.content) for role, item in kept.items()),
        parameters={"within_min": list(spec.within_min), "draws": spec.draws, "as_of": said["spec"]["as_of"]},
        seed=spec.seed,
        algorithms={
            "chances": chances.ALGORITHM,
            "conditions": conditions.ALGORITHM,
            "landings": landings.ALGORITHM,
        },
        accounting=tuple(way.standing.accounting for way in book.ways),
        # Which places are far from everybody is for those who need it, whatever the files were.
        marking=Marking.UNCLASSIFIED if invented else Marking.CONFIDENTIAL,
        licence="; ".join(dict.fromkeys(item.licence for item in kept.values() if item.licence)),
        attribution="; ".join(dict.fromkeys(item.attribution for item in kept.values() if item.attribution)),
        invented=invented,
        about={"version": tutela.__version__, "presences": list(book.presences)},
        redistributable=all(item.redistributable for item in kept.values()),
    )
    return manifest, content


def load_book(store: Store, manifest: Manifest, principal: Principal) -> KeptBook:
    """A book from the store."""
    said = json.loads(store.load_document(manifest.content, "book.json", principal))
    return KeptBook(manifest, said, store.load_table(manifest.content, "reach", principal))


def keep_book(store: Store, grounds: Sequence[TravelGround], manifest: Manifest, content: Content) -> None:
    """Register a book and its surfaces; its sites are kept by others."""
    for item in grounds:
        store.write(item.manifest, item.content)
    store.write(manifest, content)


def list_books(store: Store, principal: Principal) -> tuple[Manifest, ...]:
    """The books that a principal may read, the latest day first."""
    found = store.manifests(principal, KIND)
    return tuple(sorted(found, key=lambda item: (item.parameters["as_of"] or "", item.content), reverse=True))


def find_book(store: Store, digest: str, principal: Principal) -> KeptBook:
    """One book by its digest; what is none answers as what is not there."""
    manifest = store.find(digest, principal)
    if manifest.kind != KIND:
        raise Problem(
            "artifact-unknown",
            "No book of reach has this digest.",
            where=digest[:12],
            remedy="Choose one of the list of books.",
        )
    return load_book(store, manifest, principal)


def repeat_book(store: Store, manifest: Manifest, principal: Principal) -> Manifest:
    """Compute a book again from the store; the caller compares the digests."""
    kept = {item.role: store.find(item.content, principal) for item in manifest.inputs}
    said = load_book(store, manifest, principal).said
    sites = Sites.from_columns(store.load_table(kept["sites"].content, "sites", principal))
    surfaces = tuple(
        restore_surface(store, item, principal) for role, item in kept.items() if role.startswith("surface")
    )
    pads = said["pads"] and Pads(
        np.array(said["pads"]["lon"]), np.array(said["pads"]["lat"]), np.array(said["pads"]["has_fuel"], dtype=bool)
    )
    closed, insecure = (tuple(shapely.from_wkt(text) for text in said[name]) for name in ("closed", "insecure"))
    ground, spec = BookGround(surfaces, closed, insecure, pads), read_spec(said["spec"])
    contacts = read_contacts(said)
    beside = Beside(
        tuple(read_hurdle(item) for item in said["hurdles"]),
        contacts,
        tuple(Place(*item) for item in said["places"]),
        said["drawing"],
    )
    return describe_book(study_book(sites, ground, spec), spec, ground, beside, kept)[0]


def book_files(book: Book, manifest: Manifest, resolution: int) -> dict[str, bytes]:
    """What goes into --out: cells and hexagons as GeoParquet, and what they are as JSON."""
    lon, lat = book.grid.centres(book.columns["cell"])
    placed = {**book.columns, "lon": np.round(lon, 6), "lat": np.round(lat, 6)}
    hexagons = book_hexagons(book, resolution)
    outlines = {
        name: shapely.to_wkb(shapely.Polygon([(x, y) for y, x in h3.cell_to_boundary(name)]))
        for name in np.unique(hexagons["h3"]).tolist()
    }
    said = json.dumps(report_book(book, manifest), indent=2, ensure_ascii=False).encode() + b"\n"
    return {
        "reach.parquet": parquet_bytes(placed, write_points(lon, lat), ("Point",)),
        "reach-hexagons.parquet": parquet_bytes(
            hexagons, [outlines[name] for name in hexagons["h3"].tolist()], ("Polygon",)
        ),
        "reach.json": said,
        "manifest.json": json.dumps(manifest.as_json(), indent=2, ensure_ascii=False).encode() + b"\n",
    }


def book_hexagons(book: Book, resolution: int) -> Columns:
    """For each site, mode, season and hexagon the quickest of its cells, whole row."""
    columns = book.columns
    used, place = np.unique(columns["cell"], return_inverse=True)
    lon, lat = book.grid.centres(used)
    named = np.array([h3.latlng_to_cell(y, x, resolution) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)])
    hexagon = named[place]
    keys = [columns["site_id"], columns["mode"], columns["season"], hexagon]
    codes = [np.unique(key, return_inverse=True)[1] for key in keys]
    minutes = np.where(np.isnan(columns["minutes"]), np.inf, columns["minutes"])
    order = np.lexsort((-columns["chance"], minutes, *codes[::-1]))
    first = order[find_runs(*(code[order] for code in codes))]
    kept = {name: column[first] for name, column in columns.items() if name != "cell"}
    return {"h3": hexagon[first], **kept}


def report_book(book: Book, manifest: Manifest) -> dict[str, Any]:
    """What the command prints and keeps beside the tables."""
    columns = book.columns
    ways = []
    for way in book.ways:
        rows = (columns["mode"] == way.mode) & (columns["season"] == way.season)
        ways.append(
            {
                "mode": way.mode,
                "season": way.season,
                "rows": int(rows.sum()),
                "sites": len(np.unique(columns["site_id"][rows])),
                "starting_points": way.standing.accounting.as_json(),
                "unused": [list(item) for item in way.standing.unused],
                "moved": [asdict(item) for item in way.standing.moved],
                "chance_to_fly": way.chance_of_flight,
            }
        )
    return {
        "definition": {
            "within_min": list(book.within_min),
            "minutes": "from the order to the middle of the cell, getting ready included; the usual ground",
            "low, high": "least and most of all draws; infinite where somebody does not come in one of them",
            "chance": f"share of draws there within {book.within_min[-1]:g} minutes; by air, of hours to fly in",
            "not_in_it": "whether anybody may move, and whether they can act there",
        },
        "ways": ways,
        "rows": len(columns["cell"]),
        "marking": manifest.marking.label,
        "artifact": manifest.content,
    }


def ask_place(book: KeptBook, place: Place) -> PlaceAnswer:
    """Everything that the book says of one place."""
    cell = int(book.grid.find_cells(np.array([place.lon]), np.array([place.lat]))[0])
    columns, hurdles = book.columns, book.hurdles
    rows = np.flatnonzero(columns["cell"] == cell) if cell >= 0 else np.empty(0, np.int64)
    minutes = columns["minutes"][rows]
    quickest = np.where(np.isnan(minutes), np.inf, minutes)
    order = rows[np.lexsort((columns["site_id"][rows], -columns["chance"][rows], quickest))]
    contacts = read_contacts(book.said)
    heard = () if contacts is None else find_contacts(contacts, place.lon, place.lat)
    return PlaceAnswer(place, cell, tuple(_answer(book, row, hurdles) for row in order.tolist()), heard)


def answer_estimate(answer: Answer) -> Estimate | None:
    """The minutes as an estimate, None where the usual time or the most is beyond what was searched."""
    if answer.minutes is None or answer.high is None:
        return None
    return Estimate(answer.low, answer.minutes, answer.high, "usual ground; least and most of the draws")


def _answer(book: KeptBook, row: int, hurdles: tuple[Hurdle, ...]) -> Answer:
    columns = book.columns
    site_id, mode, season = (str(columns[name][row]) for name in ("site_id", "mode", "season"))
    minutes, high = float(columns["minutes"][row]), float(columns["high"][row])
    shorter = tuple(float(columns[f"chance_{limit:g}"][row]) for limit in book.within_min[:-1])
    chance = float(columns["chance"][row])
    return Answer(
        site_id,
        mode,
        season,
        None if np.isnan(minutes) else minutes,
        float(columns["low"][row]),
        None if np.isinf(high) else high,
        chance,
        (*shorter, chance),
        tuple(judge(hurdles, asked, site_id, mode, season) for asked in QUESTIONS),
    )


def site_minutes(book: KeptBook, mode: str, season: str, site_id: str = "") -> NDArray[np.float64]:
    """Minutes by cell from one site, or from the quickest of all; NaN where nobody comes."""
    columns = book.columns
    rows = (columns["mode"] == mode) & (columns["season"] == season) & ~np.isnan(columns["minutes"])
    if site_id:
        rows &= columns["site_id"] == site_id
    minutes = np.full(book.grid.n_rows * book.grid.n_cols, np.inf)
    np.minimum.at(minutes, columns["cell"][rows], columns["minutes"][rows])
    minutes[np.isinf(minutes)] = np.nan
    return minutes
