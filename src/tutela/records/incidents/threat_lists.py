"""Threats as pages need them: the matrix, overdue reviews, one threat with its sources and history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tutela.kernel.markings import Principal
from tutela.records.incidents.finding import note_access, see_presence, see_row
from tutela.records.incidents.models import HostIntent, Threat, ThreatReview, ThreatSource
from tutela.records.ledger.acts import action


@dataclass(frozen=True, slots=True)
class Matrix:
    """Active threats by likelihood and impact: `cells[likelihood - 1][impact - 1]` holds their numbers."""

    cells: tuple[tuple[tuple[int, ...], ...], ...]

    @property
    def counts(self) -> tuple[tuple[int, ...], ...]:
        """How many stand in each cell."""
        return tuple(tuple(len(cell) for cell in row) for row in self.cells)


@dataclass(frozen=True, slots=True)
class ThreatFile:
    """One threat, its graded sources on both sides, and its history. Host-State intent has its own query."""

    threat: Threat
    supports: tuple[ThreatSource, ...]
    contradicts: tuple[ThreatSource, ...]
    history: tuple[ThreatReview, ...]


@action("incidents.matrix")
def matrix(*, by: Principal, presence: int, level: str = "") -> Matrix:
    """The 5 x 5 matrix of a presence's active threats, at one level where one is given."""
    see_presence(by, presence, Threat)
    rows = Threat.visible_to(by).filter(presence_id=presence, status=Threat.Status.ACTIVE).order_by("pk")
    rows = rows.filter(level=level) if level else rows
    cells: list[list[list[int]]] = [[[] for _ in range(5)] for _ in range(5)]
    for key, likelihood, impact in rows.values_list("pk", "likelihood", "impact"):
        cells[likelihood - 1][impact - 1].append(key)
    return Matrix(tuple(tuple(tuple(cell) for cell in row) for row in cells))


@action("incidents.list_threats")
def list_threats(
    *, by: Principal, presence: int, status: str = "active", level: str = "", cell: tuple[int, int] | None = None
) -> tuple[Threat, ...]:
    """Threats of a presence, the gravest first; at one level, and in one cell of likelihood and impact."""
    see_presence(by, presence, Threat)
    asked = {"level": level} if level else {}
    graded = dict(zip(("likelihood", "impact"), cell, strict=True)) if cell else {}
    rows = list(Threat.visible_to(by).filter(presence_id=presence, status=status, **asked, **graded))
    return tuple(sorted(rows, key=lambda row: (-row.likelihood * row.impact, -row.impact, row.pk)))


@action("incidents.overdue_reviews")
def overdue_reviews(*, by: Principal, presence: int, today: date) -> tuple[Threat, ...]:
    """Threats that stand and were to be reviewed before today, the longest overdue first."""
    see_presence(by, presence, Threat)
    rows = Threat.visible_to(by).filter(presence_id=presence, review_date__lt=today)
    return tuple(rows.exclude(status=Threat.Status.CLOSED).order_by("review_date", "pk"))


@action("incidents.view_threat")
def view_threat(*, by: Principal, threat: int) -> ThreatFile:
    """One threat with its sources and its history."""
    row = see_row(by, Threat, threat)
    sources = list(ThreatSource.visible_to(by).filter(threat_id=row.pk).order_by("source_grade", "pk"))
    return ThreatFile(
        row,
        tuple(item for item in sources if item.says == ThreatSource.Says.SUPPORTS),
        tuple(item for item in sources if item.says == ThreatSource.Says.CONTRADICTS),
        tuple(ThreatReview.visible_to(by).filter(threat_id=row.pk).order_by("on", "pk")),
    )


@action("incidents.view_host_intent")
def view_host_intent(*, by: Principal, threat: int) -> HostIntent | None:
    """What the host State is judged to intend, for those who read strictly confidential rows; else None."""
    see_row(by, Threat, threat)
    row = HostIntent.visible_to(by).filter(threat_id=threat).first()
    if row is not None:
        note_access("view", row)
    return row
