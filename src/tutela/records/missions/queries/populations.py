"""Who is at risk, and who can reach them."""

from __future__ import annotations

from tutela.kernel.markings import Principal
from tutela.records.ledger.acts import action
from tutela.records.missions.lookups import find_row, record_look
from tutela.records.missions.models import Access, Population, Presence


@action("missions.list_populations")
def list_populations(*, by: Principal, presence: int | None = None) -> list[Population]:
    """The populations at risk of a presence, or all that they may read, by name."""
    rows = Population.visible_to(by)
    if presence is not None:
        rows = rows.filter(presence_id=find_row(by, Presence, presence).pk)
    found = list(rows.order_by("name", "pk"))
    record_look("search", found)
    return found


@action("missions.list_access")
def list_access(*, by: Principal, population: int) -> list[Access]:
    """Who can reach a population and how; what rests on a site that they may not read is not there."""
    parent = find_row(by, Population, population)
    found = list(Access.visible_to(by).filter(population_id=parent.pk).order_by("mode", "pk"))
    record_look("search", found)
    return found
