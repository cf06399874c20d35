"""A register with the invented cast and one of everything, made in a home; a program of its own, run by the tests.

    python tests/e2e/make_cast.py HOME

It prints a session for everybody and the addresses of the pages that show rows, as JSON. Three presences stand in
compartments of their own: a large operation, a special political mission, and a country where no mission is.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "records"), str(HERE.parent / "web")]

from tutela.data.store.homes import create_home
from tutela.service.register import point_at

HOME = Path(sys.argv[1])
create_home(HOME, demonstration=False)
point_at(HOME)

import cast
import incident_ground as given
import operations_ground as duty_ground
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from grounds import ACTIVITY, CAPACITY, ENTRY, INTERLOCUTOR, RESTRICTION, STOPPED, add_compartment
from outlook_ground import MONTH, NEAR, make_forecast
from page_ground import browser_of
from test_threats import GIVEN, REVIEW

from tutela.kernel.markings import Marking
from tutela.records.accounts.actions import Grant, admit, create_compartment, create_user, dismiss
from tutela.records.accounts.key_files import SESSION_KEY, open_key_file
from tutela.records.accounts.models import Compartment
from tutela.records.accounts.roles import Role
from tutela.records.incidents.actions.clocks import start_clock
from tutela.records.incidents.actions.commitments import Undertaking, commit
from tutela.records.incidents.actions.intake import set_intake
from tutela.records.incidents.actions.plans import draft_plan
from tutela.records.incidents.actions.threats import assess_threat, review_threat
from tutela.records.incidents.duty import contacts, groups, handovers, papers, shifts
from tutela.records.incidents.fields import Where
from tutela.records.ledger.acts import acting
from tutela.records.missions import actions
from tutela.records.missions.models import Population, Presence, Site
from tutela.records.outlooks.actions.forecasts import Happened, take_in_forecast, take_in_outcomes
from tutela.records.outlooks.actions.judgements import JudgementDraft, judge
from tutela.records.outlooks.actions.warnings import DecisionDraft, decide, raise_warnings

ARABIC_TOWN = "\u0633\u0648\u0642 \u0627\u0644\u0646\u0647\u0631"
"""The river's market, as those who live there would write it."""


@dataclass(frozen=True)
class Small:
    """A second and a third presence: what it is called, of which kind, and who works there."""

    key: str
    name: str
    kind: str
    adviser: str
    town: str
    lat: float


SMALL = (
    Small("office", "Invented political mission", "SPM_FIELD_MULTIDIM", "envoy", "Invented harbour", 8.0),
    Small("team", "Invented country team", "UNCT_RCO", "coordinator", "Invented valley", 11.0),
)


def main() -> None:
    """Make all of it and say where it stands."""
    call_command("migrate", verbosity=0, interactive=False)
    settings.SECRET_KEY = open_key_file(Path(settings.KEYS_FOLDER), SESSION_KEY).hex()
    people = cast.assemble()
    given.add_duty(people)
    _let_out(people)
    ground = given.make_ground(people)
    _furnish(ground)
    pages = _kit(ground)
    for small in SMALL:
        pages[small.key] = _small(people, small)
    names = [*people.users]
    sessions = {name: browser_of(people, name).cookies["tutela_session"].value for name in names}
    print(json.dumps({"sessions": sessions, "pages": pages}))  # noqa: T201 -- the program's answer


def _let_out(people: cast.Cast) -> None:
    dismiss(by=people["custodian"], compartment=people.here, user=people.users["adviser"])
    grant = Grant(Role.PROTECTION_ADVISER, Marking.CONFIDENTIAL, "works there", share=Marking.CONFIDENTIAL)
    admit(by=people["custodian"], compartment=people.here, user=people.users["adviser"], grant=grant)


def _furnish(ground: given.Ground) -> None:
    """What a presence knows of itself."""
    people = ground.people
    with acting(people["officer"], "test"):
        Population(
            presence_id=ground.presence, name=ARABIC_TOWN, kind="settlement", lat=5.3, lon=25.4,
            compartment_id=people.here, marking=0,
        ).save()  # fmt: skip
    influence = add_compartment(people, "Influence of the first mission", "adviser")
    by = people["adviser"]
    at: dict[str, Any] = {"by": by, "presence": ground.presence}
    actions.record_capacity(**at, draft=CAPACITY)
    actions.log_restriction(**at, draft=RESTRICTION)
    actions.add_interlocutor(**at, compartment=influence, draft=INTERLOCUTOR)
    actions.log_activity(**at, draft=ACTIVITY)
    actions.add_calendar_entry(**at, draft=ENTRY)
    actions.log_stopped_task(**at, draft=STOPPED)
    conduct = create_compartment(
        by=people["administrator"], name="Conduct", kind=Compartment.Kind.RESTRICTED,
        custodian=people.users["custodian"], purpose="keeps",
    )  # fmt: skip
    set_intake(
        by=people["custodian"], presence=ground.presence, intake=conduct.pk, channel="Call the invented hotline.",
        pathway="the invented clinic",
    )  # fmt: skip


def _kit(ground: given.Ground) -> dict[str, Any]:
    """One row of everything, and the address of each page that shows it."""
    people, at = ground.people, {"presence": ground.presence}
    adviser, duty = people["adviser"], people["duty"]
    report = given.hand_in(ground)
    given.hand_in(ground, "assistant", what="threat", where=Where(population=ground.town))
    shifts.log_shift(by=duty, **at, line=duty_ground.line())
    contact = contacts.add_contact(by=duty, **at, entry=duty_ground.entry())
    handover = handovers.give_shift(by=duty, **at, turnover=duty_ground.turnover())
    meeting = groups.call_meeting(by=adviser, **at, invitation=duty_ground.invitation())
    groups.resolve(by=adviser, meeting=meeting.pk, resolution=duty_ground.resolution())
    incident = given.open_incident(ground)
    clock = start_clock(by=adviser, incident=incident.pk, detected_at=given.earlier(minutes=25))
    flash = papers.issue_flash(by=duty, clock=clock.pk, draft=duty_ground.flash())
    plan = duty_ground.signed_plan(ground)
    draft = draft_plan(by=adviser, draft=given.draft(title="If the camp is attacked"), population=ground.camp)
    commit(
        by=adviser, **at,
        undertaking=Undertaking(to_whom="Market committee", what="A patrol on market days",
                                due_on=given.in_days(5), owner="Protection adviser", incident=incident.pk),
    )  # fmt: skip
    threat = assess_threat(by=adviser, **at, assessment=GIVEN)
    review_threat(by=adviser, threat=threat.pk, review=REVIEW, expected_version=threat.version)
    assess_threat(by=adviser, **at, assessment=replace(GIVEN, title="Checkpoints at the ford", impact=3))
    rows = {
        "presence": ground.presence, "site": ground.site, "population": ground.town, "report": report.pk,
        "incident": incident.pk, "plan": plan.pk, "draft": draft.pk, "threat": threat.pk, "contact": contact.pk,
        "handover": handover.pk, "meeting": meeting.pk, "paper": flash.pk, **_outlook(ground),
    }  # fmt: skip
    return {"here": _addresses(rows)}


def _outlook(ground: given.Ground) -> dict[str, int]:
    """Two forecasts one after the other, a warning that waits, a decision, a judgement, and what happened."""
    by = ground.people["adviser"]
    with tempfile.TemporaryDirectory() as folder:
        before = make_forecast(Path(folder) / "before", back=1, rate={NEAR: 0.1})
        now = make_forecast(Path(folder) / "now")
    take_in_forecast(by=by, compartment=ground.people.here, forecast=before)
    forecast = take_in_forecast(by=by, compartment=ground.people.here, forecast=now)
    first, second = raise_warnings(by=by, forecast=forecast.pk, presence=ground.presence, month=MONTH)
    choice = DecisionDraft(choice="no_action", reason="covered", note="The plan was tried out last week.")
    decide(by=by, warned=second.pk, decision=choice, expected_number=0)
    draft = JudgementDraft(
        month=MONTH, likelihood=5, impact=4, confidence="high", reason="A verdict is due.", population=ground.camp
    )
    judge(by=by, presence=ground.presence, forecast=forecast.pk, draft=draft)
    happened = Happened("invented candidate", (MONTH,), ((MONTH, str(NEAR), 3),))
    take_in_outcomes(by=by, forecast=forecast.pk, happened=happened)
    return {"forecast": forecast.pk, "warned": first.pk}


def _addresses(rows: dict[str, int]) -> dict[str, str]:
    def at(name: str, *keys: str) -> str:
        return reverse(name, args=[rows[key] for key in keys])

    own = (
        "presence", "sites", "strengths", "consent", "people", "influence", "activities", "calendar", "stopped",
        "policies",
    )  # fmt: skip
    duty = ("desk", "contacts", "handovers", "group", "reports", "checklist")
    return {
        **{f"missions:{name}": at(f"missions:{name}", "presence") for name in own},
        "missions:site": at("missions:site", "presence", "site"),
        "missions:population": at("missions:population", "presence", "population"),
        "missions:history": reverse("missions:history", args=[rows["presence"], "site", rows["site"]]),
        "missions:write": reverse("missions:write", args=[rows["presence"], "place-site"]),
        "watch:report": at("watch:report", "report"),
        "watch:incident": at("watch:incident", "incident"),
        "watch:plan": at("watch:plan", "plan"),
        "watch:draft": at("watch:plan", "draft"),
        "watch:revise": at("watch:revise", "draft"),
        "threats:threat": at("threats:threat", "threat"),
        "threats:revise": at("threats:revise", "threat"),
        **{f"outlook:{name}": reverse(f"outlook:{name}") for name in ("take-in", "review", "map", "changes")},
        "outlook:place": reverse("outlook:place", args=[str(NEAR)]),
        "outlook:warning": at("outlook:warning", "warned"),
        "outlook:forecast": at("outlook:forecast", "forecast"),
        **{f"operations:{name}": at(f"operations:{name}", "presence") for name in duty},
        "operations:contact": at("operations:contact", "presence", "contact"),
        "operations:handover": at("operations:handover", "handover"),
        "operations:meeting": at("operations:meeting", "meeting"),
        "operations:report": at("operations:report", "paper"),
        "operations:flash": at("operations:flash", "incident"),
    }


def _small(people: cast.Cast, small: Small) -> dict[str, str]:
    """A presence without force: its compartment, its adviser and a second one, people at risk, a site."""
    made = create_compartment(
        by=people["administrator"], name=small.name, kind=Compartment.Kind.MISSION,
        custodian=people.users["custodian"], purpose="keeps members",
    )  # fmt: skip
    name = small.adviser
    people.users[name] = create_user(
        by=people["administrator"], email=f"{name}@invented.example", name=name.capitalize()
    )
    grant = Grant(Role.PROTECTION_ADVISER, Marking.CONFIDENTIAL, "works there")
    admit(by=people["custodian"], compartment=made.pk, user=people.users[name], grant=grant)
    common: dict[str, Any] = {"compartment_id": made.pk, "marking": 0}
    with acting(people[name], "test"):
        presence = Presence(key=small.key, name=small.name, kind=small.kind, force_authority="no", **common)
        presence.save()
        place: dict[str, Any] = {"presence_id": presence.pk, "lat": small.lat, "lon": 25.0}
        Site(key="house", name="Invented office", **place, **common).save()
        Population(name=small.town, kind="settlement", **place, **common).save()
    return {"desk": reverse("operations:desk", args=[presence.pk])}


if __name__ == "__main__":
    main()
