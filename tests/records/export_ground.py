"""An invented presence with incidents at two markings, and what must never leave beside them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

from cast import SECRET, Cast
from incident_ground import Ground, make_ground

from tutela.kernel.markings import Marking
from tutela.records.accounts.actions import Grant, admit, dismiss
from tutela.records.accounts.roles import Role
from tutela.records.exports.actions import ask, fetch
from tutela.records.exports.making import Wish
from tutela.records.exports.tables import Choice
from tutela.records.incidents.models import HostIntent, Incident, Report, Threat
from tutela.records.jobs.working import work_once
from tutela.records.ledger.acts import acting

WHEN = datetime(2026, 3, 2, 8, tzinfo=UTC)
PURPOSE = "Weekly figures for the invented office"
FORMULA = '=HYPERLINK("x","y")'


def let_out(people: Cast, who: str, share: Marking, level: Marking = Marking.CONFIDENTIAL) -> None:
    """Let the analyst or the officer take files out up to a marking."""
    role = Role.ANALYST if who == "analyst" else Role.HUMAN_RIGHTS_OFFICER
    dismiss(by=people["custodian"], compartment=people.here, user=people.users[who])
    grant = Grant(role, level, "works there", share=share)
    admit(by=people["custodian"], compartment=people.here, user=people.users[who], grant=grant)


def add_incidents(ground: Ground, number: int = 150) -> None:
    """Unclassified and confidential ones in turn, one strictly confidential, one that left, one merged."""
    officer = ground.people["officer"]
    common = {"presence_id": ground.presence, "compartment_id": ground.people.here, "what": "killing"}
    with acting(officer, "test"):
        for step in range(number):
            Incident(
                title=FORMULA if step == 0 else f"Event {step}",
                happened_at=WHEN,
                lat=5.0 + step / 1000,
                lon=25.0,
                marking=step % 2,
                people_low=1,
                population_id=ground.town,
                **common,
            ).save()
        Incident(title="zzyzx-secret", happened_at=WHEN, marking=SECRET, **common).save()
        Incident(title="zzyzx-left", happened_at=WHEN, marking=0, left=True, **common).save()
        kept = Incident.visible_to(officer).order_by("pk").first()
        Incident(title="zzyzx-merged", happened_at=WHEN, marking=0, merged_into=kept, **common).save()
        Report(
            presence_id=ground.presence,
            compartment_id=ground.people.here,
            marking=0,
            kind="field_report",
            what="killing",
            said_at=WHEN,
            contact_code="zzyzx-code",
            told_by="zzyzx-told",
            summary="Shots were heard",
            recorded_by=officer.actor,
        ).save()
        threat = Threat(
            presence_id=ground.presence,
            compartment_id=ground.people.here,
            marking=0,
            title="Raids",
            level="site",
            area="the hills",
            from_day=WHEN.date(),
            capability=3,
            intent=3,
            likelihood=3,
            impact=3,
            confidence="low",
            owner="adviser",
            review_date=WHEN.date(),
            rationale="zzyzx-rationale",
        )
        threat.save()
        HostIntent(
            threat=threat, compartment_id=ground.people.here, marking=SECRET, text="zzyzx-host", grade=5
        ).save()


def make_exporting_ground(people: Cast) -> Ground:
    ground = make_ground(people)
    let_out(people, "analyst", Marking.UNCLASSIFIED)
    let_out(people, "officer", Marking.CONFIDENTIAL, SECRET)
    return ground


def wish(people: Cast, table: str = "incidents", kind: str = "csv", marking: int = 0) -> Wish:
    return Wish(table, kind, Choice(people.here, marking), PURPOSE)


def export(people: Cast, who: str, wanted: Wish) -> tuple[int, bytes]:
    """Ask, let a worker make it, fetch it."""
    job = ask(by=people[who], wish=wanted)
    assert work_once()
    with fetch(by=people[who], job=job).stream as stream:
        return job, stream.read()


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV, as a reader sees them that passes over lines beginning with #."""
    lines = [line for line in content.decode("utf-8-sig").splitlines() if not line.lstrip('"').startswith("#")]
    return list(csv.DictReader(io.StringIO("\n".join(lines))))
