"""Minutes over a surface in place of a table of them: the same pairs, and who stands off is counted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import rasterio
from rasterio.transform import Affine

from tutela.engine.reach.friction import Surface
from tutela.engine.reach.traveltime import travel_obviously
from tutela.kernel.grids import Grid
from tutela.kernel.problems import Problem
from tutela.studies.siting_specs import read_spec
from tutela.studies.siting_tables import read_tables
from tutela.studies.sitings import SitingCase

GRID = Grid(10.0, 5.0, 0.01, 0.01, 20, 20)


@pytest.fixture
def ground(tmp_path: Path) -> Path:
    """Two sites on land and one in a lake; points on land, in the lake and outside; minutes per metre."""
    friction = np.full((20, 20), 0.01, np.float32)
    friction[:, 10] = np.nan
    with rasterio.open(
        tmp_path / "ground.tif", "w", driver="GTiff", height=20, width=20, count=1, dtype="float32",
        crs="EPSG:4326", transform=Affine(0.01, 0, 10.0, 0, -0.01, 5.0), nodata=float("nan"),
    ) as file:  # fmt: skip
        file.write(friction, 1)
    (tmp_path / "sites.csv").write_text(
        "site_id,type,lon,lat,cost_money\nA,post,10.025,4.925,1\nB,post,10.155,4.925,1\nL,post,10.105,4.925,1\n",
        "utf-8",
    )
    (tmp_path / "points.csv").write_text(
        "point_id,lon,lat,weight\na,10.045,4.925,5\nb,10.175,4.905,7\nlake,10.105,4.855,9\nfar,11.5,4.9,11\n",
        "utf-8",
    )
    (tmp_path / "spec.toml").write_text(
        '[demand]\nfile = "points.csv"\n[candidates]\nfile = "sites.csv"\n[cover]\nwithin_min = 60\n'
        'surface = "ground.tif"\n[objective]\nkind = "classical"\n[budget]\nmoney = 2\n',
        "utf-8",
    )
    return tmp_path


def test_pairs_are_those_of_the_obvious_search_and_who_stands_off_is_counted(ground: Path) -> None:
    spec = read_spec(ground / "spec.toml")
    tables = read_tables(spec, ground)
    assert tables.pairs is not None
    friction = np.full((20, 20), 0.01, np.float32)
    friction[:, 10] = np.nan
    expected = {}
    for site, lon, lat in (("A", 10.025, 4.925), ("B", 10.155, 4.925)):
        start = int(GRID.find_cells(np.array([lon]), np.array([lat]))[0])
        minutes = travel_obviously(Surface(GRID, friction), start, 60.0).ravel()
        for point, x, y in (("a", 10.045, 4.925), ("b", 10.175, 4.905)):
            there = minutes[int(GRID.find_cells(np.array([x]), np.array([y]))[0])]
            if not np.isnan(there):
                expected[site, point] = there
    found = {(site, point): minutes for site, point, minutes in tables.pairs.rows()}
    assert found == pytest.approx(expected, abs=1e-3)
    assert set(found) == {("A", "a"), ("B", "b")}  # the lake lies between
    by_what = {account.step: account for account in tables.accounts}
    assert by_what["points"].excluded == {"outside-surface": 1, "on-impassable-cell": 1}
    assert sum(sum(account.excluded.values()) for account in tables.accounts) == 3
    case = SitingCase.of(spec, tables)
    assert case.siting.cover.values(np.array([1.0, 1.0, 1.0])).sum() == 12.0


def test_a_surface_elsewhere_and_a_table_besides_are_refused(ground: Path) -> None:
    spec = ground / "spec.toml"
    frame = pl.read_csv(ground / "sites.csv").with_columns(pl.col("lon") + 90)
    frame.write_csv(ground / "sites.csv")
    with pytest.raises(Problem) as caught:
        read_tables(read_spec(spec), ground)
    assert caught.value.code == "nothing-to-study"
    assert "Of 3 sites 0" in caught.value.message
    spec.write_text(spec.read_text("utf-8").replace("surface =", 'minutes = "m.csv"\nsurface ='), "utf-8")
    with pytest.raises(Problem) as caught:
        read_spec(spec)
    assert caught.value.where == "cover.minutes"
