"""Which cross-spectrum policies activities serve, and which of them rest on human rights posts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tutela.kernel.markings import Marking, Principal
from tutela.records.accounts.principals import Member, refused
from tutela.records.ledger.acts import action, record_access
from tutela.records.missions.lookups import find_row
from tutela.records.missions.models import Activity, HumanRightsLink, Policy, Presence
from tutela.records.missions.queries.activities import list_activities

_CHUNK = 800
"""Keys in one question: SQLite takes fewer than a thousand."""


@dataclass(frozen=True, slots=True)
class PolicyLinks:
    """Activities that serve each policy; one may serve several, and those that serve none stand apart.

    by_policy  every policy, also with nothing;  none  of no policy;  rows  all that were looked at
    """

    by_policy: tuple[tuple[str, tuple[Activity, ...]], ...]
    none: int
    rows: tuple[Activity, ...]


@action("missions.policy_links")
def policy_links(*, by: Principal, presence: int, since: date, until: date, most: int = 500) -> PolicyLinks:
    """What was done for each policy that binds every presence, among the newest activities of those days."""
    rows = tuple(list_activities(by=by, presence=presence, since=since, until=until, most=most))
    named = tuple((code, tuple(row for row in rows if code in row.policies)) for code in Policy.values)
    return PolicyLinks(named, sum(not row.policies for row in rows), rows)


@action("missions.list_rights_links")
def list_rights_links(*, by: Principal, activities: list[int], presence: int) -> dict[int, HumanRightsLink]:
    """What was said of these activities, by their number; for readers of the strictly confidential alone."""
    parent = find_row(by, Presence, presence)
    if not isinstance(by, Member) or not by.reads(parent.compartment_id, Marking.STRICTLY_CONFIDENTIAL):
        raise refused()
    found: dict[int, HumanRightsLink] = {}
    for start in range(0, len(activities), _CHUNK):
        rows = HumanRightsLink.visible_to(by).filter(activity_id__in=activities[start : start + _CHUNK])
        found |= {row.activity_id: row for row in rows}
    table, secret = HumanRightsLink._meta.db_table, int(Marking.STRICTLY_CONFIDENTIAL)
    record_access("search", table, compartment=parent.compartment_id, marking=secret)
    return found
