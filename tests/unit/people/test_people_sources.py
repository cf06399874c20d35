"""People from files that somebody brought: what is refused, what is kept, and that it comes out again."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tutela.data.sources.readings import Origin
from tutela.data.store.artifacts import Content, Store
from tutela.kernel.digests import content_digest
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import Marking, Principal
from tutela.kernel.people import PeopleOfUnits, PeopleRaster
from tutela.kernel.problems import Problem
from tutela.studies.people_near import PeopleSpec, box_around, repeat_people, study_people
from tutela.studies.people_sources import PeopleFiles, restore_source, take_in_people

READER = Principal("tester", Marking.STRICTLY_CONFIDENTIAL)
BOX = (10.0, 4.0, 11.0, 5.0)
TABLE = "adm1_pcode,adm1_name,T_TL\nCF1,One,60000\nCF2,Two,40000\n"
PLACES = "place_id,name,lon,lat,country,people\n1,Town,10.2,4.8,CAF,4321\n2,Far,30,5,CAF,9\n"


def refuse(call):
    with pytest.raises(Problem) as caught:
        call()
    return caught.value


def test_a_raster_without_a_stated_value_is_refused(write_raster):
    path = write_raster([[1, 2], [3, 4]])
    problem = refuse(PeopleFiles(people=(path,)).multipliers)
    assert (problem.code, problem.where) == ("option-invalid", str(path))
    assert "--people-per-value" in problem.remedy


def test_a_value_that_is_not_one_person_needs_a_reason(write_raster):
    files = PeopleFiles(people=(write_raster([[1]]),), per_value=(400.0,))
    assert "nobody says why" in refuse(files.multipliers).message
    assert replace(files, because=("mean of 400 cells",)).multipliers()
    assert replace(files, per_value=(1.0,)).multipliers()


def test_values_and_reasons_belong_to_rasters_one_by_one(write_raster, write_text):
    one, two = write_raster([[1]], "a_2019.tif"), write_raster([[1]], "b_2020.tif")
    files = PeopleFiles(people=(one, two), per_value=(1.0, 4.0), because=("as read", "mean of 4"))
    assert [item.people_per_value for item in files.multipliers().values()] == [1, 4]
    assert refuse(replace(files, people=(one,)).multipliers).where == "--people-per-value"
    three = replace(files, people=(one, two, one), per_value=(1.0,))
    assert refuse(three.multipliers).where == "--people-because"
    table = PeopleFiles(people=(write_text(TABLE),), per_value=(1.0,))
    assert "none was named" in refuse(table.multipliers).message


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert refuse(PeopleFiles(people=(tmp_path / "x.tif",)).multipliers).code == "file-missing"
    assert not PeopleFiles().is_any


def test_a_raster_without_a_number_near_the_sites_is_no_source_and_says_so(write_raster):
    path = write_raster([[-9999, -9999, 1]])
    files = PeopleFiles(people=(path,), per_value=(1.0,))
    for box in ((100.0, 4.0, 101.0, 5.0), (10.1, 4.6, 10.9, 4.9)):
        taken = take_in_people(files, box)
        assert taken.sources == ()
        assert "has no number of people where the sites are" in taken.lacking[0]
    assert "was not read" in take_in_people(files, None).lacking[0]


def test_a_raster_that_cannot_be_used_is_refused_all_the_same(write_raster):
    files = PeopleFiles(people=(write_raster([[-5.0]]),), per_value=(1.0,))
    assert refuse(lambda: take_in_people(files, BOX)).code == "raster-unusable"


def test_every_row_of_a_list_of_places_is_near_or_left_out_by_name(write_text):
    path = write_text(PLACES, "towns.csv")
    source = take_in_people(PeopleFiles(places=(path,)), BOX).sources[0]
    account = source.manifest.accounting[0]
    assert (account.input, account.placed, dict(account.excluded)) == (2, 1, {"far-from-every-site": 1})
    assert source.table.name.tolist() == ["Town"]
    assert "1 of 2 rows of towns.csv were left out: far from every site." in source.notes
    assert len(take_in_people(PeopleFiles(places=(path,)), None).sources[0].table) == 0


@pytest.fixture
def study(write_raster, write_text, make_sites, tmp_path):
    sites = make_sites(("a", 10.2, 4.8, "2019-01-01", None), ("b", 10.6, 4.6, "2019-01-01", "2019-06-01"))
    # Only rows with people count as sites where somebody is.
    sites = replace(sites, military=np.full(2, 5.0))
    raster = write_raster([[100, -9999], [50, 7]], "model_2019.tif")
    files = PeopleFiles(
        people=(raster, write_text(TABLE, "units_2020.csv")),
        per_value=(4.0,),
        because=("mean of 4 cells",),
        places=(write_text(PLACES, "towns.csv"),),
    )
    content = Content({"sites": sites.columns()})
    kept = Manifest("sites", "sites", content.digest)
    store = Store(tmp_path / "store")
    store.write(kept, content)
    spec = PeopleSpec(date(2020, 1, 1), (5.0, 30.0), ("M",), ("CAF",))
    return store, study_people(files, sites, kept, spec)


def test_people_near_open_sites_are_counted_by_every_source(study):
    _, counted = study
    assert counted.near.sites == 1
    ring = counted.near.rings[1]
    assert set(ring.by_source) == {"model_2019", "a list of places (towns)"}
    assert ring.by_source["a list of places (towns)"].at_least
    assert ring.by_source["model_2019"].low < ring.by_source["model_2019"].mid  # beside a cell without a number
    whole = counted.wholes["Population by unit (units_2020)"]
    assert whole.mid == 100_000
    assert counted.near_names == ("model_2019", "a list of places (towns)")
    assert counted.manifest.marking is Marking.CONFIDENTIAL


def test_counting_again_from_the_store_gives_the_same(study):
    store, counted = study
    counted.keep(store)
    again = repeat_people(store, store.find(counted.manifest.content, READER), READER)
    assert again.manifest.content == counted.manifest.content
    assert again.manifest.recipe == counted.manifest.recipe
    for source in counted.sources:
        back = restore_source(store, store.find(source.manifest.content, READER), READER)
        assert type(back.table) is type(source.table)
        if isinstance(back.table, PeopleRaster):
            assert np.array_equal(back.table.people, source.table.people, equal_nan=True)
            assert np.array_equal(back.table.least, source.table.least, equal_nan=True)
            assert back.table.counted_as == source.table.counted_as
        else:
            assert content_digest(back.table.columns()) == content_digest(source.table.columns())
        assert source.manifest.inputs[0].content in source.manifest.about["files"]


def test_lines_of_one_unit_are_refused_or_added_up_as_asked(write_text):
    path = write_text("adm1_pcode,adm1_name,T_TL\nCF1,One,6\nCF1,One,4\n", "units_2020.csv")
    assert refuse(lambda: take_in_people(PeopleFiles(people=(path,)), BOX)).code == "id-conflict"
    table = take_in_people(PeopleFiles(people=(path,), repeated="add"), BOX).sources[0].table
    assert isinstance(table, PeopleOfUnits)
    assert table.people.tolist() == [10]


def test_what_is_invented_may_be_seen_by_everybody(write_text):
    invented = Origin("Nowhere", "1", "CC0-1.0", "invented", (), invented=True)
    source = take_in_people(PeopleFiles(places=(write_text(PLACES),), invented=invented), BOX).sources[0]
    assert source.manifest.invented
    assert source.manifest.marking is Marking.UNCLASSIFIED


def test_the_box_holds_all_ground_within_the_distance_also_over_the_180th_meridian(make_sites):
    west, south, east, north = box_around(make_sites(("a", 20.0, 60.0, "2019-01-01", None)), 100.0)
    assert west < 20 - 1.79 < 20 + 1.79 < east
    assert south < 59.1 < 60.9 < north
    over = box_around(make_sites(("a", 179.9, 0.0, "2019-01-01", None)), 100.0)
    assert (over[0], over[2]) == (-180.0, 180.0)
    assert box_around(make_sites(), 100.0) is None
