"""A forecast as its folder holds it, turned into rows: every active unit its own, the quiet ones one together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tutela.kernel.problems import Problem, said
from tutela.records.outlooks.packing import pack_draws
from tutela.studies.outlooks.forecast_files import BASE_RATE, ForecastRows, KeptForecast

_NUMBERS: Final = ("mean", "q05", "q25", "q50", "q75", "q95", "chance_any", "chance_25")
_DIGITS: Final = 4
CODED: Final = {
    "changed": (
        "expected_before", "expected_now", "by_newest_month", "by_time", "killed_newest", "killed_around_newest",
        "killed_past_year", "months_past_year", "killed_year_before", "months_year_before",
    ),
    "silent": ("since", "months", "longest_before"),
}  # fmt: skip
"""The values of each reason that has a code."""

_REASONS: Final = 6
"""Sentences that are kept for one unit."""


@dataclass(frozen=True, slots=True)
class UnitDraft:
    """One active unit; fields as on `ForecastUnit`."""

    code: str
    label: str
    lat: float | None
    lon: float | None
    lines: list[list[Any]]
    draws: list[list[float]]
    past: list[list[Any]]
    history: list[list[Any]]
    reasons: list[Any]


def units_of(kept: KeptForecast) -> Iterator[UnitDraft]:
    """The units with draws of their own, or with a past worth keeping, in the order of their numbers."""
    rows = kept.rows
    past, history = _by_unit(kept.header.get("past")), _by_unit(kept.header.get("history"))
    nothing = _empty_months(kept)
    reasons = reasons_of(kept.header)
    order = np.lexsort((rows.lead, rows.unit))
    unit = rows.unit[order]
    starts = np.flatnonzero(np.concatenate(([True], unit[1:] != unit[:-1])))
    for first, last in zip(starts, np.append(starts[1:], len(unit)), strict=True):
        places = order[first:last]
        at, number = places[0], str(int(rows.unit[places[0]]))
        is_active = bool(rows.active[at])
        if not is_active and number not in past:
            continue
        yield UnitDraft(
            str(rows.code[at]) or number,
            str(rows.label[at])[:120],
            _degree(rows.lat[at]),
            _degree(rows.lon[at]),
            [_line(rows, place) for place in places] if is_active else [],
            [pack_draws(kept.draws[rows.row[place]]) for place in places] if is_active else [],
            past.get(number, []),
            history.get(number, nothing),
            reasons.get(number, [])[:_REASONS],
        )


def reasons_of(header: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What a forecast says for itself of each unit: codes with values where it has them, else its sentences."""
    found: dict[str, list[Any]] = {}
    told = {"changed": header.get("changes"), "silent": (header.get("coverage") or {}).get("silent")}
    over = {"changed": {"months": len(header.get("months") or ()), "newest": header["origin"]}, "silent": {}}
    for code, rows in told.items():
        for row in rows or ():
            values = {name: row.get(name) for name in CODED[code]}
            if all(_fits(name, value) for name, value in values.items()):
                found.setdefault(str(row.get("unit")), []).append({"code": code, **values, **over[code]})
    for unit, sentences in (header.get("reasons") or {}).items():
        if unit not in found:
            found[unit] = [str(text)[:240] for text in sentences]
    return found


def base_rate_of(kept: KeptForecast) -> list[list[Any]]:
    """The lines that every quiet unit shares; none where all units are active."""
    rows = kept.rows
    quiet = np.flatnonzero(rows.basis == BASE_RATE)
    if not len(quiet):
        return []
    one = rows.unit[quiet[0]]
    places = quiet[rows.unit[quiet] == one]
    return [_line(rows, place) for place in places[np.argsort(rows.lead[places], kind="stable")]]


def count_units(kept: KeptForecast) -> tuple[int, int]:
    """How many units the forecast is of, and how many have draws of their own."""
    rows = kept.rows
    return len(np.unique(rows.unit)), len(np.unique(rows.unit[rows.active]))


def require_sound(kept: KeptForecast) -> None:
    """Refuse what cannot be true: no number, below zero, chances beyond 1, quantiles out of order."""
    rows = kept.rows
    held = {name: getattr(rows, name) for name in _NUMBERS}
    for name, values in held.items():
        if not len(values) or not np.isfinite(values).all() or (values < 0).any():
            raise _unusable(name, "holds what is no number of people or no chance")
    for name in ("chance_any", "chance_25"):
        if (held[name] > 1).any():
            raise _unusable(name, "holds a chance above 1")
    if (held["chance_25"] > held["chance_any"] + 1e-9).any():
        raise _unusable("chance_25", "is higher than the chance of anybody")
    steps = np.stack([held[name] for name in ("q05", "q25", "q50", "q75", "q95")])
    if (np.diff(steps, axis=0) < 0).any():
        raise _unusable("q05 to q95", "are out of order")


def _line(rows: ForecastRows, place: Any) -> list[Any]:
    return [str(rows.month[place]), *(round(float(getattr(rows, name)[place]), _DIGITS) for name in _NUMBERS)]


def _by_unit(table: Mapping[str, Any] | None) -> dict[str, list[list[Any]]]:
    """Rows of a table that the description holds, under the number of their unit."""
    if not table:
        return {}
    found: dict[str, list[list[Any]]] = {}
    columns = [name for name in table["columns"] if name != "unit"]
    place = table["columns"].index("unit")
    for row in table["rows"]:
        found.setdefault(str(row[place]), []).append([part for i, part in enumerate(row) if i != place])
    if not columns:
        raise _unusable("forecast.json", "has a table without columns")
    return found


def _empty_months(kept: KeptForecast) -> list[list[Any]]:
    """What is counted where nobody was killed in the months that came with the forecast; empty where none came."""
    table = kept.header.get("history")
    if not table or not table["rows"]:
        return []
    place = table["columns"].index("month")
    return [[month, 0] for month in sorted({str(row[place]) for row in table["rows"]})]


def _fits(name: str, value: Any) -> bool:
    """Whether a reason can be worded with it: a month, or a number; only what is around may be unknown."""
    if name == "since":
        return isinstance(value, str) and len(value) == len("2027-03")
    if value is None:
        return name == "killed_around_newest"
    return isinstance(value, (int, float)) and not isinstance(value, bool) and bool(np.isfinite(value))


def _degree(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


def _unusable(name: str, why: str) -> Problem:
    return Problem(
        "forecast-unusable",
        said("The column {name} {why}.", name=name, why=why),
        where=name,
        remedy="Make the forecast again with tutela outlook predict; nothing was taken in.",
    )
