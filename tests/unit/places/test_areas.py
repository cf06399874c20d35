"""Units and their ground: known by their properties, refused in another projection, never coded by guess."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tutela.data.areas import AdminUnit, read_areas, units_on
from tutela.data.boundaries import load_boundaries
from tutela.kernel.problems import Problem

Writer = Callable[..., Path]
GEO = {"shapeName": "Nord", "shapeISO": "CD-NK", "shapeID": "1B", "shapeGroup": "COD", "shapeType": "ADM1"}
ATLAS = {"adm0_a3": "SDS", "name": "Unity", "iso_3166_2": "SS-UY"}


def refuse(path: Path, **options: bool) -> Problem:
    with pytest.raises(Problem) as caught:
        read_areas(path, **options)
    assert caught.value.remedy
    return caught.value


def test_geoboundaries_is_read_and_a_code_that_is_not_there_is_its_own_id(write_features: Writer) -> None:
    reading = read_areas(write_features(GEO, GEO | {"shapeName": "Sud", "shapeISO": "N/A"}))
    assert reading.source == "geoboundaries"
    first, second = reading.units
    assert first == AdminUnit("CD-NK", "Nord", 1, "COD", "COD", None, None, "geoboundaries")
    assert second.code == "1B"
    assert reading.accounting.placed == 2
    assert reading.areas[0].shape is not None
    assert "geoBoundaries" in reading.origin.attribution


def test_districts_of_geoboundaries_have_no_parent_in_the_file(write_features: Writer) -> None:
    (unit,) = read_areas(write_features(GEO | {"shapeType": "ADM2"})).units
    assert (unit.level, unit.parent) == (2, "")


def test_natural_earth_has_countries_and_provinces_under_its_own_codes(write_features: Writer) -> None:
    country = {"ADM0_A3": "SDS", "NAME": "S. Sudan", "SOVEREIGNT": "South Sudan", "ISO_A3": "-99"}
    (unit,) = read_areas(write_features(country)).units
    assert (unit.code, unit.level, unit.country) == ("SDS", 0, "SSD")
    (unit,) = read_areas(write_features(ATLAS)).units
    assert (unit.code, unit.level, unit.parent, unit.country) == ("SS-UY", 1, "SSD", "SSD")


def test_a_nameless_piece_of_natural_earth_is_left_out_and_is_no_fault(write_features: Writer) -> None:
    reading = read_areas(write_features(ATLAS, ATLAS | {"name": None}), strict=True)
    assert reading.accounting.excluded == {"nameless-piece": 1}
    assert reading.excluded[0].line == 2


def test_units_without_a_code_are_told_by_name_and_may_be_many(write_features: Writer) -> None:
    bare = {"adm0_a3": "COD", "name": "Nord", "id": None}
    reading = read_areas(write_features(bare, bare | {"name": "Sud"}))
    assert [unit.code for unit in reading.units] == ["", ""]
    assert reading.notes == ("2 units have no code and are told by their names.",)


def test_cod_ab_is_read_at_its_deepest_level_with_its_dates(write_features: Writer) -> None:
    cod = {
        "ADM0_PCODE": "CD",
        "ADM1_PCODE": "CD61",
        "ADM1_FR": "Nord",
        "ADM2_PCODE": "CD6101",
        "ADM2_FR": "Ville",
        "validOn": "2019-09-11T00:00:00",
        "validTo": "soon",
    }
    (unit,) = read_areas(write_features(cod)).units
    assert unit == AdminUnit("CD6101", "Ville", 2, "CD61", "COD", date(2019, 9, 11), None, "cod-ab")
    (unit,) = read_areas(write_features({"adm1_pcode": "CD61", "adm1_en": "Nord"})).units
    assert (unit.country, unit.parent) == ("COD", "")


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        (GEO | {"shapeName": ""}, "name-missing"),
        (GEO | {"shapeType": "province"}, "level-unreadable"),
        (GEO | {"shapeGroup": "ZZZ"}, "country-unknown"),
        ({"adm1_pcode": "", "adm1_en": "Nord"}, "name-missing"),
    ],
)
def test_a_bad_feature_refuses_a_small_file_by_its_number(
    write_features: Writer, properties: dict[str, str], reason: str
) -> None:
    problem = refuse(write_features(properties))
    assert problem.code == "too-many-bad-rows"
    assert reason in problem.message
    assert "number 1" in str(problem.where)


def test_among_many_a_bad_feature_is_left_out_unless_strict(write_features: Writer) -> None:
    good = [GEO | {"shapeISO": f"CD-{i}", "shapeName": f"Unit {i}"} for i in range(150)]
    path = write_features(*good, GEO | {"shapeName": ""})
    assert read_areas(path).accounting.excluded == {"name-missing": 1}
    assert refuse(path, strict=True).code == "bad-row"


@pytest.mark.parametrize(
    "geometry", [None, {"type": "Point", "coordinates": [1, 2]}, {"type": "Polygon", "coordinates": []}]
)
def test_a_unit_without_ground_is_no_area(write_features: Writer, geometry: object) -> None:
    assert "no-polygon" in refuse(write_features(GEO, geometry=geometry)).message


def test_one_code_for_two_units_is_refused(write_features: Writer) -> None:
    assert refuse(write_features(GEO, GEO | {"shapeName": "Sud"})).code == "id-conflict"


@pytest.mark.parametrize("properties", [{"road": "N1"}, {}])
def test_other_features_are_no_units(write_features: Writer, properties: dict[str, str]) -> None:
    assert refuse(write_features(properties)).code == "source-unknown"


def test_an_empty_collection_is_no_units(write_features: Writer) -> None:
    assert refuse(write_features()).code == "source-unknown"


def test_another_projection_is_refused_by_its_name(write_features: Writer) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32634"}}
    problem = refuse(write_features(GEO, crs=crs))
    assert problem.code == "shape-projection"
    assert "32634" in problem.message
    assert refuse(write_features(GEO, crs="EPSG")).code == "shape-projection"
    assert refuse(write_features(GEO, crs={"properties": None})).code == "shape-projection"


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"])
def test_degrees_of_wgs84_may_be_named(write_features: Writer, name: str) -> None:
    crs = {"type": "name", "properties": {"name": name}}
    assert len(read_areas(write_features(GEO, crs=crs)).areas) == 1


def test_shapes_in_metres_among_others_are_refused(write_features: Writer) -> None:
    metres = {"type": "Polygon", "coordinates": [[[3e5, 5e5], [3e5, 6e5], [4e5, 6e5], [3e5, 5e5]]]}
    assert refuse(write_features(GEO, geometry=metres)).code == "shape-projection"
    with pytest.raises(Problem) as caught:
        load_boundaries(write_features({"iso_a3": "COD"}, geometry=metres))
    assert caught.value.code == "shape-projection"


def test_a_unit_counts_from_its_first_day_and_not_on_the_day_it_ends() -> None:
    unit = AdminUnit("A", "A", 1, "", "COD", date(2015, 1, 1), date(2016, 1, 1), "x")
    always = AdminUnit("B", "B", 1, "", "COD", None, None, "x")
    assert units_on([unit, always], date(2014, 12, 31)) == (always,)
    assert units_on([unit, always], date(2015, 1, 1)) == (unit, always)
    assert units_on([unit, always], date(2016, 1, 1)) == (always,)
