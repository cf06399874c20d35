"""What a table of events holds: people killed by country, year and kind, and how well the places are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tutela.kernel.tables import COUNTS, VIOLENCE, Codes, Events, Floats, Total

Level: TypeAlias = Literal["country", "adm_1", "adm_2"]
Area: TypeAlias = tuple[str, ...]
Groups: TypeAlias = NDArray[np.intp]

LEVELS: Final[tuple[Level, ...]] = ("country", "adm_1", "adm_2")
UNKNOWN: Final = "unknown"
NO_PLACE: Final = "none"


@dataclass(frozen=True, slots=True)
class Tally:
    """A group of events and the people killed in them; the figures in the order of COUNTS."""

    events: int
    best: Total
    low: Total
    high: Total
    civilians: Total

    def as_json(self, *, interval: bool = False) -> dict[str, object]:
        """Plain values; null where the source has no such figure, never 0."""
        names = COUNTS if interval else ("best", "civilians")
        figures: dict[str, object] = {"events": self.events}
        for name in names:
            figures[name] = getattr(self, name).as_json()
        return figures


@dataclass(frozen=True, slots=True)
class Summary:
    """Totals of a table of events, and the same by country ("" unknown), year, kind of violence.

    The groups of each kind add up to the totals. `place_precision` counts events by the source's precision
    code, 0 where it does not say; events without any place are under -1.
    """

    totals: Tally
    by_country: Mapping[str, Tally]
    by_year: Mapping[int, Tally]
    by_type: Mapping[str, Tally]
    place_precision: Mapping[int, int]

    def as_json(self) -> dict[str, object]:
        """The shape of `events inspect --json`, without what concerns files."""
        missing = {name: getattr(self.totals, name).missing for name in COUNTS}
        return {
            "totals": {
                **self.totals.as_json(interval=True),
                "missing": {name: count for name, count in missing.items() if count},
            },
            "by_country": {code or UNKNOWN: tally.as_json() for code, tally in self.by_country.items()},
            "by_year": {str(year): tally.as_json() for year, tally in self.by_year.items()},
            "by_type": {kind: tally.as_json() for kind, tally in self.by_type.items()},
            "place_precision": {_name_precision(code): n for code, n in self.place_precision.items()},
        }


def summarise(events: Events) -> Summary:
    """Add up a table of events. The three kinds of violence always stand there; unknown only where it occurs."""
    everything = np.zeros(len(events), dtype=np.intp)
    countries, country = np.unique(events.country, return_inverse=True)
    years, year = np.unique(events.day.astype("datetime64[Y]").astype(np.int64) + 1970, return_inverse=True)
    kinds = _tally(events, events.violence.astype(np.intp), len(VIOLENCE))
    return Summary(
        totals=_tally(events, everything, 1)[0],
        by_country=dict(zip(countries.tolist(), _tally(events, country, len(countries)), strict=True)),
        by_year=dict(zip(years.tolist(), _tally(events, year, len(years)), strict=True)),
        by_type={
            name: tally for name, tally in zip(VIOLENCE, kinds, strict=True) if tally.events or name != UNKNOWN
        },
        place_precision=_count_precision(events.precision, np.isnan(events.lon) | np.isnan(events.lat)),
    )


def tally_areas(events: Events, level: Level) -> dict[Area, Tally]:
    """Add up by country, province or district, each named from the country down: ("CAF", "Ouham", "Bossangoa").

    What lies in no known district, province or country is under "", so that every level adds up to the same.
    """
    group = np.zeros(len(events), dtype=np.intp)
    areas: list[Area] = [()]
    for name in LEVELS[: LEVELS.index(level) + 1]:
        group, areas = _split(group, areas, getattr(events, name))
    return dict(zip(areas, _tally(events, group, len(areas)), strict=True))


def _split(
    group: NDArray[np.intp], areas: list[Area], names: NDArray[np.str_]
) -> tuple[NDArray[np.intp], list[Area]]:
    known, code = np.unique(names, return_inverse=True)
    pairs, finer = np.unique(group * len(known) + code, return_inverse=True)
    return finer, [(*areas[pair // len(known)], str(known[pair % len(known)])) for pair in pairs.tolist()]


def _tally(events: Events, group: Groups, groups: int) -> list[Tally]:
    sizes = np.bincount(group, minlength=groups)
    totals = {name: _add_up_groups(getattr(events, name), group, sizes) for name in COUNTS}
    return [
        Tally(events=int(size), **{name: totals[name][index] for name in COUNTS})
        for index, size in enumerate(sizes)
    ]


def _add_up_groups(values: Floats, group: Groups, sizes: Groups) -> list[Total]:
    known = ~np.isnan(values)
    counted = np.bincount(group[known], minlength=len(sizes))
    sums = np.bincount(group[known], weights=values[known], minlength=len(sizes))
    # A source that has no such column knows nothing of an empty group either.
    absent = bool(len(values)) and not known.any()
    return [
        Total(None if absent or (size and not count) else float(total), int(size - count))
        for size, count, total in zip(sizes, counted, sums, strict=True)
    ]


def _count_precision(precision: Codes, nowhere: NDArray[np.bool_]) -> dict[int, int]:
    codes, counts = np.unique(np.where(nowhere, -1, precision), return_counts=True)
    return dict(zip(codes.tolist(), counts.tolist(), strict=True))


def _name_precision(code: int) -> str:
    return {-1: NO_PLACE, 0: UNKNOWN}.get(code, str(code))
