"""The protection working group: called with its agenda, held, what it decided, what components answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import refused, require
from tutela.records.accounts.roles import May
from tutela.records.incidents.fields import choice, components, invalid, listed, text
from tutela.records.incidents.finding import change, default_marking, find_row, see_presence
from tutela.records.incidents.models import GroupDecision, Incident, Meeting
from tutela.records.incidents.waiting import gather_agenda
from tutela.records.ledger.acts import action

LATEST: Final = timedelta(days=366)
"""How far ahead a meeting or the day of a decision may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """When, who chairs, which functions come, and points that no list can hold."""

    at: datetime
    chair: str
    invited: tuple[str, ...] = ()
    points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve:
    """What is to be done, by which component and function, until when."""

    what: str
    component: str
    owner: str
    due_on: date
    incident: int | None = None


@action("incidents.call_meeting")
def call_meeting(*, by: Principal, presence: int, invitation: Invitation) -> Meeting:
    """Call a meeting, with the agenda that the register makes."""
    home = see_presence(by, presence)
    marking = default_marking(by, home.compartment_id, None, home.marking)
    require(by, May.PLAN, home.compartment_id, marking)
    now = datetime.now(UTC)
    if invitation.at.tzinfo is None or not now - timedelta(days=1) <= invitation.at <= now + LATEST:
        raise invalid("at", "This is no time for a meeting.", "Choose a time from today on, within a year.")
    made = Meeting(
        compartment_id=home.compartment_id,
        marking=int(marking),
        presence_id=home.pk,
        at=invitation.at.astimezone(UTC),
        chair=text(invitation.chair, "chair", 80, required=True),
        invited=listed(invitation.invited, "invited"),
        points=listed(invitation.points, "points", 280),
        agenda=gather_agenda(by, home.pk, now),
    )
    made.save(force_insert=True)
    return made


@action("incidents.renew_agenda")
def renew_agenda(*, by: Principal, meeting: int, points: tuple[str, ...], expected_version: int) -> Meeting:
    """Fill the agenda in anew from the register, and keep these points beside it."""
    row = find_row(by, Meeting, meeting, May.PLAN)
    _unheld(row)
    agenda = gather_agenda(by, row.presence_id, datetime.now(UTC))
    return change(by, row, expected_version, agenda=agenda, points=listed(points, "points", 280))


@action("incidents.hold_meeting")
def hold_meeting(
    *, by: Principal, meeting: int, present: tuple[str, ...], summary: str, expected_version: int
) -> Meeting:
    """Write down that the meeting was held, with whom, and what was said, in short."""
    row = find_row(by, Meeting, meeting, May.PLAN)
    _unheld(row)
    now = datetime.now(UTC)
    if row.at > now + timedelta(hours=1):
        raise Problem("not-possible", "This meeting is still to come.", remedy="Write it down once it was held.")
    return change(
        by,
        row,
        expected_version,
        held_at=now,
        present=listed(present, "present"),
        summary=text(summary, "summary", 1000, required=True),
    )


@action("incidents.resolve")
def resolve(*, by: Principal, meeting: int, resolution: Resolve) -> GroupDecision:
    """Write a decision down; a component and a function own it, and it is due on a day."""
    row = find_row(by, Meeting, meeting, May.PLAN)
    today = datetime.now(UTC).date()
    if not today <= resolution.due_on <= today + LATEST:
        raise invalid("due_on", "This is no day for it to be done.", "Choose a day from today on, within a year.")
    marking = row.marking
    if resolution.incident is not None:
        about = (
            Incident.visible_to(by).filter(pk=resolution.incident, presence_id=row.presence_id, left=False).first()
        )
        if about is None:
            raise refused()
        marking = max(marking, about.marking)
    made = GroupDecision(
        compartment_id=row.compartment_id,
        marking=marking,
        presence_id=row.presence_id,
        meeting_id=row.pk,
        incident_id=resolution.incident,
        what=text(resolution.what, "what", 280, required=True),
        component=choice(resolution.component, components(), "component"),
        owner=text(resolution.owner, "owner", 80, required=True),
        due_on=resolution.due_on,
    )
    made.save(force_insert=True)
    return made


@action("incidents.answer_decision")
def answer_decision(
    *, by: Principal, decision: int, accept: bool, expected_version: int, note: str = ""
) -> GroupDecision:
    """Accept or decline; who declines says why."""
    row = find_row(by, GroupDecision, decision, May.RESPOND)
    if row.state != GroupDecision.State.ASKED:
        raise Problem("already-there", "This was answered before.", remedy="Read the answer.")
    return change(
        by,
        row,
        expected_version,
        state=GroupDecision.State.ACCEPTED if accept else GroupDecision.State.DECLINED,
        answer=text(note, "note", 280, required=not accept),
        answered_at=datetime.now(UTC),
    )


@action("incidents.report_decision")
def report_decision(*, by: Principal, decision: int, report: str, expected_version: int) -> GroupDecision:
    """Say what came of a decision that was accepted."""
    row = find_row(by, GroupDecision, decision, May.RESPOND)
    if row.state != GroupDecision.State.ACCEPTED:
        raise Problem("not-possible", "Only what was accepted is reported back.", remedy="Answer it first.")
    return change(
        by,
        row,
        expected_version,
        state=GroupDecision.State.REPORTED,
        report=text(report, "report", 500, required=True),
        reported_at=datetime.now(UTC),
    )


@action("incidents.withdraw_decision")
def withdraw_decision(*, by: Principal, decision: int, why: str, expected_version: int) -> GroupDecision:
    """Take a decision back that nobody reported on, with the reason."""
    row = find_row(by, GroupDecision, decision, May.PLAN)
    if row.state not in GroupDecision.OPEN:
        raise Problem("not-possible", "This is settled.", remedy="Decide anew in a meeting.")
    reason = text(why, "why", 500, required=True)
    return change(by, row, expected_version, state=GroupDecision.State.WITHDRAWN, report=reason)


def _unheld(row: Meeting) -> None:
    if row.held_at is not None:
        raise Problem("already-there", "This meeting was held.", remedy="Call the next one.")
