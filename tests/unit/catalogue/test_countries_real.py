"""Every country that the real files name is known."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tutela.catalogue.countries import find_by_gw, find_countries, find_country

GED = (
    ("ged/ged231_car_1989_2022.csv", "country", "country_id"),
    ("ged/GEDEvent_v23_0_10.csv", "country", "country_id"),
    ("ged/hdx_conflict_data_BGD_hxl.csv", "country", "country_id"),
    ("ged/organizedviolencecy_v25_1.csv", "country_cy", "country_id_cy"),
)
GEOPKO = (
    "geopko_v2.0_full.csv.gz",
    "geopko_v2.1_full.csv.gz",
    "geopko_FrontMap_v.2.3.csv",
)
MAPS = ("ne_10m_admin0_missions_and_neighbours.geojson", "ne_110m_admin_0_countries.geojson")


def read_pairs(path: Path, *columns: str) -> set[tuple[str, ...]]:
    """Distinct values; headers differ in case between releases, HXL rows of hashtags are passed over."""
    frame = pl.read_csv(path, infer_schema=False, encoding="utf8-lossy", has_header=False)
    header = [str(name).lower() for name in frame.row(0)]
    places = [header.index(column) for column in columns]
    rows = frame.slice(1).select([frame.columns[place] for place in places]).unique().rows()
    return {row for row in rows if not str(row[0]).startswith("#")}


@pytest.mark.parametrize(("file", "name", "number"), GED)
def test_every_name_of_ucdp_is_the_country_of_its_number(shared: Path, file: str, name: str, number: str) -> None:
    pairs = read_pairs(shared / file, name, number)
    assert pairs
    for text, code in pairs:
        by_name, by_number = find_country(text), find_by_gw(int(code))
        assert by_name is not None, text
        assert by_name is by_number, (text, code)


def test_every_country_of_the_precise_places_is_known(shared: Path) -> None:
    frame = pl.read_parquet(shared / "ged/ged211_global_whereprec12_1989_2020.parquet", columns=["country"])
    names = frame["country"].unique().to_list()
    assert len(names) > 100
    assert [name for name in names if find_country(name) is None] == []


def test_every_government_of_the_actors_is_known(shared: Path) -> None:
    numbers = {
        part.strip()
        for (cell,) in read_pairs(shared / "ged/ucdp-actor-221.csv", "gwnoloc")
        for part in (cell or "").split(",")
    }
    assert [number for number in sorted(numbers - {""}) if find_by_gw(int(number)) is None] == []


@pytest.mark.parametrize("file", GEOPKO)
def test_every_country_of_geopko_is_known(shared: Path, file: str) -> None:
    names = {name for (name,) in read_pairs(shared / "presence" / file, "country")}
    assert len(names) > 30
    assert [name for name in names if not find_countries(name)] == []


@pytest.mark.parametrize("file", MAPS)
def test_every_country_of_natural_earth_is_known(shared: Path, file: str) -> None:
    shapes = json.loads((shared / "geo" / file).read_text(encoding="utf-8"))["features"]
    for shape in shapes:
        seen = {name.upper(): value for name, value in shape["properties"].items()}
        by_map = find_country(seen["ADM0_A3"])
        assert by_map is not None, seen["ADM0_A3"]
        if seen["ISO_A3"] != "-99":
            assert by_map is find_country(seen["ISO_A3"])
            assert by_map.ne_a3 == seen["ADM0_A3"]
