"""Everything that can be written on these pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from tutela.kernel.markings import Marking
from tutela.records.accounts.roles import May
from tutela.records.missions import actions
from tutela.records.missions import models as rows
from tutela.web.missions.deeds import (
    Offer,
    Questions,
    fixed,
    questions_of,
    read_hosts,
    with_site,
)
from tutela.web.missions.desks import rooms_of
from tutela.web.missions.words import LABELS
from tutela.web.shared.desks import Desk, marking_field
from tutela.web.shared.fields import Field
from tutela.web.shared.references import read_reference, write_reference

PRESENCE: Final = (
    "name", "key", "kind", "hosts", "status", "force_authority", "protection_mandate", "mandate_source",
    "mandate_text", "mandate_since", "mandate_until", "mandate_open_ended", "started", "ended", "funding", "note",
    "invented",
)  # fmt: skip
SITE: Final = ("name", "key", "lat", "lon", "kind", "note")
CAPACITY: Final = ("component", "measure", "number", "exactness", "as_of", "source", "profile", "note")
RESTRICTION: Final = ("kind", "stops", "since", "until", "by_whom", "authority", "source", "note")
POPULATION: Final = ("name", "kind", "status", "people_low", "people_high", "basis", "lat", "lon", "note")
ACCESS: Final = ("mode", "can_reach", "minutes_dry", "minutes_wet", "basis", "who")
INTERLOCUTOR: Final = (
    "who", "influences", "channel", "who_may_call", "usual_minutes", "last_used", "red_lines", "note",
)  # fmt: skip
ACTIVITY: Final = ("code", "tier", "phase", "component", "day", "basis", "policies", "note")
ENTRY: Final = ("kind", "title", "from_day", "to_day", "action", "owner", "lead_days", "note")
STOPPED: Final = ("task", "day", "reason", "taken_by", "note")
LAST_DAY: Final = {"label": _("Last day"), "needed": True}
TEXT_OF_NUMBERS: Final = {"hint": _("Who counted or estimated them, and when.")}


def presence_questions() -> tuple[Field, ...]:
    """What is asked of a presence."""
    return questions_of(rows.Presence, *PRESENCE, hosts={"kind": "line", "read": read_hosts, "longest": 400})


def _new(model: Any, *names: str, site: bool = False, **changed: Any) -> Questions:
    """The questions of a new row of a presence: its columns, of which site, how it is marked."""

    def ask(desk: Desk, row: Any) -> tuple[Field, ...]:
        place = (with_site(desk),) if site else ()
        return (*questions_of(model, *names, **changed), *place, marking_field(desk, row.marking))

    return ask


def _place_site(desk: Desk, row: Any) -> tuple[Field, ...]:
    first = questions_of(rows.SiteStatus, "status", "since", "source")
    return (*questions_of(rows.Site, *SITE), *first, marking_field(desk, row.marking))


def _add_access(desk: Desk, _row: Any) -> tuple[Field, ...]:
    return (with_site(desk, _("From which of our sites; or write below who else.")), *_access_questions())


def _access_questions() -> tuple[Field, ...]:
    return questions_of(rows.Access, "who", *(name for name in ACCESS if name != "who"))


def _log_activity(desk: Desk, row: Any) -> tuple[Field, ...]:
    return (*_activity_questions(), with_site(desk), marking_field(desk, row.marking))


def _activity_questions() -> tuple[Field, ...]:
    hint = _("Without it the activity is kept all the same, with a warning and a request for it.")
    return questions_of(rows.Activity, *ACTIVITY, policies={"kind": "several"}, basis={"hint": hint})


def _add_interlocutor(desk: Desk, _row: Any) -> tuple[Field, ...]:
    rooms = rooms_of(desk.by, May.INFLUENCE, Marking.STRICTLY_CONFIDENTIAL)
    choices = tuple(
        (write_reference(number), name) for number, name in rooms if number != desk.presence.compartment_id
    )
    hint = _("Reach by influence is kept in a compartment of its own; ask an administrator where there is none.")
    room = Field("compartment", LABELS["compartment"], "choice", True, None, choices, hint, read_reference)
    return (*questions_of(rows.Interlocutor, *INTERLOCUTOR), room)


def _review_stopped(_desk: Desk, _row: Any) -> tuple[Field, ...]:
    ages = tuple((str(age), str(age)) for age in rows.CutReview.AFTER_DAYS)
    asked = questions_of(rows.CutReview, "after_days", "day", "finding", "as_predicted", "prediction")
    return (Field("after_days", LABELS["after_days"], "choice", True, None, ages, "", int), *asked[1:])


def _basis() -> tuple[Field, ...]:
    return questions_of(rows.Activity, "basis", basis={"needed": True})


_DESCRIBE, _INFLUENCE, _REPORT = May.DESCRIBE, May.INFLUENCE, May.REPORT

_DEEDS: Final = (
    Offer("describe-presence", _("Write the presence anew"), _("Write it"), _DESCRIBE, actions.describe_presence,
          lambda _desk, _row: presence_questions(), is_versioned=True, drafts={"draft": actions.PresenceDraft},
          lede=_("A mandate whose text or days change waits for its confirmation again.")),
    Offer("confirm-mandate", _("Confirm the mandate"), _("I confirm it"), _DESCRIBE, actions.confirm_mandate,
          fixed(),
          is_versioned=True,
          lede=_("You say under your name that it stands as it is written here. Look at its text first.")),
    Offer("add-task", _("Add a task of the mandate"), _("Add it"), _DESCRIBE, actions.add_mandate_task,
          _new(rows.MandateTask, "task", "text", "clause", "since", "until"),
          drafts={"draft": actions.TaskDraft}, extras=("marking",)),
    Offer("place-site", _("Place a site"), _("Place it"), _DESCRIBE, actions.place_site, _place_site,
          drafts={"draft": actions.SiteDraft, "opened": actions.StatusDraft}, extras=("marking",), back="sites"),
    Offer("describe-site", _("Write the site anew"), _("Write it"), _DESCRIBE, actions.describe_site,
          lambda _desk, _row: questions_of(rows.Site, *SITE), rows.Site, "site", True,
          {"draft": actions.SiteDraft}, back="site"),
    Offer("change-status", _("Change the status of the site"), _("Write it down"), _DESCRIBE, actions.change_status,
          lambda _desk, _row: questions_of(rows.SiteStatus, "status", "since", "source", "note"),
          rows.Site, "site", True,
          {"draft": actions.StatusDraft}, back="site",
          lede=_("What was before stays in its history. A day in the past is put where it belongs.")),
    Offer("record-capacity", _("Record a number"), _("Record it"), _DESCRIBE, actions.record_capacity,
          _new(rows.Capacity, *CAPACITY, site=True), drafts={"draft": actions.CapacityDraft},
          extras=("site", "marking"), back="strengths",
          lede=_("Ceiling, authorised, deployed and effective are four things. What is not known is not written.")),
    Offer("correct-capacity", _("Correct a number"), _("Correct it"), _DESCRIBE, actions.correct_capacity,
          lambda _desk, _row: questions_of(rows.Capacity, *CAPACITY), rows.Capacity, "capacity", True,
          {"draft": actions.CapacityDraft}, back="strengths",
          lede=_("The wrong number stays in the history. For a newer number, record one instead.")),
    Offer("log-restriction", _("Log a restriction"), _("Log it"), _DESCRIBE, actions.log_restriction,
          _new(rows.Restriction, *RESTRICTION, site=True), drafts={"draft": actions.RestrictionDraft},
          extras=("site", "marking"), back="consent"),
    Offer("describe-restriction", _("Write the restriction anew"), _("Write it"), _DESCRIBE,
          actions.describe_restriction, lambda _desk, _row: questions_of(rows.Restriction, *RESTRICTION),
          rows.Restriction, "restriction", True, {"draft": actions.RestrictionDraft}, back="consent"),
    Offer("lift-restriction", _("The restriction is over"), _("Write its last day"), _DESCRIBE,
          actions.lift_restriction,
          lambda _desk, _row: questions_of(rows.Restriction, "until", until=LAST_DAY),
          rows.Restriction, "restriction", True, extras=("until",), back="consent"),
    Offer("add-population", _("Add a population at risk"), _("Add it"), _DESCRIBE, actions.add_population,
          _new(rows.Population, *POPULATION, basis=TEXT_OF_NUMBERS), drafts={"draft": actions.PopulationDraft},
          extras=("marking",), back="people"),
    Offer("describe-population", _("Write the population at risk anew"), _("Write it"), _DESCRIBE,
          actions.describe_population,
          lambda _desk, _row: questions_of(rows.Population, *POPULATION, basis=TEXT_OF_NUMBERS),
          rows.Population, "population", True, {"draft": actions.PopulationDraft}, back="population"),
    Offer("add-access", _("Say who can reach them"), _("Write it down"), _DESCRIBE,
          actions.add_access, _add_access,
          rows.Population, "population", drafts={"draft": actions.AccessDraft}, extras=("site",),
          back="population"),
    Offer("describe-access", _("Write anew how they are reached"), _("Write it"), _DESCRIBE,
          actions.describe_access, lambda _desk, _row: _access_questions(), rows.Access, "access", True,
          {"draft": actions.AccessDraft}, back="population",
          lede=_("From where stays: for another site, add a line.")),
    Offer("add-interlocutor", _("Add an interlocutor"), _("Add them"), _INFLUENCE, actions.add_interlocutor,
          _add_interlocutor, drafts={"draft": actions.InterlocutorDraft}, extras=("compartment",),
          back="influence"),
    Offer("describe-interlocutor", _("Write the interlocutor anew"), _("Write it"), _INFLUENCE,
          actions.describe_interlocutor, lambda _desk, _row: questions_of(rows.Interlocutor, *INTERLOCUTOR),
          rows.Interlocutor, "interlocutor", True, {"draft": actions.InterlocutorDraft}, back="influence"),
    Offer("use-channel", _("The channel was used"), _("Write it down"), _INFLUENCE, actions.use_channel,
          lambda _desk, _row: questions_of(rows.Activity, "day"), rows.Interlocutor, "interlocutor", True,
          extras=("day",), back="influence"),
    Offer("retire-interlocutor", _("Do not call them any more"), _("Retire them"), _INFLUENCE,
          actions.retire_interlocutor, fixed(), rows.Interlocutor, "interlocutor", True, back="influence",
          lede=_("What was written of them stays; the count goes down by one.")),
    Offer("log-activity", _("Log an activity"), _("Log it"), _REPORT, actions.log_activity, _log_activity,
          drafts={"draft": actions.ActivityDraft}, extras=("site", "marking"), back="activities"),
    Offer("describe-activity", _("Write the activity anew"), _("Write it"), _REPORT, actions.describe_activity,
          lambda _desk, _row: _activity_questions(), rows.Activity, "activity", True,
          {"draft": actions.ActivityDraft}, back="activities"),
    Offer("give-basis", _("On what does this activity rest?"), _("Write it down"), _REPORT, actions.give_basis,
          lambda _desk, _row: _basis(), rows.Activity, "activity", True, extras=("basis",), back="activities"),
    Offer("add-entry", _("Add to the calendar"), _("Add it"), _DESCRIBE, actions.add_calendar_entry,
          _new(rows.CalendarEntry, *ENTRY, site=True), drafts={"draft": actions.CalendarDraft},
          extras=("site", "marking"), back="calendar"),
    Offer("describe-entry", _("Write the entry anew"), _("Write it"), _DESCRIBE, actions.describe_calendar_entry,
          lambda _desk, _row: questions_of(rows.CalendarEntry, *ENTRY), rows.CalendarEntry, "entry", True,
          {"draft": actions.CalendarDraft}, back="calendar"),
    Offer("finish-entry", _("The preventive action is done"), _("Write it down"), _DESCRIBE,
          actions.finish_calendar_entry, lambda _desk, _row: questions_of(rows.Activity, "day"),
          rows.CalendarEntry, "entry", True, extras=("day",), back="calendar"),
    Offer("log-stopped", _("Log a task that stopped"), _("Log it"), _DESCRIBE, actions.log_stopped_task,
          _new(rows.StoppedTask, *STOPPED, site=True), drafts={"draft": actions.StoppedDraft},
          extras=("site", "marking"), back="stopped"),
    Offer("describe-stopped", _("Write the stopped task anew"), _("Write it"), _DESCRIBE,
          actions.describe_stopped_task, lambda _desk, _row: questions_of(rows.StoppedTask, *STOPPED),
          rows.StoppedTask, "stopped", True, {"draft": actions.StoppedDraft}, back="stopped"),
    Offer("review-stopped", _("Review what stopped"), _("Write it down"), _DESCRIBE, actions.review_stopped_task,
          _review_stopped, rows.StoppedTask, "stopped", drafts={"draft": actions.ReviewDraft}, back="stopped"),
)  # fmt: skip

DEEDS: Final[Mapping[str, Offer]] = {deed.code: deed for deed in _DEEDS}

KINDS: Final[Mapping[str, Any]] = {
    "presence": rows.Presence,
    "fact": rows.PresenceFact,
    "task": rows.MandateTask,
    "site": rows.Site,
    "status": rows.SiteStatus,
    "capacity": rows.Capacity,
    "restriction": rows.Restriction,
    "population": rows.Population,
    "access": rows.Access,
    "interlocutor": rows.Interlocutor,
    "activity": rows.Activity,
    "entry": rows.CalendarEntry,
    "stopped": rows.StoppedTask,
    "review": rows.CutReview,
}
"""What has a history page, by the word in its address."""
