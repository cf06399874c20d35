"""Many presences at once: each reader counts only what they read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import grounds
import pytest
from cast import SECRET, Cast
from grounds import DAY, Ground, days

from tutela.kernel.markings import Marking
from tutela.records.ledger.acts import acting
from tutela.records.ledger.models import Entry
from tutela.records.missions import actions, queries


@pytest.fixture
def ground(people: Cast) -> Ground:
    return grounds.lay(people)


@pytest.mark.parametrize("role", ["assistant", "custodian", "administrator", "outsider"])
def test_who_reads_no_presence_is_told_of_none(ground: Ground, role: str) -> None:
    assert queries.list_overviews(by=ground.people[role], day=days(1)) == ()


def test_what_is_marked_higher_is_not_counted(ground: Ground) -> None:
    by = ground.people["officer"]
    at: dict[str, Any] = {"by": by, "presence": ground.presence.pk, "marking": SECRET}
    actions.place_site(**at, draft=replace(grounds.SITE, key="hidden"), opened=grounds.OPENED)
    actions.add_population(**at, draft=replace(grounds.POPULATION, name="Hidden town"))
    actions.record_capacity(**at, draft=replace(grounds.CAPACITY, number=999))
    seen = {}
    for role in ("officer", "adviser"):
        (row,) = queries.list_overviews(by=ground.people[role], day=days(1))
        number = row.strengths["military", "deployed"].number
        seen[role] = (dict(row.sites), row.populations, number, row.marking)
    assert seen["adviser"] == ({"open": 1}, 1, 240, Marking.CONFIDENTIAL)
    assert seen["officer"] == ({"open": 2}, 2, 999, Marking.STRICTLY_CONFIDENTIAL)


def test_the_latest_number_of_the_whole_on_a_day_is_shown(ground: Ground) -> None:
    at: dict[str, Any] = {"by": ground.people["adviser"], "presence": ground.presence.pk}
    actions.record_capacity(**at, draft=replace(grounds.CAPACITY, number=250, as_of=days(3)))
    actions.record_capacity(**at, draft=replace(grounds.CAPACITY, number=9, as_of=days(3), profile="engineers"))
    actions.record_capacity(**at, draft=replace(grounds.CAPACITY, number=8, as_of=days(3)), site=ground.site.pk)
    for day, number in ((DAY, 240), (days(2), 240), (days(3), 250)):
        (row,) = queries.list_overviews(by=ground.people["analyst"], day=day)
        assert row.strengths["military", "deployed"].number == number
    assert queries.list_overviews(by=ground.people["analyst"], day=days(-1))[0].strengths == {}


def test_a_population_that_left_is_counted_no_more(ground: Ground) -> None:
    by = ground.people["adviser"]
    draft = replace(grounds.POPULATION, status="left")
    actions.describe_population(by=by, population=ground.rows["population"], expected_version=1, draft=draft)
    assert queries.list_overviews(by=by, day=DAY)[0].populations == 0


def test_ways_and_reviews_come_by_what_they_belong_to(ground: Ground) -> None:
    at: dict[str, Any] = {"by": ground.people["adviser"], "presence": ground.presence.pk}
    review = actions.review_stopped_task(by=at["by"], stopped=ground.rows["stopped"], draft=grounds.REVIEW)
    ways, reviews = queries.list_access_to_all(**at), queries.list_reviews_of_all(**at)
    assert {number: [row.pk for row in rows] for number, rows in ways.items()} == {
        ground.rows["population"]: [ground.rows["access"]]
    }
    assert {number: [row.pk for row in rows] for number, rows in reviews.items()} == {
        ground.rows["stopped"]: [review.pk]
    }


def test_a_look_at_the_list_is_written_down(ground: Ground) -> None:
    with acting(ground.people["analyst"], "test"):
        before = Entry.objects.filter(operation="search").count()
    queries.list_overviews(by=ground.people["analyst"], day=DAY)
    with acting(ground.people["analyst"], "test"):
        assert Entry.objects.filter(operation="search", action="missions.list_overviews").count() == 4
        assert Entry.objects.filter(operation="search").count() == before + 4


def test_those_who_wrote_are_named_and_nobody_else(ground: Ground) -> None:
    officer = ground.people["officer"].actor
    assert queries.name_actors([officer, None, "catalogue", "nobody"]) == {officer: "Officer"}
