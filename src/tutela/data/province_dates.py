"""Old and new provinces of one country, told apart by the table of changes and by which names a list holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Literal

from tutela.catalogue.countries import fold_name
from tutela.catalogue.provinces import ProvinceChange, load_province_changes
from tutela.data.areas import AdminUnit

Side = Literal["before", "after", "mixed", "unknown"]
Sides = dict[date, tuple[list[ProvinceChange], Side]]


def date_units(
    units: Sequence[AdminUnit], changes: Sequence[ProvinceChange] | None = None
) -> tuple[tuple[AdminUnit, ...], tuple[str, ...]]:
    """The units with the days on which their country's provinces changed, and notes on what was found.

    A list as a whole stands before or after a change: a name that is in both (Équateur, South Darfur) means other
    ground on each side, and the names beside it tell which. Where that is settled, the dates of all provinces of
    that country come from the table; a list's own date says when it was published, not since when a province is.
    Only provinces (level 1) are dated. Where provinces went and came back under their old names (South Sudan's ten
    states), a name that only one side has tells, or else the day of the list. A list that holds old and new names
    together is left as it is, with a note.
    """
    table = load_province_changes() if changes is None else tuple(changes)
    dated = list(units)
    notes: list[str] = []
    for country in sorted({unit.country for unit in units}):
        rows = [row for row, unit in enumerate(units) if unit.country == country and unit.level == 1]
        names = frozenset(fold_name(units[row].name) for row in rows)
        sides = {step: (found, _find_side(names, country, found)) for step, found in _steps(table, country)}
        sides, told = _resolve_return(sides, names, _published(units[row] for row in rows))
        notes.extend(f"{country}: {sentence}" for sentence in told)
        settled = {step: held for step, held in sides.items() if held[1] in ("before", "after")}
        notes.extend(
            f"{country}: the list holds provinces from before and after {step.isoformat()}; it was not dated."
            for step, held in sides.items()
            if held[1] == "mixed"
        )
        if settled and len(settled) == len([held for held in sides.values() if held[1] != "unknown"]):
            for row in rows:
                dated[row] = _date_unit(units[row], settled)
            where = ", ".join(f"{side} {step.isoformat()}" for step, (_, side) in settled.items())
            notes.append(f"{country}: the list stands {where}.")
    return tuple(dated), tuple(notes)


def _published(units: Iterable[AdminUnit]) -> date | None:
    """The day that the list gives itself, if it gives one and the same to all."""
    days = {unit.valid_from for unit in units}
    return days.pop() if len(days) == 1 else None


def _resolve_return(sides: Sides, names: frozenset[str], published: date | None) -> tuple[Sides, tuple[str, ...]]:
    """The sides without those that a return of old names makes contradict each other, and what to say of it."""
    back = max((step for step, (_, side) in sides.items() if side == "after"), default=None)
    gone = [step for step, (_, side) in sides.items() if back and step < back and side in ("before", "mixed")]
    if back is None or not gone:
        return sides, ()
    began = {name for change in sides[gone[0]][0] for name in change.old_names}
    only_new = {name for change in sides[back][0] for spelt in change.new_names for name in spelt} - began
    if names & only_new or (published is not None and published >= back):
        return {step: held for step, held in sides.items() if step not in gone}, ()
    if published is not None and published < gone[0]:
        return {step: held for step, held in sides.items() if step < back}, ()
    kept = {step: held for step, held in sides.items() if step < gone[0]}
    said = f"its names stood before {gone[0].isoformat()} and again since {back.isoformat()}"
    return kept, (f"{said}; the list does not tell which, and is dated for neither.",)


def _steps(table: Iterable[ProvinceChange], country: str) -> list[tuple[date, list[ProvinceChange]]]:
    """The changes that this country takes part in, day by day."""
    own = sorted((change for change in table if country in (change.country, change.new_country)), key=_day_of)
    return [(day, list(group)) for day, group in groupby(own, key=_day_of)]


def _day_of(change: ProvinceChange) -> date:
    return change.day


def _find_side(names: frozenset[str], country: str, changes: list[ProvinceChange]) -> Side:
    """On which side of a change a list of names stands."""
    old = [change.old_names for change in changes if change.country == country]
    new = [spelt for change in changes if change.new_country == country for spelt in change.new_names]
    seen_old = [spelt for spelt in old if spelt & names]
    only_old = [spelt for spelt in seen_old if not any(spelt & other for other in new)]
    only_new = [spelt for spelt in new if spelt & names and not any(spelt & other for other in old)]
    if only_old and only_new:
        return "mixed"
    if only_new:
        return "after"
    # Without a name that is gone today, only a list with all the old names can be told from a part of a new one.
    return "before" if only_old or (old and len(seen_old) == len(old)) else "unknown"


def _date_unit(unit: AdminUnit, settled: dict[date, tuple[list[ProvinceChange], Side]]) -> AdminUnit:
    name = fold_name(unit.name)
    since, until = None, None
    for day, (changes, side) in settled.items():
        ends = any(change.country == unit.country and name in change.old_names for change in changes)
        begins = any(
            change.new_country == unit.country and any(name in spelt for spelt in change.new_names)
            for change in changes
        )
        if side == "before" and ends:
            until = min(until or day, day)
        if side == "after" and begins:
            since = max(since or day, day)
    return replace(unit, valid_from=since, valid_to=until)
