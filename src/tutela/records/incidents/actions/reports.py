"""Taking a report in: short structured facts; what must not stand in the normal queue never gets there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from tutela.catalogue.doctrine import load_doctrine
from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem, said
from tutela.records.accounts.principals import require
from tutela.records.accounts.roles import May
from tutela.records.incidents.actions.intake import Receipt, drop, find_setting
from tutela.records.incidents.fields import (
    SUMMARY,
    UN_OR_SUPPORTED,
    Where,
    choice,
    contact_code,
    invalid,
    moment,
    people,
    text,
    whats,
)
from tutela.records.incidents.fields import (
    submission as a_submission,
)
from tutela.records.incidents.finding import default_marking, save_once, see_presence
from tutela.records.incidents.models import IntakeReport, Report
from tutela.records.incidents.places import locate
from tutela.records.ledger.acts import action

PATHWAY: Final = (
    "the referral pathway of the mission: the human rights, child protection or women's protection focal point"
)
"""Where a survivor or a child is referred to while a presence has not said it in its own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What a report says. There is no room in it for an interview, and none for a name.

    said_at      when it was said, by default now;  is_old  it is known to be older than a month
    imminent     life is in imminent danger
    interview    somebody wants to write down what a survivor or a child told: refused, with the pathway
    by_un_personnel, sexual_exploitation   leave the normal queue at once, as does the class of perpetrator
    due_diligence   it concerns a force that the United Nations supports
    """

    kind: str
    what: str
    where: Where
    said_at: datetime | None = None
    happened_at: datetime | None = None
    is_old: bool = False
    people_low: int | None = None
    people_high: int | None = None
    perpetrator: str = "unknown"
    summary: str = ""
    imminent: bool = False
    contact_code: str = ""
    told_by: str = ""
    acted_before_verified: bool = False
    source: str = ""
    source_id: str = ""
    interview: bool = False
    by_un_personnel: bool = False
    sexual_exploitation: bool = False
    due_diligence: bool = False
    survivor_choice: str = field(default=IntakeReport.Choice.UNKNOWN)

    @property
    def is_restricted(self) -> bool:
        """Whether it may not enter the normal queue."""
        return self.by_un_personnel or self.sexual_exploitation or self.perpetrator == UN_OR_SUPPORTED


@action("incidents.report", silent_on=["not-possible"])
def report(
    *, by: Principal, presence: int, alert: Alert, submission: str = "", marking: Marking | None = None
) -> Report | Receipt:
    """Hand a report in. The same submission twice gives the first one back.

    What concerns UN or UN-supported personnel, or sexual exploitation and abuse, goes into restricted intake: then
    all that comes back is a receipt. Where no restricted intake is set up it is refused, and nothing is stored.
    """
    home = see_presence(by, presence)
    require(by, May.REPORT, home.compartment_id, home.marking)
    if alert.interview:
        raise _no_interviews(by, presence)
    _refuse_narrative(by, presence, alert.summary)
    row = _fill(home.pk, alert)
    row.submission = a_submission(submission)
    located = locate(by, home, alert.where)
    for column, value in located.columns.items():
        setattr(row, column, value)
    if alert.is_restricted:
        row.place = located.called
        choice(alert.survivor_choice, IntakeReport.Choice.values, "survivor_choice")
        flags = {
            "by_un_personnel": alert.by_un_personnel or alert.perpetrator == UN_OR_SUPPORTED,
            "sexual_exploitation": alert.sexual_exploitation,
            "due_diligence": alert.due_diligence,
            "survivor_choice": alert.survivor_choice,
        }
        return drop(by, row, flags)
    row.compartment_id = home.compartment_id
    row.marking = int(default_marking(by, home.compartment_id, marking, located.marking))
    require(by, May.REPORT, home.compartment_id, row.marking)
    return save_once(by, row)


def _fill(presence: int, alert: Alert) -> Report:
    low, high = people(alert.people_low, alert.people_high)
    classes = load_doctrine().perpetrators
    old = alert.is_old or alert.kind == Report.Kind.IMPORTED_EVENT
    source_id = text(alert.source_id, "source_id", 80)
    return Report(
        presence_id=presence,
        kind=choice(alert.kind, Report.Kind.values, "kind"),
        what=choice(alert.what, whats(), "what"),
        said_at=moment(alert.said_at or datetime.now(UTC), "said_at", is_old=old),
        happened_at=moment(alert.happened_at, "happened_at", is_old=old) if alert.happened_at else None,
        people_low=low,
        people_high=high,
        perpetrator=choice(alert.perpetrator, classes, "perpetrator"),
        summary=text(alert.summary, "summary", SUMMARY),
        imminent=alert.imminent,
        contact_code=contact_code(alert.contact_code),
        told_by=text(alert.told_by, "told_by", 80),
        acted_before_verified=alert.acted_before_verified,
        source=text(alert.source, "source", 80, required=bool(source_id)),
        source_id=source_id,
    )


def _refuse_narrative(by: Principal, presence: int, summary: str) -> None:
    if len(summary.strip()) > SUMMARY:
        raise invalid(
            "summary",
            said(
                "A report holds {summary} characters of bare facts, and no account of what somebody told.",
                summary=SUMMARY,
            ),
            said("Shorten it. For a survivor or a child, use {value}.", value=_pathway(by, presence)),
        )


def _no_interviews(by: Principal, presence: int) -> Problem:
    return Problem(
        "not-possible",
        "An interview with a survivor or a child does not belong in a report, and was not kept.",
        where="interview",
        remedy=said("Ask no further questions. Use {value}.", value=_pathway(by, presence)),
    )


def _pathway(by: Principal, presence: int) -> str:
    setting = find_setting(by, presence)
    return setting.pathway if setting is not None and setting.pathway else PATHWAY
