"""The invented country's book of reach: by vehicle, on foot, by helicopter; dry and wet; invented hurdles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from tutela.catalogue.conditions import load_conditions
from tutela.data.store.homes import Home
from tutela.engine.reach.conditions import Span
from tutela.engine.reach.contacts import Contacts
from tutela.engine.reach.friction import Surface
from tutela.engine.reach.hurdles import Hurdle
from tutela.kernel.manifests import Manifest
from tutela.kernel.tables import Sites
from tutela.studies.book_keeping import describe_book, keep_book
from tutela.studies.book_spelling import Beside, Place
from tutela.studies.intake import Intake
from tutela.studies.invented.country import InventedCountry
from tutela.studies.reach_books import BookGround, BookSpec, study_book
from tutela.studies.reaches import load_aircraft
from tutela.studies.surfaces import SurfaceSpec, build_surface
from tutela.studies.travel_ground import TravelGround, lay_in_surface

WAYS: Final = (("motorised", "dry"), ("motorised", "wet"), ("foot", "dry"), ("foot", "wet"))
DRAWS: Final = 40
PLACES: Final = 400
POST_KM: Final = 15.0
"""So far people walk to somebody who keeps contact."""
SPANS: Final = ("pace/all", "pace/patch", "ready/patrol", "turnaround/helicopter", "daylight/helicopter",
                "weather/dry", "weather/wet")  # fmt: skip

_SAID: Final = "invented for the demonstration"
HURDLES: Final = (
    Hurdle("may-move", "flight assurance", Span(0.5, 0.7, 0.9), Span(0, 60, 240), _SAID, modes=frozenset(["air"])),
    Hurdle("may-move", "host permission", Span(0.6, 0.8, 0.95), Span(0, 30, 180), _SAID),
    Hurdle("may-move", "escort", Span(0.7, 0.85, 1.0), Span(15, 30, 120), _SAID, modes=frozenset(["motorised"])),
    Hurdle("can-act", "caveats", Span(0.5, 0.75, 0.9), Span(0, 0, 0), _SAID),
    Hurdle("can-act", "interpreter", Span(0.4, 0.6, 0.8), Span(0, 0, 60), _SAID),
    Hurdle("can-act", "casualty evacuation", Span(0.5, 0.8, 0.9), Span(0, 0, 0), _SAID, seasons=frozenset(["wet"])),
)


def keep_reach_book(
    home: Home, country: InventedCountry, files: Mapping[str, Path], sites: Intake[Sites]
) -> Manifest:
    """Compute the book of the invented country and keep it in its home."""
    grounds = [_lay(files, country, mode, season) for mode, season in WAYS]
    table = load_conditions()
    spec = BookSpec(
        as_of=country.last_day,
        draws=DRAWS,
        aircraft=load_aircraft("helicopter"),
        spans={key: Span(table[key].low, table[key].value, table[key].high) for key in SPANS},
        snap_km=10.0,
    )
    laid = BookGround(tuple(ground.surface for ground in grounds))
    book = study_book(sites.table, laid, spec)
    kept = {"sites": sites.manifest, **{f"surface-{i}": item.manifest for i, item in enumerate(grounds)}}
    manifest, content = describe_book(book, spec, laid, _beside(country), kept)
    keep_book(home.store, grounds, manifest, content)
    return manifest


def _lay(files: Mapping[str, Path], country: InventedCountry, mode: str, season: str) -> TravelGround:
    (west, south), (east, north) = (edge(np.concatenate(country.land), axis=0) for edge in (np.min, np.max))
    study = build_surface(
        SurfaceSpec(
            landcover=files["landcover.tif"],
            bbox=(float(west), float(south), float(east), float(north)),
            cell_deg=0.05,
            mode=mode,
            season=season,
            roads=files["roads.geojson"],
            rivers=files["rivers.geojson"],
        )
    )
    surface: Surface = study.surface
    return lay_in_surface(surface, country.origin)


def _beside(country: InventedCountry) -> Beside:
    last = country.last_day.isoformat()
    masts = [mast for mast in country.communities.network.masts if not mast.until or mast.until > last]
    posts = [
        post
        for post in country.communities.posts
        if post.opened <= last and (not post.closed or post.closed > last)
    ]
    rows = [("phone", mast.place, mast.lon, mast.lat, mast.reach_km) for mast in masts]
    rows += [("liaison-post", post.name, post.lon, post.lat, POST_KM) for post in posts]
    kind, name, lon, lat, reach = zip(*rows, strict=True)
    contacts = Contacts(np.array(kind), np.array(name), np.array(lon), np.array(lat), np.array(reach))
    places = tuple(Place(town.name, town.lon, town.lat) for town in country.towns[:PLACES])
    return Beside(HURDLES, contacts, places, _draw(country))


def _draw(country: InventedCountry) -> dict[str, Sequence[Any]]:
    terrain = country.terrain
    return {
        "land": list(country.land),
        "rivers": [river.points for river in terrain.rivers],
        "roads": [road.points for road in terrain.roads if road.kind == "paved"],
        "tracks": [road.points for road in terrain.roads if road.kind == "track"],
    }
