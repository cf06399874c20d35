"""Panels: what is refused, by its first offender, and how two vintages become one panel."""

from __future__ import annotations

import numpy as np
import pytest

from tutela.engine.outlook.panels import (
    PanelRows,
    PanelSpec,
    Vintage,
    assemble_panel,
    name_month,
    number_month,
    read_month,
    splice,
)
from tutela.kernel.problems import Problem

SPEC = PanelSpec("country", "civilians", (Vintage(1, "v1"),))


def rows(months: int = 4, units: tuple[int, ...] = (3, 9), count: float = 1.0, first: int = 1) -> PanelRows:
    month = np.repeat(np.arange(first, first + months), len(units))
    return PanelRows(month, np.tile(np.array(units), months), np.full(len(month), count))


def without(table: PanelRows, *places: int) -> PanelRows:
    kept = np.setdiff1d(np.arange(len(table.month)), places)
    return PanelRows(table.month[kept], table.unit[kept], table.count[kept])


def test_months_are_numbered_from_january_1980() -> None:
    assert number_month(1980, 1) == 1
    assert name_month(number_month(2021, 10)) == "2021-10"
    assert read_month("2021-10", "--origin") == number_month(2021, 10)


@pytest.mark.parametrize("text", ["2021", "2021-13", "2021-0", "21-10", "october", "2021-10-01"])
def test_what_is_no_month_is_refused_by_its_option(text: str) -> None:
    with pytest.raises(Problem, match="not a month") as caught:
        read_month(text, "--origin")
    assert caught.value.where == "--origin"


def test_a_gap_is_refused_by_unit_and_month() -> None:
    with pytest.raises(Problem, match="first unit 9 in 1980-02"):
        assemble_panel(without(rows(), 3), SPEC)


def test_a_unit_that_begins_late_must_be_declared_and_then_does_not_exist_before() -> None:
    late = without(rows(), 1, 3)
    with pytest.raises(Problem) as caught:
        assemble_panel(late, SPEC)
    assert "--begins 9=1980-03" in caught.value.remedy
    panel = assemble_panel(late, PanelSpec("country", "civilians", SPEC.vintages, {9: 3}))
    assert panel.exists.tolist() == [[True, False], [True, False], [True, True], [True, True]]


def test_a_repeated_row_is_refused() -> None:
    table = rows()
    twice = PanelRows(*(np.append(column, column[2]) for column in (table.month, table.unit, table.count)))
    with pytest.raises(Problem, match="more than once, first unit 3 in 1980-02"):
        assemble_panel(twice, SPEC)


@pytest.mark.parametrize("count", [-1.0, np.nan, np.inf])
def test_a_count_that_is_none_is_refused(count: float) -> None:
    with pytest.raises(Problem, match="negative or no numbers"):
        assemble_panel(rows(count=count), SPEC)


def test_actuals_take_the_place_of_history_and_both_vintages_are_recorded() -> None:
    history = assemble_panel(rows(6), SPEC)
    actuals = assemble_panel(rows(3, count=5.0, first=4), PanelSpec("country", "civilians", (Vintage(4, "v2"),)))
    panel = splice(history, actuals)
    assert panel.counts[:, 0].tolist() == [1, 1, 1, 5, 5, 5]
    assert [(item.since, item.name) for item in panel.vintages] == [(1, "v1"), (4, "v2")]
    assert [item.name for item in panel.until(3).vintages] == ["v1"]


def test_actuals_after_a_gap_or_of_other_units_are_refused() -> None:
    history = assemble_panel(rows(3), SPEC)
    spec = PanelSpec("country", "civilians", (Vintage(5, "v2"),))
    with pytest.raises(Problem, match="between them is a gap"):
        splice(history, assemble_panel(rows(3, first=5), spec))
    with pytest.raises(Problem, match="not of the same units"):
        splice(history, assemble_panel(rows(3, units=(3, 8), first=3), spec))


def test_an_origin_outside_the_panel_is_refused() -> None:
    with pytest.raises(Problem, match="1980-05 is not in it"):
        assemble_panel(rows(), SPEC).until(5)


def test_a_panel_without_rows_is_refused() -> None:
    empty = np.zeros(0, dtype=np.int64)
    with pytest.raises(Problem, match="no rows"):
        assemble_panel(PanelRows(empty, empty, np.zeros(0)), SPEC)
