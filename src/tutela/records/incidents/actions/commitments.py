"""Closing the loop: no contact without a do-no-harm check, what was told to whom, what was committed to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import refused, require
from tutela.records.accounts.roles import May
from tutela.records.incidents.actions.clocks import take_stamp
from tutela.records.incidents.fields import choice, invalid, moment, text
from tutela.records.incidents.fields import submission as a_submission
from tutela.records.incidents.finding import change, default_marking, find_row, save_once, see_presence
from tutela.records.incidents.models import Clock, Commitment, Feedback, HarmCheck, Incident
from tutela.records.ledger.acts import action
from tutela.records.missions.models import Population


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What contact might bring upon people, and what is done against it."""

    about: str
    verdict: str
    risks: str
    held_by: str
    measures: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What is told to a community: to which group, by which channel, by which function."""

    to_whom: str
    what: str
    channel: str
    told_by: str
    population: int | None = None
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undertaking:
    """What is committed to, to which group, by which day, and which function sees to it."""

    to_whom: str
    what: str
    due_on: date
    owner: str
    incident: int | None = None
    population: int | None = None


@action("incidents.check_harm")
def check_harm(*, by: Principal, incident: int, check: Check) -> HarmCheck:
    """Write down the do-no-harm check before contact, a warning or publication."""
    row = find_row(by, Incident, incident, May.RESPOND)
    verdict = choice(check.verdict, HarmCheck.Verdict.values, "verdict")
    made = HarmCheck(
        compartment_id=row.compartment_id,
        marking=row.marking,
        presence_id=row.presence_id,
        incident_id=row.pk,
        about=choice(check.about, HarmCheck.About.values, "about"),
        verdict=verdict,
        risks=text(check.risks, "risks", 280, required=True),
        measures=text(check.measures, "measures", 280, required=verdict == HarmCheck.Verdict.GO_WITH_MEASURES),
        held_by=text(check.held_by, "held_by", 80, required=True),
    )
    made.save(force_insert=True)
    return made


@action("incidents.tell_community")
def tell_community(*, by: Principal, incident: int, telling: Telling, submission: str = "") -> Feedback:
    """Write down what a community was told. Refused without a do-no-harm check that lets it go ahead.

    Where life is in imminent danger and the clock runs, act first: the note is due on the clock.
    """
    row = find_row(by, Incident, incident, May.REPORT)
    if row.left:
        raise Problem("not-possible", "This incident left the queue.", remedy="Leave it as it is.")
    told_at = moment(telling.told_at or datetime.now(UTC), "told_at")
    _visible_population(by, telling.population, row.presence_id)
    made = Feedback(
        compartment_id=row.compartment_id,
        marking=row.marking,
        presence_id=row.presence_id,
        incident_id=row.pk,
        population_id=telling.population if telling.population is not None else row.population_id,
        to_whom=text(telling.to_whom, "to_whom", 120, required=True),
        what=text(telling.what, "what", 280, required=True),
        channel=text(telling.channel, "channel", 40, required=True),
        told_at=told_at,
        told_by=text(telling.told_by, "told_by", 80, required=True),
        check_before_id=_passed(by, row),
        submission=a_submission(submission),
    )
    made = save_once(by, made)
    take_stamp(by, row.pk, "community_told", made.told_at)
    return made


@action("incidents.commit")
def commit(*, by: Principal, presence: int, undertaking: Undertaking, submission: str = "") -> Commitment:
    """Write down what a community was told would be done, and by when."""
    home = see_presence(by, presence)
    least = home.marking
    if undertaking.incident is not None:
        about = find_row(by, Incident, undertaking.incident, May.RESPOND)
        if about.presence_id != home.pk:
            raise refused()
        least = max(least, about.marking)
    least = max(least, _visible_population(by, undertaking.population, home.pk))
    marking = default_marking(by, home.compartment_id, None, least)
    require(by, May.RESPOND, home.compartment_id, marking)
    if undertaking.due_on < datetime.now(UTC).date():
        raise invalid("due_on", "This day is over.", "Choose the day by which it is to be done.")
    made = Commitment(
        compartment_id=home.compartment_id,
        marking=int(marking),
        presence_id=home.pk,
        incident_id=undertaking.incident,
        population_id=undertaking.population,
        to_whom=text(undertaking.to_whom, "to_whom", 120, required=True),
        what=text(undertaking.what, "what", 280, required=True),
        due_on=undertaking.due_on,
        owner=text(undertaking.owner, "owner", 80, required=True),
        submission=a_submission(submission),
    )
    return save_once(by, made)


@action("incidents.settle_commitment")
def settle_commitment(
    *, by: Principal, commitment: int, state: str, expected_version: int, note: str = ""
) -> Commitment:
    """Say what became of a commitment; one not kept, or withdrawn, says why."""
    row = find_row(by, Commitment, commitment, May.RESPOND)
    if row.state != Commitment.State.OPEN:
        raise Problem("already-there", "This commitment was settled before.", remedy="Make a new one if needed.")
    choice(state, [value for value in Commitment.State.values if value != Commitment.State.OPEN], "state")
    written = text(note, "note", 280, required=state != Commitment.State.KEPT)
    return change(by, row, expected_version, state=state, note=written, settled_on=datetime.now(UTC).date())


def _passed(by: Principal, incident: Incident) -> int | None:
    """The check that lets contact go ahead: the newest decides. None only where action came first."""
    newest = HarmCheck.visible_to(by).filter(incident_id=incident.pk, about__in=("contact", "warning"))
    check = newest.order_by("-recorded", "-pk").first()
    if check is not None and check.verdict != HarmCheck.Verdict.DO_NOT:
        return check.pk
    if check is None and Clock.visible_to(by).filter(incident_id=incident.pk, imminent=True).exists():
        return None
    raise Problem(
        "not-possible",
        "No do-no-harm check lets this contact go ahead.",
        where="check_before",
        remedy="Write the check down first. Where life is in imminent danger, start the clock and act.",
    )


def _visible_population(by: Principal, population: int | None, presence: int) -> int:
    if population is None:
        return 0
    found = Population.visible_to(by).filter(pk=population, presence_id=presence).first()
    if found is None:
        raise refused()
    return int(found.marking)
