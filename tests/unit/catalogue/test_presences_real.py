"""Every mission that Geo-PKO names is in the register."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tutela.catalogue.countries import find_countries
from tutela.catalogue.presences import find_presence

FILES = ("geopko_v2.1_full.csv.gz", "geopko_FrontMap_v.2.3.csv")


@pytest.mark.parametrize("file", FILES)
def test_every_mission_of_geopko_is_known_and_was_where_the_register_says(shared: Path, file: str) -> None:
    frame = pl.read_csv(shared / "presence" / file, infer_schema=False, encoding="utf8-lossy", has_header=False)
    header = [str(name).lower() for name in frame.row(0)]
    columns = [frame.columns[header.index(name)] for name in ("mission", "country")]
    pairs = frame.slice(1).select(columns).unique().rows()
    missions = {mission for mission, _ in pairs}
    assert len(missions) == 52
    for mission in missions:
        found = find_presence(mission)
        assert found is not None, mission
        seen = {country.iso3 for name, cell in pairs if name == mission for country in find_countries(cell)}
        assert seen & set(found.hosts), mission
