"""Books of reach as plain values: what stands beside their table, spelt for a document and read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np
import shapely

from tutela.engine.reach.conditions import Span
from tutela.engine.reach.contacts import Contacts
from tutela.engine.reach.flights import Aircraft
from tutela.engine.reach.hurdles import Hurdle
from tutela.studies.reach_books import Book, BookGround, BookSpec, Columns

NAMES: Final = ("site_id", "lon", "lat")


@dataclass(frozen=True, slots=True)
class Place:
    """A village, town or camp by its name; people is None where nobody says how many live there."""

    name: str
    lon: float
    lat: float
    people: float | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a book: hurdles and contacts as they were brought, places to ask about, lines to draw."""

    hurdles: tuple[Hurdle, ...] = ()
    contacts: Contacts | None = None
    places: tuple[Place, ...] = ()
    drawing: Mapping[str, Sequence[Any]] = field(default_factory=dict)


def spell_book(book: Book, spec: BookSpec, ground: BookGround, beside: Beside) -> dict[str, Any]:
    """A book with all that stands beside it, but for its table."""
    starts, pads = book.starts, ground.pads
    return {
        "grid": asdict(book.grid),
        "within_min": list(book.within_min),
        "spec": spell_spec(spec),
        "ways": [
            {"mode": way.mode, "season": way.season, "unused": [list(item) for item in way.standing.unused],
             "moved": [asdict(item) for item in way.standing.moved], "chance_to_fly": way.chance_of_flight}
            for way in book.ways
        ],
        "sites": [list(item) for item in zip(*(getattr(starts, name).tolist() for name in NAMES), strict=True)],
        "pads": pads and {"lon": pads.lon.tolist(), "lat": pads.lat.tolist(), "has_fuel": pads.has_fuel.tolist()},
        "closed": [shapely.to_wkt(shape, rounding_precision=9) for shape in ground.closed],
        "insecure": [shapely.to_wkt(shape, rounding_precision=9) for shape in ground.insecure],
        "hurdles": [spell_hurdle(item) for item in beside.hurdles],
        "contacts": None if beside.contacts is None else _spell_columns(beside.contacts.columns()),
        "places": [list(asdict(place).values()) for place in beside.places],
        "drawing": {name: [_spell_line(line) for line in lines] for name, lines in beside.drawing.items()},
    }  # fmt: skip


def read_contacts(said: Mapping[str, Any]) -> Contacts | None:
    """The contacts of a book, None where none were brought."""
    return said["contacts"] and Contacts(**{name: np.array(column) for name, column in said["contacts"].items()})


def _spell_columns(columns: Columns) -> dict[str, list[Any]]:
    return {name: column.tolist() for name, column in columns.items()}


def _spell_line(line: Any) -> list[list[float]]:
    spelt: list[list[float]] = np.asarray(line, dtype=np.float64).round(5).tolist()
    return spelt


def spell_spec(spec: BookSpec) -> dict[str, Any]:
    """A spec as plain values."""
    return {
        "within_min": list(spec.within_min),
        "as_of": spec.as_of and spec.as_of.isoformat(),
        "draws": spec.draws,
        "seed": spec.seed,
        "snap_km": spec.snap_km,
        "knights": spec.knights,
        "aircraft": spec.aircraft and asdict(spec.aircraft),
        "spans": {key: [span.low, span.value, span.high] for key, span in spec.spans.items()},
    }


def read_spec(said: Mapping[str, Any]) -> BookSpec:
    """A spec from plain values."""
    return BookSpec(
        tuple(said["within_min"]),
        said["as_of"] and date.fromisoformat(said["as_of"]),
        said["draws"],
        said["seed"],
        said["snap_km"],
        said["knights"],
        said["aircraft"] and Aircraft(**said["aircraft"]),
        {key: Span(*values) for key, values in said["spans"].items()},
    )


def spell_hurdle(hurdle: Hurdle) -> dict[str, Any]:
    """A hurdle as plain values."""
    chance, delay = ([span.low, span.value, span.high] for span in (hurdle.chance, hurdle.delay))
    held = {name: sorted(getattr(hurdle, name)) for name in ("sites", "modes", "seasons")}
    return {
        "asked": hurdle.asked, "item": hurdle.item, "chance": chance, "delay": delay, "source": hurdle.source,
        "note": hurdle.note, **held,
    }  # fmt: skip


def read_hurdle(said: Mapping[str, Any]) -> Hurdle:
    """A hurdle from plain values."""
    held = {name: frozenset(said[name]) for name in ("sites", "modes", "seasons")}
    return Hurdle(
        said["asked"],
        said["item"],
        Span(*said["chance"]),
        Span(*said["delay"]),
        said["source"],
        said["note"],
        **held,
    )
