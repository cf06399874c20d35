"""Our scores against scoringrules, and against what was published of the VIEWS challenge."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scoringrules

from tutela.data.sources.panels import read_panel_file
from tutela.engine.outlook import scores
from tutela.engine.outlook.panels import PanelRows, PanelSpec, Vintage, assemble_panel, name_month
from tutela.studies.executor import Serial
from tutela.studies.outlooks.panels import PanelFiles, open_spliced_panel
from tutela.studies.outlooks.scoring import PROTOCOLS, ScoreSpec, find_windows, score_models, score_window

PUBLISHED = {2019: 9.64, 2020: 13.70, 2021: 37.13}
"""CRPS of the last value by Poisson draws on the vintage of 2023, printed by the challenge's own script."""


def test_scoringrules_gives_the_same_crps_in_both_forms() -> None:
    dice = np.random.default_rng(4)
    draws = np.sort(dice.negative_binomial(1, 0.05, (500, 99)), axis=1).astype(float)
    outcome = dice.negative_binomial(1, 0.05, 500).astype(float)
    assert np.allclose(scores.crps(draws, outcome), scoringrules.crps_ensemble(outcome, draws, estimator="nrg"))
    fair = scoringrules.crps_ensemble(outcome, draws, estimator="fair")
    assert np.allclose(scores.crps(draws, outcome, fair=True), fair)


def test_scoringrules_gives_the_same_interval_score() -> None:
    dice = np.random.default_rng(5)
    draws = np.sort(dice.negative_binomial(1, 0.05, (300, 200)), axis=1).astype(float)
    outcome = dice.negative_binomial(1, 0.05, 300).astype(float)
    low, high = np.quantile(draws, (0.05, 0.95), axis=1)
    assert np.allclose(scores.interval_score(draws, outcome), scoringrules.interval_score(outcome, low, high, 0.1))


@pytest.fixture(scope="module")
def challenge(shared: Path) -> object:
    folder = shared / "earlywarning"
    files = PanelFiles(
        "state_based",
        folder / "cm_sb_global_1989_2021.parquet",
        folder / "views_cm_actuals_2018_2021_OLD_vintage.parquet",
        ("ged-25.1", "views-2023"),
    )
    panel, first = open_spliced_panel(files)
    spec = ScoreSpec(PROTOCOLS["views-2023"], ("conflictology-12",))
    return score_models(panel, find_windows(panel, first, spec.protocol), spec, Serial())


def test_the_last_value_scores_what_the_challenge_published(challenge) -> None:
    found = dict(zip(challenge.windows, challenge.scored["last"], strict=True))
    for year, crps in PUBLISHED.items():
        assert found[year].means()["crps"] == pytest.approx(crps, abs=0.02)


def test_conflictology_scores_what_was_measured_before(challenge) -> None:
    described = challenge.as_json()["models"]["conflictology-12"]
    assert described["mean"]["crps"] == pytest.approx(15.66, abs=0.02)
    assert described["mean"]["ign"] == pytest.approx(0.692, abs=0.005)
    assert challenge.vintage == "ged-25.1 + views-2023"
    assert name_month(challenge.scored["zero"][0].origin) == "2017-10"


def test_the_mixture_was_better_than_the_past_year_before_the_challenge(shared: Path) -> None:
    """One of the windows on which it was chosen: 35 % better then; a third of that would be a regression."""
    rows = read_panel_file(shared / "earlywarning" / "cm_sb_global_1989_2021.parquet", "state_based")
    spec = PanelSpec(rows.level, "state_based", (Vintage(1, "ged-25.1"),))
    panel = assemble_panel(PanelRows(rows.month, rows.unit, rows.count), spec)
    asked = ScoreSpec(PROTOCOLS["views-2023"], ("mixture",))
    mixture, year = (score_window((panel, asked, name, 2010)) for name in ("mixture", "conflictology-12"))
    gain = {name: 1 - mixture.means()[name] / year.means()[name] for name in ("crps", "crps_log1p", "ign")}
    assert gain["crps"] > 0.25
    assert gain["crps_log1p"] > 0.02
    assert gain["ign"] > 0.1
    assert 0.86 < mixture.summary()["coverage_active"] < 0.97
