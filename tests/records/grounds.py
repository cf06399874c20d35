"""An invented presence with one of everything, for tests that need something to be there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from cast import SECRET, Cast

from tutela.records.accounts.actions import Grant, admit, create_compartment
from tutela.records.accounts.models import Compartment
from tutela.records.accounts.roles import Role
from tutela.records.missions import actions
from tutela.records.missions.models import Presence, Site

TODAY = datetime.now(UTC).date()
DAY = date(2026, 3, 2)


def days(number: int) -> date:
    """So many days from the day on which everything of these tests happens."""
    return DAY + timedelta(days=number)


PRESENCE = actions.PresenceDraft(
    "INVENTED-1", "Invented Mission", "PKO_MULTIDIMENSIONAL_POC", ("XIA",), invented=True
)
SITE = actions.SiteDraft("north", "North base", "base", 4.5, 21.25)
OPENED = actions.StatusDraft("open", DAY, "daily report")
CAPACITY = actions.CapacityDraft("military", "deployed", 240, DAY, "strength return")
RESTRICTION = actions.RestrictionDraft("flight_denied", DAY, "supply flights to the north", by_whom="host_state")
POPULATION = actions.PopulationDraft("Invented town", "settlement", 4.6, 21.3, 800, 1200, "local authority, 2026")
ACCESS = actions.AccessDraft("road", "season", 90)
INTERLOCUTOR = actions.InterlocutorDraft("The commander of the hills", "telephone", "the head of office")
ACTIVITY = actions.ActivityDraft("A05", "T1_dialogue_engagement", "prevention", "civilian", DAY, "mandate_task")
ENTRY = actions.CalendarDraft(
    "election", "Local elections", days(60), days(62), "visit every district", "head of office"
)
STOPPED = actions.StoppedDraft("Patrols to the market", DAY, "funds", "Nobody")
REVIEW = actions.ReviewDraft(30, days(30), "Fewer people come to the market.")


@dataclass
class Ground:
    """Numbers of the rows by what they are; `influence` is the compartment that keeps interlocutors."""

    people: Cast
    presence: Presence
    site: Site
    influence: int
    rows: dict[str, int] = field(default_factory=dict)


def add_compartment(people: Cast, name: str, *members: str) -> int:
    """A compartment in which these people are political officers, reading everything."""
    number = create_compartment(
        by=people["administrator"],
        name=name,
        kind=Compartment.Kind.THEME,
        custodian=people.users["custodian"],
        purpose="keeps members",
    ).pk
    for member in members:
        admit(
            by=people["custodian"],
            compartment=number,
            user=people.users[member],
            grant=Grant(Role.POLITICAL_OFFICER, SECRET, "works there"),
        )
    return int(number)


def lay(people: Cast) -> Ground:
    """One of everything, by the officer."""
    by = people["officer"]
    influence = add_compartment(people, "Influence of the first mission", "officer")
    by = people["officer"]
    presence = actions.add_presence(by=by, compartment=people.here, draft=PRESENCE)
    site = actions.place_site(by=by, presence=presence.pk, draft=SITE, opened=OPENED)
    ground = Ground(people, presence, site, influence)
    at = {"by": by, "presence": presence.pk}
    population = actions.add_population(**at, draft=POPULATION).pk
    activity = actions.log_activity(**at, draft=ACTIVITY).pk
    ground.rows = {
        "population": population,
        "activity": activity,
        "access": actions.add_access(by=by, population=population, draft=ACCESS, site=site.pk).pk,
        "capacity": actions.record_capacity(**at, draft=CAPACITY).pk,
        "restriction": actions.log_restriction(**at, draft=RESTRICTION).pk,
        "interlocutor": actions.add_interlocutor(**at, compartment=influence, draft=INTERLOCUTOR).pk,
        "entry": actions.add_calendar_entry(**at, draft=ENTRY).pk,
        "stopped": actions.log_stopped_task(**at, draft=STOPPED).pk,
    }
    return ground
