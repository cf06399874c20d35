"""Travel times against scikit-image on the same raster, against known arcs, and on real ground."""

from datetime import date

import numpy as np
import pytest
from skimage.graph import MCP_Geometric

from tutela.data.sources.events import read_events
from tutela.data.sources.presence import read_sites
from tutela.engine.presence.strength import staffed_rows
from tutela.engine.reach.friction import Surface
from tutela.engine.reach.rings import vicinity_json
from tutela.engine.reach.travel_rings import compute_travel_vicinity, find_starts, find_wanted
from tutela.engine.reach.traveltime import Starts, compute_travel, travel_obviously
from tutela.engine.reach.vicinity import VicinitySpec
from tutela.kernel.grids import Grid
from tutela.studies.surfaces import SurfaceSpec, build_surface

METRES_PER_DEGREE = np.radians(1) * 6_371_008.8


def make_surface(latitude, step, *, seed, shape=(60, 70)):
    """Uneven ground with walls; so small that within it the cosine of latitude is one number to 1e-5."""
    dice = np.random.default_rng(seed)
    friction = dice.lognormal(-4.0, 1.0, shape).astype(np.float32)
    friction[dice.random(shape) < 0.15] = np.nan
    friction[shape[0] // 2, shape[1] // 2] = 0.01
    return Surface(Grid(20.0, latitude + step * shape[0] / 2, step, step, *shape), friction)


def ask_skimage(surface, cell):
    grid = surface.grid
    middle = grid.north - grid.n_rows * grid.step_lat / 2
    dy = METRES_PER_DEGREE * grid.step_lat
    costs = np.where(np.isnan(surface.friction), np.inf, surface.friction.astype(np.float64))
    search = MCP_Geometric(costs, sampling=(dy, dy * np.cos(np.radians(middle))))
    minutes, _ = search.find_costs([divmod(cell, grid.n_cols)])
    return np.where(np.isfinite(minutes), minutes, np.nan)


def ask_tutela(surface, cell, max_minutes=1e9):
    lon, lat = surface.grid.centres(np.array([cell]))
    table = compute_travel(surface, Starts(np.array(["a"]), lon, lat), max_minutes).table
    minutes = np.full(surface.grid.shape, np.nan)
    minutes[table.row, table.col] = table.minutes
    return minutes


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("latitude", "step"), [(0.0, 0.01), (45.0, 2e-6), (-70.0, 1e-6)])
def test_minutes_equal_those_of_scikit_image(latitude, step, seed):
    surface = make_surface(latitude, step, seed=seed)
    cell = 30 * 70 + 35
    ours = ask_tutela(surface, cell)
    theirs = ask_skimage(surface, cell)
    assert np.isfinite(theirs).sum() > 2000
    # Minutes are kept to six decimals, which on cells of decimetres is more than the arcs' own rounding.
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6, equal_nan=True)


@pytest.mark.parametrize("latitude", [0.0, 6.0, 45.0, -70.0])
def test_the_compiled_search_equals_the_obvious_one_at_every_latitude(latitude):
    surface = make_surface(latitude, 0.05, seed=7, shape=(40, 50))
    cell = 20 * 50 + 25
    np.testing.assert_allclose(
        ask_tutela(surface, cell), travel_obviously(surface, cell, 1e9), rtol=1e-9, atol=1e-6, equal_nan=True
    )


@pytest.mark.parametrize("latitude", [0.0, 30.0, 60.0])
def test_one_degree_is_as_long_as_geodesy_says(latitude):
    # On the mean sphere a degree is 111.195 km; along a parallel, that times the cosine of latitude.
    grid = Grid(0.0, latitude + 1.05, 0.1, 0.1, 21, 21)
    minutes = ask_tutela(Surface(grid, np.full(grid.shape, 0.001, np.float32)), 10 * 21 + 0)
    assert minutes[0, 0] == pytest.approx(111.195, rel=1e-5)
    # The quickest way east may bend towards the pole, never by more than the parallel itself is long.
    assert minutes[10, 10] <= 111.195 * np.cos(np.radians(latitude)) * (1 + 1e-5)
    assert minutes[10, 1] == pytest.approx(11.1195 * np.cos(np.radians(latitude)), rel=1e-4)


@pytest.fixture(scope="module")
def real_ground(shared):
    geo = shared / "geo"
    return build_surface(
        SurfaceSpec(
            landcover=geo / "africa_landcover2019.gri",
            bbox=(14, 2, 28, 11.5),
            cell_deg=0.05,
            mode="motorised",
            season="dry",
            roads=geo / "trans-african-highway.kml",
            lakes=geo / "ne_10m_lakes_missions.geojson",
            rivers=geo / "ne_10m_rivers_missions.geojson",
        )
    )


def test_real_ground_is_built_and_says_that_its_roads_are_few(real_ground):
    assert real_ground.surface.grid.shape == (190, 280)
    assert 0.005 < real_ground.built.shares["road"] < 0.02
    assert any("understated" in sentence for sentence in real_ground.report["limits"])
    assert real_ground.report["unknown_classes"] == []


def test_minutes_equal_those_of_scikit_image_on_real_ground(real_ground):
    """Friction of the real ground, laid on the equator where one number is the cosine of all latitudes."""
    surface = real_ground.surface
    level = Surface(Grid(14.0, 0.475, 0.005, 0.005, 190, 280), surface.friction)  # the same ground on the equator
    cells = [90 * 280 + 100, 143 * 280 + 91, 60 * 280 + 200]
    for cell in cells:
        np.testing.assert_allclose(
            ask_tutela(level, cell), ask_skimage(level, cell), rtol=1e-4, atol=1e-6, equal_nan=True
        )


def test_real_events_and_sites_are_all_accounted_for(real_ground, shared):
    today = date(2026, 1, 1)
    events = read_events(shared / "ged" / "ged231_car_1989_2022.csv", today=today).table
    sites = staffed_rows(read_sites(shared / "presence" / "geopko_v2.1_full.csv.gz", today=today).table)
    spec = VicinitySpec((30.0, 120.0, 360.0, 1440.0), None, date(2020, 12, 31), unit="min")
    surface = real_ground.surface
    travel = compute_travel(surface, find_starts(sites), 1440.0, find_wanted(events, spec, surface.grid))
    report = vicinity_json(compute_travel_vicinity(events, sites, spec, travel), events)
    inside = [ring["events_inside"] for ring in report["rings"]]
    assert inside == sorted(inside)
    assert inside[0] > 0
    for ring in report["rings"]:
        counted = ring["events_inside"] + ring["events_outside"] + ring["unplaceable"]["events"]
        assert counted + sum(report["excluded"].values()) == report["input"] == len(events)
