"""Two traps of the field: one record that paints a stripe across a continent, and months not known yet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.outlook.test_gathering import table_of

from tutela.engine.outlook.cells import centres_of
from tutela.engine.outlook.degenerate import find_degenerate
from tutela.engine.outlook.forecasting import Asked, Forecast, forecast_all
from tutela.engine.outlook.gathering import GatherSpec, gather_grid
from tutela.engine.outlook.histories import History
from tutela.engine.outlook.own_history import Conflictology, NegativeBinomial, WithNeighbours, Zero
from tutela.engine.outlook.panels import number_month
from tutela.kernel.tables import Events

FIRST, ORIGIN = number_month(2012, 1), number_month(2022, 12)
MODELS = [Conflictology(), Conflictology(6, cleaned=True), NegativeBinomial(), WithNeighbours()]


def war(months: int = 132) -> list[dict[str, object]]:
    """Attacks around two towns of one invented country, month after month."""
    rows: list[dict[str, object]] = []
    for month in range(months):
        year, calendar = divmod(month, 12)
        for lon, lat in ((38.2, 9.2), (39.7, 13.7)):
            day = f"{2012 + year}-{calendar + 1:02d}-10"
            rows.append({"day": day, "lon": lon, "lat": lat, "adm_1": "", "civilians": 5.0 + month % 4})
    return rows


SUMMARY = {
    "day": "2022-08-24", "day_end": "2022-10-24", "lon": 39.0, "lat": 13.25, "precision": 5, "adm_1": "",
    "civilians": 121_848.0,
}  # fmt: skip
"""One record of two months, whose point is the middle of a country."""


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_one_record_of_121848_deaths_paints_no_stripe(model) -> None:
    found = gather_grid(table_of(*war(), SUMMARY), GatherSpec("civilians", FIRST, ORIGIN, "invented"))
    forecast = forecast_all(model, History.of(found.panel), Asked((1, 3, 6), np.arange(0), 60, 2))
    assert find_degenerate(forecast) == ()
    expected = forecast.expected().sum(axis=0)
    lon, lat = centres_of(forecast.units)
    towns = ((lat == 9.25) & (lon == 38.25)) | ((lat == 13.75) & (lon == 39.75))
    on_the_line = lat == 13.25
    assert on_the_line.sum() >= 3
    # The line holds no more than the towns' neighbours on other lines do.
    assert expected[on_the_line].max() <= expected[~towns & ~on_the_line].max() + 1e-9
    assert expected[towns | (expected >= expected[towns].min())].sum() > 0.5 * expected.sum()
    assert found.panel.counts.sum() == pytest.approx(found.killed["placed"])


def test_a_stripe_is_called_one() -> None:
    found = gather_grid(table_of(*war()), GatherSpec("civilians", FIRST, ORIGIN, "invented"))
    honest = forecast_all(Conflictology(), History.of(found.panel), Asked((1,), np.arange(0), 60, 2))
    wide = np.arange(200_001, 200_013)
    draws = np.concatenate((honest.draws[:1] * 0, np.full((1, 60), 250_000.0, dtype=np.float32)))
    stripe = replace(
        honest,
        units=np.concatenate((wide, wide + 720)),
        draws=draws,
        row=np.repeat([[1, 0]], 12, axis=1).reshape(2, 12).T.reshape(1, 24)[:, np.argsort(np.tile([0, 1], 12))],
        is_active=np.ones(24, dtype=bool),
    )
    assert any("stripe" in fault for fault in find_degenerate(stripe))


def test_nobody_anywhere_and_the_same_everywhere_are_named() -> None:
    found = gather_grid(table_of(*war()), GatherSpec("civilians", FIRST, ORIGIN, "invented"))
    asked = Asked((1, 2), np.arange(0), 60, 2)
    honest = forecast_all(Conflictology(), History.of(found.panel), asked)
    nobody = forecast_all(Zero(), History.of(found.panel), asked)
    nobody = replace(nobody, draws=nobody.draws * 0)
    same: Forecast = replace(honest, row=np.full_like(honest.row, honest.draws.sum(axis=1).argmax()))
    sure = replace(honest, draws=np.full_like(honest.draws, 7.0))
    assert find_degenerate(honest) == ()
    assert any("nobody" in fault for fault in find_degenerate(nobody))
    assert any("every unit" in fault for fault in find_degenerate(same))
    assert any("without any doubt" in fault for fault in find_degenerate(sure))


@settings(max_examples=15, deadline=None)
@given(st.integers(40, 128), st.integers(0, 3), st.integers(1, 90))
def test_moving_the_origin_back_never_shows_what_came_after(months: int, which: int, later: int) -> None:
    """The forecast from an origin is the same whether or not the file goes on after it."""
    rows = war()
    origin = FIRST + months - 1
    spec = GatherSpec("civilians", FIRST, origin, "invented")
    tail = [{**row, "civilians": float(later), "lon": 38.7} for row in rows[2 * months :]]
    vague = {**SUMMARY, "day": "2012-03-01", "day_end": "2012-04-01"}
    known: Events = table_of(*rows[: 2 * months], vague)
    more: Events = table_of(*rows[: 2 * months], vague, *tail)
    ours, theirs = gather_grid(known, spec).panel, gather_grid(more, spec).panel
    asked = Asked((1, 5), np.arange(0), 30, 3)
    one, other = (forecast_all(MODELS[which], History.of(panel), asked) for panel in (ours, theirs))
    np.testing.assert_array_equal(one.units, other.units)
    np.testing.assert_array_equal(one.draws, other.draws)
    np.testing.assert_array_equal(one.row, other.row)
