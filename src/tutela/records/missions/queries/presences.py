"""Which presences there are, what is known of each, and where its sites are."""

from __future__ import annotations

from tutela.kernel.markings import Principal
from tutela.records.ledger.acts import action
from tutela.records.missions.lookups import find_row, record_look
from tutela.records.missions.models import MandateTask, Presence, PresenceFact, Site, SiteStatus


@action("missions.find_presence")
def find_presence(*, by: Principal, key: str, compartment: int | None = None) -> Presence | None:
    """The presence of this key that they may read, or None; the least sensitive where there is more than one."""
    rows = Presence.visible_to(by).filter(key=key)
    if compartment is not None:
        rows = rows.filter(compartment_id=compartment)
    row = rows.order_by("marking", "pk").first()
    if row is not None:
        record_look("view", [row])
    return row


@action("missions.list_presences")
def list_presences(*, by: Principal, compartment: int | None = None) -> list[Presence]:
    """Every presence that they may read, by name; of all their compartments where none is named."""
    rows = Presence.visible_to(by)
    if compartment is not None:
        rows = rows.filter(compartment_id=compartment)
    found = list(rows.order_by("name", "pk"))
    record_look("search", found)
    return found


@action("missions.list_facts")
def list_facts(*, by: Principal, presence: int) -> list[PresenceFact]:
    """What sources say of a presence: by field, the oldest first."""
    parent = find_row(by, Presence, presence)
    found = list(PresenceFact.visible_to(by).filter(presence_id=parent.pk).order_by("field", "as_of", "pk"))
    record_look("search", found)
    return found


@action("missions.list_tasks")
def list_mandate_tasks(*, by: Principal, presence: int) -> list[MandateTask]:
    """The tasks of a presence's mandate, the newest text first."""
    parent = find_row(by, Presence, presence)
    found = list(MandateTask.visible_to(by).filter(presence_id=parent.pk).order_by("-since", "pk"))
    record_look("search", found)
    return found


@action("missions.list_sites")
def list_sites(*, by: Principal, presence: int | None = None) -> list[Site]:
    """The sites of a presence, or all that they may read, by name."""
    rows = Site.visible_to(by)
    if presence is not None:
        rows = rows.filter(presence_id=find_row(by, Presence, presence).pk)
    found = list(rows.order_by("name", "pk"))
    record_look("search", found)
    return found


@action("missions.list_statuses")
def list_statuses(*, by: Principal, site: int) -> list[SiteStatus]:
    """What became of a site, in the order of days and not of writing."""
    parent = find_row(by, Site, site)
    found = list(SiteStatus.visible_to(by).filter(site_id=parent.pk).order_by("since", "pk"))
    record_look("search", found)
    return found
