"""The real CAR file beside presences that it covers and does not cover."""

from datetime import date

import pytest

from tutela.catalogue.presences import find_presence
from tutela.data.store.homes import create_home
from tutela.studies.intake import ReadingSpec, take_in_events, take_in_sites
from tutela.studies.shelf import open_shelf
from tutela.studies.statement_building import StatementRequest, build_statement
from tutela.web.presences.headline import make_headline
from tutela.web.presences.vicinity import make_vicinity


@pytest.fixture(scope="module")
def shelf(shared, tmp_path_factory):
    home = create_home(tmp_path_factory.mktemp("real") / "home", demonstration=False)
    spec = ReadingSpec(today=date(2026, 1, 1))
    events = take_in_events([shared / "ged" / "ged231_car_1989_2022.csv"], spec)
    sites = take_in_sites([shared / "presence" / "geopko_v2.1_full.csv.gz"], spec)
    for name in ("MINUSCA", "BINUH"):
        build_statement(StatementRequest(find_presence(name), date(2020, 12, 31), events, sites), home.store)
    return open_shelf(home)


def test_years_before_the_first_site_are_not_shown_as_years_without_harm(shelf):
    years = [str(row.label) for row in make_vicinity(shelf.find_study("MINUSCA")).by_year]
    assert years[0] == "2014"
    assert not make_headline(shelf.find_study("MINUSCA")).is_silent


def test_a_country_that_the_file_does_not_cover_is_not_a_country_without_harm(shelf):
    assert make_vicinity(shelf.find_study("BINUH")) is None
    assert make_headline(shelf.find_study("BINUH")).is_silent
    assert "no event of" in shelf.find_study("BINUH").statement_html
