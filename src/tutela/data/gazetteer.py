"""Finding places by any of their names, in Latin or Arabic letters, and saying how each was found."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from tutela.catalogue.countries import find_country, fold_name
from tutela.data.people.settlements import PlaceList
from tutela.kernel.problems import Problem

MatchKind = Literal["exact", "folded", "alternate", "near"]

KINDS: Final[tuple[MatchKind, ...]] = ("exact", "folded", "alternate", "near")
"""How a place was found, the surest first."""

MOST_NEAR: Final = 10
"""No more names than this are proposed where none fits."""

_ARABIC: Final = str.maketrans("ٱةىیېکہەھ", "اهيييكههه", "ءـ\u200c\u200d\u200e\u200f")
"""Letters that are written for each other, and signs that may be left out."""
_SHORT: Final = 5
_MOST_LETTERS: Final = 100


@dataclass(frozen=True, slots=True)
class GazetteerPlace:
    """A place with all its names; `people` None where its source does not say."""

    place_id: str
    name: str
    other_names: tuple[str, ...]
    lon: float
    lat: float
    country: str
    people: float | None
    source: str


@dataclass(frozen=True, slots=True)
class PlaceMatch:
    """A place that was found, how, and by which of its names."""

    place: GazetteerPlace
    kind: MatchKind
    name: str


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Places and the ways to them; made by `build_gazetteer`.

    names   by folded name: the places that have it, as (row in `places`, the name as written)
    pairs   by two letters that follow each other: folded names with them
    """

    places: tuple[GazetteerPlace, ...]
    names: dict[str, tuple[tuple[int, str], ...]] = field(repr=False)
    pairs: dict[str, tuple[str, ...]] = field(repr=False)


def fold_place(text: str) -> str:
    """The form in which names of places are compared.

    Case, accents, punctuation and articles count for nothing in Latin letters; in Arabic ones neither do vowel
    signs, hamza, the forms of alef, the difference of ta marbuta and ha, of alef maqsura and ya, and Persian
    or Urdu spellings of the same letters.
    """
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return fold_name(plain.translate(_ARABIC))


def build_gazetteer(lists: Iterable[PlaceList]) -> Gazetteer:
    """A gazetteer over lists of places; a place that two lists have stands in it twice, under each source."""
    places: list[GazetteerPlace] = []
    for one in lists:
        table = one.reading.table
        for row, others in enumerate(one.other_names):
            people = float(table.people[row])
            places.append(
                GazetteerPlace(
                    place_id=str(table.place_id[row]),
                    name=str(table.name[row]),
                    other_names=others,
                    lon=float(table.lon[row]),
                    lat=float(table.lat[row]),
                    country=str(table.country[row]),
                    people=None if np.isnan(people) else people,
                    source=one.reading.source,
                )
            )
    names: dict[str, dict[int, str]] = {}
    for row, place in enumerate(places):
        for name in (place.name, *place.other_names):
            names.setdefault(fold_place(name), {}).setdefault(row, name)
    names.pop("", None)
    pairs: dict[str, list[str]] = {}
    for folded in names:
        for pair in _pairs_of(folded):
            pairs.setdefault(pair, []).append(folded)
    return Gazetteer(
        tuple(places),
        {folded: tuple(rows.items()) for folded, rows in names.items()},
        {pair: tuple(having) for pair, having in pairs.items()},
    )


def find_places(gazetteer: Gazetteer, text: str, country: str | None = None) -> tuple[PlaceMatch, ...]:
    """Every place of this name, the surest kind first, then the one with most people.

    "exact" is the first name letter by letter, "folded" the first name but for what `fold_place` ignores,
    "alternate" one of its other names. Only where there is none of these are names proposed that differ in a letter
    or two: their kind is "near", and nobody has said that one of them is meant. `country` (any name or code) keeps
    the places of one country. Raises Problem country-unknown, and option-invalid for a text that is no name.
    """
    folded = fold_place(text[:_MOST_LETTERS])
    if not folded:
        raise Problem(
            "option-invalid",
            "A place is looked for by its name, and this has no letter in it.",
            where="place",
            remedy="Write the name of a place, in Latin or Arabic letters.",
        )
    iso3 = _find_iso3(country)
    found = [
        PlaceMatch(place, _tell_kind(place, name, text), name)
        for row, name in gazetteer.names.get(folded, ())
        if iso3 in (None, (place := gazetteer.places[row]).country)
    ]
    if not found:
        found = _find_near(gazetteer, folded, iso3)
    return tuple(found) if found and found[0].kind == "near" else tuple(sorted(found, key=_rank))


def _find_iso3(country: str | None) -> str | None:
    if country is None:
        return None
    known = find_country(country)
    if known is None:
        raise Problem(
            "country-unknown",
            f"No country is called {country[:40]!r}.",
            where="country",
            remedy="Write its name in English or French, or its ISO 3166 code.",
        )
    return known.iso3


def _tell_kind(place: GazetteerPlace, name: str, text: str) -> MatchKind:
    if place.name == text.strip():
        return "exact"
    return "folded" if name == place.name else "alternate"


def _rank(match: PlaceMatch) -> tuple[int, float, str, str]:
    return KINDS.index(match.kind), -(match.place.people or 0.0), match.place.source, match.place.place_id


def _find_near(gazetteer: Gazetteer, folded: str, iso3: str | None) -> list[PlaceMatch]:
    """Places whose names differ by a letter (of short names) or two, the nearest first."""
    slips = 1 if len(folded) <= _SHORT else 2
    shared = Counter(name for pair in _pairs_of(folded) for name in gazetteer.pairs.get(pair, ()))
    # A slip of one letter breaks two pairs at most, so a name with fewer in common is further away.
    least = len(_pairs_of(folded)) - 2 * slips
    near: dict[int, tuple[int, str]] = {}
    for name, count in shared.items():
        if count < least or abs(len(name) - len(folded)) > slips:
            continue
        distance = count_slips(name, folded)
        if distance > slips:
            continue
        for row, written in gazetteer.names[name]:
            if iso3 in (None, gazetteer.places[row].country):
                near[row] = min(near.get(row, (distance, written)), (distance, written))
    matches = [
        (distance, PlaceMatch(gazetteer.places[row], "near", name)) for row, (distance, name) in near.items()
    ]
    matches.sort(key=lambda item: (item[0], _rank(item[1])))
    return [match for _, match in matches[:MOST_NEAR]]


def _pairs_of(folded: str) -> set[str]:
    padded = f" {folded} "
    return {padded[i : i + 2] for i in range(len(padded) - 1)}


def count_slips(first: str, second: str) -> int:
    """How many letters must be put in, taken out or changed to make one text the other (Levenshtein)."""
    row = list(range(len(second) + 1))
    for i, letter in enumerate(first, start=1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(second, start=1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (letter != other))
    return row[-1]
