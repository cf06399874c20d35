"""A small invented panel: nine units over twelve years, some at war, most at peace."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tutela.engine.outlook.panels import Panel, Vintage

FIRST = 109


def make_panel(months: int = 150, units: int = 9, seed: int = 1) -> Panel:
    """Wars that begin, go on for a while and end; two units where nothing ever happens."""
    dice = np.random.default_rng(seed)
    counts = np.zeros((months, units))
    for unit in range(units - 2):
        level = 0.0
        for month in range(months):
            level = 0.9 * level + (dice.exponential(40) if dice.random() < 0.04 else 0.0)
            counts[month, unit] = dice.poisson(level)
    made = (Vintage(FIRST, "invented"),)
    return Panel("unit", "civilians", FIRST, np.arange(units), counts, made, np.ones(counts.shape, dtype=bool))


@pytest.fixture
def panel() -> Panel:
    return make_panel()


@pytest.fixture
def panel_of() -> Callable[..., Panel]:
    return make_panel
