"""What stands beside a forecast: places that fell silent, and what changed since last month, checked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tutela.engine.outlook.changes import Steps, explain_changes, without_newest
from tutela.engine.outlook.coverage import describe_coverage, find_silences
from tutela.engine.outlook.forecasting import Asked, forecast_all
from tutela.engine.outlook.histories import History
from tutela.engine.outlook.levels import name_cells
from tutela.engine.outlook.own_history import Conflictology
from tutela.engine.outlook.panels import Panel, Vintage


def reports(*columns: list[float]) -> Panel:
    counts = np.array(columns, dtype=float).T
    exists = np.ones(counts.shape, dtype=bool)
    return Panel("grid", "reports", 300, np.arange(1, counts.shape[1] + 1), counts, (Vintage(1, "v"),), exists)


NAMES = name_cells(np.arange(1, 5))
OFTEN = [1.0, 0.0, 2.0] * 20


def test_a_place_that_was_heard_of_and_no_longer_is_silent() -> None:
    gone = [*OFTEN[:48], *[0.0] * 12]
    (silence,) = find_silences(reports(gone, OFTEN, [0.0] * 60, [0.0] * 54 + [1.0] * 6), NAMES)
    assert (silence.unit, silence.months, silence.longest_before) == (1, 12, 1)
    assert silence.since == "2008-11"
    assert "No report is not no event" in silence.as_json()["words"]


def test_a_pause_no_longer_than_those_before_is_no_silence() -> None:
    pauses = ([1.0] * 4 + [0.0] * 8) * 5
    assert find_silences(reports(pauses), NAMES) == ()


def test_a_share_of_a_vague_event_is_no_report_from_a_place() -> None:
    thin = [*OFTEN[:48], *[0.1] * 12]
    assert len(find_silences(reports(thin), NAMES)) == 1


def test_newest_months_with_half_of_the_usual_reports_are_said_to_be_thin() -> None:
    described = describe_coverage(reports([4.0] * 57 + [1.0] * 3), NAMES)
    assert described["thin"]
    assert (described["newest_reports"], described["usual_reports"]) == (3, 12)
    assert not describe_coverage(reports([4.0] * 60), NAMES)["thin"]


@pytest.fixture
def steps(panel: Panel) -> tuple[Steps, Panel]:
    model = Conflictology()
    asked = Asked((1, 2, 3), np.arange(0), 120, 1)
    later = replace(asked, leads=(2, 3, 4))
    made = Steps(
        forecast_all(model, History.of(panel.until(panel.last_month - 1)), later),
        forecast_all(model, History.of(without_newest(panel)), asked),
        forecast_all(model, History.of(panel), asked),
    )
    return made, panel


def test_both_effects_add_up_to_the_change_and_the_counts_are_those_of_the_panel(steps) -> None:
    made, panel = steps
    rows = explain_changes(made, panel, name_cells(panel.units + 1))
    assert rows
    for row in rows:
        unit = row["unit"]
        change = row["expected_now"] - row["expected_before"]
        assert row["by_newest_month"] + row["by_time"] == pytest.approx(change)
        assert row["killed_past_year"] == panel.counts[-12:, unit].sum()
        assert row["killed_newest"] == panel.counts[-1, unit]
        if not made.now.is_active[unit]:
            continue  # quiet units have the base rate
        # Of the past twelve months the expectation is their mean: anybody can check it.
        assert row["expected_now"] == pytest.approx(3 * panel.counts[-12:, unit].mean(), abs=0.3)
        assert row["by_newest_month"] == pytest.approx(3 * panel.counts[-1, unit] / 12, abs=0.3)
        assert f"{row['killed_newest']:.0f}" in row["words"]


def test_a_quiet_newest_month_moves_nothing(steps) -> None:
    _, panel = steps
    calm = without_newest(panel)
    model, asked = Conflictology(), Asked((1, 2), np.arange(0), 120, 1)
    now = forecast_all(model, History.of(calm), asked)
    made = Steps(
        forecast_all(model, History.of(calm.until(calm.last_month - 1)), replace(asked, leads=(2, 3))), now, now
    )
    assert all(row["by_newest_month"] == 0 for row in explain_changes(made, calm, name_cells(calm.units + 1)))
