"""From layers to a surface, and from a surface to tables and back."""

import numpy as np
import pytest

from tutela.data.store.artifacts import Store
from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem
from tutela.studies.reaches import ReachSpec, study_reach, travel_columns, travel_to_h3
from tutela.studies.surfaces import (
    SurfaceSpec,
    build_surface,
    describe_surface,
    load_surface,
    restore_surface,
    surface_files,
)

BOX = (0.0, 0.0, 1.0, 1.0)


@pytest.fixture
def cover(write_raster):
    """Savanna everywhere, an unknown class in the first cell, a gap in the second."""
    values = np.full((10, 10), 9, np.uint8)
    values[0, :2] = [99, 255]
    return write_raster("cover.tif", values, nodata=255)


def spec(cover, **changes):
    return SurfaceSpec(
        **{"landcover": cover, "bbox": BOX, "cell_deg": 0.1, "mode": "motorised", "season": "dry"} | changes
    )


def test_a_bare_surface_says_all_that_it_lacks(cover):
    study = build_surface(spec(cover))
    said = " ".join(study.report["limits"])
    assert study.report["unknown_classes"] == [99]
    assert study.report["shares"]["gap"] == pytest.approx(0.01)
    assert study.report["impassable_or_unknown"] == pytest.approx(0.02)
    for words in ("No road", "lakes, rivers, slope", "classes 99", "nothing for 1.0%", "8 %"):
        assert words in said
    assert list(study.report["inputs"]) == ["landcover"]


def test_every_layer_has_its_part(cover, write_geojson, write_raster):
    roads = write_geojson(
        "roads.geojson",
        ("LineString", [[0, 0.55], [1, 0.55]], {"highway": "primary"}),
        ("LineString", [[0.55, 0.55], [0.55, 0.75]], {"highway": "mystery"}),
        ("LineString", [[0.15, 0.35], [0.15, 0.95]], {"highway": "footway"}),
        ("LineString", [[30, 30], [31, 31]], {"highway": "primary"}),
    )
    lakes = write_geojson("lakes.geojson", ("Polygon", [[[0.8, 0], [1, 0], [1, 0.2], [0.8, 0.2], [0.8, 0]]], {}))
    rivers = write_geojson("rivers.geojson", ("LineString", [[0.35, 0], [0.35, 1]], {}))
    slope = write_raster("slope.tif", np.full((10, 10), 10, np.float32))
    study = build_surface(
        spec(cover, roads=roads, lakes=lakes, rivers=rivers, slope=slope, road_class="track", river_minutes=np.nan)
    )
    friction = study.surface.friction
    assert friction[4, 0] == pytest.approx(60 / 50_000)
    assert friction[3, 5] == pytest.approx(60 / 15_000)
    assert np.isnan(friction[9, 9])
    assert np.isnan(friction[9, 3])
    assert friction[4, 3] == pytest.approx(60 / 50_000)  # where the road crosses the river
    assert friction[9, 0] > 60 / 4860
    assert study.report["roads"] == {
        "lines": 4,
        "lines_in_box": 3,
        "skipped_features": 0,
        "without_known_class": 1,
        "by_class": {"path": 1, "track": 1, "primary": 1},
    }
    assert study.report["river_minutes"] is None
    assert set(study.report["inputs"]) == {"landcover", "roads", "lakes", "rivers", "slope"}


def test_few_roads_are_told(cover, write_geojson):
    roads = write_geojson("roads.geojson", ("LineString", [[0.05, 0.05], [0.06, 0.05]], {"highway": "track"}))
    assert any("main roads alone" in text for text in build_surface(spec(cover, roads=roads)).report["limits"])


def test_the_wet_season_is_slower(cover):
    dry, wet = (build_surface(spec(cover, season=season)).surface for season in ("dry", "wet"))
    assert wet.crossing_minutes > dry.crossing_minutes


@pytest.mark.parametrize(
    ("changes", "code", "where"),
    [
        ({"road_class": "runway"}, "option-invalid", "road-class"),
        ({"mode": "boat"}, "option-invalid", "mode"),
        ({"river_minutes": -1.0}, "option-invalid", "river-minutes"),
        ({"bbox": (170.0, 0.0, -170.0, 1.0)}, "option-invalid", "bbox"),
        ({"bbox": (50.0, 50.0, 51.0, 51.0)}, "surface-unusable", "cover.tif"),
    ],
)
def test_what_cannot_be_built_is_refused(cover, changes, code, where):
    with pytest.raises(Problem) as caught:
        build_surface(spec(cover, **changes))
    assert (caught.value.code, caught.value.where.rpartition("/")[2]) == (code, where)


def test_a_raster_of_other_values_is_no_land_cover(write_raster):
    path = write_raster("heights.tif", np.full((10, 10), 311.5, np.float32))
    with pytest.raises(Problem, match="no classes") as caught:
        build_surface(spec(path))
    assert caught.value.code == "surface-unusable"


def test_a_surface_comes_back_from_its_file_and_from_the_store(cover, tmp_path):
    surface = build_surface(spec(cover)).surface
    files = surface_files(build_surface(spec(cover)))
    (tmp_path / "friction.tif").write_bytes(files["friction.tif"])
    loaded = load_surface(tmp_path / "friction.tif")
    assert loaded.digest == surface.digest
    assert (loaded.mode, loaded.season) == ("motorised", "dry")
    store = Store(tmp_path / "store")
    manifest = store.write(*describe_surface(loaded))
    reader = Principal("reader", Marking.UNCLASSIFIED)
    restored = restore_surface(store, manifest, reader)
    assert restored.digest == surface.digest
    assert restored.grid == surface.grid


def test_a_raster_of_zero_is_no_surface(write_raster):
    with pytest.raises(Problem) as caught:
        load_surface(write_raster("zero.tif", np.zeros((3, 3), np.float32)))
    assert caught.value.code == "surface-unusable"


def test_a_friction_raster_of_others_is_taken_without_its_words(write_raster):
    surface = load_surface(write_raster("map.tif", np.full((3, 3), 0.01, np.float32)))
    assert (surface.mode, surface.season) == ("not stated", "not stated")


def test_reach_names_every_site_and_why_it_cannot_set_out(flat, make_sites):
    sites = make_sites(
        {"lon": 0.05, "lat": 0.0},
        {"lon": 40.0, "lat": 0.0},
        {"lon": 0.25, "lat": 0.0, "closed": "2016-01-01"},
    )
    everything, report = study_reach(sites, flat(), ReachSpec(120))
    assert [site["reason"] for site in report["sites"]] == [None, "outside-surface", None]
    from datetime import date

    travel, report = study_reach(sites, flat(), ReachSpec(120, date(2018, 1, 1)))
    assert [site["site_id"] for site in report["sites"]] == ["site_id-0", "site_id-1"]
    assert len(travel.table) < len(everything.table)
    cells = report["sites"][0]["cells"]
    assert report["sites"][0]["km2"] == pytest.approx(cells * 123.64, rel=1e-3)
    assert report["rows"] == len(travel_columns(travel)["minutes"])


def test_reach_by_air_needs_a_landing_site(flat, make_sites):
    spec_air = ReachSpec(1000, aircraft="helicopter")
    sites = make_sites({"lon": 0.05, "lat": 0.0, "air": 1}, {"lon": 0.25, "lat": 0.0, "air": 0})
    travel, _ = study_reach(sites, flat(), spec_air)
    assert dict(travel.accounting.excluded) == {"no-landing-site": 1}
    assert travel.table.minutes.min() == pytest.approx(60, abs=1)
    with pytest.raises(Problem, match="no-landing-site: 1"):
        study_reach(make_sites({"lon": 0.05, "lat": 0.0, "air": 0}), flat(), spec_air)


def test_no_site_on_the_surface_is_refused(flat, make_sites):
    with pytest.raises(Problem) as caught:
        study_reach(make_sites({"lon": 50.0, "lat": 0.0}), flat(), ReachSpec(120))
    assert caught.value.code == "nothing-to-study"


def test_hexagons_keep_the_fewest_minutes_of_each_site(flat, make_sites):
    travel, _ = study_reach(
        make_sites({"lon": 0.05, "lat": 0.0}, {"lon": 0.45, "lat": 0.0}), flat(), ReachSpec(1e5)
    )
    coarse = travel_to_h3(travel, 2)
    cells = travel_columns(travel)
    for site_id in ("site_id-0", "site_id-1"):
        best = coarse["minutes"][coarse["site_id"] == site_id]
        assert best.min() == cells["minutes"][cells["site_id"] == site_id].min() == 0.0
    fine = travel_to_h3(travel, 9)
    assert len(fine["h3"]) == len(travel.table)
    assert len(coarse["h3"]) < len(fine["h3"])
    assert len(set(zip(coarse["site_id"].tolist(), coarse["h3"].tolist(), strict=True))) == len(coarse["h3"])


@pytest.mark.parametrize("resolution", [-1, 16])
def test_hexagons_of_no_resolution_are_refused(flat, make_sites, resolution):
    travel, _ = study_reach(make_sites({"lon": 0.05, "lat": 0.0}), flat(), ReachSpec(10))
    with pytest.raises(Problem, match="no resolution"):
        travel_to_h3(travel, resolution)
