"""What was asked for in an address: a mode, a season and a site; or a place, by name or by degrees."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tutela.kernel.problems import Problem
from tutela.studies.book_keeping import KeptBook
from tutela.studies.book_spelling import Place

_LONGEST = 80


@dataclass(frozen=True, slots=True)
class WayChoice:
    """One mode in one season, from one site or ("") from all."""

    mode: str
    season: str
    site: str

    @property
    def key(self) -> str:
        """Mode and season as the form sends them."""
        return f"{self.mode}|{self.season}"


@dataclass(frozen=True, slots=True)
class Offer:
    """What the form offers: (key, words) of each way, and the ids of sites."""

    ways: tuple[tuple[str, str], ...]
    sites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskedPlace:
    """The place that was meant, None where nothing was asked or nothing is called so; names that are nearly so."""

    text: str
    place: Place | None
    near: tuple[str, ...] = ()


def offer_ways(book: KeptBook) -> Offer:
    """All ways and sites of a book."""
    ways = tuple(
        (f"{way['mode']}|{way['season']}", name_way(way["mode"], way["season"])) for way in book.said["ways"]
    )
    return Offer(ways, tuple(sorted({site[0] for site in book.said["sites"]})))


def name_way(mode: str, season: str) -> str:
    """Mode and season in words."""
    modes = {"motorised": _("by vehicle"), "foot": _("on foot")}
    seasons = {"dry": _("dry season"), "wet": _("wet season")}
    return f"{modes.get(mode, mode)}, {seasons.get(season, season)}"


def choose_way(book: KeptBook, query: Mapping[str, str]) -> WayChoice:
    """The way and site of the address, the first way and all sites where it names none.

    Raises Problem "page-missing" for a way or a site that the book does not have.
    """
    offer = offer_ways(book)
    key = query.get("way") or offer.ways[0][0]
    site = query.get("site", "")
    if key not in dict(offer.ways) or (site and site not in offer.sites):
        raise Problem(
            "page-missing",
            "This book of reach has no such way or site.",
            remedy="Choose one of those that the page offers.",
        )
    mode, _bar, season = key.rpartition("|")
    return WayChoice(mode, season, site)


def choose_place(book: KeptBook, query: Mapping[str, str]) -> AskedPlace:
    """The place of the address: by its name, or by longitude and latitude ("23.5, 7.25")."""
    text = query.get("place", "").strip()[:_LONGEST]
    places = {item[0]: Place(*item) for item in book.said["places"]}
    if not text:
        return AskedPlace("", None)
    folded = {name.casefold(): name for name in places}
    if text.casefold() in folded:
        return AskedPlace(text, places[folded[text.casefold()]])
    point = _read_point(text)
    if point is not None:
        return AskedPlace(text, Place(text, *point))
    near = difflib.get_close_matches(text.casefold(), list(folded), n=5, cutoff=0.5)
    return AskedPlace(text, None, tuple(folded[name] for name in near))


def _read_point(text: str) -> tuple[float, float] | None:
    parts = text.replace(";", ",").split(",")
    try:
        lon, lat = (float(part) for part in parts)
    except ValueError:
        return None
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        return None
    return lon, lat
