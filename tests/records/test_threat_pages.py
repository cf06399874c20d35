"""The pages of the threat register: who is refused first, then what they promise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from cast import Cast
from django.urls import reverse
from incident_ground import TODAY, Ground, in_days, make_ground
from page_ground import ROLES, browser_of, open_home, stranger, without_once
from test_threats import GIVEN

from tutela.kernel.markings import Marking
from tutela.records.accounts.actions import Grant, admit, create_user
from tutela.records.accounts.roles import Role
from tutela.records.incidents.actions.threats import Source, add_source, assess_threat, judge_host_intent
from tutela.records.incidents.models import HostIntent, Threat, ThreatReview, ThreatSource
from tutela.records.ledger.acts import acting
from tutela.records.missions.models import Presence
from tutela.web.shared.references import write_reference

FIRST, LIST, NEW = "/threats/", "/threats/all/", "/threats/new/"
SECRET_WORDS = "It looks away on purpose"
SENT = {
    "title": "Raids on the <b>market</b> road", "level": "tactical", "area": "Invented district",
    "from_day": TODAY.isoformat(), "group_1": "Traders", "low_1": "200", "high_1": "400", "gender_1": "women",
    "age_1": "adults", "harms": ["abducted", "killed"], "perpetrator": "non_state", "intent": "4",
    "capability": "3",
    "likelihood": "4", "impact": "5", "confidence": "medium", "owner": "Protection adviser",
    "would_change": "A week without a raid", "review_date": in_days(14).isoformat(),
}  # fmt: skip
REVIEW = {
    "do": "review", "likelihood": "2", "impact": "5", "intent": "2", "capability": "3", "confidence": "high",
    "status": "active", "review_date": in_days(30).isoformat(), "note": "Quieter",
}  # fmt: skip
SOURCE = {
    "do": "source",
    "says": "contradicts",
    "source_grade": "B",
    "information_grade": "3",
    "note": "Calm",
}


@pytest.fixture
def ground(people: Cast) -> Iterator[Ground]:
    with open_home():
        yield make_ground(people)


def add_secret(ground: Ground) -> None:
    """An adviser who reads what is strictly confidential."""
    people = ground.people
    people.users["secret"] = create_user(
        by=people["administrator"], email="secret@invented.example", name="Secret adviser"
    )
    grant = Grant(Role.PROTECTION_ADVISER, Marking.STRICTLY_CONFIDENTIAL, "judges it")
    admit(by=people["custodian"], compartment=people.here, user=people.users["secret"], grant=grant)


def register(ground: Ground, **changed) -> Threat:
    return assess_threat(
        by=ground.people["adviser"], presence=ground.presence, assessment=replace(GIVEN, **changed)
    )


def rows(ground: Ground, model, name: str = "adviser"):
    with acting(ground.people[name], "test"):
        return list(model.visible_to(ground.people[name]).order_by("pk"))


def page(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def kit(ground: Ground) -> dict[str, str]:
    row = register(ground)
    return {
        "first": FIRST,
        "list": LIST,
        "new": NEW,
        **{name: reverse(f"threats:{name}", args=[row.pk]) for name in ("threat", "revise", "intent")},
    }


# ------------------------------------------------------------------------------------------------- refusals

READING = {
    "first": "200 200 200 200 200 200 200 200",
    "list": "200 200 200 200 200 200 200 200",
    "new": "200 200 403 200 403 403 403 403",
    "threat": "200 200 200 200 403 403 403 403",
    "revise": "200 200 403 200 403 403 403 403",
    "intent": "200 403 403 403 403 403 403 403",
}
"""officer, adviser, commander, analyst, assistant, custodian, administrator, outsider."""


def test_nobody_comes_in_anywhere(ground: Ground) -> None:
    for name, path in kit(ground).items():
        assert stranger().get(path).status_code == 302
        assert stranger().post(path).status_code == (405 if name in ("first", "list") else 302)


@pytest.mark.parametrize("name", READING)
def test_each_page_opens_to_whom_the_table_says(ground: Ground, name: str) -> None:
    path = kit(ground)[name]
    found = [browser_of(ground.people, role).get(path).status_code for role in ROLES]
    assert " ".join(map(str, found)) == READING[name]


def test_the_table_holds_every_route() -> None:
    from tutela.web.threats.urls import urlpatterns

    assert {item.name for item in urlpatterns} == set(READING)


@pytest.mark.parametrize("role", ["commander", "assistant", "custodian", "administrator", "outsider"])
def test_a_form_of_somebody_who_may_not_assess_changes_nothing(ground: Ground, role: str) -> None:
    paths, client = kit(ground), browser_of(ground.people, role)
    assert client.post(NEW, SENT).status_code == 403
    for sent in (REVIEW, SOURCE, {"do": "close", "note": "x"}):
        assert client.post(paths["threat"], {"version": "1", **sent}).status_code == 403
    assert client.post(paths["revise"], {"version": "1", **SENT}).status_code == 403
    assert client.post(paths["intent"], {"words": "x", "grade_of_intent": "1"}).status_code == 403
    assert len(rows(ground, Threat)) == len(rows(ground, ThreatReview)) == 1 and not rows(ground, ThreatSource)


@pytest.mark.parametrize("role", ["assistant", "custodian", "administrator", "outsider"])
def test_a_threat_of_others_and_one_that_is_not_there_answer_alike(ground: Ground, role: str) -> None:
    paths, client = kit(ground), browser_of(ground.people, role)
    for name in ("threat", "revise", "intent"):
        absent = re.sub(r"[a-z2-7]{13}", write_reference(987_654_321), paths[name])
        for send in (client.get, client.post):
            assert send(paths[name]).content == send(absent).content


def test_what_the_host_intends_is_on_no_page_but_its_own_and_leaves_no_trace_elsewhere(ground: Ground) -> None:
    add_secret(ground)
    paths = kit(ground) | {"watch": "/watch/", "register": "/register/"}
    paths["site"] = reverse("missions:site", args=[ground.presence, ground.site])
    open_to = ("first", "list", "threat", "watch", "register", "site")
    clients = {name: browser_of(ground.people, name) for name in ("adviser", "commander", "analyst", "secret")}

    def look() -> dict[tuple[str, str], bytes]:
        return {
            (role, name): without_once(client.get(paths[name]).content)
            for role, client in clients.items()
            for name in open_to
        }

    before = look()
    threat = rows(ground, Threat)[0]
    judge_host_intent(by=ground.people["secret"], threat=threat.pk, words=SECRET_WORDS, grade_of_intent=1)
    assert look() == before
    for role in ("adviser", "commander", "analyst"):
        assert clients[role].get(paths["intent"]).status_code == 403
        assert paths["intent"] not in page(clients[role], paths["threat"])
    text = page(clients["secret"], paths["intent"])
    assert SECRET_WORDS in text and "Strictly confidential" in text
    assert paths["intent"] in page(clients["secret"], paths["threat"])


def test_two_registers_that_differ_only_outside_my_compartments_answer_byte_for_byte_alike(ground: Ground) -> None:
    paths = kit(ground)
    clients = {role: browser_of(ground.people, role) for role in ("adviser", "assistant", "administrator")}

    def look() -> dict[tuple[str, str], bytes]:
        return {
            (role, name): without_once(client.get(path).content)
            for role, client in clients.items()
            for name, path in paths.items()
        }

    before = look()
    people = ground.people
    with acting(people["outsider"], "test"):
        common = {"compartment_id": people.there, "marking": 0}
        other = Presence(key="other", name="A presence elsewhere", kind="SPM_FIELD_MULTIDIM", **common)
        other.save()
        for number in range(3):
            Threat(
                presence_id=other.pk, title=f"Elsewhere {number}", level="tactical", area="x", from_day=TODAY,
                capability=3, intent=3, likelihood=4, impact=5, confidence="low", owner="x",
                review_date=TODAY - timedelta(days=9), recorded_by="x", **common,
            ).save()  # fmt: skip
    assert look() == before


def test_bad_input_stands_beside_its_field_and_nothing_is_kept(ground: Ground) -> None:
    client = browser_of(ground.people, "adviser")
    bad = {
        "level": "cosmic", "likelihood": "6", "low_1": "many", "from_day": "soon", "lat": "north",
        "perpetrator": "un_or_un_supported", "population": write_reference(77), "title": "x" * 500,
        "review_date": "",
    }  # fmt: skip
    for name, value in bad.items():
        answer = client.post(NEW, SENT | {name: value})
        assert answer.status_code == 400, name
        assert f'href="#assess-{name}"' in answer.content.decode(), name
    for sent in ({"low_1": "9", "high_1": "3"}, {"group_1": ""}, {"lat": "4.5"}, {"radius_km": "-3"},
                 {"to_day": "2001-01-01"}):  # fmt: skip
        answer = client.post(NEW, SENT | sent)
        assert answer.status_code == 400 and "Raids on the &lt;b&gt;market" in answer.content.decode()
    assert not rows(ground, Threat)
    for query in ("?level=cosmic", "?likelihood=9&impact=1", "?status=nonsense"):
        assert client.get(LIST + query).status_code == 400


def test_forms_of_no_page_and_late_reviews_are_refused(ground: Ground) -> None:
    path, client = kit(ground)["threat"], browser_of(ground.people, "adviser")
    assert client.post(path, {"do": "anything"}).status_code == 400
    assert client.post(path, REVIEW | {"version": "1", "review_date": TODAY.isoformat()}).status_code == 400
    assert client.post(path, {"do": "close", "version": "1", "note": ""}).status_code == 400
    assert client.post(path, SOURCE | {"source_grade": "Z"}).status_code == 400


# ------------------------------------------------------------------------------------------------- promises


def test_a_threat_is_registered_once_and_stands_in_the_matrix_and_its_list(ground: Ground) -> None:
    client = browser_of(ground.people, "adviser")
    form = page(client, NEW)
    submission = re.search(r'name="submission" value="(\w+)"', form)[1]
    answers = [client.post(NEW, SENT | {"submission": submission}) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {302} and len(rows(ground, Threat)) == 1
    assert len(rows(ground, ThreatReview)) == 1
    text = page(client, answers[0]["Location"])
    for said in ("The threat is on the register", "Traders", "200–400", "women and girls, adults", "A week without",
                 "People killed, People abducted", "4 likely", "5 catastrophic", "Protection adviser"):  # fmt: skip
        assert said in text, said
    assert "&lt;b&gt;market" in text and "<b>market" not in text
    matrix = page(client, FIRST)
    cell = re.search(r'<td class="grave"><a href="([^"]+)" aria-label="1 threat: likelihood 4 likely', matrix)[1]
    assert "Raids on the" in page(client, cell.replace("&amp;", "&"))
    assert "Raids on the" not in page(client, LIST + "?likelihood=1&impact=1")
    assert "Raids on the" not in page(client, LIST + "?level=strategic")


def test_reports_that_contradict_stand_beside_those_that_support_with_both_grades(ground: Ground) -> None:
    row, client = register(ground), browser_of(ground.people, "analyst")
    path = reverse("threats:threat", args=[row.pk])
    add_source(
        by=ground.people["adviser"],
        threat=row.pk,
        source=Source(source_grade="A", information_grade=2, says="supports"),
    )
    submission = re.search(r'name="submission" value="(\w+)"', page(client, path))[1]
    for _ in range(2):
        assert client.post(path, SOURCE | {"submission": submission}).status_code == 302
    assert len(rows(ground, ThreatSource)) == 2
    text = page(client, path)
    supports, contradicts = text.split("Contradicts <span")
    assert "A completely reliable" in supports and "2 probably true" in supports
    assert "B usually reliable" in contradicts and "3 possibly true" in contradicts and "Calm" in contradicts


def test_a_review_moves_it_and_what_it_was_before_stays(ground: Ground) -> None:
    row, client = register(ground), browser_of(ground.people, "adviser")
    path = reverse("threats:threat", args=[row.pk])
    assert client.post(path, REVIEW | {"version": "1"}).status_code == 302
    late = client.post(path, REVIEW | {"version": "1", "likelihood": "5"})
    text = late.content.decode()
    assert late.status_code == 409 and "Somebody changed this after you opened it" in text
    assert "Now in the register:" in text and "2 unlikely" in text
    text = page(client, path)
    assert [review.likelihood for review in rows(ground, ThreatReview)] == [4, 2] and "Quieter" in text
    assert client.post(path, {"do": "close", "version": "2", "note": "They left"}).status_code == 302
    assert "They left" in page(client, path) and "Raids" not in page(client, LIST)
    assert "Raids" in page(client, LIST + "?status=closed")


def test_a_threat_is_written_anew_with_every_group_that_it_has(ground: Ground) -> None:
    groups = tuple({"group": f"Group {number}", "low": 1, "high": 2, "gender": "men"} for number in range(4))
    row, client = register(ground, civilians=groups), browser_of(ground.people, "adviser")
    path = reverse("threats:revise", args=[row.pk])
    assert 'value="Group 3"' in page(client, path)
    sent = SENT | {"version": "1", "group_1": "Drivers", "group_2": "Group 1", "gender_2": "men"}
    assert client.post(path, sent).status_code == 302
    kept = rows(ground, Threat)[0]
    assert [group["group"] for group in kept.civilians] == ["Drivers", "Group 1"] and kept.would_change


def test_what_the_host_intends_is_judged_once_and_then_changed_only_as_it_was_read(ground: Ground) -> None:
    add_secret(ground)
    path = reverse("threats:intent", args=[register(ground).pk])
    client = browser_of(ground.people, "secret")
    sent = {"words": SECRET_WORDS, "grade_of_intent": "1", "version": "0"}
    assert client.post(path, sent).status_code == 302
    again = client.post(path, sent | {"words": "Another"})
    assert again.status_code == 409 and SECRET_WORDS in again.content.decode()
    assert client.post(path, sent | {"words": "Another", "version": "1"}).status_code == 302
    assert [row.text for row in rows(ground, HostIntent, "secret")] == ["Another"]


def test_overdue_reviews_stand_on_the_matrix_and_on_the_first_page_of_a_shift(ground: Ground) -> None:
    register(ground, title="Old fear", review_date=TODAY - timedelta(days=3))
    for role in ("adviser", "commander"):
        for path in (FIRST, "/watch/"):
            assert "Old fear" in page(browser_of(ground.people, role), path)
    for path in (FIRST, "/watch/"):
        assert "Old fear" not in page(browser_of(ground.people, "assistant"), path)


def test_an_empty_register_does_not_say_that_nothing_threatens(ground: Ground) -> None:
    assert "does not say that nothing threatens" in page(browser_of(ground.people, "adviser"), FIRST)
