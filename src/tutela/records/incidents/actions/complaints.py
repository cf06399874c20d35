"""A complaint about a unit, a member of staff or a partner: dropped where the one complained of does not read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from tutela.kernel.markings import Principal
from tutela.records.incidents.actions.intake import Receipt, drop
from tutela.records.incidents.fields import choice, contact_code, invalid, text
from tutela.records.incidents.fields import submission as a_submission
from tutela.records.incidents.finding import see_presence
from tutela.records.incidents.models import IntakeReport, Report
from tutela.records.ledger.acts import action

COMPLAINT: Final = "complaint"
"""What stands where a report says what happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What somebody complains of.

    about    a unit, a member of staff, a partner, or something else;  of_whom  which one, by unit or function
    wishes   what whoever complains wants, as for a survivor;  told_by  whoever complains, as a function
    """

    about: str
    of_whom: str
    summary: str
    wishes: str = IntakeReport.Choice.UNKNOWN
    place: str = ""
    happened_at: datetime | None = None
    contact_code: str = ""
    told_by: str = ""
    sexual_exploitation: bool = False


@action("incidents.complain", silent_on=["not-possible", "field-invalid"])
def complain(*, by: Principal, presence: int, complaint: Complaint, submission: str = "") -> Receipt:
    """Put a complaint into restricted intake; everybody who reads the presence may, and nobody there reads it.

    Only a receipt comes back. Where no restricted intake is set up it is refused with a channel outside, and
    nothing of it is kept: it never falls into the normal queue.
    """
    home = see_presence(by, presence)
    now = datetime.now(UTC)
    if complaint.happened_at is not None and complaint.happened_at > now:
        raise invalid("happened_at", "This is still to come.", "Say when it happened, or leave it empty.")
    row = Report(
        presence_id=home.pk,
        what=COMPLAINT,
        said_at=now,
        happened_at=complaint.happened_at,
        place=text(complaint.place, "place", 120),
        summary=text(complaint.summary, "summary", 280, required=True),
        contact_code=contact_code(complaint.contact_code),
        told_by=text(complaint.told_by, "told_by", 80),
        submission=a_submission(submission),
    )
    flags = {
        "about": choice(complaint.about, IntakeReport.About.values, "about"),
        "of_whom": text(complaint.of_whom, "of_whom", 120, required=True),
        "survivor_choice": choice(complaint.wishes, IntakeReport.Choice.values, "wishes"),
        "by_un_personnel": complaint.about in (IntakeReport.About.UNIT, IntakeReport.About.STAFF),
        "sexual_exploitation": complaint.sexual_exploitation,
    }
    return drop(by, row, flags)
