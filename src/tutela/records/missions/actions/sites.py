"""Sites: where a presence stands, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tutela.kernel.markings import Marking, Principal
from tutela.records.accounts.roles import May
from tutela.records.ledger.acts import action
from tutela.records.missions.inputs import read_draft, require_past, require_place
from tutela.records.missions.lookups import change, find_for, insert, marking_for, taken
from tutela.records.missions.models import Presence, Site, SiteStatus


@dataclass(frozen=True, slots=True)
class SiteDraft:
    """Where a site is and what sort of place; fields named as on `Site`."""

    key: str
    name: str
    kind: str = "base"
    lat: float | None = None
    lon: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class StatusDraft:
    """What a site is from a day on, and who says so."""

    status: str
    since: date
    source: str = ""
    note: str = ""


@action("missions.place_site")
def place_site(
    *, by: Principal, presence: int, draft: SiteDraft, opened: StatusDraft, marking: Marking | None = None
) -> Site:
    """A site of a presence with the first line of its history."""
    parent = find_for(by, May.DESCRIBE, Presence, presence)
    values = _read_site(draft)
    first = _read_status(opened)
    level = marking_for(by, May.DESCRIBE, marking, parent)
    if Site.visible_to(by).filter(presence_id=parent.pk, key=values["key"]).exists():
        raise taken("key")
    row = Site(compartment_id=parent.compartment_id, marking=level, presence_id=parent.pk, **values)
    row.status, row.status_since = first["status"], first["since"]
    insert(row)
    insert(SiteStatus(compartment_id=row.compartment_id, marking=row.marking, site_id=row.pk, **first))
    return row


@action("missions.describe_site")
def describe_site(*, by: Principal, site: int, expected_version: int, draft: SiteDraft) -> Site:
    """Write a site anew; its status and history stay."""
    row = find_for(by, May.DESCRIBE, Site, site)
    values = _read_site(draft)
    others = Site.visible_to(by).filter(presence_id=row.presence_id, key=values["key"]).exclude(pk=row.pk)
    if others.exists():
        raise taken("key")
    return change(by, row, expected_version, values)


@action("missions.change_status")
def change_status(*, by: Principal, site: int, expected_version: int, draft: StatusDraft) -> Site:
    """One more line in a site's history; the site shows the newest by day, whenever it was written down."""
    row = find_for(by, May.DESCRIBE, Site, site)
    values = _read_status(draft)
    insert(SiteStatus(compartment_id=row.compartment_id, marking=row.marking, site_id=row.pk, **values))
    newest = SiteStatus.visible_to(by).filter(site_id=row.pk).order_by("-since", "-pk").first()
    assert newest is not None
    return change(by, row, expected_version, {"status": newest.status, "status_since": newest.since})


def _read_site(draft: SiteDraft) -> dict[str, Any]:
    values = read_draft(Site, draft)
    require_place(values)
    return values


def _read_status(draft: StatusDraft) -> dict[str, Any]:
    values = read_draft(SiteStatus, draft)
    require_past("since", draft.since)
    return values
