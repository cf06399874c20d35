"""Rows that the tests of incidents stand on: an invented presence with a site and people, and what is handed in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cast import Cast

from tutela.kernel.markings import Marking
from tutela.records.accounts.actions import Grant, admit, create_compartment, create_user
from tutela.records.accounts.models import Compartment
from tutela.records.accounts.roles import Role
from tutela.records.incidents.actions.incidents import Triage, triage
from tutela.records.incidents.actions.intake import set_intake
from tutela.records.incidents.actions.plans import Draft, Minutes
from tutela.records.incidents.actions.reports import Alert, report
from tutela.records.incidents.fields import Where
from tutela.records.incidents.models import Incident, Report
from tutela.records.ledger.acts import acting
from tutela.records.missions.models import Population, Presence, Site

NOW = datetime.now(UTC)
TODAY = NOW.date()


@dataclass
class Ground:
    """Numbers of what was made; `secret` is the restricted intake, None until it is made."""

    people: Cast
    presence: int
    site: int
    town: int
    camp: int
    secret: int | None = None


def make_ground(people: Cast, kind: str = "PKO_MULTIDIMENSIONAL_POC", force: str = "yes") -> Ground:
    officer = people["officer"]
    common: dict[str, Any] = {"compartment_id": people.here, "marking": 0}
    with acting(officer, "test"):
        presence = Presence(key="invented", name="Invented mission", kind=kind, force_authority=force, **common)
        presence.save()
        site = Site(presence_id=presence.pk, key="base", name="Invented base", lat=5.0, lon=25.0, **common)
        site.save()
        town = Population(
            presence_id=presence.pk, name="Invented town", kind="settlement", lat=5.02, lon=25.0, **common
        )
        town.save()
        camp = Population(
            presence_id=presence.pk, name="Invented camp", kind="idp_site", lat=6.5, lon=25.0, **common
        )
        camp.save()
    return Ground(people, presence.pk, site.pk, town.pk, camp.pk)


def add_intake(ground: Ground) -> Ground:
    """A compartment of restricted intake, and somebody who works it and nothing else."""
    people = ground.people
    chief = people["administrator"]
    made = create_compartment(
        by=chief,
        name="Conduct",
        kind=Compartment.Kind.RESTRICTED,
        custodian=people.users["custodian"],
        purpose="keeps",
    )
    people.users["focal"] = create_user(by=chief, email="focal@invented.example", name="Focal")
    grant = Grant(Role.HUMAN_RIGHTS_OFFICER, Marking.STRICTLY_CONFIDENTIAL, "works the intake")
    admit(by=people["custodian"], compartment=made.pk, user=people.users["focal"], grant=grant)
    set_intake(
        by=people["custodian"], presence=ground.presence, intake=made.pk, channel="Call the invented hotline.",
        pathway="the invented clinic",
    )  # fmt: skip
    return replace(ground, secret=made.pk)


def add_duty(people: Cast) -> None:
    """A duty officer and a second adviser."""
    chief = people["administrator"]
    for name, role in (("duty", Role.DUTY_OFFICER), ("second", Role.PROTECTION_ADVISER)):
        people.users[name] = create_user(by=chief, email=f"{name}@invented.example", name=name)
        grant = Grant(role, Marking.CONFIDENTIAL, "works there")
        admit(by=people["custodian"], compartment=people.here, user=people.users[name], grant=grant)


def alert(**changed: Any) -> Alert:
    given: dict[str, Any] = {
        "kind": "community_alert",
        "what": "abducted",
        "where": Where(lat=5.01, lon=25.0, precision="settlement", name="Invented ford"),
    }
    return Alert(**(given | changed))


def hand_in(ground: Ground, name: str = "adviser", submission: str = "", **changed: Any) -> Report:
    row = report(by=ground.people[name], presence=ground.presence, alert=alert(**changed), submission=submission)
    assert isinstance(row, Report)
    return row


def open_incident(ground: Ground, name: str = "adviser", **changed: Any) -> Incident:
    row = hand_in(ground, name, **changed)
    return triage(
        by=ground.people[name],
        report=row.pk,
        triage=Triage(title="Abducted at the ford"),
        expected_version=row.version,
    )


def draft(**changed: Any) -> Draft:
    given: dict[str, Any] = {
        "title": "If the town is attacked",
        "lead": "Head of office",
        "lead_component": "civilian",
        "steps": ({"code": "R1", "what": "Warn the market committee", "who": "Civil affairs"},),
        "recipients": ("Head of mission",),
        "not_told": ("host_force",),
        "can_arrive": Minutes(40, "measured in the dry season"),
    }
    return Draft(**(given | changed))


def earlier(**ago: float) -> datetime:
    return datetime.now(UTC) - timedelta(**ago)


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)
