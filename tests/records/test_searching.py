"""Search: by beginnings, without accents, in three scripts; and nothing of what one may not read, in no way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from cast import Cast
from incident_ground import NOW, Ground, hand_in, make_ground, open_incident
from page_ground import browser_of, open_home, stranger, without_once

from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.records.incidents import searching
from tutela.records.incidents.models import Incident
from tutela.records.incidents.searching import fold, search
from tutela.records.ledger.acts import acting
from tutela.records.ledger.models import Content, Entry
from tutela.records.missions.models import Population, Presence
from tutela.web.shared.references import write_reference


@pytest.fixture
def ground(people: Cast) -> Ground:
    return make_ground(people)


@pytest.fixture
def home(ground: Ground) -> Iterator[Ground]:
    with open_home():
        yield ground


def find(ground: Ground, words: str, name: str = "adviser", **more: object) -> list[tuple[str, str]]:
    return [(hit.kind, hit.text) for hit in search(by=ground.people[name], words=words, **more).found]


def add(ground: Ground, *titles: str, marking: int = 0, compartment: int | None = None, presence: int = 0) -> None:
    rows = [
        Incident(
            compartment_id=compartment or ground.people.here, marking=marking, title=title, what="killed",
            presence_id=presence or ground.presence, happened_at=NOW - timedelta(minutes=index),
        )
        for index, title in enumerate(titles)
    ]  # fmt: skip
    actor = "outsider" if compartment else "officer"
    with acting(ground.people[actor], "test"):
        Incident.objects.bulk_create(rows, batch_size=500)


def add_other_presence(ground: Ground) -> int:
    with acting(ground.people["outsider"], "test"):
        row = Presence(
            compartment_id=ground.people.there, marking=0, key="far", name="Far mission", kind="SPM_FIELD",
            force_authority="no",
        )  # fmt: skip
        row.save()
    return row.pk


@pytest.mark.parametrize("words", ["", "  ", "?!", "a b c d e f g", "x" * 101])
def test_what_is_no_search_is_refused(ground: Ground, words: str) -> None:
    with pytest.raises(Problem):
        find(ground, words)


def test_nobody_searches_a_presence_that_they_do_not_read(ground: Ground) -> None:
    messages = set()
    for number in (ground.presence, 10**9):
        with pytest.raises(Problem) as refusal:
            find(ground, "invented", "outsider", presence=number)
        messages.add(str(refusal.value))
    assert len(messages) == 1
    assert find(ground, "invented", "administrator") == []


def test_every_kind_is_found_by_the_beginnings_of_its_words(ground: Ground) -> None:
    open_incident(ground, summary="Seen near the old mill")
    assert find(ground, "inv miss") == [("presence", "Invented mission")]
    assert find(ground, "INVENTED tow") == [("population", "Invented town")]
    assert ("site", "Invented base") in find(ground, "base")
    assert find(ground, "abduct ford", kind="incident") == [("incident", "Abducted at the ford")]
    assert find(ground, "mill") == [("report", "Seen near the old mill")]
    assert find(ground, "ord") == []
    assert find(ground, "abducted mill") == []


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Évacuation à Bria-Ouest", "evac bria"),
        ("Attaque du marché", "MARCHE"),
        ("هجوم على السُّوقِ القديم", "السوق"),
        ("قاعدة إدارية", "قاعده اداريه"),
        ("Žena na cestě", "zena ceste"),
        ("Straße gesperrt", "strasse"),
    ],
)
def test_accents_vowel_marks_and_spellings_need_not_be_written(ground: Ground, title: str, words: str) -> None:
    add(ground, title)
    assert find(ground, words, kind="incident") == [("incident", title)]
    assert find(ground, fold(title), kind="incident") == [("incident", title)]


def test_what_begins_with_the_words_comes_first_and_then_the_newest(ground: Ground) -> None:
    add(ground, "Market burnt", "At the market", "Market closed")
    assert [text for _, text in find(ground, "market")] == ["Market closed", "Market burnt", "At the market"]


def test_merged_and_removed_incidents_are_not_found(ground: Ground) -> None:
    add(ground, "Standing ford", "Moved ford")
    with acting(ground.people["officer"], "test"):
        Incident.visible_to(ground.people["officer"]).filter(title="Moved ford").update(left=True)
    assert find(ground, "ford") == [("incident", "Standing ford")]


def test_rows_beyond_ones_level_and_compartments_change_no_byte(home: Ground) -> None:
    add(home, "Ford")
    client = browser_of(home.people, "outsider")
    low = browser_of(home.people, "commander")
    levels = home.people["commander"].levels[home.people.here]
    before = [without_once(who.post("/search/", {"words": "ford"}).content) for who in (client, low)]
    far = add_other_presence(home)
    add(home, *["Ford again"] * 60, marking=int(Marking.STRICTLY_CONFIDENTIAL))
    assert levels < Marking.STRICTLY_CONFIDENTIAL
    assert without_once(low.post("/search/", {"words": "ford"}).content) == before[1]
    assert b"Ford" not in before[0]
    add(home, "Ford of others", compartment=home.people.there, presence=far)
    assert without_once(low.post("/search/", {"words": "ford"}).content) == before[1]
    assert b"Ford of others" in client.post("/search/", {"words": "ford"}).content


def test_the_ledger_holds_that_somebody_searched_and_never_the_words(ground: Ground) -> None:
    find(ground, "Jonathan Nobodyknown")
    find(ground, "nobodyknown JONATHAN")
    entries = list(Entry.objects.filter(operation="search", subject_table="incidents_search"))
    assert len(entries) == 2
    assert {entry.actor for entry in entries} == {ground.people["adviser"].actor}
    assert len({entry.subject for entry in entries}) == 1
    written = repr([entry.__dict__ for entry in Entry.objects.all()]) + repr(list(Content.objects.values("body")))
    assert "nobodyknown" not in written.lower()


def test_what_was_not_read_is_said(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MOST_READ", 5)
    monkeypatch.setattr(searching, "MOST_SHOWN", 3)
    add(ground, "Oldest ford", *["Newer ford"] * 5)
    found = search(by=ground.people["adviser"], words="ford")
    assert found.unread == ("incident",)
    assert found.cut == ("incident",)
    assert [hit.text for hit in found.found] == ["Newer ford"] * 3


def test_the_page_finds_by_keyboard_forms_and_leads_on(home: Ground) -> None:
    row = hand_in(home, summary="Seen <b>near</b> the mill")
    client = browser_of(home.people, "adviser")
    assert client.get("/search/").status_code == 200
    page = client.post("/search/", {"words": "mill"}).content.decode()
    assert f"/watch/reports/{write_reference(row.pk)}/" in page
    assert "<b>near" not in page
    assert client.post("/search/", {"words": " "}).status_code == 400
    assert "mill" not in client.get("/search/?words=mill").content.decode()
    assert stranger().post("/search/", {"words": "mill"}).status_code == 302


def test_a_population_of_another_level_is_not_hinted_at(ground: Ground) -> None:
    with acting(ground.people["officer"], "test"):
        Population(
            compartment_id=ground.people.here, marking=2, presence_id=ground.presence, name="Hidden hamlet",
            kind="settlement",
        ).save()  # fmt: skip
    assert find(ground, "hidden", "officer") == [("population", "Hidden hamlet")]
    assert find(ground, "hidden", "commander") == []
