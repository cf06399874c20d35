"""Rows that an operation speaks of, each made when a row of the table first names it."""

from __future__ import annotations

import csv
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from incident_ground import Ground, draft, hand_in, in_days

from tutela.kernel.markings import Marking
from tutela.records.accounts.models import Submission, User
from tutela.records.accounts.principals import member_of
from tutela.records.accounts.references import write_reference
from tutela.records.accounts.sealed import SealedModel, sealed_models
from tutela.records.exports.actions import ask as ask_export
from tutela.records.exports.making import Wish
from tutela.records.exports.tables import Choice
from tutela.records.incidents.actions import clocks, commitments, merges, plans, tasks, threats
from tutela.records.incidents.actions.incidents import Triage, triage
from tutela.records.incidents.models import Incident
from tutela.records.jobs.working import work_once
from tutela.records.ledger.acts import acting
from tutela.records.missions import actions as missions

TABLE = list(csv.DictReader(Path(__file__).with_name("operations.csv").read_text("utf-8").splitlines()))
"""Every operation, whom it answers how, and a body that it takes."""

HOLDERS = {
    **dict.fromkeys(("decide", "draft-plan", "revise-plan", "rehearse-plan", "ask-task"), "adviser"),
    **dict.fromkeys(("start-clock", "stamp-clock", "close-clock", "note-harm", "respond", "check-harm"), "adviser"),
    **dict.fromkeys(("commit", "settle-commitment", "answer-task", "report-task"), "adviser"),
}
"""Who may, where the human rights officer may not."""

LOW = Marking.UNCLASSIFIED
_HOLE = re.compile(r"<(\w+)>|\{(\w+)\}")


def assessment(**changed: object) -> threats.Assessment:
    given = {
        "title": "Men on the road", "level": "tactical", "area": "The invented road", "from_day": in_days(0),
        "review_date": in_days(20), "owner": "Analyst", "capability": 3, "intent": 3, "likelihood": 3, "impact": 3,
        "confidence": "low",
    }  # fmt: skip
    return threats.Assessment(**(given | changed))


class Rows:
    """References by the name that the table uses; `of` whoever asks, where a row must be their own."""

    def __init__(self, ground: Ground, asker: str) -> None:
        self.ground, self.people, self.asker = ground, ground.people, asker
        self.adviser = ground.people["adviser"]
        self.made: dict[str, int] = {"presence": ground.presence, "town": ground.town, "site": ground.site}
        self.made["population"] = ground.town

    def fill(self, text: str) -> str:
        """A path or a body with references and days in the places that it leaves for them."""
        return _HOLE.sub(lambda hole: self._value(hole[1] or hole[2]), text)

    def _value(self, name: str) -> str:
        if name.startswith("in_"):
            return in_days(int(name.removeprefix("in_"))).isoformat()
        if name == "ago":
            return (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
        return write_reference(self.number(name))

    def number(self, name: str) -> int:
        """The row of this name."""
        if name not in self.made:
            self.made[name] = MAKE[name](self)
        return self.made[name]


def _incident(rows: Rows) -> Incident:
    """Unclassified, so that everybody of the mission reads it."""
    report = hand_in(rows.ground, "assistant")
    sorted_in = Triage(title="Abducted at the ford")
    return triage(by=rows.adviser, report=report.pk, triage=sorted_in, expected_version=report.version)


def _clocked(rows: Rows) -> int:
    incident = _incident(rows)
    clocks.start_clock(by=rows.adviser, incident=incident.pk, imminent=True)
    return incident.pk


def _checked(rows: Rows) -> int:
    incident = _incident(rows)
    check = commitments.Check(about="contact", verdict="go", risks="None known", held_by="Adviser")
    commitments.check_harm(by=rows.adviser, incident=incident.pk, check=check)
    return incident.pk


def _merge(rows: Rows) -> int:
    kept, other = rows.number("incident"), _incident(rows).pk
    done = merges.merge(by=rows.adviser, kept=kept, other=other, reason="The same", expected_versions=(1, 1))
    return done.pk


def _commitment(rows: Rows) -> int:
    undertaking = commitments.Undertaking(
        to_whom="Market committee", what="A patrol", due_on=in_days(3), owner="Adviser"
    )
    return commitments.commit(by=rows.adviser, presence=rows.ground.presence, undertaking=undertaking).pk


def _plan(rows: Rows) -> int:
    return plans.draft_plan(by=rows.adviser, draft=draft(), population=rows.ground.town, marking=LOW).pk


def _task(rows: Rows) -> int:
    task = tasks.ask_task(by=rows.adviser, plan=rows.number("plan"), component="police", what="Walk", owner="Chief")
    return task.pk


def _accepted(rows: Rows) -> int:
    task = _task(rows)
    tasks.answer_task(by=rows.adviser, task=task, accept=True, expected_version=1)
    return task


def _threat(rows: Rows) -> int:
    made = threats.assess_threat(
        by=rows.people["officer"], presence=rows.ground.presence, assessment=assessment(), marking=LOW
    )
    return made.pk


def _activity(rows: Rows) -> int:
    given = missions.ActivityDraft(
        "A01", "T1_dialogue_engagement", "prevention", "civilian", datetime.now(UTC).date()
    )
    return missions.log_activity(by=rows.adviser, presence=rows.ground.presence, draft=given).pk


def _export(rows: Rows) -> int:
    """One of whoever asks, where they may have one; else somebody else's."""
    by = rows.people[rows.asker if rows.asker in ("officer", "analyst") else "officer"]
    wish = Wish("incidents", "csv", Choice(rows.people.here, 0), "Weekly figures for an office")
    return ask_export(by=by, wish=wish)


def _made_export(rows: Rows) -> int:
    job = _export(rows)
    while work_once():
        pass
    return job


MAKE: dict[str, Callable[[Rows], int]] = {
    "report": lambda rows: hand_in(rows.ground, "assistant").pk,
    "incident": lambda rows: _incident(rows).pk,
    "other": lambda rows: _incident(rows).pk,
    "clocked": _clocked,
    "checked": _checked,
    "merge": _merge,
    "commitment": _commitment,
    "plan": _plan,
    "task": _task,
    "accepted": _accepted,
    "threat": _threat,
    "activity": _activity,
    "job": _export,
    "export": _export,
    "made": _made_export,
}


def together(deeds):
    """Do these at once, each in a thread with a connection of its own; what each gave."""
    start, made = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(place: int) -> None:
        try:
            start.wait()
            made[place] = deeds[place]()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return made


def rows_of(by: Any, model: type[SealedModel]) -> list[Any]:
    """All rows that somebody reads; on PostgreSQL a row is there only for who says that they read."""
    with acting(by, "test"):
        return list(model.visible_to(by).order_by("pk"))


def counts() -> dict[str, int]:
    """How many rows of everything sealed the officer reads, and how many submissions there are."""
    officer = member_of(User.objects.get(email="officer@invented.example"))
    with acting(officer, "test"):
        found = {model._meta.label: model.visible_to(officer).count() for model in sealed_models()}
    return found | {"submissions": Submission.objects.get_queryset().opened().count()}
