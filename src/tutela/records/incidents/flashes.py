"""A flash report out of a running clock: what, where, who is near, what was done when, what nobody knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tutela.catalogue.doctrine import load_doctrine
from tutela.data.documents import Block, Candour, Facts, Heading, Listing, Paragraph, Table
from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import refused
from tutela.records.accounts.roles import May
from tutela.records.incidents.actions.clocks import HOST_CLASSES
from tutela.records.incidents.actions.plans import HOST
from tutela.records.incidents.finding import find_row
from tutela.records.incidents.models import Clock, Contact, Decision, Incident, Plan, Responder, Stamp
from tutela.records.incidents.nearness import Near, vicinity_of
from tutela.records.incidents.places import say_where
from tutela.records.incidents.situation import describe_people
from tutela.records.incidents.words import HOSTS, PRECISIONS, RESPONDERS, RINGS, RUNGS, STATUSES, STEPS, WHATS
from tutela.records.ledger.acts import action

NEAREST = 12
"""How many populations, and how many sites, a flash report names."""


@dataclass(frozen=True, slots=True)
class Flash:
    """A flash report that is ready to be issued. `never_told` stands whatever its author writes."""

    clock: Clock
    incident: Incident
    title: str
    recipients: tuple[str, ...]
    never_told: tuple[str, ...]
    unknown: tuple[str, ...]
    blocks: tuple[Block, ...]
    marking: int


@action("incidents.prepare_flash")
def prepare_flash(*, by: Principal, clock: int, now: datetime) -> Flash:
    """Fill in a flash report from a clock that runs, for whoever may answer it."""
    row = find_row(by, Clock, clock, May.RESPOND)
    about = Incident.visible_to(by).filter(pk=row.incident_id).first()
    if about is None:
        raise refused()
    if about.left or about.merged_into_id is not None:
        raise Problem("not-possible", "This incident does not stand.", remedy="Open the one that was kept.")
    near = vicinity_of(by=by, incident=about.pk, on=now.date())
    shown = (*near.populations[:NEAREST], *near.sites[:NEAREST])
    plans = [item.plan for item in shown if item.plan is not None]
    stamps = list(Stamp.visible_to(by).filter(clock_id=row.pk).order_by("at", "pk"))
    decisions = list(Decision.visible_to(by).filter(clock_id=row.pk).order_by("at", "pk"))
    responders = list(Responder.visible_to(by).filter(incident_id=about.pk).order_by("at", "pk"))
    kept = (row, about, *(item.place for item in shown), *plans, *stamps, *decisions, *responders)
    blocks = (
        *_what(about, say_where(by, [about])[about.pk]),
        *_near(near.populations[:NEAREST], near.sites[:NEAREST], near.basis),
        *_steps(row, stamps, decisions, responders),
    )
    return Flash(
        row,
        about,
        f"{_('Flash report')}: {about.title}"[:200],
        tuple(dict.fromkeys(name for plan in plans[:1] for name in plan.recipients)),
        _never(by, about, plans),
        _unknown(row, about, near.is_placed, stamps, responders),
        blocks,
        max(item.marking for item in kept),
    )


def with_names(
    flash: Flash, recipients: Iterable[str], not_told: Iterable[str], unknown: Iterable[str]
) -> list[Block]:
    """The whole report: who must not be told first, what is not known last."""
    kept = [str(HOSTS.get(name, name)) for name in not_told]
    head = Facts(
        (
            (_("Must NOT be told"), "; ".join(kept) or _("nobody was named; pass it on to no one else")),
            (_("Told"), "; ".join(recipients)),
        ),
        emphatic=True,
    )
    return [head, *flash.blocks, Candour(_("What is not known"), tuple(unknown) or (_("Nothing was named."),))]


def _never(by: Principal, about: Incident, plans: Iterable[Plan]) -> tuple[str, ...]:
    """Whom a plan that is near excludes; and the host, with its numbers in the tree, where it may be the danger."""
    names = [name for plan in plans for name in plan.not_told]
    if about.perpetrator in HOST_CLASSES:
        names += HOST
    if set(HOST) & {name.casefold() for name in names}:
        tree = Contact.visible_to(by).filter(presence_id=about.presence_id, whose=Contact.Whose.HOST)
        names += tree.values_list("function", flat=True)
    return tuple(dict.fromkeys(names))


def _what(about: Incident, place: str) -> list[Block]:
    return [
        Heading(_("What is known")),
        Facts(
            (
                (_("What"), str(WHATS.get(about.what, about.what))),
                (_("How far it was checked"), str(STATUSES.get(about.status, about.status))),
                (_("Where"), f"{place} ({PRECISIONS.get(about.precision, about.precision)})"),
                (_("When"), f"{about.happened_at:%Y-%m-%d %H:%M} UTC"),
                (_("People"), describe_people(about)),
                (_("Imminent danger to life"), _("yes") if about.imminent else _("not said")),
            )
        ),
    ]


def _near(people: Iterable[Near], sites: Iterable[Near], basis: str) -> list[Block]:
    rows = [(item, _("people at risk")) for item in people] + [(item, _("site")) for item in sites]
    if not rows:
        return [
            Heading(_("Who is near")),
            Paragraph(_("Nobody whom the register knows, or the place is not known.")),
        ]
    told = []
    for item, kind in rows:
        far = _("not known") if item.km is None else f"{item.km:.0f} km"
        until = item.plan.valid_until if item.plan is not None else None
        plan = f"{_('valid until')} {until}" if until is not None else _("no valid plan that its author could read")
        told.append((item.place.name, kind, str(RINGS.get(item.ring, item.ring)), far, plan))
    head = (_("Place"), _("What"), _("How near"), _("Distance"), _("Plan"))
    return [Heading(_("Who is near")), Table(head, tuple(told)), Paragraph(basis, quiet=True)]


def _steps(
    clock: Clock, stamps: Iterable[Stamp], decisions: Iterable[Decision], responders: Iterable[Responder]
) -> list[Block]:
    held = {row.step: row for row in stamps}
    rows = []
    for step in load_doctrine().clocks[clock.kind]:
        row = held.get(step)
        at = f"{row.at:%Y-%m-%d %H:%M}" if row else _("not yet")
        rows.append((str(STEPS.get(step, step)), at, _("written down later") if row and row.late else ""))
    lines = [
        f"{row.at:%H:%M} {', '.join(str(RUNGS.get(step, step)) for step in row.steps) or _('No action')}"
        f" ({row.held_by})"
        for row in decisions
    ]
    lines += [
        f"{row.at:%H:%M} {RESPONDERS.get(row.who, row.who)}{': ' + row.how if row.how else ''}"
        for row in responders
    ]
    head = (_("Step"), _("Time, UTC"), _("Remark"))
    blocks: list[Block] = [Heading(_("Steps taken")), Table(head, tuple(rows))]
    return [*blocks, Listing(tuple(lines))] if lines else blocks


def _unknown(
    clock: Clock, about: Incident, is_placed: bool, stamps: Iterable[Stamp], responders: Iterable[Responder]
) -> tuple[str, ...]:
    held = {row.step for row in stamps}
    asked = (
        (about.status != "verified", _("It has not been verified.")),
        (about.people_low is None, _("How many people.")),
        (about.perpetrator == "unknown", _("Who did it.")),
        (about.perpetrator != "unknown", _("Who is said to have done it is not in this paper; ask the register.")),
        (not is_placed, _("Where exactly.")),
        (not held & {"arrived", "observed"}, _("What it looks like on the spot: nobody is written down as there.")),
        (not list(responders), _("Whether anybody has answered.")),
        ("decided" not in held, _("What will be done: nothing was decided yet.")),
        (clock.closed_at is None, _("How it ends: the clock still runs.")),
    )
    return tuple(words for holds, words in asked if holds)
