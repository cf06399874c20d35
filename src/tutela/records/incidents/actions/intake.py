"""Restricted intake: set up by its custodian, filled by whoever may report, read in its own compartment alone."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import F

from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import refused, require, takes_drops
from tutela.records.accounts.roles import May
from tutela.records.incidents.fields import choice, text
from tutela.records.incidents.finding import change, find_row, moved_on, note_access, see_presence
from tutela.records.incidents.models import (
    Clock,
    Commitment,
    Decision,
    Feedback,
    HarmCheck,
    Incident,
    IntakeReport,
    Merge,
    Report,
    Responder,
    RestrictedIntake,
)
from tutela.records.ledger.acts import action, record_access
from tutela.records.missions.models import Presence

HAND_OFF: Final = (
    "Tell the conduct and discipline focal point or the Office of Internal Oversight Services directly, and nobody"
    " in the unit concerned."
)
"""The channel that stands outside the software, while a presence has not named its own."""

_SECRET: Final = Marking.STRICTLY_CONFIDENTIAL
_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_SPACE: Final = uuid.UUID("6f2a4c6e-53f4-5b0e-9a57-0d6f0a4c1c11")


@dataclass(frozen=True, slots=True)
class Receipt:
    """All that comes back from restricted intake. It opens nothing: it is said to the focal point."""

    code: str


@action("incidents.set_intake")
def set_intake(*, by: Principal, presence: int, intake: int, channel: str, pathway: str = "") -> RestrictedIntake:
    """Say where a presence's restricted reports go; by somebody who keeps both compartments' members.

    channel   whom to turn to outside the software;  pathway   the referral pathway for survivors and children
    """
    home = see_presence(by, presence)
    require(by, May.KEEP_MEMBERS, home.compartment_id, home.marking)
    require(by, May.KEEP_MEMBERS, intake)
    if intake == home.compartment_id or not takes_drops(intake):
        raise Problem(
            "not-possible",
            "This compartment is not restricted intake, or it is not open.",
            where="intake",
            remedy="Have an administrator make a compartment of that kind, with its own custodian.",
        )
    values = {
        "intake_id": intake,
        "channel": text(channel, "channel", 280, required=True),
        "pathway": text(pathway, "pathway", 280),
    }
    found = find_setting(by, presence)
    if found is not None:
        return change(by, found, found.version, **values)
    row = RestrictedIntake(
        compartment_id=home.compartment_id, marking=int(Marking.UNCLASSIFIED), presence_id=home.pk, **values
    )
    row.save(force_insert=True)
    return row


def find_setting(by: Principal, presence: int) -> RestrictedIntake | None:
    """Where this presence's restricted reports go, or None while nobody has said."""
    return RestrictedIntake.visible_to(by).filter(presence_id=presence).first()


def drop(by: Principal, report: Report, flags: dict[str, Any]) -> Receipt:
    """Put a report that was never saved into the drop box; the receipt says nothing about what lies there."""
    setting = find_setting(by, report.presence_id)
    if setting is None or not takes_drops(setting.intake_id):
        raise Problem(
            "not-possible",
            "This cannot be taken in here, and nothing of it was kept: there is no restricted intake.",
            remedy=setting.channel if setting is not None else HAND_OFF,
        )
    key, code = _number(by, report.submission)
    home = see_presence(by, report.presence_id)
    row = IntakeReport(
        id=key,
        compartment_id=setting.intake_id,
        marking=int(_SECRET),
        presence_id=report.presence_id,
        receipt=code,
        came_from=home.name,
        **{name: getattr(report, name) for name in _COLUMNS},
        **flags,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        if not report.submission:
            raise
    return Receipt(code)


_COLUMNS: Final = (
    "what", "happened_at", "said_at", "place", "lat", "lon", "summary", "contact_code", "told_by",
)  # fmt: skip


def _number(by: Principal, submission: str) -> tuple[uuid.UUID, str]:
    """The same for the same submission of the same person, so that a replay needs to read nothing."""
    seed = f"{by.actor} {submission}" if submission else secrets.token_hex(32)
    digest = hashlib.sha256(f"tutela receipt {seed}".encode()).digest()
    return uuid.uuid5(_SPACE, seed), "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:10])


@action("incidents.move_to_intake", silent_on=["not-possible"])
def move_to_intake(
    *, by: Principal, report: int, expected_version: int, sexual_exploitation: bool = False
) -> Receipt:
    """Take a report out of the normal queue that should never have been there; nothing of it stays behind.

    An incident without another report is emptied, its clock and its answers stay as bare times. What the ledger
    wrote about the report before stays in the ledger until its content is erased there.
    """
    row = find_row(by, Report, report, May.TRIAGE)
    if row.version != expected_version:
        raise moved_on()
    incident = row.incident_id
    moved = Report(presence_id=row.presence_id, **{name: getattr(row, name) for name in _COLUMNS})
    receipt = drop(by, moved, {"by_un_personnel": True, "sexual_exploitation": sexual_exploitation})
    if not Report.visible_to(by).filter(pk=row.pk, version=expected_version).delete()[0]:
        raise moved_on()
    if incident is not None:
        emptied = _brought_by_merge(by, incident, row.pk)
        if not Report.visible_to(by).filter(incident_id=incident).exists():
            emptied.append(incident)
        for key in emptied:
            _empty(by, key)
    return receipt


def _empty(by: Principal, incident: int) -> None:
    Incident.visible_to(by).filter(pk=incident).update(
        left=True, title="Left the queue", what="other", place="", lat=None, lon=None, precision="unknown",
        population_id=None, site_id=None, people_low=None, people_high=None, perpetrator="unknown",
        status="under_verification", version=F("version") + 1,
    )  # fmt: skip
    clocks = Clock.visible_to(by).filter(incident_id=incident)
    keys = list(clocks.values_list("pk", flat=True))
    Decision.visible_to(by).filter(clock_id__in=keys).update(note="")
    clocks.update(harm_note="", reason_note="", version=F("version") + 1)
    Responder.visible_to(by).filter(incident_id=incident).update(how="")
    HarmCheck.visible_to(by).filter(incident_id=incident).update(risks="", measures="")
    Feedback.visible_to(by).filter(incident_id=incident).update(what="", to_whom="", population_id=None)
    Commitment.visible_to(by).filter(incident_id=incident).update(incident_id=None)


def _brought_by_merge(by: Principal, kept: int, report: int) -> list[int]:
    """Incidents that were merged away and had brought this report: they, too, tell of it."""
    rows = Merge.visible_to(by).filter(kept_id=kept, undone_at__isnull=True)
    return [row.other_id for row in rows if report in row.moved]


@action("incidents.list_intake")
def list_intake(*, by: Principal, intake: int) -> tuple[IntakeReport, ...]:
    """What lies in a restricted intake, for those who work it, the oldest first."""
    require(by, May.TRIAGE, intake, _SECRET)
    record_access("search", IntakeReport._meta.db_table, compartment=intake, marking=int(_SECRET))
    return tuple(IntakeReport.visible_to(by).filter(compartment_id=intake).order_by("recorded", "pk"))


@action("incidents.read_intake")
def read_intake(*, by: Principal, report: uuid.UUID) -> IntakeReport:
    """One report of restricted intake, for those who work it; each look is an entry."""
    row = find_row(by, IntakeReport, report, May.TRIAGE)
    note_access("view", row)
    return row


@action("incidents.take_on")
def take_on(*, by: Principal, report: uuid.UUID, expected_version: int) -> IntakeReport:
    """Say that it was read and that somebody sees to it; once."""
    row = find_row(by, IntakeReport, report, May.TRIAGE)
    if row.state != IntakeReport.State.RECEIVED:
        raise Problem(
            "already-there", "Somebody took this on before.", remedy="Ask who works this intake with you."
        )
    now = datetime.now(UTC)
    return _changed(by, row, expected_version, state=IntakeReport.State.TAKEN_ON, taken_on_at=now)


@action("incidents.note_choice")
def note_choice(*, by: Principal, report: uuid.UUID, wishes: str, expected_version: int) -> IntakeReport:
    """What the survivor or whoever complains wants now, said by themselves or by whoever supports them."""
    row = find_row(by, IntakeReport, report, May.TRIAGE)
    if row.state == IntakeReport.State.HANDED_OFF:
        raise Problem(
            "not-possible",
            "This was handed off before.",
            remedy="Tell the channel that it was handed to what is wanted now.",
        )
    chosen = choice(wishes, IntakeReport.Choice.values, "wishes")
    return _changed(by, row, expected_version, survivor_choice=chosen)


@action("incidents.hand_off")
def hand_off(*, by: Principal, report: uuid.UUID, to: str, expected_version: int) -> IntakeReport:
    """Note that it was handed to the mandated channel; a survivor who wants no complaint is not overridden."""
    row = find_row(by, IntakeReport, report, May.TRIAGE)
    if row.state == IntakeReport.State.HANDED_OFF:
        raise Problem("already-there", "This was handed off before.", remedy="Nothing more is to be done here.")
    if row.survivor_choice == IntakeReport.Choice.ASSISTANCE_ONLY:
        raise Problem(
            "not-possible",
            "The survivor wants assistance and no complaint.",
            remedy="Refer them to assistance; hand it off once they choose so.",
        )
    values = {"handed_to": text(to, "to", 120, required=True), "handed_at": datetime.now(UTC)}
    return _changed(by, row, expected_version, state=IntakeReport.State.HANDED_OFF, **values)


def _changed(by: Principal, row: IntakeReport, expected_version: int, **values: Any) -> IntakeReport:
    rows = IntakeReport.visible_to(by).filter(pk=row.pk, version=expected_version)
    if not rows.update(**values, version=F("version") + 1):
        raise moved_on()
    return IntakeReport.visible_to(by).get(pk=row.pk)


def channel_of(by: Principal, presence: Presence) -> str:
    """Whom to turn to outside the software; for pages and refusals."""
    if not Presence.visible_to(by).filter(pk=presence.pk).exists():
        raise refused()
    setting = find_setting(by, presence.pk)
    return setting.channel if setting is not None else HAND_OFF
