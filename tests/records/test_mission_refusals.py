"""Who may not describe a presence, and what is refused of what people write."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import grounds
import pytest
from cast import SECRET, Cast
from django.db import DatabaseError, IntegrityError
from grounds import DAY, TODAY, Ground, days

from tutela.kernel.markings import OUTSIDER, Marking
from tutela.kernel.problems import Problem
from tutela.records.accounts.actions import set_mode
from tutela.records.accounts.models import Mode
from tutela.records.ledger.acts import acting
from tutela.records.ledger.models import Entry
from tutela.records.missions import actions, queries
from tutela.records.missions.lookups import change
from tutela.records.missions.models import HumanRightsLink, Interlocutor, Presence, Site

EVERYBODY = {
    "officer", "adviser", "commander", "analyst", "assistant", "custodian", "administrator", "outsider",
}  # fmt: skip
DESCRIBERS = {"officer", "adviser"}
REPORTERS = {"officer", "adviser", "commander"}
OFFICER = {"officer"}
READERS = {"officer", "adviser", "commander", "analyst"}
SPAN: dict[str, Any] = {"since": DAY, "until": days(400)}

# Each action with what it is called with, and who may.
ACTIONS: dict[str, tuple[Any, set[str]]] = {
    "add_presence": (
        lambda g: {"compartment": g.people.here, "draft": replace(grounds.PRESENCE, key="another")},
        DESCRIBERS,
    ),
    "describe_presence": (
        lambda g: {"presence": g.presence.pk, "expected_version": 1, "draft": grounds.PRESENCE},
        DESCRIBERS,
    ),
    "confirm_mandate": (lambda g: {"presence": g.presence.pk, "expected_version": 1}, DESCRIBERS),
    "add_mandate_task": (
        lambda g: {"presence": g.presence.pk, "draft": actions.TaskDraft("Protect", "INV/RES/1, 3")},
        DESCRIBERS,
    ),
    "import_presence": (lambda g: {"compartment": g.people.here, "known": "UNISFA"}, DESCRIBERS),
    "place_site": (
        lambda g: {
            "presence": g.presence.pk,
            "draft": replace(grounds.SITE, key="south"),
            "opened": grounds.OPENED,
        },
        DESCRIBERS,
    ),
    "describe_site": (
        lambda g: {"site": g.site.pk, "expected_version": 1, "draft": grounds.SITE},
        DESCRIBERS,
    ),
    "change_status": (
        lambda g: {"site": g.site.pk, "expected_version": 1, "draft": grounds.OPENED},
        DESCRIBERS,
    ),
    "record_capacity": (lambda g: {"presence": g.presence.pk, "draft": grounds.CAPACITY}, DESCRIBERS),
    "correct_capacity": (
        lambda g: {"capacity": g.rows["capacity"], "expected_version": 1, "draft": grounds.CAPACITY},
        DESCRIBERS,
    ),
    "log_restriction": (lambda g: {"presence": g.presence.pk, "draft": grounds.RESTRICTION}, DESCRIBERS),
    "describe_restriction": (
        lambda g: {"restriction": g.rows["restriction"], "expected_version": 1, "draft": grounds.RESTRICTION},
        DESCRIBERS,
    ),
    "lift_restriction": (
        lambda g: {"restriction": g.rows["restriction"], "expected_version": 1, "until": days(3)},
        DESCRIBERS,
    ),
    "add_population": (
        lambda g: {"presence": g.presence.pk, "draft": replace(grounds.POPULATION, name="Another")},
        DESCRIBERS,
    ),
    "describe_population": (
        lambda g: {"population": g.rows["population"], "expected_version": 1, "draft": grounds.POPULATION},
        DESCRIBERS,
    ),
    "add_access": (
        lambda g: {"population": g.rows["population"], "draft": grounds.ACCESS, "site": g.site.pk},
        DESCRIBERS,
    ),
    "describe_access": (
        lambda g: {"access": g.rows["access"], "expected_version": 1, "draft": grounds.ACCESS},
        DESCRIBERS,
    ),
    "add_interlocutor": (
        lambda g: {"compartment": g.influence, "presence": g.presence.pk, "draft": grounds.INTERLOCUTOR},
        OFFICER,
    ),
    "describe_interlocutor": (
        lambda g: {"interlocutor": g.rows["interlocutor"], "expected_version": 1, "draft": grounds.INTERLOCUTOR},
        OFFICER,
    ),
    "use_channel": (
        lambda g: {"interlocutor": g.rows["interlocutor"], "expected_version": 1, "day": DAY},
        OFFICER,
    ),
    "retire_interlocutor": (
        lambda g: {"interlocutor": g.rows["interlocutor"], "expected_version": 1},
        OFFICER,
    ),
    "log_activity": (lambda g: {"presence": g.presence.pk, "draft": grounds.ACTIVITY}, REPORTERS),
    "describe_activity": (
        lambda g: {"activity": g.rows["activity"], "expected_version": 1, "draft": grounds.ACTIVITY},
        REPORTERS,
    ),
    "give_basis": (
        lambda g: {"activity": g.rows["activity"], "expected_version": 1, "basis": "mandate_task"},
        REPORTERS,
    ),
    "link_human_rights": (
        lambda g: {"activity": g.rows["activity"], "draft": actions.HumanRightsDraft("yes")},
        OFFICER,
    ),
    "add_calendar_entry": (lambda g: {"presence": g.presence.pk, "draft": grounds.ENTRY}, DESCRIBERS),
    "describe_calendar_entry": (
        lambda g: {"entry": g.rows["entry"], "expected_version": 1, "draft": grounds.ENTRY},
        DESCRIBERS,
    ),
    "finish_calendar_entry": (
        lambda g: {"entry": g.rows["entry"], "expected_version": 1, "day": DAY},
        DESCRIBERS,
    ),
    "log_stopped_task": (lambda g: {"presence": g.presence.pk, "draft": grounds.STOPPED}, DESCRIBERS),
    "describe_stopped_task": (
        lambda g: {"stopped": g.rows["stopped"], "expected_version": 1, "draft": grounds.STOPPED},
        DESCRIBERS,
    ),
    "review_stopped_task": (lambda g: {"stopped": g.rows["stopped"], "draft": grounds.REVIEW}, DESCRIBERS),
}

# Each reading that names a row, and who gets an answer.
QUERIES: dict[str, tuple[Any, set[str]]] = {
    "list_facts": (lambda g: {"presence": g.presence.pk}, READERS),
    "list_mandate_tasks": (lambda g: {"presence": g.presence.pk}, READERS),
    "list_sites": (lambda g: {"presence": g.presence.pk}, READERS),
    "list_statuses": (lambda g: {"site": g.site.pk}, READERS),
    "capacity_on": (lambda g: {"presence": g.presence.pk, "day": DAY}, READERS),
    "list_capacities": (lambda g: {"presence": g.presence.pk}, READERS),
    "list_restrictions": (lambda g: {"presence": g.presence.pk}, READERS),
    "list_populations": (lambda g: {"presence": g.presence.pk}, READERS),
    "list_access": (lambda g: {"population": g.rows["population"]}, READERS),
    "list_interlocutors": (lambda g: {"presence": g.presence.pk}, READERS),
    "count_interlocutors": (lambda g: {"presence": g.presence.pk}, READERS),
    "list_activities": (lambda g: {"presence": g.presence.pk, **SPAN}, READERS),
    "page_activities": (lambda g: {"presence": g.presence.pk}, READERS),
    "list_basis_requests": (lambda g: {"presence": g.presence.pk}, READERS),
    "coverage_grid": (lambda g: {"presence": g.presence.pk, **SPAN}, READERS),
    "human_rights_share": (lambda g: {"presence": g.presence.pk, **SPAN}, OFFICER),
    "policy_links": (lambda g: {"presence": g.presence.pk, **SPAN}, READERS),
    "list_rights_links": (
        lambda g: {"presence": g.presence.pk, "activities": [g.rows["activity"]]},
        OFFICER,
    ),
    "due": (lambda g: {"presence": g.presence.pk, "today": DAY}, READERS),
    "list_calendar": (lambda g: {"presence": g.presence.pk}, READERS),
    "list_stopped_tasks": (lambda g: {"presence": g.presence.pk}, READERS),
    "list_access_to_all": (lambda g: {"presence": g.presence.pk}, READERS),
    "list_reviews_of_all": (lambda g: {"presence": g.presence.pk}, READERS),
    "list_cut_reviews": (lambda g: {"stopped": g.rows["stopped"]}, READERS),
    "reviews_due": (lambda g: {"presence": g.presence.pk, "today": DAY}, READERS),
    "history_of": (lambda g: {"row": g.site}, READERS),
    "read_row": (lambda g: {"model": Interlocutor, "number": g.rows["interlocutor"]}, OFFICER),
}
EVERY = {**{name: (actions, *row) for name, row in ACTIONS.items()}} | {
    name: (queries, *row) for name, row in QUERIES.items()
}


@pytest.fixture
def ground(people: Cast) -> Ground:
    return grounds.lay(people)


def test_every_action_and_query_stands_in_the_table():
    written = {name for name in actions.__all__ if inspect.isfunction(getattr(actions, name))}
    assert written == set(ACTIONS)
    read = {name for name in queries.__all__ if inspect.isfunction(getattr(queries, name))}
    unnamed = {"find_presence", "list_presences", "list_overviews", "name_actors"}  # these name no row
    assert read - set(QUERIES) == unnamed


def test_who_may_not_is_refused_in_the_same_words_and_it_is_written_down(ground: Ground):
    people = {name: ground.people[name] for name in EVERYBODY} | {"nobody": OUTSIDER}
    words = "Your functions do not include this, or it is not there. Ask the custodian of the compartment."
    for name, (room, arguments, allowed) in EVERY.items():
        others = set(people) - allowed
        for other in sorted(others):
            said = _attempt(lambda: getattr(room, name)(by=people[other], **arguments(ground)))  # noqa: B023
            assert said == f"not-allowed: {words}", (name, other)
        refusals = Entry.objects.filter(operation="refused", action=getattr(room, name).action)
        assert refusals.count() == len(others), name


def test_who_may_is_not_refused(ground: Ground):
    people = {name: ground.people[name] for name in EVERYBODY}
    for name, (room, arguments, allowed) in EVERY.items():
        for other in sorted(allowed):
            said = _attempt(lambda: getattr(room, name)(by=people[other], **arguments(ground)))  # noqa: B023
            # the second of two writes the same, or there is nothing to confirm
            assert said.split(":")[0] in ("", "not-possible", "already-there"), (name, other, said)


def test_a_row_of_another_compartment_reads_as_one_that_is_not_there(ground: Ground):
    named = {name for _, arguments, _ in EVERY.values() for name in arguments(ground)}
    named -= {"compartment", "expected_version", "draft", "opened", "known", "model", "row", "basis", "activities"}
    named -= {"since", "until", "day", "today"}
    outsider, officer = ground.people["outsider"], ground.people["officer"]
    for name, (room, arguments, _) in EVERY.items():
        keywords = arguments(ground)
        for key in sorted(named & set(keywords)):
            absent = {**keywords, key: 10**9}
            said = [
                _attempt(lambda: getattr(room, name)(by=by, **told))  # noqa: B023
                for by, told in ((outsider, keywords), (officer, absent))
            ]
            assert said[0] == said[1] != "", (name, key)


def test_a_site_of_others_is_not_told_apart_from_none(ground: Ground):
    people, outsider = ground.people, ground.people["outsider"]
    theirs = actions.add_presence(by=outsider, compartment=people.there, draft=grounds.PRESENCE)
    assert theirs.key == ground.presence.key  # a key that is taken elsewhere is not told
    said = []
    for site in (ground.site.pk, 10**9):
        with pytest.raises(Problem) as caught:
            actions.record_capacity(by=outsider, presence=theirs.pk, draft=grounds.CAPACITY, site=site)
        said.append(str(caught.value))
    assert said[0] == said[1]
    by = people["officer"]
    second = actions.add_presence(by=by, compartment=people.here, draft=replace(grounds.PRESENCE, key="second"))
    with pytest.raises(Problem, match="not one of this presence"):
        actions.record_capacity(by=by, presence=second.pk, draft=grounds.CAPACITY, site=ground.site.pk)


def test_lists_give_only_what_the_reader_may_read(ground: Ground):
    people = ground.people
    hidden = actions.place_site(
        by=people["officer"],
        presence=ground.presence.pk,
        draft=replace(grounds.SITE, key="hidden", name="A hidden site"),
        opened=grounds.OPENED,
        marking=SECRET,
    )
    for name in EVERYBODY:
        by = people[name]
        seen = {row.pk for row in queries.list_sites(by=by)}
        expected = {ground.site.pk} if name in READERS else set()
        assert seen == (expected | {hidden.pk} if name == "officer" else expected)
        assert bool(queries.find_presence(by=by, key="INVENTED-1")) == (name in READERS)
        assert len(queries.list_presences(by=by)) == (name in READERS)
        assert len(queries.list_populations(by=by)) == (name in READERS)


def test_a_key_that_only_others_may_read_is_free_and_says_nothing(ground: Ground):
    people = ground.people
    draft = replace(grounds.SITE, key="hidden")
    at = {"presence": ground.presence.pk, "draft": draft, "opened": grounds.OPENED}
    actions.place_site(by=people["officer"], marking=SECRET, **at)
    assert actions.place_site(by=people["adviser"], **at).key == "hidden"
    with pytest.raises(Problem) as caught:
        actions.place_site(by=people["officer"], **at)
    assert caught.value.code == "already-there"


@pytest.mark.parametrize("marking", [Marking.UNCLASSIFIED, -1, 3])
def test_nothing_is_marked_lower_than_what_it_belongs_to(ground: Ground, marking: int):
    with pytest.raises(Problem) as caught:
        actions.add_population(
            by=ground.people["officer"],
            presence=ground.presence.pk,
            draft=replace(grounds.POPULATION, name="x"),
            marking=marking,  # type: ignore[arg-type]
        )
    assert (caught.value.code, caught.value.where) == ("field-invalid", "marking")
    with pytest.raises(Problem):
        actions.add_presence(
            by=ground.people["officer"], compartment=ground.people.here, draft=grounds.PRESENCE, marking=-1
        )  # type: ignore[arg-type]


def test_nobody_marks_higher_than_they_read(ground: Ground):
    with pytest.raises(Problem) as caught:
        actions.log_activity(
            by=ground.people["adviser"], presence=ground.presence.pk, draft=grounds.ACTIVITY, marking=SECRET
        )
    assert caught.value.code == "not-allowed"


def test_nothing_is_written_while_a_compartment_can_only_be_read(ground: Ground):
    people = ground.people
    set_mode(by=people["custodian"], mode=Mode.READ_ONLY, compartment=people.here)
    for name in ("place_site", "log_activity", "add_interlocutor"):
        with pytest.raises(Problem) as caught:
            getattr(actions, name)(by=people["officer"], **ACTIONS[name][0](ground))
        assert caught.value.code == "not-allowed"
    assert len(queries.list_sites(by=people["officer"])) == 1


def test_interlocutors_have_no_other_marking_and_never_the_presence_s_compartment(ground: Ground):
    people = ground.people
    at = {"by": people["officer"], "presence": ground.presence.pk, "draft": grounds.INTERLOCUTOR}
    with pytest.raises(Problem) as caught:
        actions.add_interlocutor(**at, compartment=ground.influence, marking=Marking.CONFIDENTIAL)
    assert caught.value.where == "marking"
    with pytest.raises(Problem) as caught:
        actions.add_interlocutor(**at, compartment=people.here)
    assert caught.value.where == "compartment"
    for model, extra in (
        (Interlocutor, {"presence_id": ground.presence.pk, "who": "x", "channel": "letter", "who_may_call": "x"}),
        (HumanRightsLink, {"activity_id": ground.rows["activity"], "rests": "yes"}),
    ):
        with pytest.raises((IntegrityError, DatabaseError)), acting(people["officer"], "test"):
            model(compartment_id=people.here, marking=1, **extra).save()


def test_only_a_count_of_interlocutors_leaves(ground: Ground):
    people, presence = ground.people, ground.presence.pk
    actions.add_interlocutor(
        by=people["officer"], compartment=ground.influence, presence=presence, draft=grounds.INTERLOCUTOR
    )
    for name in ("adviser", "commander", "analyst"):
        assert queries.count_interlocutors(by=people[name], presence=presence) == 2
        assert queries.list_interlocutors(by=people[name], presence=presence) == []
    assert len(queries.list_interlocutors(by=people["officer"], presence=presence)) == 2
    actions.retire_interlocutor(by=people["officer"], interlocutor=ground.rows["interlocutor"], expected_version=1)
    assert queries.count_interlocutors(by=people["adviser"], presence=presence) == 1
    assert len(queries.list_interlocutors(by=people["officer"], presence=presence)) == 1
    assert len(queries.list_interlocutors(by=people["officer"], presence=presence, with_retired=True)) == 2
    with pytest.raises(Problem, match="retired already"):
        actions.retire_interlocutor(
            by=people["officer"], interlocutor=ground.rows["interlocutor"], expected_version=2
        )


BAD: dict[str, tuple[str, Any, str, Any]] = {
    "latitude beyond the pole": ("place_site", grounds.SITE, "lat", 90.01),
    "longitude too far east": ("place_site", grounds.SITE, "lon", 180.5),
    "latitude that is no number": ("place_site", grounds.SITE, "lat", float("nan")),
    "longitude without end": ("place_site", grounds.SITE, "lon", float("inf")),
    "half a place": ("place_site", grounds.SITE, "lon", None),
    "latitude as text": ("add_population", grounds.POPULATION, "lat", "4.5"),
    "a key with blanks": ("place_site", grounds.SITE, "key", "north base"),
    "a key in markup": ("add_presence", grounds.PRESENCE, "key", "<svg>"),
    "no name": ("add_presence", grounds.PRESENCE, "name", "   "),
    "a name too long": ("add_presence", grounds.PRESENCE, "name", "x" * 201),
    "a note too long": ("add_presence", grounds.PRESENCE, "note", "x" * 4001),
    "characters nobody sees": ("add_presence", grounds.PRESENCE, "name", "A\x00B"),
    "text turned around": ("add_presence", grounds.PRESENCE, "name", "A\u202eB"),
    "half a letter": ("add_presence", grounds.PRESENCE, "name", "A\ud800"),
    "an unknown kind": ("add_presence", grounds.PRESENCE, "kind", "PKO"),
    "an unknown host": ("add_presence", grounds.PRESENCE, "hosts", ("XYZ",)),
    "hosts as text": ("add_presence", grounds.PRESENCE, "hosts", "CAF"),
    "a host as a number": ("add_presence", grounds.PRESENCE, "hosts", (140,)),
    "force as a guess": ("add_presence", grounds.PRESENCE, "force_authority", "maybe"),
    "an unknown source of the mandate": ("add_presence", grounds.PRESENCE, "mandate_source", "press"),
    "a presence of tomorrow": ("add_presence", grounds.PRESENCE, "started", TODAY + timedelta(days=3)),
    "a day as text": ("add_presence", grounds.PRESENCE, "mandate_until", "2026-12-31"),
    "a day of no calendar of ours": ("add_presence", grounds.PRESENCE, "mandate_until", date(9999, 1, 1)),
    "invented as text": ("add_presence", grounds.PRESENCE, "invented", "yes"),
    "an unknown component": ("record_capacity", grounds.CAPACITY, "component", "naval"),
    "an unknown measure": ("record_capacity", grounds.CAPACITY, "measure", "planned"),
    "fewer than none": ("record_capacity", grounds.CAPACITY, "number", -1),
    "more than a column holds": ("record_capacity", grounds.CAPACITY, "number", 10**12),
    "a number as yes": ("record_capacity", grounds.CAPACITY, "number", True),
    "half a person": ("record_capacity", grounds.CAPACITY, "number", 1.5),
    "no number": ("record_capacity", grounds.CAPACITY, "number", None),
    "a number without a source": ("record_capacity", grounds.CAPACITY, "source", ""),
    "a number of next year": ("record_capacity", grounds.CAPACITY, "as_of", TODAY + timedelta(days=365)),
    "a restriction that ends before it begins": ("log_restriction", grounds.RESTRICTION, "until", days(-1)),
    "an unknown restriction": ("log_restriction", grounds.RESTRICTION, "kind", "=1+1"),
    "numbers exchanged": ("add_population", grounds.POPULATION, "people_high", 799),
    "numbers without a basis": ("add_population", grounds.POPULATION, "basis", ""),
    "an unknown activity": ("log_activity", grounds.ACTIVITY, "code", "A25"),
    "an unknown tier": ("log_activity", grounds.ACTIVITY, "tier", "T4"),
    "an unknown phase": ("log_activity", grounds.ACTIVITY, "phase", "recovery"),
    "an unknown basis": ("log_activity", grounds.ACTIVITY, "basis", "habit"),
    "an activity of next year": ("log_activity", grounds.ACTIVITY, "day", TODAY + timedelta(days=365)),
    "an unknown policy": ("log_activity", grounds.ACTIVITY, "policies", ("none",)),
    "an entry that ends before it begins": ("add_calendar_entry", grounds.ENTRY, "to_day", days(59)),
    "an entry without an owner": ("add_calendar_entry", grounds.ENTRY, "owner", ""),
    "a lead time of years": ("add_calendar_entry", grounds.ENTRY, "lead_days", 3650),
    "an unknown reason": ("log_stopped_task", grounds.STOPPED, "reason", "tired"),
    "a review at another age": ("review_stopped_task", grounds.REVIEW, "after_days", 60),
    "a review before its day": ("review_stopped_task", grounds.REVIEW, "day", days(29)),
    "a channel of no kind": ("add_interlocutor", grounds.INTERLOCUTOR, "channel", "pigeon"),
    "a call of next year": ("add_interlocutor", grounds.INTERLOCUTOR, "last_used", TODAY + timedelta(days=365)),
    "an unknown way": ("add_access", grounds.ACCESS, "mode", "rail"),
    "minutes where nobody arrives": ("add_access", grounds.ACCESS, "minutes_wet", 5),
    "a site and somebody else": ("add_access", grounds.ACCESS, "who", "the host's police"),
    "a clause of no list": ("add_mandate_task", actions.TaskDraft("x", "x"), "clause", "all"),
}


def test_what_does_not_fit_is_refused_and_nothing_is_written_but_that(ground: Ground):
    last = Entry.objects.order_by("-pk").first().pk
    for what, (name, draft, column, value) in BAD.items():
        arguments = ACTIONS[name][0](ground) | {"draft": replace(draft, **{column: value})}
        with pytest.raises(Problem) as caught:
            getattr(actions, name)(by=ground.people["officer"], **arguments)
        assert (caught.value.code, caught.value.where) == ("field-invalid", column), what
        assert len(str(value)) < 5 or str(value) not in str(caught.value), what
    written = Entry.objects.filter(pk__gt=last).values_list("operation", "subject_table", "subject")
    assert list(written) == [("refused", "", "field-invalid")] * len(BAD)


def test_markup_and_formulas_are_kept_as_plain_text(ground: Ground):
    at = {"by": ground.people["officer"], "presence": ground.presence.pk}
    for text in (
        "<svg onload=alert(1)>",
        "<script>x</script>",
        "=HYPERLINK(1)",
        "{{ 7*7 }}",
        "'; DROP TABLE x; --",
        "قرية ١",
    ):
        row = actions.add_population(**at, draft=replace(grounds.POPULATION, name=text, note=f"{text}\n{text}"))
        assert (row.name, row.note) == (text, f"{text}\n{text}")
        assert text in [population.name for population in queries.list_populations(**at)]


def test_numbers_that_are_none_are_refused_like_those_that_are_not_there(ground: Ground):
    by = ground.people["officer"]
    for number in ("1", None, 10**30, -1):
        said = _attempt(lambda: queries.list_sites(by=by, presence=number or "x"))  # noqa: B023
        assert said.startswith("not-allowed"), number
    at = {"by": by, "site": ground.site.pk, "draft": grounds.SITE}
    for version, code in (
        ("1", "field-invalid"),
        (None, "field-invalid"),
        (10**30, "field-invalid"),
        (0, "not-possible"),
    ):
        said = _attempt(lambda: actions.describe_site(**at, expected_version=version))  # noqa: B023
        assert said.startswith(code), version


def test_one_name_written_in_two_ways_of_unicode_is_one(ground: Ground):
    at = {"by": ground.people["officer"], "presence": ground.presence.pk}
    actions.add_population(**at, draft=replace(grounds.POPULATION, name="Re\u0301union"))
    with pytest.raises(Problem, match="already"):
        actions.add_population(**at, draft=replace(grounds.POPULATION, name="R\u00e9union"))


def test_two_of_one_key_are_refused(ground: Ground):
    by, presence = ground.people["officer"], ground.presence.pk
    attempts = (
        lambda: actions.add_presence(by=by, compartment=ground.people.here, draft=grounds.PRESENCE),
        lambda: actions.place_site(by=by, presence=presence, draft=grounds.SITE, opened=grounds.OPENED),
        lambda: actions.add_population(by=by, presence=presence, draft=grounds.POPULATION),
    )
    for attempt in attempts:
        with pytest.raises(Problem) as caught:
            attempt()
        assert caught.value.code == "already-there"
    south = actions.place_site(
        by=by, presence=presence, draft=replace(grounds.SITE, key="south"), opened=grounds.OPENED
    )
    for rename in (
        lambda: actions.describe_site(by=by, site=south.pk, expected_version=1, draft=grounds.SITE),
        lambda: actions.describe_presence(
            by=by, presence=_second(ground).pk, expected_version=1, draft=grounds.PRESENCE
        ),
        lambda: actions.describe_population(
            by=by, population=_market(ground), expected_version=1, draft=grounds.POPULATION
        ),
    ):
        with pytest.raises(Problem) as caught:
            rename()
        assert caught.value.code == "already-there"


def test_two_who_write_one_key_at_once_are_told_the_same(ground: Ground, monkeypatch: pytest.MonkeyPatch):
    """Whoever looked before the other had written meets the database itself."""
    by = ground.people["officer"]
    monkeypatch.setattr(Site, "visible_to", classmethod(lambda cls, by: _none(cls)))
    with pytest.raises(Problem) as caught:
        actions.place_site(by=by, presence=ground.presence.pk, draft=grounds.SITE, opened=grounds.OPENED)
    assert caught.value.code == "already-there"
    monkeypatch.undo()
    south = replace(grounds.SITE, key="south")
    row = actions.place_site(by=by, presence=ground.presence.pk, draft=south, opened=grounds.OPENED)
    with acting(by, "test"), pytest.raises(Problem) as caught:
        change(by, row, 1, {"key": grounds.SITE.key})
    assert caught.value.code == "already-there"


CHANGES = sorted(
    name
    for name in set(ACTIONS) - {"confirm_mandate", "link_human_rights"}
    if "expected_version" in inspect.signature(getattr(actions, name)).parameters
)


@pytest.mark.parametrize("name", CHANGES)
def test_of_two_who_change_one_row_the_second_is_told(ground: Ground, name: str):
    by, arguments = ground.people["officer"], ACTIONS[name][0](ground)
    getattr(actions, name)(by=by, **arguments)
    before = Entry.objects.filter(operation="insert").count()
    said = _attempt(lambda: getattr(actions, name)(by=by, **arguments))
    assert said.startswith("not-possible")
    assert Entry.objects.filter(operation="insert").count() == before


def test_every_change_of_a_row_was_tried():
    assert len(CHANGES) == 16


def _attempt(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except Problem as problem:
        return f"{problem.code}: {problem}"
    return ""


def _none(cls: type[Site]) -> Any:
    return cls.objects.get_queryset().opened().filter(pk__in=[])


def _second(ground: Ground) -> Presence:
    draft = replace(grounds.PRESENCE, key="second")
    return actions.add_presence(by=ground.people["officer"], compartment=ground.people.here, draft=draft)


def _market(ground: Ground) -> int:
    draft = replace(grounds.POPULATION, name="Invented market")
    return actions.add_population(by=ground.people["officer"], presence=ground.presence.pk, draft=draft).pk
