"""The words of these pages for columns, codes and values, ready for translation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, Final

from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tutela.catalogue.doctrine import load_doctrine
from tutela.kernel.markings import Marking
from tutela.records.missions.models import Activity, CalendarEntry, Capacity, MandateTask, Policy, Presence
from tutela.web.shared.fields import Choices
from tutela.web.shared.words import COMPONENTS, TIERS, Word, name_code, name_country

LABELS: Final[Mapping[str, Word]] = {
    "key": _("Abbreviation"),
    "name": _("Name"),
    "kind": _("Kind"),
    "hosts": _("Host countries"),
    "status": _("Status"),
    "funding": _("Funding"),
    "force_authority": _("Authority to use force"),
    "protection_mandate": _("Explicit mandate to protect civilians"),
    "mandate_source": _("Mandate given by"),
    "mandate_text": _("Mandate text"),
    "mandate_since": _("Mandate runs from"),
    "mandate_until": _("Mandate runs until"),
    "mandate_open_ended": _("The mandate has no end"),
    "mandate_confirmed_on": _("Mandate confirmed on"),
    "mandate_confirmed_by": _("Mandate confirmed by"),
    "started": _("Started"),
    "ended": _("Ended"),
    "note": _("Note"),
    "invented": _("Invented, for practice"),
    "marking": _("Marking"),
    "compartment": _("Compartment"),
    "field": _("What"),
    "value": _("Value"),
    "task": _("Task"),
    "text": _("Text and paragraph"),
    "clause": _("Clause"),
    "since": _("Since"),
    "until": _("Until"),
    "lat": _("Latitude"),
    "lon": _("Longitude"),
    "status_since": _("Status since"),
    "source": _("Source"),
    "as_of": _("As of"),
    "component": _("Component"),
    "profile": _("Part of it"),
    "measure": _("What the number is of"),
    "number": _("Number"),
    "exactness": _("How the source says it"),
    "superseded": _("Corrected since"),
    "by_whom": _("By whom"),
    "authority": _("Which authority"),
    "stops": _("What it stops"),
    "people_low": _("People, at least"),
    "people_high": _("People, at most"),
    "basis": _("Basis"),
    "site": _("Site"),
    "site_id": _("Site"),
    "who": _("Who"),
    "mode": _("How they travel"),
    "can_reach": _("Do they arrive?"),
    "minutes_dry": _("Minutes, dry season"),
    "minutes_wet": _("Minutes, wet season"),
    "influences": _("Over whom, and in what"),
    "channel": _("Channel"),
    "who_may_call": _("Who may call"),
    "usual_minutes": _("Minutes until they answer"),
    "last_used": _("Last used"),
    "red_lines": _("Red lines"),
    "retired_on": _("Not called since"),
    "code": _("Activity"),
    "tier": _("Tier"),
    "phase": _("Phase"),
    "day": _("Day"),
    "policies": _("Policies that it serves"),
    "warned": _("Carries a warning"),
    "warning": _("Warning"),
    "title": _("What comes"),
    "from_day": _("From"),
    "to_day": _("To"),
    "action": _("What is done before it"),
    "owner": _("Who sees to it"),
    "lead_days": _("Days before it"),
    "done": _("Done"),
    "done_on": _("Done on"),
    "reason": _("Reason"),
    "taken_by": _("Taken over by"),
    "after_days": _("Days after it stopped"),
    "as_predicted": _("As predicted"),
    "prediction": _("Registered prediction"),
    "finding": _("What was found"),
    "rests": _("Rests on human rights posts"),
    "function": _("Function"),
}

HINTS: Final[Mapping[str, Word]] = {
    "key": _("Letters, digits and hyphens, as colleagues write it."),
    "hosts": _("Names or codes, with commas between them."),
    "mandate_text": _("Its symbol, such as S/RES/2808 (2025)."),
    "lat": _("Decimal degrees, north is positive. Empty where it is not known."),
    "lon": _("Decimal degrees, east is positive."),
    "profile": _("Such as human rights, interpreters, engineers; empty for the whole component."),
    "people_low": _("Empty where it is not known, never 0 for that."),
    "minutes_dry": _("Empty where it is not known, never 0 for that."),
    "minutes_wet": _("Empty where it is not known, never 0 for that."),
    "owner": _("A function, not a name."),
    "who_may_call": _("Functions, not names, where that is possible."),
    "who": _("Where it is none of our sites: a function or an organisation."),
    "taken_by": _("“nobody” says so outright; leave it empty where it is not known."),
    "prediction": _("Its digest, where one was registered."),
    "stops": _("What can no longer be done, and for whom."),
}

PHASES: Final[Mapping[str, Word]] = {
    "prevention": _("Prevention"),
    "pre_emption": _("Pre-emption"),
    "response": _("Response"),
    "consolidation": _("Consolidation"),
}

BASES: Final[Mapping[str, Word]] = {
    "mandate_task": _("A task of the mandate"),
    "cross_spectrum_policy": _("A policy that binds every presence"),
    "request_of_host": _("A request of the host"),
    "system_wide_commitment": _("A commitment of the whole system"),
    "security_clearance": _("Security clearance"),
    "force_authority": _("Authority to use force"),
}

STANDINGS: Final[Mapping[str, Word]] = {
    "in force": _("in force"),
    "last known, confirm": _("last known, confirm"),
    "ended": _("ended"),
    "not known": _("not known"),
    "prepare": _("prepare now"),
    "under way": _("under way, not done"),
    "overdue": _("over, not done"),
}
"""Of mandates and of what is due."""

MEASURES: Final = tuple(Capacity.Measure.values)


def label_of(column: str) -> str:
    """What a column is called; one without a word stays as it is, in words."""
    return name_code(LABELS, column)


def choices_of(model: type[models.Model], column: str) -> Choices:
    """What may stand in a column; nothing where anything may."""
    coded = _coded().get((model, column))
    if coded is not None:
        return coded
    known: Any = model._meta.get_field(column)
    return tuple((str(code), _(label)) for code, label in known.choices or ())


def say(model: type[models.Model], column: str, value: Any) -> str:
    """A value of a column in words; "" where there is none."""
    if value is None or value in ("", []):
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if column == "marking":
        return gettext(Marking(value).label)
    if column == "hosts":
        return ", ".join(name_country(code) for code in value)
    named = dict(choices_of(model, column))
    if isinstance(value, list):
        return ", ".join(gettext(str(named.get(item, item))) for item in value)
    if named:
        return gettext(str(named.get(str(value), str(value).replace("_", " "))))
    return value.isoformat() if isinstance(value, date) else str(value)


@cache
def _coded() -> Mapping[tuple[type[models.Model], str], Choices]:
    """Columns that hold codes of the catalogue, with their words."""
    doctrine = load_doctrine()
    lists = doctrine.enumerations

    def named(words: Mapping[str, Word], codes: tuple[str, ...]) -> Choices:
        return tuple((code, words.get(code) or code.replace("_", " ").capitalize()) for code in codes)

    return {
        (Presence, "kind"): tuple((kind.code, _(kind.label)) for kind in doctrine.presence_kinds.values()),
        (Presence, "mandate_source"): (("", _("Not known")), *named({}, lists["mandate_source"])),
        (MandateTask, "clause"): (("", _("None of these")), *named({}, lists["mandate_clause"])),
        (Capacity, "component"): named(COMPONENTS, lists["component"]),
        (Activity, "code"): tuple(
            (item.code, format_lazy("{} {}", item.code, _(item.name))) for item in doctrine.activities
        ),
        (Activity, "tier"): named(TIERS, lists["poc_tier"]),
        (Activity, "phase"): named(PHASES, lists["poc_phase"]),
        (Activity, "component"): named(COMPONENTS, lists["component"]),
        (Activity, "basis"): (("", _("Not known yet: ask for it")), *named(BASES, doctrine.bases)),
        (Activity, "policies"): tuple(Policy.choices),
        (CalendarEntry, "kind"): tuple(CalendarEntry.Kind.choices),
    }
