"""The pages of presences in the register: what is refused first, then what is promised."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import UTC, datetime

import grounds
import mission_ground
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from grounds import DAY, Ground, days
from mission_ground import PAGES, WHAT, addresses, page, write

from tutela.kernel.markings import Marking
from tutela.records.accounts.actions import set_mode
from tutela.records.accounts.models import Mode
from tutela.records.ledger.models import Entry
from tutela.records.missions import actions, models, queries
from tutela.web.missions.desks import REGISTER
from tutela.web.missions.offers import DEEDS, KINDS
from tutela.web.missions.receipts import RECEIPTS
from tutela.web.shared.desks import Desk
from tutela.web.shared.references import read_reference, write_reference

CAST = ("officer", "adviser", "commander", "analyst", "assistant", "custodian", "administrator", "outsider")
READERS = {"officer", "adviser", "commander", "analyst"}
DESCRIBERS = {"officer", "adviser"}
REPORTERS = {"officer", "adviser", "commander"}
MAY = {"describe": DESCRIBERS, "report": REPORTERS, "reach by influence": {"officer"}}
NASTY = "<svg onload=alert(1)>\"'&{{ 7 }}=1+1"


@pytest.fixture
def ground(team) -> Ground:
    return mission_ground.lay_ground(team.people)


def untokened(content: bytes) -> bytes:
    """Without what differs from one answer to the next: the token of forms."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", content)


def elsewhere(ground: Ground) -> str:
    """The address of a presence that is not there."""
    return reverse("missions:presence", args=[ground.presence.pk + 77])


# ------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("role", CAST)
def test_who_may_not_read_gets_the_answer_of_what_is_not_there(team, ground: Ground, role: str) -> None:
    client = team[role]
    absent = client.get(elsewhere(ground))
    assert absent.status_code == 403
    for name, path in addresses(ground).items():
        answer = client.get(path)
        wanted = READERS
        if name.startswith("write "):
            wanted = MAY[DEEDS[name.removeprefix("write ")].ability]
        elif name == "history interlocutor":
            wanted = {"officer"}
        assert answer.status_code == (200 if role in wanted else 403), name
        if role not in wanted:
            assert answer.content == absent.content, name


@pytest.mark.parametrize("role", [role for role in CAST if role != "officer"])
def test_a_form_of_somebody_who_may_not_changes_nothing(team, ground: Ground, role: str) -> None:
    client = team[role]
    before = Entry.objects.filter(kind=Entry.Kind.CHANGE).count()
    for code, deed in DEEDS.items():
        if role not in MAY[deed.ability]:
            assert client.post(write(ground, code), {"version": 1, "name": "x"}).status_code == 403, code
    assert Entry.objects.filter(kind=Entry.Kind.CHANGE).count() == before


@pytest.mark.parametrize("role", ["commander", "analyst", "assistant", "custodian", "administrator"])
def test_who_describes_nothing_adds_no_presence(team, ground: Ground, role: str) -> None:
    for name in ("new", "import"):
        assert team[role].get(reverse(f"missions:{name}")).status_code == 403
        assert team[role].post(reverse(f"missions:{name}"), {"known": "UNISFA"}).status_code == 403
    assert reverse("missions:import").encode() not in team[role].get("/register/").content


def test_nobody_comes_to_these_pages_without_signing_in(team, ground: Ground) -> None:
    for role in ("nobody", "half", "new", "shut"):
        for path in ("/register/", *addresses(ground).values()):
            assert team[role].get(path).status_code == 302, (role, path)


def test_where_nobody_signs_in_there_is_no_register(ask) -> None:
    for path in ("/register/", "/register/presences/new/", "/register/presences/aaaaaaaaaaaaa/"):
        assert ask(path).status_code == 404, path
    assert b'href="/register/"' not in ask("/").content


@pytest.mark.parametrize("role", CAST)
def test_another_compartment_s_rows_change_no_byte(team, ground: Ground, role: str) -> None:
    client = team[role]
    paths = {"list": "/register/", **addresses(ground)}
    if role == "outsider":
        paths = {name: path for name, path in paths.items() if name != "list"}
    before = {name: untokened(client.get(path).content) for name, path in paths.items()}
    other = team.people["outsider"]
    at = {"by": other, "compartment": team.people.there}
    hidden = actions.add_presence(**at, draft=replace(grounds.PRESENCE, name="Hidden mission"))
    actions.import_presence(**at, known="UNISFA")
    site = actions.place_site(by=other, presence=hidden.pk, draft=grounds.SITE, opened=grounds.OPENED)
    actions.add_population(by=other, presence=hidden.pk, draft=grounds.POPULATION)
    actions.log_activity(by=other, presence=hidden.pk, draft=replace(grounds.ACTIVITY, basis=""))
    actions.record_capacity(by=other, presence=hidden.pk, draft=grounds.CAPACITY, site=site.pk)
    actions.add_calendar_entry(by=other, presence=hidden.pk, draft=grounds.ENTRY)
    actions.log_stopped_task(by=other, presence=hidden.pk, draft=grounds.STOPPED)
    assert {name: untokened(client.get(path).content) for name, path in paths.items()} == before


def test_a_row_of_another_presence_is_not_there(team, ground: Ground) -> None:
    by = team.people["officer"]
    other = actions.add_presence(by=by, compartment=team.people.here, draft=replace(grounds.PRESENCE, key="two"))
    for kind in KINDS.keys() & ground.rows.keys():
        path = reverse("missions:history", args=[other.pk, kind, ground.rows[kind]])
        assert team["officer"].get(path).status_code == 403, kind
    for code, deed in DEEDS.items():
        if deed.target != "presence":
            path = reverse("missions:write-row", args=[other.pk, code, ground.rows[WHAT[deed.target]]])
            assert team["officer"].get(path).status_code == 403, code
            assert (
                team["officer"].get(reverse("missions:write", args=[ground.presence.pk, code])).status_code == 403
            )


def test_names_of_forms_and_histories_that_there_are_not_are_refused(team, ground: Ground) -> None:
    at = [ground.presence.pk]
    for path in (
        reverse("missions:write", args=[*at, "erase"]),
        reverse("missions:write-row", args=[*at, "erase", ground.site.pk]),
        reverse("missions:write-row", args=[*at, "place-site", ground.site.pk]),
        reverse("missions:history", args=[*at, "user", ground.site.pk]),
        reverse("missions:site", args=[*at, 999]),
    ):
        assert team["officer"].get(path).status_code == 403, path


def test_a_form_needs_its_token(team, ground: Ground) -> None:
    client = team["officer"]
    client.handler.enforce_csrf_checks = True
    sent = client.post(write(ground, "add-population"), {"name": "Town", "kind": "settlement", "status": "present"})
    assert sent.status_code == 400 and "not sent from the page" in sent.content.decode()
    assert len(queries.list_populations(by=team.people["officer"], presence=ground.presence.pk)) == 1


def test_reading_pages_take_no_form(team, ground: Ground) -> None:
    for name in PAGES:
        assert team["officer"].post(page(ground, name)).status_code == 405


def test_nothing_is_written_while_a_compartment_is_read_only(team, ground: Ground) -> None:
    set_mode(by=team.people["custodian"], mode=Mode.READ_ONLY, compartment=team.people.here)
    assert team["officer"].get(write(ground, "place-site")).status_code == 403
    shown = team["officer"].get(page(ground, "sites"))
    assert shown.status_code == 200 and b"place-site" not in shown.content


def test_what_is_marked_higher_than_one_reads_is_on_no_page(team, ground: Ground) -> None:
    by, secret = team.people["officer"], Marking.STRICTLY_CONFIDENTIAL
    at = {"by": by, "presence": ground.presence.pk, "marking": secret}
    actions.place_site(**at, draft=replace(grounds.SITE, key="s", name="SECRETSITE"), opened=grounds.OPENED)
    actions.add_population(**at, draft=replace(grounds.POPULATION, name="SECRETTOWN"))
    actions.log_activity(**at, draft=replace(grounds.ACTIVITY, note="SECRETDEED", basis=""))
    actions.add_calendar_entry(**at, draft=replace(grounds.ENTRY, title="SECRETDAY"))
    for role, is_there in (("officer", True), ("adviser", False)):
        text = b"".join(team[role].get(page(ground, name)).content for name in PAGES)
        for word in (b"SECRETSITE", b"SECRETTOWN", b"SECRETDEED", b"SECRETDAY", b"commander of the hills"):
            assert (word in text) is is_there, (role, word)
    assert b"level-2" in team["officer"].get(page(ground, "people")).content
    assert b"level-2" not in team["adviser"].get(page(ground, "people")).content


def test_whatever_is_written_stays_text(team, ground: Ground) -> None:
    by, at = team.people["officer"], {"by": team.people["officer"], "presence": ground.presence.pk}
    site = actions.place_site(
        **at, draft=replace(grounds.SITE, key="n", name=NASTY, note=NASTY), opened=grounds.OPENED
    )
    town = actions.add_population(**at, draft=replace(grounds.POPULATION, name=NASTY, note=NASTY, basis=NASTY))
    actions.add_access(by=by, population=town.pk, draft=replace(grounds.ACCESS, who=NASTY, basis=NASTY))
    actions.record_capacity(**at, draft=replace(grounds.CAPACITY, source=NASTY, note=NASTY, profile=NASTY))
    actions.log_restriction(**at, draft=replace(grounds.RESTRICTION, stops=NASTY, note=NASTY, authority=NASTY))
    actions.log_activity(**at, draft=replace(grounds.ACTIVITY, note=NASTY))
    entry = actions.add_calendar_entry(**at, draft=replace(grounds.ENTRY, title=NASTY, action=NASTY, owner=NASTY))
    actions.log_stopped_task(**at, draft=replace(grounds.STOPPED, task=NASTY, taken_by=NASTY))
    actions.add_mandate_task(**at, draft=actions.TaskDraft(NASTY, NASTY))
    actions.describe_presence(**at, expected_version=1, draft=replace(grounds.PRESENCE, name=NASTY, note=NASTY))
    paths = ["/register/", *(page(ground, name) for name in PAGES)]
    paths += [reverse("missions:site", args=[ground.presence.pk, site.pk])]
    paths += [reverse("missions:population", args=[ground.presence.pk, town.pk])]
    for kind, row in (("site", site), ("population", town), ("entry", entry), ("presence", ground.presence)):
        paths.append(reverse("missions:history", args=[ground.presence.pk, kind, row.pk]))
    paths.append(reverse("missions:write-row", args=[ground.presence.pk, "describe-site", site.pk]))
    for path in paths:
        answer = team["officer"].get(path)
        assert answer.status_code == 200
        assert b"<svg onload" not in answer.content and b"<script" not in answer.content, path
        assert b"&lt;svg onload" in answer.content or path.endswith("/influence/"), path


def test_what_was_sent_is_read_or_refused_beside_its_field_and_kept(team, ground: Ground) -> None:
    client, path = team["officer"], write(ground, "place-site")
    sent = {
        "name": NASTY,
        "key": "a b",
        "kind": "moon",
        "lat": "north",
        "lon": "1e999",
        "status": "open",
        "since": "3 May",
    }
    answer = client.post(path, sent)
    text = answer.content.decode()
    assert answer.status_code == 400
    for name in ("kind", "lat", "since"):
        assert f'id="field-{name}-wrong"' in text and f'href="#field-{name}"' in text, name
    assert 'value="north"' in text and 'value="3 May"' in text and "&lt;svg onload" in text
    answer = client.post(path, sent | {"kind": "base", "lat": "1", "lon": "2", "since": "2026-03-02"})
    assert answer.status_code == 400 and 'id="field-key-wrong"' in answer.content.decode()
    nothing = client.post(path, {})
    assert nothing.status_code == 400 and 'id="field-name-wrong"' in nothing.content.decode()
    long = client.post(
        path, {**sent, "name": "x" * 5000, "kind": "base", "lat": "", "lon": "", "since": "2026-03-02"}
    )
    assert long.status_code == 400
    assert len(queries.list_sites(by=team.people["officer"], presence=ground.presence.pk)) == 1


@pytest.mark.parametrize("text", ["9" * 40, "-1", "1.5", "=1+1", "١٢\u202e"])
def test_what_is_no_number_is_refused(team, ground: Ground, text: str) -> None:
    sent = {"component": "military", "measure": "deployed", "exactness": "exactly", "as_of": "2026-03-02"}
    answer = team["officer"].post(write(ground, "record-capacity"), sent | {"source": "x", "number": text})
    assert answer.status_code == 400 and 'id="field-number-wrong"' in answer.content.decode()


def test_fields_that_a_form_does_not_ask_for_are_passed_over(team, ground: Ground) -> None:
    sent = {
        "name": "Town",
        "kind": "market",
        "status": "present",
        "compartment_id": team.people.there,
        "version": 9,
    }
    assert team["officer"].post(write(ground, "add-population"), sent).status_code == 302
    rows = queries.list_populations(by=team.people["officer"], presence=ground.presence.pk)
    row = next(row for row in rows if row.name == "Town")
    assert (row.compartment_id, row.version) == (team.people.here, 1)


def test_a_site_of_elsewhere_cannot_be_chosen(team, ground: Ground) -> None:
    sent = {"kind": "market", "title": "x", "site": write_reference(999)}
    answer = team["officer"].post(write(ground, "add-entry"), sent)
    assert 'id="field-site-wrong"' in answer.content.decode()


# ------------------------------------------------------------------------------------------------- promises


def test_two_who_write_at_once_lose_nothing(team, ground: Ground) -> None:
    client, path = team["adviser"], write(ground, "describe-population")
    opened = client.get(path).content.decode()
    assert 'name="version" value="1"' in opened
    actions.describe_population(
        by=team.people["officer"], population=ground.rows["population"], expected_version=1,
        draft=replace(grounds.POPULATION, name="Their town"),
    )  # fmt: skip
    mine = {"name": "My town", "kind": "settlement", "status": "present", "note": "typed at length", "version": "1"}
    answer = client.post(path, mine)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Officer wrote at" in text and "Their town" in text
    assert 'value="My town"' in text and "typed at length" in text and 'name="version" value="2"' in text
    assert client.post(path, mine | {"version": "2"}).status_code == 302
    row = queries.list_populations(by=team.people["officer"], presence=ground.presence.pk)[0]
    assert (row.name, row.version) == ("My town", 3)


FILLED = {
    "describe-presence": {"name": "New name", "key": "INVENTED-1", "kind": "SPM_SMALL_FIELD", "hosts": "Chad, XIA",
                          "status": "current", "funding": "mixed", "force_authority": "no", "invented": "on",
                          "protection_mandate": "yes", "mandate_text": "INV/RES/9", "mandate_until": "2030-01-01"},
    "add-task": {"task": "Protect", "text": "INV/RES/9, 3"},
    "place-site": {"name": "South", "key": "south", "kind": "base", "lat": "4,5", "lon": "21.25", "status": "open",
                   "since": "2026-03-02", "source": "daily report", "marking": "2"},
    "describe-site": {"name": "North again", "key": "north", "kind": "airfield"},
    "change-status": {"status": "evacuated", "since": "2026-03-05", "source": "flash report", "note": "at night"},
    "record-capacity": {"component": "police", "measure": "effective", "number": "1 200", "exactness": "about",
                        "as_of": "2026-03-02", "source": "return"},
    "correct-capacity": {"component": "military", "measure": "deployed", "number": "241", "exactness": "exactly",
                         "as_of": "2026-03-02", "source": "return, corrected"},
    "log-restriction": {"kind": "visa", "stops": "two officers", "since": "2026-03-02", "by_whom": "host_state"},
    "describe-restriction": {"kind": "visa", "stops": "three people", "since": "2026-03-02", "by_whom": "unknown"},
    "lift-restriction": {"until": "2026-03-09"},
    "add-population": {"name": "Market", "kind": "market", "status": "seasonal"},
    "describe-population": {"name": "Town", "kind": "settlement", "status": "left"},
    "add-access": {"who": "The river police", "mode": "water", "can_reach": "yes", "minutes_dry": "45"},
    "describe-access": {"mode": "air", "can_reach": "yes", "minutes_wet": "30"},
    "add-interlocutor": {"who": "A chief", "channel": "letter", "who_may_call": "head of office"},
    "describe-interlocutor": {"who": "Another", "channel": "letter", "who_may_call": "head of office"},
    "use-channel": {"day": "2026-03-02"},
    "log-activity": {"code": "A05", "tier": "T1_dialogue_engagement", "phase": "prevention",
                     "component": "civilian", "day": "2026-03-02", "policies": ["hrddp", "agenda_for_protection"]},
    "describe-activity": {"code": "A05", "tier": "T1_dialogue_engagement", "phase": "response",
                          "component": "civilian", "day": "2026-03-02", "basis": "mandate_task"},
    "give-basis": {"basis": "mandate_task"},
    "add-entry": {"kind": "harvest", "title": "Harvest", "from_day": "2026-09-01", "to_day": "2026-10-01",
                  "action": "visit", "owner": "civil affairs", "lead_days": "30"},
    "describe-entry": {"kind": "harvest", "title": "Harvest", "from_day": "2026-09-01", "to_day": "2026-10-01",
                       "action": "visit", "owner": "civil affairs", "lead_days": "60"},
    "finish-entry": {"day": "2026-03-02"},
    "log-stopped": {"task": "Escorts", "day": "2026-03-02", "reason": "staff", "taken_by": "NOBODY"},
    "describe-stopped": {"task": "Escorts", "day": "2026-03-02", "reason": "staff", "taken_by": "UNHCR"},
    "review-stopped": {"after_days": "30", "day": "2026-06-01", "finding": "Fewer come", "as_predicted": "yes"},
    "retire-interlocutor": {},
}  # fmt: skip


def test_every_form_writes_and_says_so_after_a_redirect(team, ground: Ground) -> None:
    client = team["officer"]
    assert {*FILLED, "confirm-mandate"} == set(DEEDS)
    versions = dict.fromkeys(ground.rows, 1)
    filled = {**FILLED, "confirm-mandate": {}}
    for code, sent in filled.items():
        deed = DEEDS[code]
        what = "presence" if deed.target == "presence" else WHAT[deed.target]
        given = dict(sent) | (
            {"compartment": write_reference(ground.influence)} if code == "add-interlocutor" else {}
        )
        answer = client.post(write(ground, code), given | {"version": versions[what]})
        assert answer.status_code == 302, (code, answer.content.decode())
        versions[what] += deed.is_versioned
        after = client.get(answer["Location"])
        done = answer["Location"].partition("done=")[2]
        assert after.status_code == 200 and f'role="status">{RECEIPTS[done]}' in after.content.decode(), code
    assert DEEDS["log-activity"].code + "-warned" in RECEIPTS
    presence = queries.list_presences(by=team.people["officer"])[0]
    assert presence.hosts == ["TCD", "XIA"] and presence.mandate_confirmed_by == team.people["officer"].actor


def test_a_form_that_writes_anew_asks_for_all_that_it_would_otherwise_empty(ground: Ground, team) -> None:
    by = team.people["officer"]
    desk = Desk(REGISTER, None, by, ground.presence, datetime.now(UTC))  # type: ignore[arg-type]
    for code, deed in DEEDS.items():
        if deed.is_versioned and deed.drafts and code != "change-status":
            asked = {item.name for item in deed.questions(desk, ground.presence)}
            assert {item.name for item in fields(deed.drafts["draft"])} <= asked, code


def test_an_activity_without_its_basis_is_kept_with_a_warning_and_asked_for(team, ground: Ground) -> None:
    answer = team["commander"].post(write(ground, "log-activity"), FILLED["log-activity"], follow=True)
    text = answer.content.decode()
    assert (
        str(RECEIPTS["log-activity-warned"]) in text and "The basis is missing" in text and "Give the basis" in text
    )
    assert "1 activity waits for its basis" in team["adviser"].get(page(ground, "presence")).content.decode()


def test_a_mandate_past_its_end_reads_last_known_confirm(team, ground: Ground) -> None:
    by = team.people["officer"]
    draft = replace(grounds.PRESENCE, mandate_text="INV/RES/1", mandate_until=DAY)
    actions.describe_presence(by=by, presence=ground.presence.pk, expected_version=1, draft=draft)
    actions.confirm_mandate(by=by, presence=ground.presence.pk, expected_version=2)
    for path in ("/register/", page(ground, "presence")):
        assert "last known, confirm" in team["analyst"].get(path).content.decode()
    shown = team["analyst"].get(page(ground, "presence")).content.decode()
    assert "Officer" in shown and "confirm-mandate" not in shown
    assert "confirm-mandate" in team["adviser"].get(page(ground, "presence")).content.decode()


def test_an_empty_register_says_what_would_be_here_and_who_adds_it(team) -> None:
    may, may_not = (team[role].get("/register/").content.decode() for role in ("adviser", "analyst"))
    assert "You may add the first one" in may and reverse("missions:import") in may
    assert "ask the custodian" in may_not and reverse("missions:import") not in may_not


def test_the_catalogue_s_presence_comes_with_one_form(team) -> None:
    client, by = team["adviser"], team.people["adviser"]
    assert "MINUSCA" in client.get(reverse("missions:import")).content.decode()
    sent = {"known": "MINUSCA", "compartment": write_reference(team.people.here), "marking": "1"}
    answer = client.post(reverse("missions:import"), sent, follow=True)
    text = answer.content.decode()
    assert str(RECEIPTS["import-presence"]) in text and "What sources say" in text and "Ceiling" in text
    assert (
        str(RECEIPTS["import-presence-again"])
        in client.post(reverse("missions:import"), sent, follow=True).content.decode()
    )
    assert [row.key for row in queries.list_presences(by=by)] == ["MINUSCA"]
    for wrong in ({}, {**sent, "known": "ATLANTIS"}, {**sent, "compartment": write_reference(team.people.there)}):
        assert client.post(reverse("missions:import"), wrong).status_code == 400
    assert client.post(reverse("missions:import"), {**sent, "marking": "2"}).status_code == 400


def test_a_presence_is_added_by_hand(team) -> None:
    client = team["officer"]
    assert client.get(reverse("missions:new")).status_code == 200
    sent = FILLED["describe-presence"] | {"compartment": write_reference(team.people.here), "marking": "1"}
    answer = client.post(reverse("missions:new"), sent, follow=True)
    assert str(RECEIPTS["add-presence"]) in answer.content.decode()
    again = client.post(reverse("missions:new"), sent)
    assert again.status_code == 409 and 'id="field-key-wrong"' in again.content.decode()
    bad = client.post(reverse("missions:new"), sent | {"hosts": "Atlantis", "key": "two"})
    assert bad.status_code == 400 and 'id="field-hosts-wrong"' in bad.content.decode()


def test_a_population_that_nobody_reaches_says_so(team, ground: Ground) -> None:
    actions.add_population(
        by=team.people["officer"], presence=ground.presence.pk, draft=replace(grounds.POPULATION, name="Farm")
    )
    text = team["analyst"].get(page(ground, "people")).content.decode()
    assert text.count("nobody is known to reach them") == 1 and "North base" in text


def test_blanks_of_the_grid_are_shown_as_blanks(team, ground: Ground) -> None:
    text = team["analyst"].get(page(ground, "activities")).content.decode()
    assert text.count('class="held"') == 1 and text.count('class="blank"') > 10 and 'class="shut"' in text
    span = team["analyst"].get(page(ground, "activities") + "?since=2020-01-01&until=2020-02-01").content.decode()
    assert 'class="held"' not in span
    site = f"?site={write_reference(ground.site.pk)}"
    assert 'class="held"' not in team["analyst"].get(page(ground, "activities") + site).content.decode()


@pytest.mark.parametrize("query", ["?since=x", "?since=2026-05-01&until=2026-01-01"])
def test_days_that_cannot_be_read_say_so(team, ground: Ground, query: str) -> None:
    answer = team["analyst"].get(page(ground, "activities") + query)
    assert answer.status_code == 200 and 'role="alert"' in answer.content.decode()


def test_a_history_says_who_wrote_what_and_what_was_there_before(team, ground: Ground) -> None:
    by = team.people["adviser"]
    draft = actions.StatusDraft("evacuated", days(5), "flash report")
    actions.change_status(by=by, site=ground.site.pk, expected_version=1, draft=draft)
    path = reverse("missions:history", args=[ground.presence.pk, "site", ground.site.pk])
    text = team["analyst"].get(path).content.decode()
    assert "Adviser" in text and "Officer" in text and "Evacuated" in text and "Open" in text
    access = reverse("missions:history", args=[ground.presence.pk, "access", ground.rows["access"]])
    assert "North base" in team["analyst"].get(access).content.decode()


def fill(ground: Ground, first: int, last: int) -> None:
    """Rows of every kind, numbered so."""
    by = ground.people["officer"]
    for number in range(first, last):
        at = {"by": by, "presence": ground.presence.pk}
        site = actions.place_site(**at, draft=replace(grounds.SITE, key=f"s{number}"), opened=grounds.OPENED)
        town = actions.add_population(**at, draft=replace(grounds.POPULATION, name=f"Town {number}"))
        actions.add_access(by=by, population=town.pk, draft=grounds.ACCESS, site=site.pk)
        actions.record_capacity(**at, draft=replace(grounds.CAPACITY, number=number), site=site.pk)
        actions.log_restriction(**at, draft=grounds.RESTRICTION, site=site.pk)
        actions.log_activity(**at, draft=replace(grounds.ACTIVITY, basis=""), site=site.pk)
        actions.add_calendar_entry(**at, draft=grounds.ENTRY, site=site.pk)
        stopped = actions.log_stopped_task(**at, draft=grounds.STOPPED, site=site.pk)
        actions.review_stopped_task(by=by, stopped=stopped.pk, draft=grounds.REVIEW)
        actions.add_interlocutor(**at, compartment=ground.influence, draft=grounds.INTERLOCUTOR)
        actions.add_mandate_task(**at, draft=actions.TaskDraft("Protect", "INV/RES/1, 3"))
        draft = replace(grounds.PRESENCE, key=f"P-{number}", name=f"Presence {number}")
        actions.add_presence(by=by, compartment=ground.people.here, draft=draft)


def count_questions(team, ground: Ground) -> dict[str, int]:
    counted = {}
    for name, path in {"list": "/register/", **addresses(ground)}.items():
        client = team["officer"]
        client.get(path)  # a session that was used this minute is written once only
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        counted[name] = len(asked)
    return counted


def test_a_hundred_rows_take_as_many_questions_as_ten(team, ground: Ground) -> None:
    fill(ground, 0, 9)
    few = count_questions(team, ground)
    fill(ground, 9, 99)
    assert count_questions(team, ground) == few
    assert max(few.values()) < 120


def test_numbers_of_rows_stand_in_no_address(team, ground: Ground) -> None:
    for number in (1, 2, 3, 10**12, 2**63 - 1):
        assert read_reference(write_reference(number)) == number
    assert read_reference("a" * 12 + "1") == 0 and read_reference("é" * 13) == 0
    assert write_reference(1)[:6] != write_reference(2)[:6]
    text = "".join(team["officer"].get(page(ground, name)).content.decode() for name in PAGES)
    assert not re.search(r'href="/register/[^"]*/\d+/', text)


def test_every_page_is_without_script_and_says_its_marking(team, ground: Ground) -> None:
    for path in ("/register/", *addresses(ground).values()):
        answer = team["officer"].get(path)
        text = answer.content.decode()
        assert "<script" not in text and " style=" not in text and " onclick" not in text
        assert text.count('class="bar level-') == 2
        assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_every_status_of_a_site_has_its_day_in_the_list_of_pages(team, ground: Ground) -> None:
    text = team["analyst"].get(reverse("missions:site", args=[ground.presence.pk, ground.site.pk])).content.decode()
    assert "2026-03-02" in text and "daily report" in text
    assert models.SiteState.OPEN.label in text
