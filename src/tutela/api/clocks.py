"""The clock of an incident: started, stamped, decided on, closed; who answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Path, Router

from tutela.api.entrance import principal_of
from tutela.api.handing import hand_in, make
from tutela.api.shapes import (
    Changing,
    Flag,
    HandedIn,
    Moment,
    Out,
    Row,
    RowIn,
    RowOut,
    WrittenOut,
    answers,
    named,
)
from tutela.records.incidents.actions import clocks as actions
from tutela.records.incidents.actions import responses
from tutela.records.incidents.queries import find_clock, find_incident, view_incident

router = Router(tags=["clocks"])


class StampOut(Row):
    """When one step was taken; late where it was written down only afterwards."""

    step: str
    at: datetime
    late: bool


class DecisionOut(Row):
    """Steps that were decided, or nothing with its reason, and the function that holds it."""

    at: datetime
    steps: list[str]
    reason: str
    note: str
    held_by: str


class ClockOut(Row):
    """The clock of an incident; `kind` follows from the authority to use force."""

    incident: RowOut = named("incident_id")
    kind: str
    imminent: bool
    note_due: datetime | None
    harm_note: str
    harm_noted_at: datetime | None
    closed_at: datetime | None
    outcome: str
    reason: str
    reason_note: str
    held_by: str


class ClockFileOut(Out):
    """A clock with its stamps and decisions in the order of time."""

    clock: ClockOut
    stamps: list[StampOut]
    decisions: list[DecisionOut]


class ResponseOut(Row):
    """Who answered an incident and how; "none" says that nobody did."""

    incident: RowOut = named("incident_id")
    who: str
    component: str
    step: str
    how: str
    at: datetime


class ResponsesOut(Out):
    """Every answer to an incident and to those merged into it, in the order of time."""

    items: list[ResponseOut]


class StartIn(HandedIn):
    """When it was detected, by default now; `is_old` where that is more than a month ago."""

    detected_at: Moment | None = None
    imminent: Flag = False
    is_old: Flag = False


class StampIn(HandedIn):
    """One step of the clock, and when it was taken, by default now."""

    step: str
    at: Moment | None = None


class DecisionIn(Changing):
    """Steps that this presence can take, or none with a coded reason; held by a function, never a person."""

    held_by: str
    steps: tuple[str, ...] = ()
    reason: str = ""
    note: str = ""
    at: Moment | None = None


class EndingIn(Changing):
    """How it ended; no action needs its reason."""

    outcome: str
    reason: str = ""
    note: str = ""
    held_by: str = ""
    at: Moment | None = None


class NoteIn(Changing):
    """The do-no-harm note where action came first."""

    note: str


class ResponseIn(HandedIn):
    """Who answered, by which step, when."""

    who: str
    component: str = ""
    step: str = ""
    how: str = ""
    at: Moment | None = None


@router.get("/incidents/{incident}/clock", response=answers(ClockFileOut), operation_id="clock")
def show_clock(request: HttpRequest, incident: Path[RowIn]) -> dict[str, Any]:
    """The clock of an incident with all that was written on it."""
    by = principal_of(request)
    clock = find_clock(by=by, incident=incident)
    file = view_incident(by=by, incident=incident)
    return {"clock": clock, "stamps": file.stamps, "decisions": file.decisions}


@router.post("/incidents/{incident}/clock", response=answers(WrittenOut, 201), operation_id="start-clock")
def start_clock(request: HttpRequest, incident: Path[RowIn], start: StartIn) -> Any:
    """Start the clock of an incident; each has one."""
    by = principal_of(request)
    find_incident(by=by, incident=incident)
    given = start.model_dump(exclude={"submission"})
    return make(request, start, lambda: actions.start_clock(by=by, incident=incident, **given))


@router.post("/incidents/{incident}/clock/stamps", response=answers(WrittenOut, 201), operation_id="stamp-clock")
def stamp_clock(request: HttpRequest, incident: Path[RowIn], stamp: StampIn) -> Any:
    """Write down that a step was taken; each step once, and never out of its order."""
    by = principal_of(request)
    clock = find_clock(by=by, incident=incident)
    return make(request, stamp, lambda: actions.stamp(by=by, clock=clock.pk, step=stamp.step, at=stamp.at))


@router.post("/incidents/{incident}/clock/decisions", response=answers(WrittenOut, 201), operation_id="decide")
def decide(request: HttpRequest, incident: Path[RowIn], decision: DecisionIn) -> Any:
    """Decide what is done. Of two who decide at once, the second is told and may then decide anew."""
    by = principal_of(request)
    clock = find_clock(by=by, incident=incident)
    choice = actions.Choice(**decision.model_dump(exclude={"submission", "expected_version"}))
    return make(
        request,
        decision,
        lambda: actions.decide(by=by, clock=clock.pk, decision=choice, expected_version=decision.expected_version),
    )


@router.post("/incidents/{incident}/clock/close", response=answers(WrittenOut), operation_id="close-clock")
def close_clock(request: HttpRequest, incident: Path[RowIn], ending: EndingIn) -> dict[str, int]:
    """Close the clock with its outcome; what is not known yet may follow, marked late."""
    by = principal_of(request)
    clock = find_clock(by=by, incident=incident)
    given = actions.Ending(**ending.model_dump(exclude={"submission", "expected_version"}))
    return hand_in(
        request,
        ending,
        lambda: actions.close(by=by, clock=clock.pk, ending=given, expected_version=ending.expected_version),
    )


@router.post("/incidents/{incident}/clock/note", response=answers(WrittenOut), operation_id="note-harm")
def note_harm(request: HttpRequest, incident: Path[RowIn], note: NoteIn) -> dict[str, int]:
    """The do-no-harm note that is due within 24 hours where life was in danger."""
    by = principal_of(request)
    clock = find_clock(by=by, incident=incident)
    given = note.model_dump(exclude={"submission"})
    return hand_in(request, note, lambda: actions.note_harm(by=by, clock=clock.pk, **given))


@router.get("/incidents/{incident}/responses", response=answers(ResponsesOut), operation_id="responses")
def list_responses(request: HttpRequest, incident: Path[RowIn]) -> dict[str, Any]:
    """Who answered an incident, and how."""
    return {"items": view_incident(by=principal_of(request), incident=incident).responders}


@router.post("/incidents/{incident}/responses", response=answers(WrittenOut, 201), operation_id="respond")
def record_response(request: HttpRequest, incident: Path[RowIn], response: ResponseIn) -> Any:
    """Write down who answered; that nobody did does not stand beside an answer."""
    by = principal_of(request)
    find_incident(by=by, incident=incident)
    given = responses.Response(**response.model_dump(exclude={"submission"}))
    return make(request, response, lambda: responses.record_response(by=by, incident=incident, response=given))
