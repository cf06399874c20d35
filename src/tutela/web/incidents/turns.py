"""What can be done with an incident: each form of its page with the action behind it."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tutela.catalogue.doctrine import load_doctrine
from tutela.records.accounts.principals import refused
from tutela.records.accounts.roles import May
from tutela.records.incidents.actions.clocks import Choice, Ending, close, decide, note_harm, stamp, start_clock
from tutela.records.incidents.actions.commitments import (
    Check,
    Telling,
    Undertaking,
    check_harm,
    commit,
    settle_commitment,
    tell_community,
)
from tutela.records.incidents.actions.incidents import SETTLED, set_people, set_status
from tutela.records.incidents.actions.merges import merge, undo_merge
from tutela.records.incidents.actions.responses import Response, record_response
from tutela.records.incidents.fields import components, statuses
from tutela.web.incidents import words
from tutela.web.incidents.files import IncidentPage
from tutela.web.incidents.words import choose
from tutela.web.shared.deeds import Deed
from tutela.web.shared.fields import Field, wrong
from tutela.web.shared.forms import Sheet
from tutela.web.shared.references import read_reference, write_reference

_AT: Final = Field("at", _("When, if not now (UTC)"), "moment", apart=True)
_HELD_BY: Final = Field("held_by", _("By which function"), needed=True, longest=80, hint=_("Not a name."))
_NOTE: Final = Field("note", _("Note"), "text", longest=280, apart=True)


def _clock(page: IncidentPage) -> int:
    if page.clock is None:
        raise refused()
    return page.clock.pk


def _clock_version(page: IncidentPage, _row: int) -> int:
    return page.clock.version if page.clock is not None else 0


def _incident_version(page: IncidentPage, _row: int) -> int:
    return page.incident.version


def _reasons() -> Any:
    return choose(words.REASONS, load_doctrine().reasons_for_no_action, _("It is not no action"))


def _start(page: IncidentPage, sheet: Sheet) -> Any:
    given = sheet.values
    return start_clock(
        by=page.desk.by,
        incident=page.incident.pk,
        detected_at=given["at"],
        imminent=given["imminent"],
        is_old=given["is_old"],
    )


def _stamp(page: IncidentPage, sheet: Sheet) -> Any:
    clock = page.clock
    steps = load_doctrine().clocks[clock.kind] if clock is not None else ()
    code = sheet.values["step"]
    if code not in steps:
        raise wrong("step", _now("This is no step of this clock."), _now("Use the forms of the page."))
    return stamp(by=page.desk.by, clock=_clock(page), step=code, at=sheet.values["at"])


def _decide(page: IncidentPage, sheet: Sheet) -> Any:
    return decide(
        by=page.desk.by, clock=_clock(page), decision=Choice(**sheet.values), expected_version=sheet.version
    )


def _close(page: IncidentPage, sheet: Sheet) -> Any:
    return close(by=page.desk.by, clock=_clock(page), ending=Ending(**sheet.values), expected_version=sheet.version)


def _note_harm(page: IncidentPage, sheet: Sheet) -> Any:
    return note_harm(by=page.desk.by, clock=_clock(page), note=sheet.values["note"], expected_version=sheet.version)


def _respond(page: IncidentPage, sheet: Sheet) -> Any:
    return record_response(
        by=page.desk.by,
        incident=page.incident.pk,
        response=Response(**sheet.values),
        submission=sheet.submission,
    )


def _tell(page: IncidentPage, sheet: Sheet) -> Any:
    given = dict(sheet.values)
    chosen = given.pop("population")
    telling = Telling(**given, population=read_reference(chosen) if chosen else None)
    return tell_community(by=page.desk.by, incident=page.incident.pk, telling=telling, submission=sheet.submission)


def _commit(page: IncidentPage, sheet: Sheet) -> Any:
    undertaking = Undertaking(**sheet.values, incident=page.incident.pk, population=page.incident.population_id)
    return commit(
        by=page.desk.by,
        presence=page.desk.presence.pk,
        undertaking=undertaking,
        submission=sheet.submission,
    )


def _settle(page: IncidentPage, sheet: Sheet) -> Any:
    if sheet.row not in {row.pk for row in page.file.commitments}:
        raise refused()
    return settle_commitment(by=page.desk.by, commitment=sheet.row, expected_version=sheet.version, **sheet.values)


def _merge(page: IncidentPage, sheet: Sheet) -> Any:
    reference, _point, version = sheet.values["other"].partition(".")
    return merge(
        by=page.desk.by,
        kept=page.incident.pk,
        other=read_reference(reference),
        reason=sheet.values["reason"],
        expected_versions=(sheet.version, int(version or 0)),
    )


def _undo(page: IncidentPage, sheet: Sheet) -> Any:
    if sheet.row not in {row.pk for row in page.file.merges}:
        raise refused()
    return undo_merge(
        by=page.desk.by, merge=sheet.row, reason=sheet.values["reason"], expected_version=sheet.version
    )


def _decide_fields(page: IncidentPage) -> tuple[Field, ...]:
    steps = tuple((rung.code, words.name_code(words.RUNGS, rung.code)) for rung in page.steps)
    return (
        Field("steps", _("What is done: the steps that this presence can take"), "several", choices=steps),
        Field("reason", _("Or nothing is done, because"), "choice", choices=_reasons(),
              hint=_("Kept for learning, held by a function. It is never an appraisal of anybody.")),
        _HELD_BY,
        _NOTE,
        _AT,
    )  # fmt: skip


def _close_fields(_page: IncidentPage) -> tuple[Field, ...]:
    return (
        Field(
            "outcome", _("How it ended"), "choice", needed=True, choices=choose(words.OUTCOMES, none=_("Choose"))
        ),
        Field("reason", _("If there was no action, why"), "choice", choices=_reasons()),
        Field("held_by", _("By which function"), longest=80, hint=_("Needed where there was no action.")),
        _NOTE,
        _AT,
    )


def _respond_fields(page: IncidentPage) -> tuple[Field, ...]:
    steps = tuple((rung.code, words.name_code(words.RUNGS, rung.code)) for rung in page.steps)
    parts = choose(words.COMPONENTS, components(), _("Not the United Nations"))
    return (
        Field("who", _("Who answered"), "choice", needed=True, choices=choose(words.RESPONDERS, none=_("Choose"))),
        Field("component", _("With which component of the United Nations"), "choice", choices=parts),
        Field("step", _("By which step"), "choice", choices=(("", _("None of these")), *steps)),
        Field("how", _("How"), longest=160),
        _AT,
    )


def _check_fields(_page: IncidentPage) -> tuple[Field, ...]:
    return (
        Field("about", _("Before what"), "choice", needed=True, choices=choose(words.ABOUTS)),
        Field("risks", _("What might this bring upon people"), "text", needed=True, longest=280),
        Field("measures", _("What is done against it"), "text", longest=280),
        Field("verdict", _("So"), "choice", needed=True, choices=choose(words.VERDICTS, none=_("Choose"))),
        _HELD_BY,
    )


def _tell_fields(page: IncidentPage) -> tuple[Field, ...]:
    people = tuple((write_reference(number), name) for number, name in page.people.items())
    return (
        Field("to_whom", _("Who was told, as a group or function"), needed=True, longest=120),
        Field("what", _("What they were told"), "text", needed=True, longest=280),
        Field("channel", _("How"), "choice", needed=True, choices=choose(words.CHANNELS)),
        Field("told_by", _("By which function"), needed=True, longest=80, hint=_("Not a name.")),
        Field("population", _("Which people at risk"), "choice", apart=True,
              choices=(("", _("Those of the incident")), *people)),
        Field("told_at", _("When, if not now (UTC)"), "moment", apart=True),
    )  # fmt: skip


def _commit_fields(_page: IncidentPage) -> tuple[Field, ...]:
    return (
        Field("to_whom", _("To whom, as a group or function"), needed=True, longest=120),
        Field("what", _("What will be done"), "text", needed=True, longest=280),
        Field("due_on", _("By which day"), "day", needed=True),
        Field("owner", _("Which function sees to it"), needed=True, longest=80),
    )


def _status_fields(page: IncidentPage) -> tuple[Field, ...]:
    verifies = page.may(May.VERIFY)
    codes = [code for code in statuses() if verifies or code not in SETTLED or code == page.incident.status]
    return (Field("status", _("Status"), "choice", needed=True, choices=choose(words.STATUSES, codes)),)


def _merge_fields(page: IncidentPage) -> tuple[Field, ...]:
    rows = tuple(
        (f"{write_reference(item.incident.pk)}.{item.incident.version}", item.incident.title)
        for item in page.proposals
    )
    return (
        Field("other", _("Which one is the same"), "choice", needed=True, choices=(("", _("Choose")), *rows)),
        Field("reason", _("Why they are one"), needed=True, longest=280),
    )


def _two_numbers(page: IncidentPage) -> tuple[Field, ...]:  # noqa: ARG001
    return (
        Field("people_low", _("At least"), "number"),
        Field("people_high", _("At most"), "number"),
    )


_REASON: Final = Field("reason", _("Why"), needed=True, longest=280)

_EVERY: Final[tuple[Deed[IncidentPage], ...]] = (
    Deed(
        code="start",
        title=_("Start the clock"),
        button=_("Start the clock"),
        fields=lambda page: (
            *(() if page.incident.imminent else (Field("imminent", _("Life is in danger now"), "tick"),)),
            Field("at", _("Detected, if not now (UTC)"), "moment", apart=True),
            Field("is_old", _("It is known to be older than a month"), "tick", apart=True),
        ),
        send=lambda page, sheet: _start(page, _with(sheet, imminent=page.incident.imminent)),
        renamed={"detected_at": "at"},
    ),
    Deed(
        code="stamp",
        title=_("Stamp a step"),
        button=_("Stamp"),
        fields=lambda _page: (Field("step", _("Step"), "line"), Field("at", _("When, if not now (UTC)"), "moment")),
        send=_stamp,
    ),
    Deed(
        code="decide", title=_("Decide"), button=_("Write the decision down"), fields=_decide_fields, send=_decide,
        version=_clock_version, known=lambda page: {"held_by": page.function},
    ),
    Deed(
        code="close", title=_("Close the clock"), button=_("Close the clock"), fields=_close_fields, send=_close,
        version=_clock_version,
    ),
    Deed(
        code="harm-note", title=_("The do-no-harm note"), button=_("Keep the note"), send=_note_harm,
        fields=lambda _page: (
            Field("note", _("What acting first may have brought upon people"), "text", needed=True, longest=1000),
        ),
        version=_clock_version,
    ),
    Deed(
        code="respond", title=_("Write down who answered"), button=_("Write it down"), fields=_respond_fields,
        send=_respond, is_new=True,
    ),
    Deed(
        code="check", title=_("Do-no-harm check before contact"), button=_("Keep the check"),
        fields=_check_fields,
        send=lambda page, sheet: check_harm(
            by=page.desk.by, incident=page.incident.pk, check=Check(**sheet.values)
        ),
        known=lambda page: {"held_by": page.function, "about": "contact"},
    ),
    Deed(
        code="tell", title=_("Write down what the community was told"), button=_("Write it down"),
        fields=_tell_fields, send=_tell, is_new=True,
        known=lambda page: {"told_by": page.function, "channel": "in person"},
    ),
    Deed(
        code="commit", title=_("Write down a commitment"), button=_("Write it down"), fields=_commit_fields,
        send=_commit, known=lambda page: {"owner": page.function}, is_new=True,
    ),
    Deed(
        code="settle", title=_("What became of it"), button=_("Write it down"), send=_settle,
        fields=lambda _page: (
            Field("state", _("What became of it"), "choice", needed=True,
                  choices=choose(words.SETTLED, none=_("Choose"))),
            Field("note", _("Why, where it was not kept"), longest=280),
        ),
        version=lambda page, row: next((item.version for item in page.file.commitments if item.pk == row), 0),
    ),
    Deed(
        code="status", title=_("How far it is verified"), button=_("Change the status"), fields=_status_fields,
        send=lambda page, sheet: set_status(
            by=page.desk.by, incident=page.incident.pk, expected_version=sheet.version, **sheet.values
        ),
        version=_incident_version, stands=lambda page: {"status": page.incident.status},
    ),
    Deed(
        code="people", title=_("How many people, as one range"), button=_("Change the range"), fields=_two_numbers,
        send=lambda page, sheet: set_people(
            by=page.desk.by, incident=page.incident.pk, expected_version=sheet.version, **sheet.values
        ),
        version=_incident_version,
        stands=lambda page: {"people_low": page.incident.people_low, "people_high": page.incident.people_high},
    ),
    Deed(
        code="merge", title=_("Merge a duplicate into this one"), button=_("Merge"), fields=_merge_fields,
        send=_merge, version=_incident_version, renamed={"kept": "other"},
    ),
    Deed(
        code="undo-merge", title=_("Undo this merge"), button=_("Undo"), send=_undo,
        fields=lambda _page: (_REASON,),
        version=lambda page, row: next((item.version for item in page.file.merges if item.pk == row), 0),
    ),
)  # fmt: skip

DEEDS: Final = {deed.code: deed for deed in _EVERY}


def _with(sheet: Sheet, *, imminent: bool) -> Sheet:
    sheet.values.setdefault("imminent", imminent)
    return sheet
