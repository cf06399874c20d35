"""Reading for pages and for the apps above, by subject; every look at sensitive rows is written down."""

from __future__ import annotations

from tutela.records.missions.queries.activities import (
    Cell,
    CoverageGrid,
    HumanRightsShare,
    coverage_grid,
    human_rights_share,
    list_activities,
    list_basis_requests,
    page_activities,
)
from tutela.records.missions.queries.calendars import (
    Due,
    ReviewDue,
    due,
    list_calendar,
    list_cut_reviews,
    list_stopped_tasks,
    reviews_due,
)
from tutela.records.missions.queries.histories import history_of, read_row
from tutela.records.missions.queries.influence import count_interlocutors, list_interlocutors
from tutela.records.missions.queries.overviews import (
    Overview,
    list_access_to_all,
    list_overviews,
    list_reviews_of_all,
    name_actors,
)
from tutela.records.missions.queries.populations import list_access, list_populations
from tutela.records.missions.queries.presences import (
    find_presence,
    list_facts,
    list_mandate_tasks,
    list_presences,
    list_sites,
    list_statuses,
)
from tutela.records.missions.queries.rights import PolicyLinks, list_rights_links, policy_links
from tutela.records.missions.queries.strengths import Strength, capacity_on, list_capacities, list_restrictions

__all__ = [
    "Cell",
    "CoverageGrid",
    "Due",
    "HumanRightsShare",
    "Overview",
    "PolicyLinks",
    "ReviewDue",
    "Strength",
    "capacity_on",
    "count_interlocutors",
    "coverage_grid",
    "due",
    "find_presence",
    "history_of",
    "human_rights_share",
    "list_access",
    "list_access_to_all",
    "list_activities",
    "list_basis_requests",
    "list_calendar",
    "list_capacities",
    "list_cut_reviews",
    "list_facts",
    "list_interlocutors",
    "list_mandate_tasks",
    "list_overviews",
    "list_populations",
    "list_presences",
    "list_restrictions",
    "list_reviews_of_all",
    "list_rights_links",
    "list_sites",
    "list_statuses",
    "list_stopped_tasks",
    "name_actors",
    "page_activities",
    "policy_links",
    "read_row",
    "reviews_due",
]
