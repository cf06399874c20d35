"""The invented country as files that a user would bring."""

from __future__ import annotations

import csv
import json
import tomllib

import numpy as np
import polars as pl
import pytest
import rasterio

from tutela.data.sources.events import read_events
from tutela.data.sources.presence import read_sites
from tutela.kernel.problems import Problem
from tutela.kernel.tables import PERPETRATORS, VIOLENCE
from tutela.studies.invented.files import load_presences_file, write_country


@pytest.fixture(scope="module")
def files(small, tmp_path_factory):
    paths = write_country(small, tmp_path_factory.mktemp("out") / "invented")
    return {path.name: path for path in paths}


def test_every_file_says_invented(files):
    assert len(files) == 20
    for name, path in files.items():
        assert name.startswith("invented-")
        if path.suffix == ".csv":
            with path.open(encoding="utf-8", newline="") as lines:
                rows = list(csv.DictReader(lines))
            assert rows
            assert {row["invented"] for row in rows} == {"yes"}
        elif path.suffix == ".tif":
            with rasterio.open(path) as raster:
                assert raster.tags()["invented"] == "yes"
                assert "no place, person or event is real" in raster.tags()["attribution"]
        elif path.suffix == ".toml":
            text = path.read_text("utf-8")
            assert tomllib.loads(text)["invented"] is True
            assert "no place, cost, chance or distance here stands for a real one" in text
        else:
            whole = json.loads(path.read_text("utf-8"))
            assert whole["invented"] is True
            assert "no place, person or event is real" in whole["attribution"]
            if "features" in whole:
                assert all(feature["properties"]["invented"] is True for feature in whole["features"])


def test_events_are_written_as_they_are(small, files):
    frame = pl.read_csv(files["invented-events.csv"], infer_schema_length=None)
    events = small.events
    assert frame["event_id"].to_list() == events.event_id.tolist()
    assert np.array_equal(frame["lon"].to_numpy(), events.lon)
    assert np.array_equal(frame["lat"].to_numpy(), events.lat)
    for name in ("best", "low", "high", "civilians", "precision"):
        assert frame[name].to_list() == getattr(events, name).astype(int).tolist()
    assert frame["date"].to_list() == events.day.astype(str).tolist()
    assert frame["date_end"].to_list() == events.day_end.astype(str).tolist()
    assert [VIOLENCE.index(word) for word in frame["violence"]] == events.violence.tolist()
    assert [PERPETRATORS.index(word) for word in frame["perpetrator"]] == events.perpetrator.tolist()
    assert frame["adm_2"].fill_null("").to_list() == events.adm_2.tolist()


def test_events_and_sites_read_back_are_those_that_were_written(small, files):
    for reading, table in (
        (read_events(files["invented-events.csv"], today=small.last_day), small.events),
        (read_sites(files["invented-sites.csv"], today=small.last_day), small.sites),
    ):
        assert reading.origin.invented
        assert reading.accounting.placed == reading.accounting.input == len(table)
        for name, column in table.columns().items():
            assert _is_same(getattr(reading.table, name), column), name


def _is_same(column, other):
    if column.dtype.kind in "fM":
        return np.array_equal(column, other, equal_nan=True)
    return np.array_equal(column, other)


def test_unknown_people_are_written_as_nothing_and_not_as_zero(small, files):
    with files["invented-sites.csv"].open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for name in ("military", "police", "civilian"):
        unknown = [row[name] == "" for row in rows]
        assert unknown == np.isnan(getattr(small.sites, name)).tolist()
    assert [row["air"] for row in rows] == [{-1: "", 0: "0", 1: "1"}[code] for code in small.sites.air.tolist()]


def test_presences_read_back_are_the_presences(small, files):
    assert load_presences_file(files["invented-presences.json"]) == small.presences


def test_outlines_are_closed_and_carry_their_names(small, files):
    regions = json.loads(files["invented-regions.geojson"].read_text("utf-8"))["features"]
    assert len(regions) == len(small.provinces) + len(small.districts)
    assert all(feature["properties"]["invented"] for feature in regions)
    coast = json.loads(files["invented-coast.geojson"].read_text("utf-8"))["features"]
    assert len(coast) == len(small.land)
    for feature in (*regions, *coast):
        for polygon in feature["geometry"]["coordinates"]:
            assert polygon[0][0] == polygon[0][-1]


def test_writing_again_gives_the_same_bytes(small, files, tmp_path):
    for path in write_country(small, tmp_path / "again"):
        assert path.read_bytes() == files[path.name].read_bytes()


def test_a_folder_of_somebody_else_is_left_as_it_is(small, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(Problem) as caught:
        write_country(small, tmp_path)
    assert caught.value.code == "out-not-writable"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("content", [None, "{", "[]", '{"presences": [{"name": "x"}]}', '{"presences": [1]}'])
def test_a_file_that_is_no_list_of_presences_is_named(content, tmp_path):
    path = tmp_path / "invented-presences.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(Problem) as caught:
        load_presences_file(path)
    assert caught.value.code == "file-unreadable"
    assert caught.value.where == str(path)
