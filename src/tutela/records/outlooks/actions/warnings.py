"""Warnings within the budget, what is decided on each, and the sitting in which they are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db import IntegrityError, transaction
from django.db.models import F

from tutela.engine.outlook.warnings import Candidates, choose_warned
from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem, said
from tutela.records.accounts.principals import require
from tutela.records.accounts.roles import May
from tutela.records.incidents.fields import choice, invalid, text
from tutela.records.ledger.acts import action
from tutela.records.missions.models import Population, Presence
from tutela.records.outlooks.finding import find_known, now, see_presence
from tutela.records.outlooks.models import (
    Forecast,
    ForecastUnit,
    OutlookSetting,
    Sitting,
    Warned,
    WarnedPlace,
    WarningDecision,
)
from tutela.records.outlooks.nearness import Concern, concerns, places_of

WIDEST_KM = 200
MOST = 50
"""Warnings a month that anybody can be said to look at."""

_MONTH, _MEAN, _LOW, _MIDDLE, _HIGH, _ANY, _MANY = 0, 1, 2, 4, 6, 7, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionDraft:
    """What is decided on a warning; fields as on `WarningDecision`."""

    choice: str
    owner: str = ""
    reason: str = ""
    note: str = ""
    look_again: date | None = None


@action("outlook.set_budget")
def set_budget(
    *, by: Principal, presence: int, compartment: int, budget: int, within_km: int, expected_version: int
) -> OutlookSetting:
    """How many warnings a presence looks at each month, and how near a unit must lie to concern it."""
    home = see_presence(by, presence)
    require(by, May.DECIDE, compartment, home.marking)
    if not 1 <= budget <= MOST:
        raise invalid(
            "budget",
            said("A budget is 1 to {most} warnings a month.", most=MOST),
            "Say what one sitting can look at.",
        )
    if not 1 <= within_km <= WIDEST_KM:
        raise invalid(
            "within_km",
            said("Near is 1 to {widest_km} km.", widest_km=WIDEST_KM),
            "Choose a distance that somebody can act on.",
        )
    rows = OutlookSetting.visible_to(by).filter(compartment_id=compartment, presence_id=home.pk)
    held = rows.first()
    if held is None:
        made = OutlookSetting(compartment_id=compartment, marking=home.marking, presence_id=home.pk)
        made.budget, made.within_km = budget, within_km
        made.save(force_insert=True)
        return made
    if not rows.filter(version=expected_version).update(
        budget=budget, within_km=within_km, version=F("version") + 1
    ):
        raise moved_on()
    return rows.get()


@action("outlook.raise_warnings")
def raise_warnings(*, by: Principal, forecast: int, presence: int, month: str) -> tuple[Warned, ...]:
    """Warn of the units that concern a presence in one month, as many as its budget allows, once for a forecast.

    Units are ranked by the chance of anybody being killed. None is warned of at a chance of 0. Places marked higher
    than the forecast choose nothing: whoever reads the warnings could tell from them that such places are there.
    """
    row = find_known(by, Forecast, forecast, May.ASSESS)
    home = see_presence(by, presence)
    if month not in row.months:
        raise invalid("month", "The forecast is not about this month.", "Choose one of its months.")
    if Warned.visible_to(by).filter(forecast_id=row.pk, presence_id=home.pk, month=month).exists():
        raise Problem(
            "already-there",
            "The warnings of this forecast stand already for this month.",
            where="month",
            remedy="Review them; they are not raised twice.",
        )
    setting = setting_of(by=by, compartment=row.compartment_id, presence=home.pk)
    units = ForecastUnit.visible_to(by).filter(forecast_id=row.pk).order_by("pk")
    places = [place for place in places_of(by, home) if place.marking <= row.marking]
    near = concerns(home, places, units, row.level, setting.within_km)
    lines = [(item, _line_of(item, month)) for item in near]
    held = [(item, line) for item, line in lines if line is not None]
    candidates = Candidates(
        np.arange(len(held)),
        np.array([line[_ANY] for _, line in held], dtype=np.float64),
        np.array([line[_MEAN] for _, line in held], dtype=np.float64),
    )
    chosen = [held[place] for place in choose_warned(candidates, setting.budget)]
    threshold = min((float(line[_ANY]) for _, line in chosen), default=1.0)
    return tuple(
        _insert_warning(by, row, home, item, line, (threshold, setting.budget, len(held))) for item, line in chosen
    )


@action("outlook.decide")
def decide(*, by: Principal, warned: int, decision: DecisionDraft, expected_number: int) -> WarningDecision:
    """Decide on a warning: act or watch with an owner, or nothing with a reason; earlier decisions stay."""
    row = find_known(by, Warned, warned, May.DECIDE)
    made = WarningDecision(
        **_common(by, row),
        warned_id=row.pk,
        number=expected_number + 1,
        choice=choice(decision.choice, WarningDecision.Choice.values, "choice"),
        note=text(decision.note, "note", 400),
    )
    if made.choice == WarningDecision.Choice.NO_ACTION:
        if not decision.reason:
            raise invalid("reason", "Doing nothing needs a reason.", "Choose one from the list.")
        made.reason = choice(decision.reason, WarningDecision.Reason.values, "reason")
    else:
        made.owner = text(decision.owner, "owner", 80)
        if not made.owner:
            raise invalid("owner", "Somebody must own this.", "Name a function, not a person.")
        if decision.look_again is None:
            raise invalid("look_again", "When it is looked at again is not said.", "Give a day.")
        made.look_again = decision.look_again
    if decision.look_again is not None and decision.look_again <= now().date():
        raise invalid("look_again", "This day is not to come.", "Choose a later day.")
    if WarningDecision.visible_to(by).filter(warned_id=row.pk).count() != expected_number:
        raise moved_on()
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise moved_on() from None
    return made


@action("outlook.hold_sitting")
def hold_sitting(*, by: Principal, presence: int, forecast: int, next_on: date, note: str = "") -> Sitting:
    """Close the review of a forecast's warnings for a presence; refused while one of them is undecided."""
    row = find_known(by, Forecast, forecast, May.DECIDE)
    home = see_presence(by, presence)
    warned = list(
        Warned.visible_to(by).filter(forecast_id=row.pk, presence_id=home.pk).values_list("pk", flat=True)
    )
    decided = set(WarningDecision.visible_to(by).filter(warned_id__in=warned).values_list("warned_id", flat=True))
    if set(warned) - decided:
        raise Problem(
            "not-possible",
            said("{value} warnings are not decided.", value=len(set(warned) - decided)),
            where="warnings",
            remedy="Each needs an owner, or a reason why nothing is done.",
        )
    if next_on <= now().date():
        raise invalid("next_on", "The next sitting is still to come.", "Choose a later day.")
    made = Sitting(
        **_common(by, row),
        presence_id=home.pk,
        forecast_id=row.pk,
        held_on=now().date(),
        next_on=next_on,
        warned=len(warned),
        note=text(note, "note", 400),
    )
    made.save(force_insert=True)
    return made


@action("outlook.setting")
def setting_of(*, by: Principal, compartment: int, presence: int) -> OutlookSetting:
    """The setting of a presence in a compartment, or what holds until somebody sets another."""
    rows = OutlookSetting.visible_to(by).filter(compartment_id=compartment, presence_id=presence)
    return rows.first() or OutlookSetting(compartment_id=compartment, presence_id=presence, version=0)


def moved_on() -> Problem:
    """Somebody else was first."""
    return Problem(
        "not-possible",
        "Somebody else changed this in the meantime.",
        where="expected_version",
        remedy="Read it again; what you wrote was not kept.",
    )


def _insert_warning(
    by: Principal, row: Forecast, home: Presence, item: Concern, line: list[Any], budget: tuple[float, int, int]
) -> Warned:
    threshold, size, of = budget
    made = Warned(
        **_common(by, row),
        presence_id=home.pk,
        forecast_id=row.pk,
        code=item.unit.code,
        label=item.unit.label,
        month=line[_MONTH],
        chance=line[_ANY],
        chance_many=line[_MANY],
        low=line[_LOW],
        middle=line[_MIDDLE],
        high=line[_HIGH],
        threshold=threshold,
        budget=size,
        of=of,
    )
    made.marking = max(row.marking, home.marking)
    made.save(force_insert=True)
    for close in item.near:
        place = WarnedPlace(**_common(by, row), warned_id=made.pk, km=close.km)
        place.marking = max(made.marking, close.place.marking)
        if isinstance(close.place, Population):
            place.population_id = close.place.pk
        else:
            place.site_id = close.place.pk
        place.save(force_insert=True)
    return made


def _line_of(item: Concern, month: str) -> list[Any] | None:
    return next((line for line in item.unit.lines if line[_MONTH] == month), None)


def _common(by: Principal, row: Forecast | Warned) -> dict[str, Any]:
    return {
        "compartment_id": row.compartment_id,
        "marking": row.marking,
        "recorded": now(),
        "recorded_by": by.actor,
    }
