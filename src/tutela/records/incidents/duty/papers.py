"""Reports are drafted from the register, edited, signed off by somebody else, issued once, replaced by versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tutela.data.documents import as_json
from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem, said
from tutela.records.accounts.principals import require
from tutela.records.accounts.roles import May
from tutela.records.incidents.fields import invalid, listed, text
from tutela.records.incidents.finding import change, find_row, moved_on, see_presence
from tutela.records.incidents.flashes import prepare_flash, with_names
from tutela.records.incidents.models import Paper
from tutela.records.incidents.printing import blocks_of
from tutela.records.incidents.seconds import second_person
from tutela.records.incidents.situation import BLOCKS, fill_daily
from tutela.records.ledger.acts import action
from tutela.records.missions.models import Presence

SECTION: Final = 4000
"""Characters of one block of a situation report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlashDraft:
    """What its author adds to what the clock says: whom it is for, who must not be told, what else nobody knows."""

    recipients: tuple[str, ...]
    issued_as: str
    not_told: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyText:
    """A situation report as somebody edited it: text by block, and for whom it is."""

    sections: Mapping[str, str]
    recipients: tuple[str, ...] = ()
    not_told: tuple[str, ...] = ()


@action("incidents.issue_flash")
def issue_flash(*, by: Principal, clock: int, draft: FlashDraft) -> Paper:
    """Issue a flash report of a clock as things are now; a later one replaces it as the next edition."""
    now = datetime.now(UTC)
    flash = prepare_flash(by=by, clock=clock, now=now)
    recipients, not_told = _names(draft.recipients, (*flash.never_told, *draft.not_told))
    if not recipients:
        raise invalid("recipients", "The report is for nobody.", "Name the functions that it is for.")
    before = (
        Paper.visible_to(by).filter(clock_id=flash.clock.pk, state=Paper.State.ISSUED).order_by("edition").last()
    )
    unknown = [*flash.unknown, *listed(draft.unknown, "unknown", 280)]
    made = Paper(
        compartment_id=flash.clock.compartment_id,
        marking=max(flash.marking, before.marking if before else 0),
        presence_id=flash.clock.presence_id,
        kind=Paper.Kind.FLASH,
        clock_id=flash.clock.pk,
        day=now.date(),
        edition=before.edition + 1 if before else 1,
        replaces_id=before.pk if before else None,
        state=Paper.State.ISSUED,
        title=text(draft.title, "title", 200) or flash.title,
        language=_language(),
        as_of=now,
        recipients=recipients,
        not_told=not_told,
        content=as_json(tuple(with_names(flash, recipients, not_told, unknown))),
        drafted_by=by.actor,
        issued_at=now,
        issued_as=text(draft.issued_as, "issued_as", 80, required=True),
    )
    _replace(by, made)
    return made


@action("incidents.draft_daily")
def draft_daily(*, by: Principal, presence: int, day: date, ceiling: Marking = Marking.CONFIDENTIAL) -> Paper:
    """Draft the situation report of a day from the register, from rows up to this marking."""
    home = see_presence(by, presence)
    now = datetime.now(UTC)
    if day > now.date():
        raise invalid("day", "This day is still to come.", "Choose today or a day before.")
    require(by, May.RESPOND, home.compartment_id, max(home.marking, int(ceiling)))
    if ceiling > Marking.CONFIDENTIAL:
        raise invalid(
            "ceiling", "A situation report holds nothing strictly confidential.", "Choose a lower marking."
        )
    rows = Paper.visible_to(by).filter(presence_id=home.pk, kind=Paper.Kind.DAILY, day=day)
    if rows.exclude(state=Paper.State.REPLACED).exists():
        raise Problem(
            "already-there", "There is a report of this day.", remedy="Open it; revise it if it was issued."
        )
    made = Paper(
        compartment_id=home.compartment_id,
        presence_id=home.pk,
        kind=Paper.Kind.DAILY,
        day=day,
        title=_("Daily situation report: {presence}, {day}").format(presence=home.name, day=day)[:200],
        language=_language(),
        drafted_by=by.actor,
        **_filled(by, home, day, int(ceiling), now),
    )
    made.save(force_insert=True)
    return made


@action("incidents.edit_daily")
def edit_daily(*, by: Principal, paper: int, written: DailyText, expected_version: int) -> Paper:
    """Change the text of a report that was not issued; one that was signed off must be signed off again."""
    row = find_row(by, Paper, paper, May.RESPOND)
    _unissued(row)
    unknown = set(written.sections) - set(BLOCKS)
    if unknown:
        raise invalid("sections", "This report has no such block.", "Write into one of its blocks.")
    held = {item["block"]: item["text"] for item in row.sections} | {
        block: _lines(value, block) for block, value in written.sections.items()
    }
    recipients, not_told = _names(written.recipients, written.not_told)
    return change(
        by,
        row,
        expected_version,
        sections=[{"block": block, "text": held.get(block, "")} for block in BLOCKS],
        recipients=recipients,
        not_told=not_told,
        drafted_by=by.actor,
        state=Paper.State.DRAFT,
        signed_by="",
        signed_at=None,
        alone_because="",
    )


@action("incidents.refill_daily")
def refill_daily(*, by: Principal, paper: int, expected_version: int) -> Paper:
    """Fill a draft in anew from the register; the assessment is kept, everything else is as the register has it."""
    row = find_row(by, Paper, paper, May.RESPOND)
    _unissued(row)
    home = see_presence(by, row.presence_id)
    ceiling = min(row.marking, Marking.CONFIDENTIAL)
    filled = _filled(by, home, row.day, ceiling, datetime.now(UTC))
    written = {item["block"]: item["text"] for item in row.sections}.get("assessment", "")
    if written:
        filled["sections"] = [
            item if item["block"] != "assessment" else {"block": "assessment", "text": written}
            for item in filled["sections"]
        ]
    filled["marking"] = max(filled["marking"], row.marking)
    again = {"state": Paper.State.DRAFT, "signed_by": "", "signed_at": None, "alone_because": ""}
    return change(by, row, expected_version, drafted_by=by.actor, **again, **filled)


@action("incidents.sign_daily")
def sign_daily(*, by: Principal, paper: int, expected_version: int, alone_because: str = "") -> Paper:
    """Sign a report off that somebody else wrote last; it must say for whom it is, and end in an assessment."""
    row = find_row(by, Paper, paper, May.SIGN)
    if row.state != Paper.State.DRAFT:
        raise Problem("already-there", "This report was signed off before.", remedy="Edit it, or issue it.")
    held = {item["block"]: item["text"] for item in row.sections}
    if not held.get("assessment", "").strip():
        raise Problem("not-possible", "The report has no assessment.", where="assessment", remedy="Write one.")
    if not row.recipients:
        raise Problem("not-possible", "The report is for nobody.", where="recipients", remedy="Name them.")
    reason = second_person(by, row, May.SIGN, row.drafted_by, alone_because)
    return change(
        by,
        row,
        expected_version,
        state=Paper.State.SIGNED,
        signed_by=by.actor,
        signed_at=datetime.now(UTC),
        alone_because=reason,
    )


@action("incidents.issue_daily")
def issue_daily(*, by: Principal, paper: int, issued_as: str, expected_version: int) -> Paper:
    """Issue a report that was signed off; from then on nobody changes it."""
    row = find_row(by, Paper, paper, May.RESPOND)
    _unissued(row)
    if row.state != Paper.State.SIGNED:
        raise Problem("not-possible", "The report was not signed off.", remedy="Ask for its signature.")
    if row.replaces_id is not None:
        before = Paper.visible_to(by).get(pk=row.replaces_id)
        change(by, before, before.version, state=Paper.State.REPLACED)
    return change(
        by,
        row,
        expected_version,
        state=Paper.State.ISSUED,
        issued_at=datetime.now(UTC),
        issued_as=text(issued_as, "issued_as", 80, required=True),
        content=as_json(tuple(blocks_of(row))),
    )


@action("incidents.revise_daily")
def revise_daily(*, by: Principal, paper: int, expected_version: int) -> Paper:
    """Draft the next edition of a report that was issued; the one that was issued stands until then."""
    row = find_row(by, Paper, paper, May.RESPOND)
    if row.kind != Paper.Kind.DAILY or row.state != Paper.State.ISSUED:
        raise Problem("not-possible", "Only an issued report has a next edition.", remedy="Edit the draft.")
    if row.version != expected_version:
        raise moved_on()
    if Paper.visible_to(by).filter(replaces_id=row.pk).exists():
        raise Problem("already-there", "There is a draft of the next edition.", remedy="Edit that draft.")
    made = Paper(
        compartment_id=row.compartment_id,
        marking=row.marking,
        presence_id=row.presence_id,
        kind=row.kind,
        day=row.day,
        edition=row.edition + 1,
        replaces_id=row.pk,
        title=row.title,
        language=row.language,
        as_of=row.as_of,
        recipients=row.recipients,
        not_told=row.not_told,
        sections=row.sections,
        figures=row.figures,
        drafted_by=by.actor,
    )
    made.save(force_insert=True)
    return made


def _filled(by: Principal, home: Presence, day: date, ceiling: int, now: datetime) -> dict[str, Any]:
    filling = fill_daily(by=by, home=home, day=day, ceiling=ceiling)
    return {
        "sections": [{"block": block, "text": "\n".join(filling.lines[block])[:SECTION]} for block in BLOCKS],
        "figures": filling.figures,
        "marking": max(filling.marking, ceiling),
        "as_of": now,
    }


def _replace(by: Principal, made: Paper) -> None:
    if made.replaces_id is not None:
        before = Paper.visible_to(by).get(pk=made.replaces_id)
        change(by, before, before.version, state=Paper.State.REPLACED)
    made.save(force_insert=True)


def _unissued(row: Paper) -> None:
    if row.kind != Paper.Kind.DAILY or row.state not in (Paper.State.DRAFT, Paper.State.SIGNED):
        raise Problem("not-possible", "This report was issued.", remedy="Draft its next edition.")


def _names(recipients: tuple[str, ...], not_told: tuple[str, ...]) -> tuple[list[str], list[str]]:
    told, never = listed(recipients, "recipients"), listed(not_told, "not_told")
    if {name.casefold() for name in told} & {name.casefold() for name in never}:
        raise invalid("recipients", "Somebody is told and must not be told.", "Take them out of the recipients.")
    return told, never


def _lines(value: str, field: str) -> str:
    """Text of several lines, each of them plain."""
    kept = [text(line, field, SECTION) for line in value.splitlines()]
    whole = "\n".join(kept).strip()
    if len(whole) > SECTION:
        raise invalid(
            field,
            said("This block is longer than {section} characters.", section=f"{SECTION:,}"),
            "Write the bare facts.",
        )
    return whole


def _language() -> str:
    return (get_language() or "en")[:8]
