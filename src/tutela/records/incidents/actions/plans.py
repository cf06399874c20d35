"""Response plans: drafted, signed by somebody else, rehearsed, replaced; what each component takes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import is_alone, refused, require
from tutela.records.accounts.roles import May
from tutela.records.incidents.actions.clocks import possible_steps
from tutela.records.incidents.fields import choice, components, invalid, listed, number, text
from tutela.records.incidents.finding import change, default_marking, find_row, moved_on
from tutela.records.incidents.models import Plan, Rehearsal
from tutela.records.ledger.acts import action
from tutela.records.missions.models import Population, Presence, Site

LONGEST: Final = timedelta(days=366)
"""How long a plan may be signed for."""

HOST: Final = ("host_authority", "host_force")
"""How the host's authority and force stand among those who are told, or must not be."""

_A_MONTH: Final = 60 * 24 * 30


@dataclass(frozen=True, slots=True)
class Minutes:
    """One of the three times and what it rests on; None where it is not known."""

    minutes: int | None = None
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a plan says. `steps` are {"code", "what", "who"}; `not_told` are functions that must not be told."""

    title: str
    lead: str
    lead_component: str
    steps: Sequence[Mapping[str, str]] = ()
    recipients: tuple[str, ...] = ()
    not_told: tuple[str, ...] = ()
    can_arrive: Minutes = Minutes()
    may_move: Minutes = Minutes()
    can_act: Minutes = Minutes()


@action("incidents.draft_plan")
def draft_plan(
    *, by: Principal, draft: Draft, population: int | None = None, site: int | None = None,
    marking: Marking | None = None,
) -> Plan:  # fmt: skip
    """Draft a plan for a population at risk, or for a site."""
    if (population is None) == (site is None):
        raise invalid("population", "A plan is for one population or for one site.", "Choose one; people first.")
    target: Population | Site
    if population is not None:
        target = find_row(by, Population, population, May.PLAN)
    else:
        target = find_row(by, Site, site, May.PLAN)
    home = _presence(by, target.presence_id)
    marked = default_marking(by, home.compartment_id, marking, target.marking, home.marking)
    require(by, May.PLAN, home.compartment_id, marked)
    plan = Plan(
        compartment_id=home.compartment_id,
        marking=int(marked),
        presence_id=home.pk,
        population_id=population,
        site_id=site,
        drafted_by=by.actor,
        **_columns(home, draft),
    )
    plan.save(force_insert=True)
    return plan


@action("incidents.revise_plan")
def revise_plan(*, by: Principal, plan: int, draft: Draft, expected_version: int) -> Plan:
    """Change a draft; of a signed plan, draft the one to replace it, and the signed one holds until then."""
    row = find_row(by, Plan, plan, May.PLAN)
    home = _presence(by, row.presence_id)
    columns = _columns(home, draft)
    if row.state == Plan.State.DRAFT:
        return change(by, row, expected_version, drafted_by=by.actor, **columns)
    if row.state == Plan.State.RETIRED:
        raise Problem("not-possible", "This plan was replaced.", remedy="Revise the one in force.")
    if row.version != expected_version:
        raise moved_on()
    if Plan.visible_to(by).filter(replaces_id=row.pk, state=Plan.State.DRAFT).exists():
        raise Problem("already-there", "There is a draft to replace this plan.", remedy="Revise that draft.")
    new = Plan(
        compartment_id=row.compartment_id,
        marking=row.marking,
        presence_id=row.presence_id,
        population_id=row.population_id,
        site_id=row.site_id,
        drafted_by=by.actor,
        replaces_id=row.pk,
        **columns,
    )
    new.save(force_insert=True)
    return new


@action("incidents.sign_plan")
def sign_plan(
    *, by: Principal, plan: int, valid_until: date, expected_version: int, alone_because: str = ""
) -> Plan:
    """Sign a plan that somebody else drafted, until a day within a year.

    Where nobody else in the compartment may sign, the drafter signs with the reason, and that is shown.
    """
    row = find_row(by, Plan, plan, May.SIGN)
    if row.state != Plan.State.DRAFT:
        raise Problem("already-there", "This plan was signed before.", remedy="Revise it to draft a new one.")
    today = datetime.now(UTC).date()
    if not today < valid_until <= today + LONGEST:
        raise invalid("valid_until", "A plan is signed for a year at most.", "Choose a day from tomorrow on.")
    if not row.steps:
        raise Problem("not-possible", "The plan has no step.", where="steps", remedy="Say what will be done.")
    reason = _second_person(by, row, alone_because)
    if row.replaces_id is not None:
        before = Plan.visible_to(by).get(pk=row.replaces_id)
        change(by, before, before.version, state=Plan.State.RETIRED)
    return change(
        by,
        row,
        expected_version,
        state=Plan.State.SIGNED,
        signed_by=by.actor,
        signed_at=datetime.now(UTC),
        valid_until=valid_until,
        alone_because=reason,
    )


@action("incidents.rehearse")
def rehearse(*, by: Principal, plan: int, kind: str, held_on: date, minutes: int, result: str) -> Rehearsal:
    """Write down that a plan was tried out: how long it took, what that showed."""
    row = find_row(by, Plan, plan, May.PLAN)
    if held_on > datetime.now(UTC).date():
        raise invalid("held_on", "This day is still to come.", "Write it down once it was held.")
    made = Rehearsal(
        compartment_id=row.compartment_id,
        marking=row.marking,
        plan_id=row.pk,
        held_on=held_on,
        kind=choice(kind, Rehearsal.Kind.values, "kind"),
        minutes=number(minutes, "minutes", _A_MONTH) or 0,
        result=text(result, "result", 280, required=True),
    )
    made.save(force_insert=True)
    return made


def _second_person(by: Principal, plan: Plan, alone_because: str) -> str:
    if plan.drafted_by != by.actor:
        return ""
    member = require(by, May.SIGN, plan.compartment_id, plan.marking)
    if not is_alone(member, May.SIGN, plan.compartment_id):
        raise Problem("not-possible", "You drafted this plan.", remedy="Somebody else who may sign must sign it.")
    reason = text(alone_because, "alone_because", 280)
    if len(reason) < 20:
        raise invalid(
            "alone_because",
            "You drafted this plan, and nobody else here may sign.",
            "Say in at least 20 characters why you sign alone; it is shown on the plan.",
        )
    return reason


def _presence(by: Principal, key: int) -> Presence:
    found = Presence.visible_to(by).filter(pk=key).first()
    if found is None:
        raise refused()
    return found


def _columns(home: Presence, draft: Draft) -> dict[str, Any]:
    recipients = listed(draft.recipients, "recipients")
    not_told = listed(draft.not_told, "not_told")
    told = {name.casefold() for name in recipients}
    if any(name.casefold() in told for name in not_told):
        raise invalid("not_told", "Somebody is told and must not be told.", "Take them out of one of the lists.")
    steps = [_step(home, item) for item in draft.steps]
    if set(HOST) <= {name.casefold() for name in not_told} and any(item["code"] == "R2" for item in steps):
        raise invalid("steps", "The host must not be told, and a step alerts the host.", "Take R2 out of the plan.")
    columns: dict[str, Any] = {
        "title": text(draft.title, "title", 160, required=True),
        "lead": text(draft.lead, "lead", 80, required=True),
        "lead_component": choice(draft.lead_component, components(), "lead_component"),
        "steps": steps,
        "recipients": recipients,
        "not_told": not_told,
    }
    for name, time in (("arrive", draft.can_arrive), ("move", draft.may_move), ("act", draft.can_act)):
        columns[f"{name}_minutes"] = number(time.minutes, f"{name}_minutes", _A_MONTH)
        columns[f"{name}_basis"] = text(time.basis, f"{name}_basis", 280, required=time.minutes is not None)
    return columns


def _step(home: Presence, item: Mapping[str, str]) -> dict[str, str]:
    if set(item) - {"code", "what", "who"}:
        raise invalid(
            "steps", "A step has something that is not kept.", "Give its code, what is done and who does it."
        )
    return {
        "code": choice(item.get("code", ""), [rung.code for rung in possible_steps(home)], "steps"),
        "what": text(item.get("what", ""), "steps", 280, required=True),
        "who": text(item.get("who", ""), "steps", 80, required=True),
    }
