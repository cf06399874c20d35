"""Plans as pages need them: in force or not, exercised or not, and the people for whom there is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from tutela.kernel.markings import Marking, Principal
from tutela.records.accounts.principals import Member, refused
from tutela.records.incidents.actions.clocks import possible_steps
from tutela.records.incidents.finding import chunks, see_presence, see_row
from tutela.records.incidents.models import Plan, PlanTask, Rehearsal
from tutela.records.ledger.acts import action
from tutela.records.missions.models import Population

EXERCISED_WITHIN: Final = timedelta(days=183)
"""A plan that was not tried out for longer than six months is marked."""

WARNED_BEFORE: Final = timedelta(days=30)
"""How long before its end a plan sounds its alarm."""

Why = Literal["none", "draft only", "expired"]


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan on a day.

    exercised_on   when it was last tried out, if ever;  is_unexercised  neither tried out nor signed in six months
    ends_soon      its last thirty days;  steps_open  what the presence can do and the plan does not say
    """

    plan: Plan
    tasks: tuple[PlanTask, ...]
    rehearsals: tuple[Rehearsal, ...]
    is_valid: bool
    ends_soon: bool
    exercised_on: date | None
    is_unexercised: bool
    steps_open: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A population at risk without a valid plan, and why; `expired_on` where one ran out."""

    population: Population
    why: Why
    expired_on: date | None


@action("incidents.view_plan")
def view_plan(*, by: Principal, plan: int, on: date) -> PlanView:
    """One plan with its tasks and rehearsals as of a day."""
    row = see_row(by, Plan, plan)
    home = see_presence(by, row.presence_id)
    rehearsals = tuple(Rehearsal.visible_to(by).filter(plan_id=row.pk).order_by("-held_on", "-pk"))
    exercised = max((item.held_on for item in rehearsals if item.held_on <= on), default=None)
    planned = {item["code"] for item in row.steps}
    return PlanView(
        row,
        tuple(PlanTask.visible_to(by).filter(plan_id=row.pk).order_by("pk")),
        rehearsals,
        row.is_valid(on),
        row.is_valid(on) and row.valid_until is not None and row.valid_until - on <= WARNED_BEFORE,
        exercised,
        is_unexercised(row, exercised, on),
        tuple(rung.code for rung in possible_steps(home) if rung.code not in planned),
    )


@action("incidents.populations_without_plan")
def populations_without_plan(*, by: Principal, presence: int, today: date) -> tuple[Uncovered, ...]:
    """Populations at risk for whom no plan is valid today: those without any first, then by name.

    Only for somebody who reads confidential rows there: to anybody else plans that exist would seem to be missing.
    """
    home = see_presence(by, presence, Plan)
    if not isinstance(by, Member) or not by.reads(home.compartment_id, Marking.CONFIDENTIAL):
        raise refused()
    people = Population.visible_to(by).filter(presence_id=presence).exclude(status=Population.Status.LEFT)
    plans: dict[int, list[Plan]] = {}
    rows = Plan.visible_to(by).filter(presence_id=presence, population__isnull=False)
    for plan in rows.exclude(state=Plan.State.RETIRED):
        plans.setdefault(plan.population_id or 0, []).append(plan)
    found = []
    for row in people.order_by("name", "pk"):
        own = plans.get(row.pk, [])
        if not any(plan.is_valid(today) for plan in own):
            found.append(_uncovered(row, own))
    return tuple(sorted(found, key=lambda item: ("none", "draft only", "expired").index(item.why)))


@action("incidents.plans_to_renew")
def plans_to_renew(*, by: Principal, presence: int, today: date) -> tuple[Plan, ...]:
    """Signed plans that ran out or end within thirty days, the earliest first."""
    see_presence(by, presence, Plan)
    rows = Plan.visible_to(by).filter(
        presence_id=presence, state=Plan.State.SIGNED, valid_until__lte=today + WARNED_BEFORE
    )
    return tuple(rows.order_by("valid_until", "pk"))


@action("incidents.unexercised_plans")
def unexercised_plans(*, by: Principal, presence: int, today: date) -> tuple[Plan, ...]:
    """Valid plans that were neither tried out nor signed in the last six months."""
    see_presence(by, presence, Plan)
    rows = Plan.visible_to(by).filter(presence_id=presence, state=Plan.State.SIGNED, valid_until__gte=today)
    plans = list(rows.order_by("valid_until", "pk"))
    last = _last_rehearsals(by, (plan.pk for plan in plans), today)
    return tuple(plan for plan in plans if is_unexercised(plan, last.get(plan.pk), today))


def is_unexercised(plan: Plan, exercised_on: date | None, on: date) -> bool:
    """Whether a signed plan was neither tried out nor signed in the six months before this day."""
    if plan.signed_at is None:
        return False
    since = max(plan.signed_at.date(), exercised_on or date.min)
    return on - since > EXERCISED_WITHIN


def _last_rehearsals(by: Principal, plans: Iterable[int], on: date) -> dict[int, date]:
    last: dict[int, date] = {}
    for keys in chunks(plans):
        rows = Rehearsal.visible_to(by).filter(plan_id__in=keys, held_on__lte=on)
        for plan, day in rows.values_list("plan_id", "held_on"):
            last[plan] = max(day, last.get(plan, day))
    return last


def _uncovered(population: Population, plans: list[Plan]) -> Uncovered:
    ended = [plan.valid_until for plan in plans if plan.state == Plan.State.SIGNED and plan.valid_until is not None]
    if ended:
        return Uncovered(population, "expired", max(ended))
    return Uncovered(population, "draft only" if plans else "none", None)
