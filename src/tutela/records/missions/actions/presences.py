"""Describing presences, their mandates and what catalogues say of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from tutela.catalogue import presences as catalogue
from tutela.catalogue.countries import load_countries
from tutela.catalogue.doctrine import load_doctrine
from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import require
from tutela.records.accounts.roles import May
from tutela.records.ledger.acts import action
from tutela.records.missions.inputs import (
    invalid,
    read_codes,
    read_draft,
    read_marking,
    require_code,
    require_order,
    require_past,
)
from tutela.records.missions.lookups import change, find_for, insert, marking_for, taken
from tutela.records.missions.models import Capacity, MandateTask, Presence, PresenceFact

INVENTED_COUNTRIES: Final = ("XIA", "XIB")
"""Codes that ISO 3166 leaves to users; for invented presences alone."""

_YES_NO: Final = ("yes", "no")


@dataclass(frozen=True, slots=True)
class PresenceDraft:
    """What colleagues write of a presence: fields named as on `Presence`."""

    key: str
    name: str
    kind: str
    hosts: tuple[str, ...] = ()
    status: str = "current"
    funding: str = "unknown"
    force_authority: str = "unknown"
    protection_mandate: str = "unknown"
    mandate_source: str = ""
    mandate_text: str = ""
    mandate_since: date | None = None
    mandate_until: date | None = None
    mandate_open_ended: bool = False
    started: date | None = None
    ended: date | None = None
    note: str = ""
    invented: bool = False


@dataclass(frozen=True, slots=True)
class TaskDraft:
    """One task of a mandate: what, under which clause, from which text, for which days."""

    task: str
    text: str
    clause: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import of the catalogue's facts added; what was there already stayed as it was."""

    presence: Presence
    is_new: bool
    facts: int
    capacities: int


@action("missions.add_presence")
def add_presence(
    *, by: Principal, compartment: int, draft: PresenceDraft, marking: Marking = Marking.CONFIDENTIAL
) -> Presence:
    """A new presence in a compartment; its key stands there once."""
    require(by, May.DESCRIBE, compartment, read_marking(marking))
    values = _read_presence(draft)
    if Presence.visible_to(by).filter(compartment_id=compartment, key=values["key"]).exists():
        raise taken("key")
    return insert(Presence(compartment_id=compartment, marking=int(marking), **values))


@action("missions.describe_presence")
def describe_presence(*, by: Principal, presence: int, expected_version: int, draft: PresenceDraft) -> Presence:
    """Write a presence anew. A mandate whose text or days change waits for its confirmation again."""
    row = find_for(by, May.DESCRIBE, Presence, presence)
    values = _read_presence(draft)
    others = Presence.visible_to(by).filter(compartment_id=row.compartment_id, key=values["key"])
    if others.exclude(pk=row.pk).exists():
        raise taken("key")
    mandate = ("mandate_text", "mandate_since", "mandate_until", "mandate_open_ended", "mandate_source")
    if any(getattr(row, name) != values[name] for name in mandate):
        values |= {"mandate_confirmed_on": None, "mandate_confirmed_by": ""}
    return change(by, row, expected_version, values)


@action("missions.confirm_mandate")
def confirm_mandate(*, by: Principal, presence: int, expected_version: int) -> Presence:
    """Say by one's own account that the mandate stands as it is written here."""
    row = find_for(by, May.DESCRIBE, Presence, presence)
    if not (row.mandate_text or row.mandate_until or row.mandate_open_ended):
        raise Problem(
            "not-possible",
            "There is no mandate to confirm.",
            where="mandate_text",
            remedy="Write its text and its end first.",
        )
    now = {"mandate_confirmed_on": datetime.now(UTC).date(), "mandate_confirmed_by": by.actor}
    return change(by, row, expected_version, now)


@action("missions.add_task")
def add_mandate_task(
    *, by: Principal, presence: int, draft: TaskDraft, marking: Marking | None = None
) -> MandateTask:
    """One more task of a presence's mandate."""
    parent = find_for(by, May.DESCRIBE, Presence, presence)
    values = read_draft(MandateTask, draft)
    require_code("clause", draft.clause, ("", *load_doctrine().enumerations["mandate_clause"]))
    require_order(draft.since, draft.until, "until")
    level = marking_for(by, May.DESCRIBE, marking, parent)
    return insert(MandateTask(compartment_id=parent.compartment_id, marking=level, presence_id=parent.pk, **values))


@action("missions.import_presence")
def import_presence(
    *,
    by: Principal,
    compartment: int,
    known: str | catalogue.Presence,
    marking: Marking = Marking.CONFIDENTIAL,
) -> Imported:
    """Bring what the catalogue knows of a presence into a compartment, each fact with its source and day.

    A presence that is there already keeps what colleagues wrote; only facts that it lacks are added beside it.
    """
    require(by, May.DESCRIBE, compartment, read_marking(marking))
    source = _known(known)
    rows = Presence.visible_to(by).filter(compartment_id=compartment, key=source.presence_id)
    row = rows.order_by("marking").first()
    is_new = row is None
    if row is None:
        values = _read_presence(_draft_of(source))
        until = source.fact("mandate_until")
        if (until if until.value else source.fact("mandate_text")).status == "verified":
            since = values["mandate_since"]
            values |= {"mandate_confirmed_on": since, "mandate_confirmed_by": "catalogue" if since else ""}
        row = insert(Presence(compartment_id=compartment, marking=int(marking), **values))
    require(by, May.DESCRIBE, compartment, row.marking)
    return Imported(row, is_new, _import_facts(by, row, source), _import_strengths(by, row, source))


def _read_presence(draft: PresenceDraft) -> dict[str, Any]:
    values = read_draft(Presence, draft)
    doctrine = load_doctrine()
    require_code("kind", draft.kind, doctrine.presence_kinds)
    require_code("mandate_source", draft.mandate_source, ("", *doctrine.enumerations["mandate_source"]))
    countries = {country.iso3 for country in load_countries()}
    values["hosts"] = read_codes(
        "hosts", draft.hosts, countries.union(INVENTED_COUNTRIES if draft.invented else ())
    )
    require_order(draft.mandate_since, draft.mandate_until, "mandate_until")
    require_order(draft.started, draft.ended, "ended")
    require_past("started", draft.started)
    if draft.mandate_open_ended and draft.mandate_until is not None:
        raise invalid("mandate_until", "An open-ended mandate has no end.", "Leave one of the two out.")
    return values


def _known(known: str | catalogue.Presence) -> catalogue.Presence:
    found = catalogue.find_presence(known) if isinstance(known, str) else known
    if found is None:
        raise Problem(
            "presence-unknown",
            "The catalogue has no presence of this name.",
            where="known",
            remedy="Choose one from its list, or write it by hand.",
        )
    return found


def _draft_of(source: catalogue.Presence) -> PresenceDraft:
    def value(name: str) -> str:
        return source.fact(name).value

    until, text = source.fact("mandate_until"), source.fact("mandate_text")
    since, end = catalogue.first_day(until.as_of or text.as_of), catalogue.last_day(until.value)
    return PresenceDraft(
        key=source.presence_id,
        name=source.name,
        kind=source.kind,
        hosts=source.hosts,
        status=source.status,
        force_authority=value("force_authority") if value("force_authority") in _YES_NO else "unknown",
        protection_mandate=value("protection_mandate") if value("protection_mandate") in _YES_NO else "unknown",
        mandate_source=value("mandate_source"),
        # A text of another day is not the one that set this end.
        mandate_text=text.value if not until.value or text.as_of == until.as_of else "",
        # A source that speaks only after the end tells nothing of the beginning, and confirms nothing.
        mandate_since=None if since and end and end < since else since,
        mandate_until=end,
        mandate_open_ended=until.value == catalogue.OPEN_ENDED,
        started=catalogue.first_day(value("started")),
        ended=catalogue.last_day(value("ended")),
        invented=source.invented,
    )


def _import_facts(by: Principal, row: Presence, source: catalogue.Presence) -> int:
    held = set(
        PresenceFact.visible_to(by).filter(presence_id=row.pk).values_list("field", "as_of", "source", "value")
    )
    made = [
        PresenceFact(
            compartment_id=row.compartment_id,
            marking=row.marking,
            presence_id=row.pk,
            field=name,
            **asdict(fact),
        )
        for name, facts in sorted(source.history.items())
        for fact in facts
        if name not in catalogue.STRENGTHS and (name, fact.as_of, fact.source, fact.value) not in held
    ]
    PresenceFact.objects.bulk_create(made)
    return len(made)


def _import_strengths(by: Principal, row: Presence, source: catalogue.Presence) -> int:
    columns = ("measure", "component", "as_of", "source", "number")
    rows = Capacity.visible_to(by).filter(presence_id=row.pk, site__isnull=True, profile="")
    held = set(rows.values_list(*columns))
    made = []
    for name in catalogue.STRENGTHS:
        measure, component = name.split("_", 1)
        for fact in source.history.get(name, ()):
            day = catalogue.first_day(fact.as_of)
            exactness, number = _read_strength(fact.value)
            if day is None or number is None or (measure, component, day, fact.source, number) in held:
                continue
            made.append(
                Capacity(
                    compartment_id=row.compartment_id,
                    marking=row.marking,
                    presence_id=row.pk,
                    component=component,
                    measure=measure,
                    number=number,
                    exactness=exactness,
                    as_of=day,
                    source=fact.source,
                    status=fact.status,
                )
            )
    Capacity.objects.bulk_create(made)
    return len(made)


def _read_strength(value: str) -> tuple[str, int | None]:
    """How exactly and how many; None where the catalogue does not know."""
    for words, code in (("about ", "about"), ("more than ", "more_than"), ("", "exactly")):
        if value.startswith(words):
            digits = value.removeprefix(words)
            return code, int(digits) if digits.isdigit() else None
    raise AssertionError("every value starts with nothing")  # pragma: no cover  the last prefix is empty
