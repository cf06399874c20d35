"""Chances over draws of the ground, flights with a stop for fuel, hurdles beside them, and who hears of danger."""

from datetime import date

import numpy as np
import pytest

from tutela.catalogue.conditions import conditions_digest, find_condition, load_conditions
from tutela.data.hurdles import read_contacts, read_hurdles
from tutela.engine.reach.chances import Question, answer_draw, answer_usually, weigh
from tutela.engine.reach.conditions import Conditions, Span, draw_outcome, usual_outcome
from tutela.engine.reach.contacts import Contacts, find_contacts
from tutela.engine.reach.flights import Aircraft
from tutela.engine.reach.friction import Surface
from tutela.engine.reach.hurdles import Hurdle, judge
from tutela.engine.reach.landings import Flight, Pads, chance_to_fly, fly_to_pads, go_on_from_pads
from tutela.engine.reach.standing import find_standing
from tutela.engine.reach.traveltime import Starts
from tutela.kernel.digests import content_digest
from tutela.kernel.grids import Grid
from tutela.kernel.problems import Problem
from tutela.studies.executor import Pool
from tutela.studies.reach_books import BookGround, BookSpec, study_book

KM = 1 / 111.195


def flat(rows=20, cols=30, minutes_per_metre=0.012, **more):
    return Surface(
        Grid(0.0, rows * 0.01 / 2, 0.01, 0.01, rows, cols),
        np.full((rows, cols), minutes_per_metre, np.float32),
        more.get("mode", "foot"),
        more.get("season", "dry"),
    )


def ask(surface, conditions=None, draws=0, within=(30.0, 60.0, 120.0)):
    question = Question(surface, conditions or Conditions(), np.array([10 * 30 + 5]), within, draws, 7)
    return weigh(question, answer_usually(question), (answer_draw((question, n)) for n in range(draws)))


def test_without_draws_a_chance_is_one_or_nothing():
    chances = ask(flat())
    assert set(chances.within.ravel().tolist()) == {0.0, 1.0}
    assert np.array_equal(chances.within[:, -1] == 1, chances.minutes <= 120)


def test_with_draws_a_chance_falls_with_distance_and_rises_with_time():
    chances = ask(flat(), Conditions(pace=Span(0.7, 1.0, 1.8), patch=Span(0.8, 1.0, 1.3)), draws=60)
    assert (np.diff(chances.within, axis=1) >= 0).all()
    near, far = chances.minutes < 20, chances.minutes > 110
    assert chances.within[near, -1].min() == 1
    assert 0 < chances.within[far, -1].mean() < 0.9
    known = ~np.isnan(chances.minutes)
    assert (chances.low[known] <= chances.minutes[known]).all()
    assert (chances.minutes[known] <= chances.high[known]).all()
    assert np.isinf(chances.high[chances.within[:, -1] < 1]).all()


def test_a_draw_is_the_same_alone_and_among_others():
    surface, conditions = flat(), Conditions(pace=Span(0.7, 1.0, 1.8), patch=Span(0.8, 1.0, 1.3))
    first = draw_outcome(surface, conditions, 5, 3)
    for number in range(3):
        draw_outcome(surface, conditions, 5, number)
    assert np.array_equal(first.surface.friction, draw_outcome(surface, conditions, 5, 3).surface.friction)
    assert not np.array_equal(first.surface.friction, draw_outcome(surface, conditions, 5, 4).surface.friction)


def test_every_condition_does_what_it_says():
    surface = flat()
    half = np.zeros(surface.grid.shape, dtype=bool)
    half[:, 15:] = True
    conditions = Conditions(
        factors=((Span(1, 1.5, 2), None), (Span(1, 2, 3), half)),
        closed=np.arange(30)[None, :].repeat(20, 0) == 29,
        cap_kmh=Span(2, 3, 4),
        ready=Span(5, 10, 20),
    )
    settled = usual_outcome(surface, conditions)
    assert settled.ready_minutes == 10
    # 0.012 minutes per metre are 5 km/h; by night 3.3, and a convoy is nowhere faster than 3.
    np.testing.assert_allclose(settled.surface.friction[0, [0, 20]], [0.02, 0.036], rtol=1e-6)
    assert np.isnan(settled.surface.friction[:, 29]).all()
    assert ask(surface, conditions).minutes.min() == 10


def test_closing_everything_is_refused():
    with pytest.raises(Problem, match="no cell"):
        usual_outcome(flat(), Conditions(closed=np.ones((20, 30), dtype=bool)))


def test_a_source_that_a_closure_holds_back_reaches_nothing():
    closed = np.zeros((20, 30), dtype=bool)
    closed[10, 5] = True
    assert len(ask(flat(), Conditions(closed=closed)).cell) == 0


def test_getting_ready_for_longer_than_asked_reaches_nothing():
    assert len(ask(flat(), Conditions(ready=Span(200, 200, 200))).cell) == 0


FLIGHT = Flight(Aircraft("h", 60.0, 200.0, 100.0), 30.0)


def test_one_stop_for_fuel_reaches_further():
    pads = Pads(np.array([0.0, 150 * KM, 240 * KM, 280 * KM]), np.zeros(4), np.array([True, True, False, False]))
    minutes = fly_to_pads(0.0, 0.0, pads, FLIGHT)
    # At home; at the stop after 150 km; 90 km beyond it; and 130 km beyond it, from where nobody would come back.
    np.testing.assert_allclose(minutes, [60, 60 + 45, 60 + 72 + 30, np.inf], rtol=1e-4)


def test_from_where_they_land_people_go_on_over_the_ground():
    surface = flat()
    pads = Pads(np.array([0.055, 0.255, 9.0]), np.array([0.005, 0.005, 0.0]), np.ones(3, dtype=bool))
    cells, minutes = go_on_from_pads(surface, pads, np.array([60.0, 70.0, 65.0]), 100.0)
    at = dict(zip(cells.tolist(), minutes.tolist(), strict=True))
    first, second = (int(cell) for cell in surface.grid.find_cells(pads.lon[:2], pads.lat[:2]))
    assert at[first] == 60
    assert at[second] == 70
    assert at[first + 1] == pytest.approx(60 + 0.012 * 1111.95, rel=1e-4)


def test_the_chance_to_fly_is_light_times_weather():
    chance = chance_to_fly(Span(0.4, 0.5, 0.6), Span(0.5, 0.8, 0.9))
    assert (chance.low, chance.mid, chance.high) == pytest.approx((0.2, 0.4, 0.54))


def hurdle(asked, item, chance, **more):
    return Hurdle(asked, item, Span(*chance), Span(0, 30, 60), "the mission, 2026-01-01", **more)


def test_hurdles_are_put_together_without_believing_them_independent():
    held = [hurdle("may-move", "host permission", (0.7, 0.8, 0.9)), hurdle("may-move", "escort", (0.5, 0.9, 1.0))]
    verdict = judge(held, "may-move", "s", "foot", "dry")
    assert (verdict.chance.low, verdict.chance.mid, verdict.chance.high) == pytest.approx((0.2, 0.72, 0.9))
    assert (verdict.delay_minutes.mid, verdict.delay_minutes.high) == (60, 120)
    assert verdict.missing == ("clearance",)
    assert judge(held, "may-move", "s", "air: h, then foot", "dry").missing == ("flight assurance", "clearance")


def test_a_hurdle_holds_for_its_sites_modes_and_seasons_only():
    held = [hurdle("can-act", "interpreter", (0.5, 0.5, 0.5), sites=frozenset("s"), modes=frozenset(["air"]))]
    assert judge(held, "can-act", "s", "air: h, then foot", "wet").chance.mid == 0.5
    assert judge(held, "can-act", "t", "air: h, then foot", "wet").chance is None
    assert judge(held, "can-act", "s", "foot", "wet").chance is None
    assert judge(held, "may-move", "s", "air", "wet").chance is None


def test_a_site_on_water_is_moved_only_as_far_as_allowed_and_told():
    surface = flat()
    surface.friction[8:12, 3:8] = np.nan
    starts = Starts(np.array(["lake", "dry", "off"]), np.array([0.055, 0.205, 5.0]), np.array([0.005, 0.005, 0.0]))
    stays = find_standing(surface, starts)
    assert stays.cells.tolist()[0] == -1
    assert dict(stays.accounting.excluded) == {"outside-surface": 1, "on-impassable-cell": 1}
    moved = find_standing(surface, starts, 5.0)
    assert [item.site_id for item in moved.moved] == ["lake"]
    assert 1 < moved.moved[0].moved_km < 5
    assert not np.isnan(surface.friction.ravel()[moved.cells[0]])
    assert dict(moved.accounting.excluded) == {"outside-surface": 1}


def test_contacts_reach_as_far_as_they_say():
    contacts = Contacts(
        np.array(["phone", "phone", "liaison-post"]), np.array(["a", "b", "c"]),
        np.array([0.0, 1.0, 0.1]), np.zeros(3), np.array([10.0, 500.0, 5.0]),
    )  # fmt: skip
    phone, post = sorted(find_contacts(contacts, 0.0, 0.0), key=lambda heard: -heard.inside)
    assert (phone.kind, phone.inside, phone.nearest) == ("phone", 2, "a")
    assert (post.kind, post.inside) == ("liaison-post", 0)
    assert post.distance_km == pytest.approx(11.12, abs=0.01)


def test_the_table_of_conditions_can_be_replaced_row_by_row():
    shipped = load_conditions()
    own = b"kind,code,label,low,value,high,unit,source,status\nnight,foot,On foot,1,1.1,1.2,factor,us,verified\n"
    mixed = load_conditions(own)
    assert find_condition(mixed, "night", "foot").value == 1.1
    assert len(mixed) == len(shipped)
    assert conditions_digest(mixed) != conditions_digest(shipped)
    with pytest.raises(Problem, match="patrol, reserve, team"):
        find_condition(shipped, "ready", "nobody")


@pytest.mark.parametrize(
    "row",
    [
        "night,foot,x,1,2,1.5,factor,us,assumed",
        "night,foot,x,0,1,2,factor,us,assumed",
        "night,foot,x,1,1,1,km,us,assumed",
        "weather,dry,x,0,1,2,share,us,assumed",
        "night,foot,x,1,1,1,factor,,assumed",
        "night,foot,x,a,1,1,factor,us,assumed",
    ],
)
def test_a_condition_that_cannot_be_is_refused_with_its_line(row):
    with pytest.raises(Problem) as caught:
        load_conditions(f"kind,code,label,low,value,high,unit,source,status\n{row}\n".encode())
    assert caught.value.where == "conditions, line 2"


def test_a_condition_stands_once():
    row = "night,foot,x,1,1,1,factor,us,assumed"
    with pytest.raises(Problem, match="night/foot stands twice") as caught:
        load_conditions(f"kind,code,label,low,value,high,unit,source,status\n{row}\n{row}\n".encode())
    assert caught.value.where == "conditions, line 3"


def test_files_of_hurdles_and_contacts_are_read(tmp_path):
    spec = tmp_path / "hurdles.toml"
    spec.write_text(
        '[[may-move]]\nitem = "escort"\nchance = [0.5, 0.7, 0.9]\ndelay_minutes = 45\n'
        'source = "us"\nmodes = ["air"]\n'
    )
    (row,) = read_hurdles(spec)
    assert row["chance"] == (0.5, 0.7, 0.9)
    assert row["delay"] == (45.0, 45.0, 45.0)
    table = tmp_path / "contacts.csv"
    table.write_text("kind,name,lon,lat,reach_km\nphone,A,1,2,30\n")
    assert read_contacts(table)["reach_km"].tolist() == [30.0]


@pytest.mark.parametrize(
    "text",
    ["not toml", "[other]\nx=1", "", '[[may-move]]\nitem="escort"\nchance=2\nsource="us"',
     '[[may-move]]\nitem="escort"\nsource="us"', '[[may-move]]\nitem="escort"\nchance=[1,0,1]\nsource="us"',
     '[[may-move]]\nchance=1\nsource="us"', '[[may-move]]\nitem="a"\nchance=1\nsource="us"\nsites="x"',
     '[[may-move]]\nitem="a"\nchance=1\nsource="us"\nspeed=1', '[may-move]\nitem="a"'],
)  # fmt: skip
def test_hurdles_that_are_none_are_refused_by_name(tmp_path, text):
    spec = tmp_path / "hurdles.toml"
    spec.write_text(text)
    with pytest.raises(Problem) as caught:
        read_hurdles(spec)
    assert "hurdles.toml" in caught.value.where


@pytest.mark.parametrize(
    "text", ["kind,name\n", "kind,name,lon,lat,reach_km\n", "kind,name,lon,lat,reach_km\na,b,x,1,1\n"]
)
def test_contacts_that_are_none_are_refused(tmp_path, text):
    table = tmp_path / "contacts.csv"
    table.write_text(text)
    with pytest.raises(Problem):
        read_contacts(table)
    with pytest.raises(Problem, match="not there"):
        read_contacts(tmp_path / "none.csv")


@pytest.fixture
def world(make_sites):
    sites = make_sites({"site_id": "a", "lon": 0.055, "lat": 0.005}, {"site_id": "b", "lon": 0.205, "lat": 0.005})
    ground = BookGround((flat(), flat(minutes_per_metre=0.003, mode="motorised")))
    spans = {"pace/all": Span(0.8, 1.0, 1.4), "pace/patch": Span(0.8, 1.0, 1.3), "ready/patrol": Span(10, 20, 30)}
    return sites, ground, BookSpec((30.0, 90.0), date(2015, 6, 1), draws=8, spans=spans)


def same(one, other):
    return all(
        content_digest({"x": one.columns[name]}) == content_digest({"x": other.columns[name]})
        for name in one.columns
    )


def test_a_book_is_the_same_serially_and_in_a_pool(world):
    assert same(study_book(*world), study_book(*world, Pool(2)))


def test_a_book_has_a_row_for_each_site_cell_mode_and_season(world):
    book = study_book(*world)
    columns = book.columns
    keys = list(zip(*(columns[name].tolist() for name in ("site_id", "cell", "mode", "season")), strict=True))
    assert len(keys) == len(set(keys))
    assert set(columns["mode"]) == {"foot", "motorised"}
    assert np.nanmin(columns["minutes"]) == 20
    assert ((columns["chance_30"] <= columns["chance"]) & (columns["chance"] <= 1)).all()


def test_surfaces_of_a_book_lie_on_one_grid(world):
    sites, _, spec = world
    with pytest.raises(Problem, match="2 different grids"):
        study_book(sites, BookGround((flat(), flat(rows=22))), spec)
