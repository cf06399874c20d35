"""The map: what stands on it, for whom how exactly, and that nothing beside one's own changes a byte of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import h3
import pytest
from cast import Cast
from incident_ground import NOW, Ground, hand_in, make_ground, open_incident
from page_ground import browser_of, open_home, stranger, without_once

from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.records.accounts.actions import Grant, admit, create_user
from tutela.records.accounts.roles import Role
from tutela.records.incidents.fields import Where
from tutela.records.incidents.mapping import COARSE, MOST_SIGNS, Wanted, coarsen, map_of, map_signs
from tutela.records.incidents.models import Incident
from tutela.records.ledger.acts import acting
from tutela.records.missions.models import Presence
from tutela.web.shared.references import write_reference


@pytest.fixture
def ground(people: Cast) -> Ground:
    return make_ground(people)


@pytest.fixture
def home(ground: Ground) -> Iterator[Ground]:
    with open_home():
        yield ground


def add_reader(people: Cast, name: str, level: Marking) -> None:
    people.users[name] = create_user(by=people["administrator"], email=f"{name}@invented.example", name=name)
    grant = Grant(Role.ANALYST, level, "reads there")
    admit(by=people["custodian"], compartment=people.here, user=people.users[name], grant=grant)


def add_many(ground: Ground, number: int, status: str = "alleged", marking: int = 0) -> None:
    rows = [
        Incident(
            compartment_id=ground.people.here, marking=marking, presence_id=ground.presence, title="Invented",
            what="killed", happened_at=NOW - timedelta(minutes=index), lat=5 + index % 50 / 25,
            lon=25 + index % 53 / 25, precision="settlement", status=status,
        )
        for index in range(number)
    ]  # fmt: skip
    with acting(ground.people["adviser"], "test"):
        Incident.objects.bulk_create(rows, batch_size=500)


def view(ground: Ground, name: str = "adviser", **wanted: object):
    return map_of(by=ground.people[name], presence=ground.presence, wanted=Wanted(**wanted))


def test_nobody_maps_a_presence_that_they_do_not_read(ground: Ground) -> None:
    for name in ("outsider", "administrator"):
        with pytest.raises(Problem, match="do not include") as one:
            view(ground, name)
        with pytest.raises(Problem) as other:
            map_signs(by=ground.people[name], presence=10**9, wanted=Wanted())
        assert str(one.value) == str(other.value)


def test_every_incident_is_on_the_map_or_left_out_by_name(ground: Ground) -> None:
    open_incident(ground)
    open_incident(ground, where=Where(name="Nowhere known"))
    add_many(ground, 3, status="rejected")
    found = view(ground)
    assert [sign.title for sign in found.signs] == ["Abducted at the ford"]
    assert found.accounting.as_json() == {
        "step": "map", "input": 5, "placed": 1, "excluded": {"no point is known": 1, "rejected": 3},
    }  # fmt: skip
    assert len(view(ground, status="rejected").signs) == 3
    assert {site.name for site in found.sites} == {"Invented base"}
    assert {row.name for row in found.populations} == {"Invented town", "Invented camp"}


def test_filters_hold_days_kind_and_part_of_the_earth(ground: Ground) -> None:
    open_incident(ground)
    assert not view(ground, what="killed").signs
    assert not view(ground, until=NOW - timedelta(days=3)).signs
    assert len(view(ground, box=(24.9, 4.9, 25.1, 5.1)).signs) == 1
    assert not view(ground, box=(26.0, 4.9, 27.0, 5.1)).signs
    assert len(view(ground, box=(24.0, 4.0, -170.0, 6.0)).signs) == 1
    for wrong in ({"what": "nonsense"}, {"status": "nonsense"}, {"since": NOW, "until": NOW}):
        with pytest.raises(Problem):
            view(ground, **wrong)


def test_a_reader_of_unclassified_rows_gets_the_middle_of_a_hexagon_and_nothing_more_exact(home: Ground) -> None:
    add_many(home, 1)
    add_reader(home.people, "low", Marking.UNCLASSIFIED)
    exact, coarse = view(home), view(home, "low")
    assert (exact.is_coarse, coarse.is_coarse) == (False, True)
    sign = coarse.signs[0]
    assert (sign.lat, sign.lon) == coarsen(5, 25)
    assert h3.latlng_to_cell(sign.lat, sign.lon, COARSE) == h3.latlng_to_cell(5, 25, COARSE)
    assert all((row.lat, row.lon) == coarsen(row.lat, row.lon) for row in coarse.populations)
    assert (coarse.sites[0].lat, coarse.sites[0].lon) == (5.0, 25.0)
    page = browser_of(home.people, "low").get("/map/").content.decode()
    assert "Places are shown coarsely" in page
    assert "5.000, 25.000" not in page
    assert "Places are shown coarsely" not in browser_of(home.people, "adviser").get("/map/").content.decode()


def test_many_incidents_become_hexagons_whose_counts_lose_nobody(ground: Ground) -> None:
    add_many(ground, MOST_SIGNS + 400)
    add_many(ground, 100, status="verified")
    found = view(ground)
    assert found.hexagons is not None
    assert len(found.signs) <= MOST_SIGNS
    assert sum(sign.number for sign in found.signs) == MOST_SIGNS + 500 == found.accounting.placed
    assert sum(sign.number for sign in found.signs if sign.status == "verified") == 100
    assert {sign.incident for sign in found.signs} == {None}
    near, resolution = map_signs(
        by=ground.people["adviser"], presence=ground.presence, wanted=Wanted(box=(24.9, 4.9, 25.5, 5.5))
    )
    assert resolution is None
    assert all(4.9 <= sign.lat <= 5.5 and 24.9 <= sign.lon <= 25.5 for sign in near)


def test_what_lies_beyond_ones_compartments_and_level_changes_no_byte(home: Ground) -> None:
    open_incident(home)
    add_reader(home.people, "low", Marking.UNCLASSIFIED)
    paths = ["/map/", "/map/points.json", "/map/points.json?box=24,4,26,6", "/map/?since=&km=100"]
    clients = {name: browser_of(home.people, name) for name in ("low", "outsider")}
    before = {(name, path): without_once(clients[name].get(path).content) for name in clients for path in paths}
    add_many(home, 40, marking=1)
    chief = home.people["outsider"]
    with acting(chief, "test"):
        other = Presence(
            compartment_id=home.people.there, marking=0, key="other", name="Other", kind="SPM_FIELD",
            force_authority="no",
        )  # fmt: skip
        other.save()
    for path in paths:
        assert without_once(clients["low"].get(path).content) == before["low", path], path
    assert b"Other" in clients["outsider"].get("/map/").content


def test_not_there_and_not_yours_are_one_answer(home: Ground) -> None:
    client = browser_of(home.people, "outsider")
    for path in ("/map/", "/map/points.json"):
        answers = [client.get(f"{path}?presence={write_reference(number)}") for number in (home.presence, 10**9)]
        assert [answer.status_code for answer in answers] == [403, 403]
        assert answers[0].content == answers[1].content
    assert stranger().get("/map/ground.json?box=1,1,2,2").status_code == 302


@pytest.mark.parametrize(
    "query",
    ["since=yesterday", "until=2026-13-01", "what=nonsense", "status=nonsense", "km=7", "box=1,2,3", "box=0,0,0,0"],
)
def test_what_cannot_be_read_is_named_and_not_repeated(home: Ground, query: str) -> None:
    answer = browser_of(home.people, "adviser").get(f"/map/points.json?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.content.decode()
    assert "nonsense" not in answer.content.decode()


def test_the_page_draws_without_script_and_runs_only_its_own(home: Ground) -> None:
    open_incident(home)
    answer = browser_of(home.people, "adviser").get("/map/")
    page = answer.content.decode()
    assert "<svg" in page
    assert "Invented town" in page
    assert "30 km" in page
    assert "script-src 'self'; worker-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "script-src" not in browser_of(home.people, "adviser").get("/watch/").headers["Content-Security-Policy"]


def test_the_points_carry_words_and_exactness_and_no_number_of_a_row(home: Ground) -> None:
    open_incident(home)
    hand_in(home)
    body = json.loads(browser_of(home.people, "adviser").get("/map/points.json").content)
    (sign,) = body["signs"]["features"]
    assert sign["properties"]["edge"] == "dashed"
    assert "People abducted; alleged" in sign["properties"]["words"]
    assert sign["properties"]["href"].startswith("/watch/incidents/")
    assert {ring["properties"]["label"] for ring in body["rings"]["features"]} == {"5 km", "30 km"}
    west, south = min(map(tuple, body["rings"]["features"][0]["geometry"]["coordinates"]))
    assert (west, south) == pytest.approx((25 - 5 / 111.195 / 0.9962, 5.0), abs=0.002)
