"""The weights of spread events, written down: which rule gave an event which points and months, and how much each.

The part of an event at a point in a month weighs the point's weight in its area times the month's weight in the
event. Both add up to 1, so no more and no fewer people are counted than the record has.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.reach.areas import SHARED_NAMES, find_areas
from tutela.engine.reach.months import split_by_month
from tutela.engine.reach.vicinity import PLACEABLE, UNPLACEABLE, Vicinity
from tutela.kernel.tables import Events, Text

RULES: Final = {code: names[-1] for codes, names in SHARED_NAMES for code in codes}
"""The rule by place precision: the events whose points share this name, and those above it, take the event up."""

_NAMES: Final = ("country", "adm_1", "adm_2")


def list_weights(vicinity: Vicinity, events: Events) -> dict[str, dict[str, NDArray[Any]]]:
    """Three tables, none without spread.

    spread_events  event_id, rule, and the area by its names ("" for those that the rule does not look at)
    spread_points  the points of each such area, by rule and names, with their weight: 1 in each area
    spread_months  event_id, month and weight of every event of several months, and of every spread one: 1 in each
    """
    if vicinity.spec.spread == "none":
        return {}
    counted = np.flatnonzero(vicinity.state == PLACEABLE)
    spread = np.flatnonzero(vicinity.is_spread)
    placed = np.flatnonzero((vicinity.state == PLACEABLE) & ~vicinity.is_spread)
    areas = find_areas(events, placed, np.flatnonzero(vicinity.is_spread | (vicinity.state == UNPLACEABLE)))
    rule, names = _name_areas(events, spread)
    slots, first = np.unique(areas.slot[spread], return_index=True)
    sizes = areas.start[slots + 1] - areas.start[slots]
    of_area = np.repeat(first, sizes)
    entry = np.concatenate([np.arange(areas.start[slot], areas.start[slot + 1]) for slot in slots] or [slots])
    as_of = int(np.datetime64(vicinity.spec.as_of, "D").astype(np.int64))
    stretches = split_by_month(events, counted, as_of)
    told = vicinity.is_spread[stretches.event] | (stretches.weight < 1)
    stretches = stretches.take(told)
    return {
        "spread_events": {"event_id": events.event_id[spread], "rule": rule, **names},
        "spread_points": {
            "rule": rule[of_area],
            **{name: column[of_area] for name, column in names.items()},
            "lon": areas.lon[areas.point[entry]],
            "lat": areas.lat[areas.point[entry]],
            "weight": areas.weight[entry],
        },
        "spread_months": {
            "event_id": events.event_id[stretches.event],
            "month": stretches.day.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]"),
            "weight": stretches.weight,
        },
    }


def _name_areas(events: Events, spread: NDArray[np.int64]) -> tuple[Text, dict[str, Text]]:
    """The rule of each of these events, and the names of its area."""
    rule = np.array([RULES[int(code)] for code in events.precision[spread]], dtype=np.str_)
    names = {}
    for depth, name in enumerate(_NAMES):
        looked_at = np.isin(rule, np.array(_NAMES[depth:], dtype=np.str_))
        names[name] = np.where(looked_at, getattr(events, name)[spread], "")
    return rule, names
