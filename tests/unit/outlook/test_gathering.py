"""From events to a panel: totals are kept, vague events go where violence is known, nothing makes a stripe."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tutela.engine.outlook.cells import centres_of, find_rings, number_cells, with_surroundings
from tutela.engine.outlook.gathering import GatherSpec, count_target, find_last_month, gather_grid
from tutela.engine.outlook.panels import number_month
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Events

FIRST = number_month(2015, 1)
ORIGIN = number_month(2016, 12)
SPEC = GatherSpec("civilians", FIRST, ORIGIN, "invented")
Row = dict[str, Any]


def table_of(*rows: Row) -> Events:
    base: Row = {
        "event_id": "e",
        "day": "2015-06-10",
        "day_end": "NaT",
        "lon": 10.2,
        "lat": 5.2,
        "precision": 1,
        "country": "XIA",
        "adm_1": "North",
        "adm_2": "",
        "violence": 3,
        "perpetrator": 4,
        "best": 4.0,
        "low": 4.0,
        "high": 4.0,
        "civilians": 4.0,
        "side_a": "",
        "side_b": "",
        "source_file": 0,
        "source_line": 2,
    }
    whole = [base | {"event_id": f"e{i}"} | row for i, row in enumerate(rows)]
    types = {"day": "datetime64[D]", "day_end": "datetime64[D]"}
    columns = {name: np.array([row[name] for row in whole], types.get(name)) for name in base}
    empty = Events.__dataclass_fields__
    for name in empty:
        columns.setdefault(name, np.zeros(len(whole)))
    return Events.from_columns(columns)


def test_cells_are_those_of_prio_grid_and_give_their_middle_back() -> None:
    assert number_cells(np.array([-179.9]), np.array([-89.9]))[0] == 1
    assert number_cells(np.array([180.0]), np.array([90.0]))[0] == 259_200
    lon, lat = centres_of(number_cells(np.array([18.55]), np.array([4.36])))
    assert (lon[0], lat[0]) == (18.75, 4.25)


def test_rings_are_of_eight_and_sixteen_cells_where_all_are_there() -> None:
    middle = number_cells(np.array([10.2]), np.array([5.2]))
    cells = with_surroundings(with_surroundings(middle))
    first, second = find_rings(cells)
    place = int(np.searchsorted(cells, middle[0]))
    assert first.start[place + 1] - first.start[place] == 8
    assert second.start[place + 1] - second.start[place] == 16
    assert first.sum_over(np.ones((1, len(cells))))[0, place] == 8


def test_there_is_no_cell_beyond_the_pole() -> None:
    pole = number_cells(np.array([0.2]), np.array([89.9]))
    assert len(with_surroundings(pole)) == 7  # five neighbours, itself, and 0 for what is not there


def test_a_record_of_several_months_is_shared_over_them_and_keeps_its_total() -> None:
    found = gather_grid(table_of({"day": "2015-08-24", "day_end": "2015-10-24", "civilians": 121_848.0}), SPEC)
    monthly = found.panel.counts.sum(axis=1)
    assert (monthly > 0).sum() == 3
    assert monthly.max() < 0.55 * 121_848
    assert monthly.sum() == pytest.approx(121_848)
    assert found.killed["placed"] == pytest.approx(121_848)


def test_a_vague_event_goes_where_exact_ones_lie_and_to_no_stripe() -> None:
    exact = [{"lon": 10.2, "lat": 5.2}, {"lon": 12.2, "lat": 8.2}]
    found = gather_grid(table_of(*exact, {"precision": 6, "lon": 11.0, "lat": 13.25, "civilians": 100.0}), SPEC)
    killed = found.panel.counts.sum(axis=0)
    assert sorted(killed[killed > 0]) == pytest.approx([54.0, 54.0])
    lat = centres_of(found.panel.units[killed > 0])[1]
    assert set(lat) == {5.25, 8.25}


def test_what_ends_after_the_origin_was_not_known_then() -> None:
    found = gather_grid(table_of({}, {"day": "2016-12-30", "day_end": "2017-01-02"}), SPEC)
    assert found.events.excluded == {"ends after the origin": 1}
    assert found.panel.counts.sum() == 4


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"precision": 7}, "at sea or in the air"),
        ({"civilians": 0.0}, "none of the target killed"),
        ({"precision": 5, "country": "XIB"}, "nowhere known to be shared out"),
    ],
)
def test_what_is_left_out_is_counted_by_its_reason(row: Row, why: str) -> None:
    found = gather_grid(table_of({}, row), SPEC)
    assert found.events.placed == 1
    assert found.events.excluded == {why: 1}
    assert sum(found.killed.values()) == pytest.approx(4.0 + row.get("civilians", 4.0))


def test_of_given_cells_what_lies_outside_is_said() -> None:
    inside = int(number_cells(np.array([10.2]), np.array([5.2]))[0])
    found = gather_grid(table_of({}, {"lon": 30.0}), SPEC, (inside,))
    assert found.panel.units.tolist() == [inside]
    assert found.killed["outside the units or the months"] == 4


def test_each_target_counts_its_own() -> None:
    events = table_of({"violence": 1, "civilians": 1.0}, {"violence": 3, "civilians": 4.0})
    assert count_target(events, "civilians").tolist() == [1, 4]
    assert count_target(events, "one_sided").tolist() == [0, 4]
    assert count_target(events, "state_based").tolist() == [4, 0]
    assert count_target(events, "all").tolist() == [4, 4]


def test_a_source_that_does_not_count_civilians_is_refused_for_them() -> None:
    with pytest.raises(Problem, match="how many of the dead were civilians"):
        gather_grid(table_of({"civilians": np.nan}), SPEC)


def test_the_last_month_is_that_in_which_the_last_event_ended() -> None:
    events = table_of({"day": "2016-03-30", "day_end": "2016-04-02"}, {"day": "2016-03-31"})
    assert find_last_month(events) == number_month(2016, 4)
    with pytest.raises(Problem, match="There is no event"):
        find_last_month(events.take(np.zeros(2, bool)))


def test_events_of_which_none_is_placed_are_refused() -> None:
    with pytest.raises(Problem, match="No event could be placed"):
        gather_grid(table_of({"precision": 7}), SPEC)
