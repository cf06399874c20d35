"""Who answered an incident, and how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tutela.catalogue.doctrine import load_doctrine
from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import refused
from tutela.records.accounts.roles import May
from tutela.records.incidents.actions.clocks import possible_steps
from tutela.records.incidents.fields import choice, components, invalid, moment, text
from tutela.records.incidents.fields import submission as a_submission
from tutela.records.incidents.finding import find_row, save_once
from tutela.records.incidents.models import Incident, Responder
from tutela.records.ledger.acts import action
from tutela.records.missions.models import Presence


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One answer: by whom, with which component of the United Nations, by which step of the ladder, how, when."""

    who: str
    component: str = ""
    step: str = ""
    how: str = ""
    at: datetime | None = None


@action("incidents.record_response")
def record_response(*, by: Principal, incident: int, response: Response, submission: str = "") -> Responder:
    """Write down who answered. "none" says that nobody did, and does not stand beside an answer."""
    row = find_row(by, Incident, incident, May.RESPOND)
    if row.left:
        raise Problem("not-possible", "This incident left the queue.", remedy="Leave it as it is.")
    who = choice(response.who, load_doctrine().enumerations["responder"], "who")
    home = Presence.visible_to(by).filter(pk=row.presence_id).first()
    if home is None:
        raise refused()
    component = _component(who, response.component)
    if response.step:
        choice(response.step, [rung.code for rung in possible_steps(home)], "step")
    made = Responder(
        compartment_id=row.compartment_id,
        marking=row.marking,
        presence_id=row.presence_id,
        incident_id=row.pk,
        who=who,
        component=component,
        step=response.step,
        how=text(response.how, "how", 160),
        at=moment(response.at or datetime.now(UTC), "at"),
        submission=a_submission(submission),
    )
    before = Responder.visible_to(by).filter(incident_id=row.pk)
    if made.submission:
        before = before.exclude(recorded_by=by.actor, submission=made.submission)
    if before.filter(who="none").exists() if who != "none" else before.exists():
        raise Problem(
            "not-possible",
            "Nobody answered and somebody answered cannot both stand.",
            where="who",
            remedy="Look at what was written down before.",
        )
    return save_once(by, made)


def _component(who: str, component: str) -> str:
    if who.startswith("un_"):
        return choice(component, components(), "component")
    if component:
        raise invalid("component", "Only an answer of the United Nations has a component.", "Leave it empty.")
    return ""
