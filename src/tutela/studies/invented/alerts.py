"""Liaison posts in villages, and the alerts that communities give: none where no telephone works.

A post goes when the site that looks after it goes. Few alerts from a place may mean that it is quiet, or that
nobody there can call, or that nobody is left to be called.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tutela.kernel.tables import Events, Sites
from tutela.studies.invented.attacks import FIRST_DAY, LAST_DAY
from tutela.studies.invented.network import Network
from tutela.studies.invented.plane import Points, to_plane
from tutela.studies.invented.plans import LARGE, MODULAR
from tutela.studies.invented.roads import WET_MONTHS
from tutela.studies.invented.towns import Settlements

POST_KM: Final = 18.0
"""How far around a post people give it their alerts."""

_SITE_KM: Final = 38.0
_POSTS: Final = 4
_GIVEN: Final = 0.42
_WITHOUT: Final = 0.5
"""Alerts after which no event is on record, for each alert about one."""

_KINDS: Final = ("warning", "under way", "afterwards")
_SHARES: Final = (0.4, 0.25, 0.35)
_THREATS: Final = (
    ("armed men seen", "threats made", "people leaving", "demands for money or cattle", "aircraft overhead"),
    ("shots heard", "village attacked", "people taken away", "bombs or shells"),
    ("village attacked", "people killed", "cattle taken", "houses burnt", "people taken away"),
)
"""What is told, by kind of alert."""

_ACTIONS: Final = (
    "patrol sent",
    "commanders called",
    "passed to host authorities",
    "people told to wait",
    "none on record",
)
_ACTION_SHARES: Final = (0.34, 0.16, 0.22, 0.10, 0.18)
_NEVER: Final = np.datetime64("2999-01-01")


@dataclass(frozen=True, slots=True)
class LiaisonPost:
    """One village with somebody who keeps contact; `site_id` looks after it. `closed` "" while it lasts."""

    post_id: str
    name: str
    name_ar: str
    lon: float
    lat: float
    presence_id: str
    site_id: str
    opened: str
    closed: str


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert; hours are from the alert, None where that never happened or was not written down."""

    alert_id: str
    day: str
    hour: int
    post_id: str
    place: str
    place_ar: str
    lon: float
    lat: float
    channel: str
    kind: str
    threat: str
    acknowledged_hours: float | None
    action: str
    action_hours: float | None


def open_posts(sites: Sites, settlements: Settlements, rng: np.random.Generator) -> tuple[LiaisonPost, ...]:
    """A few villages around each site of the large operation and the modular team, while somebody is there."""
    staffed = np.isin(sites.mission, (LARGE, MODULAR)) & ~np.isin(sites.status, ("evacuated", "host_denied"))
    points = to_plane(np.column_stack((sites.lon, sites.lat)))
    taken: set[int] = set()
    posts: list[LiaisonPost] = []
    for site in np.unique(sites.site_id[staffed]).tolist():
        rows = np.flatnonzero(staffed & (sites.site_id == site))
        away = np.hypot(*(settlements.points - points[rows[0]]).T)
        near = [town for town in np.flatnonzero((away > 3) & (away < _SITE_KM)).tolist() if town not in taken]
        chosen = sorted(rng.choice(near, min(_POSTS, len(near)), replace=False).tolist())
        taken.update(chosen)
        closed = sites.closed[rows].max() if not np.isnat(sites.closed[rows]).any() else None
        opened = max(sites.opened[rows].min(), np.datetime64("2017-06-01"))
        for town in chosen:
            since = opened + int(rng.integers(40, 200))
            if closed is not None and since >= closed:
                continue
            name = settlements.names[town]
            posts.append(
                LiaisonPost(
                    post_id=f"L{len(posts) + 1:03d}",
                    name=name.latin,
                    name_ar=name.arabic,
                    lon=float(settlements.degrees[town, 0]),
                    lat=float(settlements.degrees[town, 1]),
                    presence_id=str(sites.mission[rows[0]]),
                    site_id=str(site),
                    opened=str(since),
                    closed="" if closed is None else str(closed),
                )
            )
    return tuple(posts)


def give_alerts(
    posts: tuple[LiaisonPost, ...],
    events: Events,
    network: Network,
    settlements: Settlements,
    rng: np.random.Generator,
) -> tuple[Alert, ...]:
    """Alerts about some events near open posts, before, during and after, and alerts that nothing followed.

    Each is given from a settlement near the post where a telephone works on that day.
    """
    where = to_plane(np.array([(post.lon, post.lat) for post in posts]))
    number, day, point, kind = _raise_alerts(posts, where, events, rng)
    town = cKDTree(settlements.points).query(point)[1]
    # The place that is told of is a settlement; who tells of it calls from there.
    heard = network.covers(settlements.points[town], day) & network.covers(where[number], day)
    order = np.lexsort((town, number, day))
    order = order[heard[order]]
    return tuple(
        _write(count, (posts[int(number[row])], day[row], int(kind[row])), settlements, int(town[row]), rng)
        for count, row in enumerate(order.tolist())
    )


def _raise_alerts(
    posts: tuple[LiaisonPost, ...], where: Points, events: Events, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.datetime64], Points, NDArray[np.int64]]:
    """Post, day, point and kind of every alert that would be given if the telephone worked."""
    exact = events.take(np.flatnonzero(events.precision <= 2))
    points = to_plane(np.column_stack((exact.lon, exact.lat)))
    first = np.datetime64(FIRST_DAY, "D")
    last = np.datetime64(LAST_DAY, "D")
    parts = []
    for number, post in enumerate(posts):
        opened, closed = np.datetime64(post.opened), np.datetime64(post.closed or _NEVER)
        near = np.hypot(*(points - where[number]).T) <= POST_KM
        rows = np.flatnonzero(near & (rng.random(len(near)) < _GIVEN))
        kind = rng.choice(len(_KINDS), len(rows), p=_SHARES)
        lag = np.select([kind == 0, kind == 2], [-rng.integers(0, 5, len(rows)), rng.integers(0, 4, len(rows))], 0)
        more = rng.poisson(_WITHOUT * len(rows) + 1.5)
        days = np.concatenate(
            (exact.day[rows] + lag, first + rng.integers(0, int((last - first).astype(int)), more))
        )
        spread = where[number] + rng.normal(0, POST_KM / 3, (more, 2))
        kinds = np.concatenate((kind, np.zeros(more, dtype=np.int64)))
        keep = (days >= max(opened, first)) & (days < closed) & (days <= last)
        place = np.concatenate((points[rows], spread))
        parts.append((np.full(keep.sum(), number), days[keep], place[keep], kinds[keep]))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return columns[0], columns[1], columns[2], columns[3]


def _write(
    count: int,
    given: tuple[LiaisonPost, np.datetime64, int],
    settlements: Settlements,
    town: int,
    rng: np.random.Generator,
) -> Alert:
    post, day, kind = given
    name = settlements.names[town]
    action = _ACTIONS[int(rng.choice(len(_ACTIONS), p=_ACTION_SHARES))]
    is_wet = int(str(day)[5:7]) in WET_MONTHS
    acknowledged = None if rng.random() < 0.12 else round(float(rng.lognormal(0.4, 1.0)), 1)
    slow = 1.9 if is_wet and action == "patrol sent" else 1.0
    hours = (
        None if action == _ACTIONS[-1] else round((acknowledged or 2.0) + slow * float(rng.lognormal(1.9, 0.9)), 1)
    )
    return Alert(
        alert_id=f"A{count + 1:05d}",
        day=str(day),
        hour=int(rng.integers(24)),
        post_id=post.post_id,
        place=name.latin,
        place_ar=name.arabic,
        lon=float(settlements.degrees[town, 0]),
        lat=float(settlements.degrees[town, 1]),
        channel="telephone call" if rng.random() < 0.7 else "text message",
        kind=_KINDS[kind],
        threat=_THREATS[kind][int(rng.integers(len(_THREATS[kind])))],
        acknowledged_hours=acknowledged,
        action=action,
        action_hours=hours,
    )
