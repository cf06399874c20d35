"""Travel times against scikit-image on the same raster, against known arcs, and on real ground."""

from dataclasses import fields
from datetime import date

import numpy as np
import pytest
import shapely
from skimage.graph import MCP_Geometric

from tutela.data.areas import read_areas
from tutela.data.pcodes import read_pcodes
from tutela.data.sources.events import read_events
from tutela.data.sources.presence import read_sites
from tutela.engine.people.travel_areas import find_fewest, lay_travel, reach_area
from tutela.engine.presence.strength import staffed_rows
from tutela.engine.reach.air_rings import compute_air_vicinity
from tutela.engine.reach.flights import Aircraft
from tutela.engine.reach.friction import Surface
from tutela.engine.reach.rings import vicinity_json
from tutela.engine.reach.travel_rings import compute_travel_vicinity, find_starts, find_wanted
from tutela.engine.reach.traveltime import Starts, compute_travel, travel_obviously
from tutela.engine.reach.vicinity import VicinitySpec
from tutela.kernel.grids import Grid
from tutela.kernel.tables import Events, Sites
from tutela.studies.area_reaches import AreaInputs, study_areas
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


def make_table(kind, n, **columns):
    """A table of n rows; what is not given is empty, zero or not a day."""
    blank = {"float64": 0.0, "datetime64[D]": "NaT"}
    types = dict.fromkeys(("lon", "lat", "best", "low", "high", "civilians"), "float64")
    types |= dict.fromkeys(("military", "police", "civilian"), "float64")
    types |= dict.fromkeys(("day", "day_end", "opened", "closed"), "datetime64[D]")
    types |= dict.fromkeys(("precision", "violence", "perpetrator", "air"), "int8")
    types |= {"source_file": "int16", "source_line": "int32"}
    made = {}
    for item in fields(kind):
        dtype = types.get(item.name, "str")
        value = columns.get(item.name, blank.get(dtype, 0 if dtype.startswith("int") else ""))
        made[item.name] = np.full(n, value, dtype=dtype) if np.ndim(value) == 0 else np.asarray(value).astype(dtype)
    return kind(**made)


@pytest.mark.parametrize("seed", range(3))
def test_rings_by_minutes_equal_those_of_scikit_image(seed):
    """Every pair of site and event, its minutes to 1e-4, and the count of each ring."""
    surface = make_surface(0.0, 0.01, seed=seed)
    dice = np.random.default_rng(seed + 100)
    passable = np.flatnonzero(~np.isnan(surface.friction.ravel()))
    at_sites, at_events = dice.choice(passable, 6, replace=False), dice.choice(passable, 400)
    theirs = np.array([ask_skimage(surface, cell).ravel()[at_events] for cell in at_sites.tolist()])
    rings = tuple(np.nanquantile(theirs.min(axis=0), (0.1, 0.4, 0.8, 0.95)).round(1).tolist())
    near_edge = np.min(np.abs(theirs[:, :, None] / np.array(rings) - 1), initial=np.inf)
    assert near_edge > 1e-7  # no event so near to a ring's edge that rounding decides

    day, everywhere = "2015-06-10", np.arange(400)
    lon, lat = surface.grid.centres(at_events)
    names = np.char.add("e", everywhere.astype(str))
    events = make_table(Events, 400, event_id=names, lon=lon, lat=lat, day=day, precision=1)
    lon, lat = surface.grid.centres(at_sites)
    ids = np.char.add("s", np.arange(6).astype(str))
    sites = make_table(Sites, 6, site_id=ids, mission="M", lon=lon, lat=lat, opened="2015-01-01", military=1)
    spec = VicinitySpec(rings, None, date(2020, 1, 1), unit="min")
    travel = compute_travel(surface, find_starts(sites), rings[-1], find_wanted(events, spec, surface.grid))
    found = compute_travel_vicinity(events, sites, spec, travel)

    ours = np.full(theirs.shape, np.nan)
    ours[found.pairs.site, found.pairs.event] = found.pairs.distance_km
    np.testing.assert_allclose(ours, np.where(theirs <= rings[-1], theirs, np.nan), rtol=1e-4, atol=1e-6)
    for ring in vicinity_json(found, events)["rings"]:
        within = theirs <= ring["within_min"]
        assert ring["events_inside"] == within.any(axis=0).sum() > 0
        assert ring["pairs"] == within.sum()
        assert [site["events"] for site in ring["sites"]] == within.sum(axis=1).tolist()


@pytest.mark.parametrize(
    ("one", "other", "arc_km"),
    [
        ((0.0, 0.0), (0.0, 90.0), np.pi / 2 * 6_371.0088),  # from the equator to the pole
        ((0.0, 0.0), (90.0, 0.0), np.pi / 2 * 6_371.0088),
        ((0.0, 60.0), (180.0, 60.0), np.pi / 3 * 6_371.0088),  # over the pole
        ((179.5, 0.0), (-179.5, 0.0), np.pi / 180 * 6_371.0088),  # over the antimeridian
        # The worked example of the haversine formula, Nashville to Los Angeles, on a sphere of 6372.8 km.
        ((-86.67, 36.12), (-118.40, 33.94), 2887.2599506071 * 6_371.0088 / 6372.8),
    ],
)
def test_minutes_by_air_are_those_of_known_arcs(one, other, arc_km):
    aircraft = Aircraft("jet", 30.0, 600.0, 20_000.0)
    events = make_table(Events, 1, event_id=["e"], lon=[other[0]], lat=[other[1]], day="2015-06-10", precision=1)
    sites = make_table(
        Sites, 1, site_id=["s"], mission="M", lon=[one[0]], lat=[one[1]], opened="2015-01-01", military=1, air=1
    )
    spec = VicinitySpec((5000.0,), None, date(2020, 1, 1), unit="min")
    minutes = compute_air_vicinity(events, sites, spec, aircraft).pairs.distance_km
    assert minutes == pytest.approx([30 + arc_km / 10], rel=2e-6)


def test_shares_of_a_country_equal_counting_points_one_by_one(real_ground, shared):
    areas = read_areas(shared / "geo" / "ne_10m_admin0_missions_and_neighbours.geojson").areas
    shape = next(area.shape for area in areas if area.unit.country == "CAF")
    starts = Starts(np.array(["a", "b"]), np.array([18.56, 22.78]), np.array([4.37, 5.74]))
    travel = compute_travel(real_ground.surface, starts, 720.0)
    found = reach_area(lay_travel(travel, (120.0, 360.0, 720.0)), shape)

    lon, lat = (axis.ravel() for axis in np.meshgrid(np.arange(14.005, 28, 0.01), np.arange(2.005, 11.5, 0.01)))
    inside = shapely.contains_xy(shape, lon, lat)
    lon, lat = lon[inside], lat[inside]
    weight = np.cos(np.radians(lat)) * (METRES_PER_DEGREE / 1000 * 0.01) ** 2
    cells = travel.grid.find_cells(lon, lat)
    minutes = find_fewest(travel)[cells]
    assert found.km2.whole == pytest.approx(weight.sum(), rel=1e-4)
    assert found.km2.whole == pytest.approx(620_000, rel=0.01)  # 622,984 square kilometres in the yearbooks
    assert found.km2.not_covered == pytest.approx(weight[~travel.passable[cells]].sum(), rel=1e-2)
    counted = [weight[minutes <= limit].sum() for limit in (120.0, 360.0, 720.0)]
    assert found.km2.within == pytest.approx(counted, rel=1e-3)


def test_every_province_of_a_real_country_is_covered_in_part_or_not_at_all(real_ground, shared):
    areas = read_areas(shared / "geo" / "geoBoundaries-SDN-ADM1.geojson").areas
    listed = read_pcodes(shared / "geo" / "hdx_global_pcodes_adm_1_2.csv").units
    travel = compute_travel(
        real_ground.surface, Starts(np.array(["a"]), np.array([22.78]), np.array([5.74])), 360.0
    )
    units = study_areas(travel, AreaInputs(areas, listed, within_min=(360.0,)))
    drawn = [unit for unit in units if unit.found is not None]
    assert len(drawn) == len(areas)
    assert {unit.status for unit in drawn} == {"not covered", "partly covered"}
    assert sum(unit.pcode_by == "name" for unit in drawn) > len(drawn) / 2
    whole = sum(unit.found.km2.whole for unit in drawn)
    assert whole == pytest.approx(1_860_000, rel=0.03)
