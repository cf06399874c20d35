"""What a statement says of the way and of the people near it, and what it says where it cannot."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tutela.engine.reach.friction import Surface
from tutela.engine.reach.travel_rings import compute_travel_vicinity, find_starts
from tutela.engine.reach.traveltime import compute_travel
from tutela.engine.reach.vicinity import VicinitySpec
from tutela.engine.statement.claims import plain_text
from tutela.kernel.digests import content_digest
from tutela.kernel.grids import Grid
from tutela.kernel.manifests import Manifest
from tutela.studies.people_near import PeopleSpec, study_people
from tutela.studies.people_sources import PeopleFiles
from tutela.studies.statements import compose_statement, draw_statement_map

RINGS = (5.0, 30.0, 50.0, 100.0)


def lay_minutes(world, sources, west=19.9, mode="motorised", season="dry"):
    grid = Grid(west, 6.0, 0.02, 0.02, 75, 10)
    friction = np.full(grid.shape, 0.001, dtype=np.float32)
    friction[43] = np.nan  # 5.13 north: nobody gets across
    surface = Surface(grid, friction, mode, season)
    spec = VicinitySpec((30.0, 120.0, 360.0, 1440.0), None, sources.as_of, unit="min")
    travel = compute_travel(surface, find_starts(sources.sites), spec.widest_km)
    minutes = compute_travel_vicinity(sources.events, sources.sites, spec, travel)
    artifacts = {**sources.artifacts, "minutes": "1" * 64, "surface": "2" * 64}
    return replace(sources, minutes=minutes, surface=surface, artifacts=artifacts)


def count_people(sources, tmp_path, **changes):
    path = tmp_path / "towns.csv"
    path.write_text(
        "place_id,name,lon,lat,country,people\n1,Town,20.0,5.01,CAF,4321\n2,Village,20.0,5.2,CAF,\n3,Far,30,5,CAF,9\n"
    )
    table = tmp_path / "units_2019.csv"
    table.write_text("adm1_pcode,adm1_name,T_TL\nCF1,One,60000\nCF2,Two,40000\n")
    kept = Manifest("sites", "sites", content_digest(sources.sites.columns()))
    spec = PeopleSpec(sources.as_of, RINGS, ("M",), ("CAF",))
    files = PeopleFiles(**{"people": (table,), "places": (path,), **changes})
    study = study_people(files, sources.sites, kept, spec)
    return replace(sources, people=study, artifacts={**sources.artifacts, "people": study.manifest.content})


def read(document, key):
    section = next((section for section in document.sections if section.key == key), None)
    return "" if section is None else " ".join(plain_text(text, document) for text in section.texts())


def test_without_sources_the_statement_says_that_it_has_none(world):
    document = compose_statement(world.sources())
    assert {"minutes", "people"}.isdisjoint(section.key for section in document.sections)
    assert "no source of people was brought" in read(document, "unknown")
    assert "holds no travel times" in read(document, "response")


def test_what_is_near_on_the_map_and_far_by_road_stands_in_the_answer(world):
    document = compose_statement(lay_minutes(world, world.sources()))
    text = read(document, "minutes")
    assert "by vehicle in the dry season" in text
    assert "nothing here promises that anybody may move" in text
    assert document.figures["far_V2_life_events"].printed == "at least 2 events"
    assert document.figures["far_share_life"].printed == "50 %"
    assert document.figures["nearest_min_life"].printed == "4 minutes (median; 2-1,440)"
    assert "not within 120 minutes by vehicle in the dry season" in read(document, "answer")
    assert "travel time is not an arrival" in read(document, "response")
    assert draw_statement_map(lay_minutes(world, world.sources()), document).startswith("<svg")


def test_the_account_by_minutes_adds_up_to_the_events_read(world):
    document = compose_statement(lay_minutes(world, world.sources()))
    figures = document.figures
    parts = [
        figure.estimate.mid
        for key, figure in figures.items()
        if key.startswith(("account_min_", "excluded_min_")) and key != "account_min_input"
    ]
    assert sum(parts) == figures["account_min_input"].estimate.mid == 10
    assert any(key.startswith("excluded_min_") for key in figures)


@pytest.mark.parametrize(
    ("mode", "season", "words"),
    [("foot", "wet", "on foot in the wet season"), ("not stated", "not stated", "does not state")],
)
def test_the_way_of_travelling_is_named_or_said_to_be_unknown(world, mode, season, words):
    document = compose_statement(lay_minutes(world, world.sources(), mode=mode, season=season))
    assert words in read(document, "minutes")


def test_sites_beyond_the_surface_are_said_and_no_minute_is_printed(world):
    sites = world.sites()
    away = replace(sites, lon=np.full(len(sites), 25.0))
    document = compose_statement(lay_minutes(world, world.sources(sites=away)))
    assert "gap in the surface, not a finding" in read(document, "minutes")
    assert not any(key.startswith(("min_", "far_")) for key in document.figures)
    assert "holds no travel times" in read(document, "response")
    one = replace(sites, lon=np.array([20.0, 25.0]))
    text = read(compose_statement(lay_minutes(world, world.sources(sites=one))), "minutes")
    assert "Left out, of 2 places where sites ever stood: 1 place (outside surface: 1)." in text


def test_no_minute_is_printed_where_another_state_is_the_danger(world):
    rows = [(*row[:5], "other_state", *row[6:]) for row in world.rows]
    document = compose_statement(lay_minutes(world, world.sources(events=world.events(rows))))
    assert read(document, "minutes") == ""
    assert "this statement prints none" in read(document, "response")
    assert not any(key.startswith("min_") for key in document.figures)


def test_people_are_a_range_by_named_sources_and_nobody_is_called_protected(world, tmp_path):
    document = compose_statement(count_people(world.sources(), tmp_path))
    text = read(document, "people")
    assert document.figures["people_5"].printed == "at least 4,320 people"
    assert "In all of Central African Republic" in text
    assert "100,000 people" in text
    assert "no outlines of its units" in text
    assert "not people protected" in read(document, "unknown")
    assert "who fled, returned, was born or died" in read(document, "unknown")
    assert "at least 4,320 people" in read(document, "answer")
    assert not re.search(r"people protected(?! )", text)
    assert "towns" in document.figures["people_30"].basis


def test_a_coarse_raster_and_a_raster_elsewhere_say_so(world, tmp_path, write_people_raster):
    near = write_people_raster(tmp_path / "model_2020.tif", [[500.0] * 20] * 20, west=19.0, north=6.0)
    far = write_people_raster(tmp_path / "elsewhere_2020.tif", [[5.0]], west=100.0, north=6.0)
    sources = count_people(
        world.sources(), tmp_path, people=(near, far), per_value=(1.0,), because=("the maker says so",)
    )
    document = compose_statement(sources)
    text = read(document, "people")
    assert "wider than 5 km" in text
    assert "model_2020: speaks for 2020" in text
    assert "elsewhere_2020.tif has no number of people where the sites are" in read(document, "unknown")
    assert document.figures["people_30_by_0"].estimate is not None
    assert document.figures["people_30"].estimate.high >= 4321


def test_no_open_site_or_no_site_at_all_counts_nobody(world, tmp_path):
    closed = world.sources(sites=world.sites(closed=("2019-01-01", "2019-01-01")))
    assert "No site stood open on this day" in read(compose_statement(count_people(closed, tmp_path)), "people")
    none = world.sources(sites=world.no_sites())
    document = compose_statement(count_people(none, tmp_path))
    assert "has none of this presence" in read(document, "people")
    assert "no source of people" not in read(compose_statement(none), "unknown")
    assert not any(re.fullmatch(r"people_\d+", key) for key in document.figures)


def test_sources_without_any_number_near_say_so(world, tmp_path):
    table = Path(tmp_path / "other_2020.csv")
    table.write_text("adm1_pcode,adm1_name,T_TL\nTD1,One,60000\n")
    document = compose_statement(count_people(world.sources(), tmp_path, people=(table,), places=()))
    text = read(document, "people")
    assert "None of the sources has a number of people near the sites." in text
    assert "has no row of Central African Republic" in text
    assert date(2020, 12, 31) == document.as_of
