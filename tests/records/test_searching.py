"""Search: by beginnings, without accents, in three scripts; and nothing of what one may not read, in no way."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from cast import Cast
from django.db.models import F
from incident_ground import NOW, Ground, hand_in, make_ground, open_incident
from page_ground import browser_of, open_home, stranger, without_once

from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.kernel.searching import fold, split_words
from tutela.records.incidents import searching
from tutela.records.incidents.models import Incident
from tutela.records.incidents.searching import KINDS, search
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
            compartment_id=ground.people.there, marking=0, key="far", name="Far mission", kind="SPM_SMALL_FIELD",
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


def search_slowly(ground: Ground, words: str) -> list[tuple[str, int]]:
    """The obvious search: every row that they may read, folded as it is read, word by word."""
    found = []
    wanted, adviser = split_words(words), ground.people["adviser"]
    for kind in KINDS:
        with acting(adviser, "test"):  # PostgreSQL's second wall asks who reads
            rows = list(kind.model.visible_to(adviser).filter(kind.only).order_by("-pk"))
        hits = []
        for row in rows:
            words_of_row = [word for column in kind.columns for word in _every_word(getattr(row, column))]
            if all(any(word.startswith(start) for word in words_of_row) for start in wanted):
                rank = 0 if words_of_row[0].startswith(wanted[0]) else 1
                hits.append((rank, -row.pk))
        found += [(kind.code, -key) for _rank, key in sorted(hits)]
    return found


def _every_word(text: str) -> list[str]:
    return [word for word in re.split(r"[^\w]+", fold(text)) if word]


WORDS = (
    "ford",
    "Fôrd",
    "forded",
    "a_b",
    "50%",
    "%",
    "السُّوقِ",
    "سوق",
    "Straße",
    "STRASSE",
    "ΣΑΣ",
    "œuf",
    "\\x",
    "old mill",
)


def test_the_fast_search_finds_what_the_slow_one_finds(ground: Ground) -> None:
    dice = random.Random(7)
    titles = [" ".join(dice.choices(WORDS, k=dice.randint(1, 3))) for _ in range(60)]
    add(ground, *titles)
    for asked in (*WORDS, "fo", "ford mill", "mill ford", "s st", "ο", "_", "x"):
        if not split_words(asked):
            continue
        hits = search(by=ground.people["adviser"], words=asked).found
        assert [(hit.kind, hit.key) for hit in hits] == search_slowly(ground, asked)[: len(hits)], asked
        assert len(hits) == min(searching.MOST_SHOWN, len(search_slowly(ground, asked))), asked


def test_a_row_is_found_by_what_stands_in_it_after_every_way_of_writing_it(ground: Ground) -> None:
    officer = ground.people["officer"]
    add(ground, "Old ford", "Old mill", "Old ferry")
    rows = Incident.visible_to(officer).filter(title__startswith="Old")
    with acting(officer, "test"):
        assert rows.update(place="Riverside") == 3
        assert Incident.visible_to(officer).filter(title="Old mill").update(title="New mill") == 1
        with pytest.raises(TypeError, match="searched"):
            rows.update(title=F("place"))
    assert find(ground, "riverside ferry") == [("incident", "Old ferry")]
    assert find(ground, "new riverside") == [("incident", "New mill")]
    assert find(ground, "old mill") == []
    with acting(officer, "test"):
        row = Incident.visible_to(officer).get(title="Old ford")
        row.title, row.words = "Shallow water", " what somebody set"
        row.save()
    assert find(ground, "shallow") == [("incident", "Shallow water")]
    assert find(ground, "somebody") == []


def test_the_words_are_no_part_of_the_ledger(ground: Ground) -> None:
    add(ground, "Marché brûlé")
    written = repr(list(Content.objects.values_list("body", flat=True)))
    assert "Marché" in written or "March\\u00e9" in written
    assert "marche brule" not in written


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_the_words_are_those_of_the_columns_that_are_searched(kind: searching.Kind) -> None:
    assert kind.model._meta.get_field("words").columns == kind.columns
