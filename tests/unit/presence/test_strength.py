from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from tutela.engine.presence.strength import sites_on, staffed_rows, summarise_presence
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Sites

NAN = float("nan")
ROWS = [
    # site, mission, opened, closed, status, military, police, civilian, air
    ("A1", "UNXA", "2015-01-01", "2018-01-01", "open", 100.0, NAN, 5.0, 1),
    ("A1", "UNXA", "2018-01-01", "NaT", "reduced", 40.0, NAN, NAN, 1),
    ("A2", "UNXA", "2016-01-01", "2017-01-01", "open", 10.0, NAN, 1.0, 0),
    ("A3", "UNXA", "2016-06-01", "NaT", "evacuated", 0.0, NAN, 0.0, -1),
    ("B1", "UNXB", "2020-01-01", "2021-01-01", "", NAN, NAN, 3.0, -1),
]


def sites_of(rows):
    columns = list(zip(*rows, strict=True)) if rows else [()] * 9
    text = {
        name: np.array(columns[index], dtype=np.str_)
        for index, name in ((0, "site_id"), (1, "mission"), (4, "status"))
    }
    days = {name: np.array(columns[index], dtype="datetime64[D]") for index, name in ((2, "opened"), (3, "closed"))}
    people = {
        name: np.array(columns[index], dtype=float)
        for index, name in ((5, "military"), (6, "police"), (7, "civilian"))
    }
    blank = np.array([""] * len(rows), dtype=np.str_)
    zeros = np.zeros(len(rows))
    return Sites.from_columns(
        {
            **text,
            **days,
            **people,
            "air": np.array(columns[8], dtype=np.int8),
            **dict.fromkeys(("name", "country", "kind"), blank),
            **dict.fromkeys(("lon", "lat"), zeros),
            "source_file": zeros.astype(np.int16),
            "source_line": zeros.astype(np.int32),
        }
    )


SITES = sites_of(ROWS)


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (date(2014, 12, 31), []),
        (date(2015, 1, 1), ["A1"]),
        (date(2016, 12, 31), ["A1", "A2", "A3"]),
        (date(2017, 1, 1), ["A1", "A3"]),
        (date(2018, 1, 1), ["A1", "A3"]),
        (date(2020, 12, 31), ["A1", "A3", "B1"]),
    ],
)
def test_the_day_a_site_opens_counts_and_the_day_it_closes_does_not(day, found):
    assert sites_on(SITES, day).site_id.tolist() == found


def test_sites_that_nobody_is_at_are_not_staffed():
    assert staffed_rows(SITES).site_id.tolist() == ["A1", "A1", "A2", "B1"]


@pytest.mark.parametrize(
    ("day", "states"),
    [
        (date(2014, 1, 1), (0, 0, 0, 4)),
        (date(2016, 12, 31), (2, 1, 0, 1)),
        (date(2019, 1, 1), (1, 1, 1, 1)),
        (date(2030, 1, 1), (1, 1, 2, 0)),
    ],
)
def test_every_site_is_open_vacated_closed_or_planned(day, states):
    total = summarise_presence(SITES, day).total
    assert (total.open, total.vacated, total.closed, total.planned) == states
    assert sum(states) == total.sites == 4
    assert total.periods == 5


def test_people_are_those_at_open_sites_and_an_unknown_number_is_not_zero():
    people = summarise_presence(SITES, date(2016, 12, 31)).total.people
    assert (people["military"].value, people["military"].missing) == (110.0, 0)
    assert (people["police"].value, people["police"].missing) == (None, 2)
    assert (people["civilian"].value, people["civilian"].missing) == (6.0, 0)


def test_presences_are_counted_each_and_add_up_to_the_total():
    summary = summarise_presence(SITES, date(2020, 6, 1))
    assert list(summary.missions) == ["UNXA", "UNXB"]
    for name in ("sites", "periods", "open", "vacated", "closed", "planned", "air"):
        assert getattr(summary.total, name) == sum(getattr(part, name) for part in summary.missions.values())
    assert summary.missions["UNXB"].last_day == date(2020, 12, 31)
    assert summary.missions["UNXA"].last_day is None


def test_json_is_plain_and_says_null_where_nothing_is_known():
    found = summarise_presence(SITES, date(2020, 6, 1)).as_json()
    assert found["as_of"] == "2020-06-01"
    assert found["missions"]["UNXB"] == {
        "sites": 1,
        "periods": 1,
        "open": 1,
        "vacated": 0,
        "closed": 0,
        "planned": 0,
        "air": 0,
        "first_day": "2020-01-01",
        "last_day": "2020-12-31",
        "people": {
            "military": {"count": None, "sites_without_number": 1},
            "police": {"count": None, "sites_without_number": 1},
            "civilian": {"count": 3, "sites_without_number": 0},
        },
    }
    assert (found["first_day"], found["last_day"], found["air"]) == ("2015-01-01", None, 1)


def test_no_sites_have_no_first_day_and_nobody_at_them():
    found = summarise_presence(sites_of([]), date(2020, 6, 1)).as_json()
    assert (found["sites"], found["first_day"], found["last_day"], found["missions"]) == (0, None, None, {})
    assert found["people"]["military"] == {"count": 0, "sites_without_number": 0}


def test_without_a_day_it_is_the_newest_one_of_the_table():
    assert summarise_presence(SITES).day == date(2020, 1, 1)
    with pytest.raises(Problem) as caught:
        summarise_presence(sites_of([]))
    assert caught.value.code == "nothing-to-study"


def test_nobody_at_some_sites_and_unknown_at_others_is_no_zero():
    rows = [("A1", "UNXA", "2015-01-01", "NaT", "open", 0.0, 7.0, 0.0, 1)]
    rows.append(("A2", "UNXA", "2015-01-01", "NaT", "open", NAN, NAN, 0.0, 1))
    people = summarise_presence(sites_of(rows), date(2016, 1, 1)).total.people
    assert (people["military"].value, people["military"].missing) == (None, 1)
    assert (people["police"].value, people["police"].missing) == (7.0, 1)
    assert (people["civilian"].value, people["civilian"].missing) == (0.0, 0)
