"""What each site of the invented presences is and was: opened, grown, shrunk, closed, evacuated, denied.

The large operation draws down in its seventh year. Evacuated or denied by the host, a site has nobody there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

LARGE: Final = "IMIPA"
SMALL: Final = "IOGAL"
POLITICAL: Final = "IPMA"
ENVOY: Final = "IESAT"
MODULAR: Final = "IMTSA"
COUNTRY_TEAM: Final = "IUNCTA"

UNKNOWN: Final = float("nan")
_LASTS: Final = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in which nothing about a site changed; `closed` "" while it lasts; people by component."""

    opened: str
    closed: str
    status: str
    military: float
    police: float
    civilian: float


@dataclass(frozen=True, slots=True)
class SitePlan:
    """One site before it is put on the ground; `air` as in the table of sites."""

    mission: str
    kind: str
    air: int
    stretches: tuple[Stretch, ...]


def _base(opened: str, people: tuple[float, float, float], fate: str = "stays", kind: str = "base") -> SitePlan:
    """A base of the large operation and what became of it; `fate` is a word, or the day on which it closed."""
    air = {"headquarters": 1, "sector headquarters": 1, "base": 0}.get(kind, -1)
    whole = Stretch(opened, _LASTS, "open", *people)
    return SitePlan(LARGE, kind, air, _live_on(whole, fate))


def _live_on(whole: Stretch, fate: str) -> tuple[Stretch, ...]:
    military, police, civilian = whole.military, whole.police, whole.civilian
    if fate == "stays":
        return (whole,)
    if fate == "grows":
        early = replace(whole, closed="2019-07-01", military=round(military * 0.6), civilian=UNKNOWN)
        return (early, replace(whole, opened="2019-07-01"))
    if fate == "shrinks":
        less = Stretch("2024-07-01", _LASTS, "reduced", round(military * 0.55), police, np.round(civilian * 0.7))
        return (replace(whole, closed="2024-07-01"), less)
    if fate == "evacuated":
        away = Stretch("2023-04-12", "2023-09-01", "evacuated", 0, 0, 0)
        again = replace(whole, opened="2023-09-01", status="reduced", military=round(military * 0.5))
        return (replace(whole, closed="2023-04-12"), away, again)
    if fate == "denied":
        return (replace(whole, closed="2025-03-03"), Stretch("2025-03-03", _LASTS, "host_denied", 0, 0, 0))
    begin = str(np.datetime64(fate) - np.timedelta64(75, "D"))
    last = Stretch(begin, fate, "closing", round(military * 0.4), UNKNOWN if police else 0.0, 2.0)
    return (replace(whole, closed=begin), last)


LARGE_PLANS: Final = (
    _base("2016-03-01", (890, 240, 410), "shrinks", "headquarters"),
    _base("2016-05-15", (760, 140, 96), "shrinks", "sector headquarters"),
    _base("2016-06-01", (720, 150, 88), "grows", "sector headquarters"),
    _base("2016-09-01", (640, 110, 74), "stays", "sector headquarters"),
    _base("2016-09-20", (480, 60, 22), "shrinks"),
    _base("2017-02-01", (450, 0, 14), "grows"),
    _base("2017-04-10", (430, 40, 12), "evacuated"),
    _base("2017-06-01", (420, 0, 16), "2024-05-31"),
    _base("2017-11-15", (380, 30, UNKNOWN), "shrinks"),
    _base("2018-02-01", (360, 0, 9), "stays"),
    _base("2018-04-01", (350, 140, 18), "2024-06-30"),
    _base("2018-06-15", (310, 0, 8), "denied"),
    _base("2018-10-01", (300, 20, 11), "2024-06-30"),
    _base("2019-01-15", (260, 0, UNKNOWN), "shrinks"),
    _base("2019-03-01", (240, 0, 6), "2024-09-30"),
    _base("2019-09-01", (180, 0, 4), "2024-11-30"),
    _base("2020-02-01", (150, 0, 0), "2021-11-01", "temporary base"),
    _base("2020-08-01", (140, 0, 0), "2024-08-15", "temporary base"),
    _base("2021-05-01", (0, 140, 12), "stays", "police post"),
    _base("2022-03-01", (120, 0, 0), "2025-02-28", "temporary base"),
)


def _observers(opened: str, closed: str, military: float, civilian: float, kind: str = "observers") -> SitePlan:
    row = Stretch(opened, closed, "open", military, 0, civilian)
    return SitePlan(SMALL, kind, 1 if kind == "headquarters" else 0, (row,))


SMALL_PLANS: Final = (
    _observers("2012-07-01", _LASTS, 46, 62, "headquarters"),
    _observers("2012-08-01", _LASTS, 18, UNKNOWN),
    _observers("2012-08-01", "2023-06-30", 16, 2),
    _observers("2014-01-10", _LASTS, 14, 2),
    _observers("2022-04-01", _LASTS, 12, 0),
)

POLITICAL_PLANS: Final = (
    SitePlan(POLITICAL, "headquarters", 1, (Stretch("2019-01-01", _LASTS, "open", 0, 6, 178),)),
    SitePlan(POLITICAL, "regional office", -1, (Stretch("2019-05-01", _LASTS, "open", 0, UNKNOWN, 34),)),
    SitePlan(
        POLITICAL,
        "regional office",
        0,
        (
            Stretch("2020-02-01", "2025-01-01", "open", 0, 0, 23),
            Stretch("2025-01-01", _LASTS, "reduced", 0, 0, 9),
        ),
    ),
)

MODULAR_PLANS: Final = (
    SitePlan(MODULAR, "light team", 0, (Stretch("2023-05-01", "2024-01-01", "open", 60, 24, 12),)),
    SitePlan(MODULAR, "light team", 0, (Stretch("2025-05-10", _LASTS, "open", 45, 24, 11),)),
)

OFFICE: Final = SitePlan(COUNTRY_TEAM, "human rights office", -1, (Stretch("2020-03-01", _LASTS, "open", 0, 0, 9),))
