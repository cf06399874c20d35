"""Minutes over a small ground that changes with the season and a closed bridge, approved by reading it.

A river runs from north to south, with a bridge where the road crosses it, and a lake lies in the east. Run with
TUTELA_APPROVE=1 to approve it anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from tutela.engine.reach.conditions import Conditions, Span, usual_outcome
from tutela.engine.reach.friction import NO_ROAD, Layers, Speeds, build_friction
from tutela.engine.reach.traveltime import Starts, compute_travel
from tutela.kernel.digests import content_digest
from tutela.kernel.grids import Grid

APPROVED = Path(__file__).with_name("small_reach.txt")
MAP = """
g g g g ~ g f f f f
= = = = # = = = = =
g g f g ~ g g f f f
g g f g ~ g o o f f
g f f g ~ g o o g g
g g g g ~ g g g g g
"""
"""g grass, f forest, ~ river, = road, # bridge, o lake."""
GROUND = np.array([line.split() for line in MAP.strip().splitlines()])
GRID = Grid(20.0, 8.0, 0.01, 0.01, *GROUND.shape)
SITE = Starts(np.array(["post"]), np.array([20.015]), np.array([7.965]))
DRY = Speeds("foot", "dry", {30: 4.0, 20: 2.5}, (5.0,), 30.0)
WET = Speeds("foot", "wet", {30: 3.0, 20: 2.0}, (4.0,), np.nan)
BRIDGE = GROUND == "#"


def ground_in(speeds):
    road = np.where(np.isin(GROUND, ["=", "#"]), 0, NO_ROAD).astype(np.int16)
    cover = np.where(GROUND == "f", 20, 30).astype(np.int16)
    return build_friction(Layers(GRID, cover, road, GROUND == "o", np.isin(GROUND, ["~", "#"])), speeds).surface


def write_out(title, surface):
    travel = compute_travel(surface, SITE, 600.0)
    table = travel.table
    minutes = np.full(GRID.shape, np.nan)
    minutes[table.row, table.col] = table.minutes
    lines = [" ".join(f"{'-' if np.isnan(cell) else f'{cell:.1f}':>6}" for cell in row) for row in minutes]
    return [f"== {title}", *lines, f"[{content_digest(table.columns())[:12]}]", ""]


def test_the_small_ground_is_crossed_as_was_approved():
    dry, wet = ground_in(DRY), ground_in(WET)
    closed = Conditions(closed=BRIDGE)
    night = Conditions(factors=((Span(1.2, 1.5, 2.0), None),))
    lines = [
        *write_out("dry: a ford takes half an hour, the bridge does not", dry),
        *write_out("dry, the bridge is closed: by a ford", usual_outcome(dry, closed).surface),
        *write_out("wet: nobody fords the river", wet),
        *write_out("wet, the bridge is closed: nobody comes to the other side", usual_outcome(wet, closed).surface),
        *write_out("dry, by night", usual_outcome(dry, night).surface),
    ]
    said = "\n".join(lines)
    if os.environ.get("TUTELA_APPROVE"):
        APPROVED.write_text(said, "utf-8")
    assert said == APPROVED.read_text("utf-8")


def test_what_was_approved_is_what_anybody_would_say_of_it():
    dry, wet = ground_in(DRY), ground_in(WET)
    east = np.zeros(GRID.shape, dtype=bool)
    east[:, 5:] = True
    east &= GROUND != "o"

    def east_of(surface):
        table = compute_travel(surface, SITE, 600.0).table
        return np.count_nonzero(east[table.row, table.col])

    assert east_of(dry) == east_of(wet) == east.sum()
    assert east_of(usual_outcome(dry, Conditions(closed=BRIDGE)).surface) == east.sum()
    assert east_of(usual_outcome(wet, Conditions(closed=BRIDGE)).surface) == 0
