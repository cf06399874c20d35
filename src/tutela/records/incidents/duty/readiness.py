"""The checklist of a light presence: seven things that must be there before they are needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import IntegrityError, transaction

from tutela.kernel.markings import Principal
from tutela.records.accounts.principals import require
from tutela.records.accounts.roles import May
from tutela.records.incidents.fields import choice, invalid, text
from tutela.records.incidents.finding import change, default_marking, moved_on, see_presence
from tutela.records.incidents.models import Readiness
from tutela.records.ledger.acts import action


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found of one item: is it there, what it is, which function holds it, since when."""

    item: str
    state: str
    held_by: str
    what: str = ""
    checked_on: date | None = None


@action("incidents.check_readiness")
def check_readiness(*, by: Principal, presence: int, finding: Finding, expected_version: int = 0) -> Readiness:
    """Write down what was found of an item; `expected_version` is 0 where nothing stood there."""
    home = see_presence(by, presence)
    marking = default_marking(by, home.compartment_id, None, home.marking)
    require(by, May.RESPOND, home.compartment_id, marking)
    today = datetime.now(UTC).date()
    day = finding.checked_on or today
    if day > today:
        raise invalid("checked_on", "This day is still to come.", "Write it down once it was looked at.")
    state = choice(finding.state, Readiness.State.values, "state")
    columns = {
        "state": state,
        "what": text(finding.what, "what", 500, required=state != Readiness.State.MISSING),
        "held_by": text(finding.held_by, "held_by", 80, required=True),
        "checked_on": day,
    }
    item = choice(finding.item, Readiness.Item.values, "item")
    row = Readiness.visible_to(by).filter(presence_id=home.pk, item=item).order_by("-marking").first()
    if row is not None:
        require(by, May.RESPOND, row.compartment_id, row.marking)
        return change(by, row, expected_version, **columns)
    made = Readiness(
        compartment_id=home.compartment_id, marking=int(marking), presence_id=home.pk, item=item, **columns
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise moved_on() from None
    return made
