"""Books of reach for the tests of the pages: an invented plain with two sites, a wall and a helicopter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Final

import numpy as np

from tutela.engine.reach.conditions import Span
from tutela.engine.reach.contacts import Contacts
from tutela.engine.reach.flights import Aircraft
from tutela.engine.reach.friction import Surface
from tutela.engine.reach.hurdles import Hurdle
from tutela.kernel.grids import Grid
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import Marking
from tutela.kernel.tables import Sites
from tutela.studies.book_keeping import KeptBook, describe_book
from tutela.studies.book_spelling import Beside, Place, spell_book
from tutela.studies.reach_books import BookGround, BookSpec, study_book

DIGESTS: Final = {Marking.UNCLASSIFIED: "b0" * 32, Marking.CONFIDENTIAL: "5c" * 32}
HOSTILE: Final = "<script>alert(3)</script>"


def make_sites() -> Sites:
    columns = {name: np.array(["", ""]) for name in ("status", "kind", "country", "source_id")}
    wanted = {
        "site_id": np.array(["INV/mill", "INV/cape"]),
        "mission": np.array(["INV-LARGE", "INV-LARGE"]),
        "name": np.array(["mill", "cape"]),
        "lon": np.array([20.055, 20.305]),
        "lat": np.array([5.005, 5.005]),
        "opened": np.array(["2015-01-01", "2015-01-01"], dtype="datetime64[D]"),
        "closed": np.array(["NaT", "NaT"], dtype="datetime64[D]"),
        "air": np.array([1, 0], np.int8),
        **{name: np.array([10.0, 10.0]) for name in ("military", "police", "civilian")},
        "source_file": np.zeros(2, np.int16),
        "source_line": np.arange(2, 4, dtype=np.int32),
    }
    names = Sites.__dataclass_fields__
    return Sites(**{name: wanted.get(name, columns.get(name, np.array(["", ""]))) for name in names})


@cache
def make_book(marking: Marking = Marking.UNCLASSIFIED) -> KeptBook:
    """A book by vehicle, on foot and by air, with hurdles and a hostile name in it."""
    grid = Grid(20.0, 5.1, 0.01, 0.01, 20, 40)
    friction = np.full(grid.shape, 0.006, np.float32)
    friction[:, 35] = np.nan
    surfaces = tuple(
        Surface(grid, friction * factor, mode, "dry") for factor, mode in ((0.3, "motorised"), (2, "foot"))
    )
    spans = {"pace/all": Span(0.8, 1.0, 1.4), "ready/patrol": Span(5, 10, 20), "weather/dry": Span(0.5, 0.8, 0.9)}
    spec = BookSpec(
        (30.0, 90.0), date(2020, 12, 31), 6, spans=spans, aircraft=Aircraft("helicopter", 20.0, 200.0, 100.0)
    )
    ground = BookGround(surfaces)
    hurdles = (
        Hurdle("may-move", "escort", Span(0.5, 0.7, 0.9), Span(0, 10, 60), HOSTILE, modes=frozenset(["motorised"])),
    )
    contacts = Contacts(
        np.array(["phone"]), np.array([HOSTILE]), np.array([20.1]), np.array([5.0]), np.array([30.0])
    )
    places = (Place("Oldbridge", 20.105, 5.005, 400.0), Place("Farwall", 20.395, 5.005), Place(HOSTILE, 20.2, 5.0))
    beside = Beside(hurdles, contacts, places)
    book = study_book(make_sites(), ground, spec)
    sites = Manifest("sites", "invented-sites.csv", "d" * 64, invented=marking is Marking.UNCLASSIFIED)
    manifest, _content = describe_book(book, spec, ground, beside, {"sites": sites})
    kept = replace(manifest, content=DIGESTS[marking], marking=marking)
    return KeptBook(kept, spell_book(book, spec, ground, beside), book.columns)
