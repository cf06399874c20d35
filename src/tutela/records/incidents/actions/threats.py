"""The register of threats: assessed, reviewed with its history, sourced with contradictions kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from tutela.catalogue.doctrine import load_doctrine
from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import refused, require
from tutela.records.accounts.roles import May
from tutela.records.incidents.fields import (
    UN_OR_SUPPORTED,
    choice,
    choices,
    civilians,
    grade,
    invalid,
    point,
    text,
)
from tutela.records.incidents.fields import submission as a_submission
from tutela.records.incidents.finding import change, default_marking, find_row, moved_on, save_once, see_presence
from tutela.records.incidents.models import HostIntent, Threat, ThreatReview, ThreatSource
from tutela.records.ledger.acts import action
from tutela.records.missions.models import Population

_WORDS: Final = {
    "perpetrator_name": 160, "rationale": 400, "tactics": 400, "inhibiting_context": 400,
    "host_state_capacity": 400, "other_protectors": 400, "vulnerability": 400, "would_change": 400,
}  # fmt: skip

_GRADES: Final = ("capability", "intent", "likelihood", "impact")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What a threat is judged to be; the fields of `Threat`. What the host State intends is not among them."""

    title: str
    level: str
    area: str
    from_day: date
    review_date: date
    owner: str
    capability: int
    intent: int
    likelihood: int
    impact: int
    confidence: str
    to_day: date | None = None
    lat: float | None = None
    lon: float | None = None
    radius_km: float | None = None
    population: int | None = None
    civilians: Sequence[Mapping[str, Any]] = ()
    harms: tuple[str, ...] = ()
    perpetrator: str = "unknown"
    perpetrator_name: str = ""
    rationale: str = ""
    tactics: str = ""
    inhibiting_context: str = ""
    host_state_capacity: str = ""
    other_protectors: str = ""
    vulnerability: str = ""
    would_change: str = ""
    status: str = "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a review found; the next one is due on `review_date`."""

    likelihood: int
    impact: int
    capability: int
    intent: int
    confidence: str
    review_date: date
    note: str = ""
    status: str = "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One report on a threat: how reliable its source is and how credible what it says, graded apart."""

    source_grade: str
    information_grade: int
    says: str
    note: str = ""


@action("incidents.assess_threat")
def assess_threat(
    *, by: Principal, presence: int, assessment: Assessment, marking: Marking | None = None, submission: str = ""
) -> Threat:
    """Put a threat on the register. The same submission twice gives the first one back."""
    home = see_presence(by, presence)
    columns, least = _columns(by, presence, assessment)
    marked = default_marking(by, home.compartment_id, marking, home.marking, least)
    require(by, May.ASSESS, home.compartment_id, marked)
    row = Threat(compartment_id=home.compartment_id, marking=int(marked), presence_id=home.pk, **columns)
    row.submission = a_submission(submission)
    kept = save_once(by, row)
    if kept is row:
        _remember(row, "")
    return kept


@action("incidents.reassess_threat")
def reassess_threat(*, by: Principal, threat: int, assessment: Assessment, expected_version: int) -> Threat:
    """Write a threat anew; what its grades were before stays in its history."""
    row = find_row(by, Threat, threat, May.ASSESS)
    columns, least = _columns(by, row.presence_id, assessment)
    changed = change(by, row, expected_version, marking=max(row.marking, least), **columns)
    _remember(changed, "written anew")
    return changed


@action("incidents.review_threat")
def review_threat(*, by: Principal, threat: int, review: Review, expected_version: int) -> Threat:
    """Review a threat: its grades as of today, and when it is looked at next."""
    row = find_row(by, Threat, threat, May.ASSESS)
    if review.review_date <= _today():
        raise invalid("review_date", "The next review is still to come.", "Choose a later day.")
    changed = change(
        by,
        row,
        expected_version,
        likelihood=grade(review.likelihood, "likelihood"),
        impact=grade(review.impact, "impact"),
        capability=grade(review.capability, "capability"),
        intent=grade(review.intent, "intent"),
        confidence=choice(review.confidence, Threat.Confidence.values, "confidence"),
        status=choice(review.status, Threat.Status.values, "status"),
        review_date=review.review_date,
    )
    _remember(changed, text(review.note, "note", 400))
    return changed


@action("incidents.close_threat")
def close_threat(*, by: Principal, threat: int, note: str, expected_version: int) -> Threat:
    """A threat does not stand any more; why is in its history, and everything that was known of it stays."""
    row = find_row(by, Threat, threat, May.ASSESS)
    why = text(note, "note", 400, required=True)
    if row.status == Threat.Status.CLOSED:
        raise Problem("not-possible", "This threat is closed already.", remedy="Write it anew if it stands again.")
    changed = change(by, row, expected_version, status=Threat.Status.CLOSED)
    _remember(changed, why)
    return changed


@action("incidents.add_source")
def add_source(*, by: Principal, threat: int, source: Source, submission: str = "") -> ThreatSource:
    """Add a graded report on a threat; what contradicts it is kept beside what supports it, and none is removed."""
    row = find_row(by, Threat, threat, May.ASSESS)
    if source.information_grade not in range(1, 7):
        raise invalid("information_grade", "Information is graded 1 to 6.", "6 says that it cannot be judged.")
    made = ThreatSource(
        compartment_id=row.compartment_id,
        marking=row.marking,
        threat_id=row.pk,
        source_grade=choice(source.source_grade, "ABCDEF", "source_grade"),
        information_grade=source.information_grade,
        says=choice(source.says, ThreatSource.Says.values, "says"),
        note=text(source.note, "note", 400),
        submission=a_submission(submission),
    )
    return save_once(by, made)


@action("incidents.judge_host_intent")
def judge_host_intent(
    *, by: Principal, threat: int, words: str, grade_of_intent: int, expected_version: int | None = None
) -> HostIntent:
    """What the host State is judged to intend: strictly confidential, in a row of its own."""
    row = find_row(by, Threat, threat, May.ASSESS)
    require(by, May.ASSESS, row.compartment_id, Marking.STRICTLY_CONFIDENTIAL)
    values = {"text": text(words, "text", 1000, required=True), "grade": grade(grade_of_intent, "grade")}
    held = HostIntent.visible_to(by).filter(threat_id=row.pk).first()
    if held is not None:
        if expected_version is None:
            raise moved_on()
        return change(by, held, expected_version, **values)
    made = HostIntent(
        compartment_id=row.compartment_id, marking=int(Marking.STRICTLY_CONFIDENTIAL), threat_id=row.pk, **values
    )
    made.save(force_insert=True)
    return made


def _columns(by: Principal, presence: int, given: Assessment) -> tuple[dict[str, Any], int]:
    doctrine = load_doctrine()
    if given.perpetrator == UN_OR_SUPPORTED:
        raise Problem(
            "not-possible",
            "Harm by UN or UN-supported personnel is not on this register.",
            where="perpetrator",
            remedy="Hand it in as a report of that kind: it goes to restricted intake.",
        )
    if given.to_day is not None and given.to_day < given.from_day:
        raise invalid("to_day", "The window ends before it begins.", "Change the days over.")
    if given.radius_km is not None and not 0 < given.radius_km <= 2000:
        raise invalid("radius_km", "The radius is no distance in kilometres.", "Leave it empty if unknown.")
    lat, lon = point(given.lat, given.lon)
    columns: dict[str, Any] = {name: text(getattr(given, name), name, most) for name, most in _WORDS.items()}
    columns |= {
        name: grade(getattr(given, name), name) for name in ("capability", "intent", "likelihood", "impact")
    }
    columns |= {
        "title": text(given.title, "title", 160, required=True),
        "area": text(given.area, "area", 200, required=True),
        "owner": text(given.owner, "owner", 80, required=True),
        "level": choice(given.level, doctrine.enumerations["assessment_level"], "level"),
        "harms": choices(given.harms, doctrine.harms, "harms"),
        "perpetrator": choice(given.perpetrator, doctrine.perpetrators, "perpetrator"),
        "confidence": choice(given.confidence, Threat.Confidence.values, "confidence"),
        "status": choice(given.status, Threat.Status.values, "status"),
        "civilians": civilians(given.civilians),
        "population_id": given.population,
        "lat": lat,
        "lon": lon,
        "radius_km": given.radius_km,
        "from_day": given.from_day,
        "to_day": given.to_day,
        "review_date": given.review_date,
    }
    return columns, _marking_of(by, presence, given.population)


def _marking_of(by: Principal, presence: int, population: int | None) -> int:
    if population is None:
        return 0
    found = Population.visible_to(by).filter(pk=population, presence_id=presence).first()
    if found is None:
        raise refused()
    return int(found.marking)


def _remember(row: Threat, note: str) -> None:
    ThreatReview(
        compartment_id=row.compartment_id,
        marking=row.marking,
        threat_id=row.pk,
        on=_today(),
        likelihood=row.likelihood,
        impact=row.impact,
        capability=row.capability,
        intent=row.intent,
        confidence=row.confidence,
        note=note,
    ).save(force_insert=True)


def _today() -> date:
    return datetime.now(UTC).date()
