"""The register of threats. What the host State is judged to intend is in no operation: it leaves by none."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Self

from django.http import HttpRequest
from ninja import Path, Router
from pydantic import Field, model_validator

from tutela.api.entrance import principal_of
from tutela.api.handing import hand_in, make
from tutela.api.shapes import (
    USUAL_PAGE,
    Changing,
    Count,
    Day,
    Degrees,
    HandedIn,
    In,
    Limit,
    MarkingIn,
    Out,
    PageOf,
    Row,
    RowIn,
    RowOut,
    Version,
    WrittenOut,
    answers,
    cut_page,
    marking_of,
    named,
)
from tutela.records.incidents import threat_lists
from tutela.records.incidents.actions import threats as actions
from tutela.records.incidents.actions.clocks import HOST_CLASSES
from tutela.records.incidents.threat_lists import ThreatFile

router = Router(tags=["threats"])

Grade = Annotated[int, Field(strict=True, ge=1, le=5)]
Kilometres = Annotated[float, Field(strict=True, gt=0, le=2000)]


class GroupOut(Out):
    """A group at risk, with its range, gender and age."""

    group: str
    low: int | None
    high: int | None
    gender: str
    age: str


class ThreatOut(Row):
    """What may hurt civilians, where and when; `intent` is null where the host State may be the danger."""

    presence: RowOut = named("presence_id")
    title: str
    level: str
    area: str
    lat: float | None
    lon: float | None
    radius_km: float | None
    population: RowOut | None = named("population_id")
    from_day: date
    to_day: date | None
    civilians: list[GroupOut]
    harms: list[str]
    perpetrator: str
    perpetrator_name: str
    rationale: str
    tactics: str
    capability: int
    intent: int | None
    inhibiting_context: str
    host_state_capacity: str
    other_protectors: str
    vulnerability: str
    likelihood: int
    impact: int
    confidence: str
    would_change: str
    owner: str
    review_date: date
    status: str

    @model_validator(mode="after")
    def _hold_intent_back(self) -> Self:
        """What a host State intends stays inside, also as a bare grade."""
        if self.perpetrator in HOST_CLASSES:
            self.intent = None
        return self


class SourceOut(Row):
    """One report on a threat: the source and the information graded apart, for it or against it."""

    source_grade: str
    information_grade: int
    says: str
    note: str


class ReviewOut(Row):
    """What a threat was found to be on a day; what was intended is not in it, for who was meant then is not."""

    on: date
    likelihood: int
    impact: int
    capability: int
    confidence: str
    note: str


class ThreatFileOut(Out):
    """A threat, its sources on both sides, its history."""

    threat: ThreatOut
    supports: list[SourceOut]
    contradicts: list[SourceOut]
    history: list[ReviewOut]


class GroupIn(In):
    """A group at risk; numbers that are not known are left out."""

    group: str
    low: Count | None = None
    high: Count | None = None
    gender: str = "unknown"
    age: str = "unknown"


class ThreatIn(HandedIn):
    """A threat as it is judged now."""

    title: str
    level: str
    area: str
    from_day: Day
    review_date: Day
    owner: str
    capability: Grade
    intent: Grade
    likelihood: Grade
    impact: Grade
    confidence: str
    to_day: Day | None = None
    lat: Degrees | None = None
    lon: Degrees | None = None
    radius_km: Kilometres | None = None
    population: RowIn | None = None
    civilians: tuple[GroupIn, ...] = Field(default=(), max_length=30)
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

    def assessment(self) -> actions.Assessment:
        """As the register takes it."""
        return actions.Assessment(**self.model_dump(exclude={"submission", "marking", "expected_version"}))


class NewThreatIn(ThreatIn):
    """A threat for the register."""

    marking: MarkingIn | None = None


class AnewIn(ThreatIn):
    """A threat written anew; what its grades were before stays in its history."""

    expected_version: Version


class ReviewIn(Changing):
    """What a review found; the next is due on `review_date`."""

    likelihood: Grade
    impact: Grade
    capability: Grade
    intent: Grade
    confidence: str
    review_date: Day
    note: str = ""
    status: str = "active"


class ClosingIn(Changing):
    """Why it does not stand any more."""

    note: str


class SourceIn(HandedIn):
    """A report on a threat; what contradicts it is kept beside what supports it."""

    source_grade: str
    information_grade: Annotated[int, Field(strict=True, ge=1, le=6)]
    says: str
    note: str = ""


@router.get("/presences/{presence}/threats", response=answers(PageOf[ThreatOut]), operation_id="threats")
def list_threats(
    request: HttpRequest,
    presence: Path[RowIn],
    status: str = "active",
    level: str = "",
    after: str = "",
    limit: Limit = USUAL_PAGE,
) -> dict[str, Any]:
    """Threats of a presence, the gravest first."""
    rows = threat_lists.list_threats(by=principal_of(request), presence=presence, status=status, level=level)
    return cut_page(rows, after, limit)


@router.get("/threats/{threat}", response=answers(ThreatFileOut), operation_id="threat")
def show_threat(request: HttpRequest, threat: Path[RowIn]) -> ThreatFile:
    """One threat with its sources and its history."""
    return threat_lists.view_threat(by=principal_of(request), threat=threat)


@router.post("/presences/{presence}/threats", response=answers(WrittenOut, 201), operation_id="assess-threat")
def assess_threat(request: HttpRequest, presence: Path[RowIn], threat: NewThreatIn) -> Any:
    """Put a threat on the register."""
    by = principal_of(request)
    return make(
        request,
        threat,
        lambda: actions.assess_threat(
            by=by, presence=presence, assessment=threat.assessment(), marking=marking_of(threat.marking)
        ),
    )


@router.post("/threats/{threat}", response=answers(WrittenOut), operation_id="reassess-threat")
def reassess_threat(request: HttpRequest, threat: Path[RowIn], anew: AnewIn) -> dict[str, int]:
    """Write a threat anew."""
    by = principal_of(request)
    return hand_in(
        request,
        anew,
        lambda: actions.reassess_threat(
            by=by, threat=threat, assessment=anew.assessment(), expected_version=anew.expected_version
        ),
    )


@router.post("/threats/{threat}/reviews", response=answers(WrittenOut), operation_id="review-threat")
def review_threat(request: HttpRequest, threat: Path[RowIn], review: ReviewIn) -> dict[str, int]:
    """Review a threat: its grades as of today, and when it is looked at next."""
    by = principal_of(request)
    given = actions.Review(**review.model_dump(exclude={"submission", "expected_version"}))
    return hand_in(
        request,
        review,
        lambda: actions.review_threat(by=by, threat=threat, review=given, expected_version=review.expected_version),
    )


@router.post("/threats/{threat}/close", response=answers(WrittenOut), operation_id="close-threat")
def close_threat(request: HttpRequest, threat: Path[RowIn], closing: ClosingIn) -> dict[str, int]:
    """A threat does not stand any more."""
    by = principal_of(request)
    given = closing.model_dump(exclude={"submission"})
    return hand_in(request, closing, lambda: actions.close_threat(by=by, threat=threat, **given))


@router.post("/threats/{threat}/sources", response=answers(WrittenOut, 201), operation_id="add-source")
def add_source(request: HttpRequest, threat: Path[RowIn], source: SourceIn) -> Any:
    """Add a graded report on a threat."""
    by = principal_of(request)
    given = actions.Source(**source.model_dump(exclude={"submission"}))
    return make(request, source, lambda: actions.add_source(by=by, threat=threat, source=given))
