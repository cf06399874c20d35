from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

from tutela.engine.reach.flights import Aircraft, compute_air_travel
from tutela.engine.reach.friction import Surface
from tutela.engine.reach.traveltime import Starts, compute_travel
from tutela.kernel.grids import Grid
from tutela.studies.pages.bubbles import MOST, gather_bubbles
from tutela.studies.pages.frames import clip_ring, frame_around, path_of, thin_line
from tutela.studies.pages.grounds import RIVER as RIVER_COLOUR
from tutela.studies.pages.grounds import ROAD, name_classes, shade_of
from tutela.studies.pages.labels import Labels, runs_right_to_left
from tutela.studies.pages.maps import MapEvents, MapGround, MapMinutes, MapSites, MapSpec, draw_map, frame_of

SQUARE = np.array([[19.0, 4.0], [21.0, 4.0], [21.0, 6.0], [19.0, 6.0]])
SITES = MapSites(("Alpha & <b>", "Beta"), np.array([20.0, 20.4]), np.array([5.0, 5.2]))


def events(n=30, seed=0, precision=(0, 1, 2, 4)):
    rng = np.random.default_rng(seed)
    return MapEvents(
        rng.uniform(19, 21, n),
        rng.uniform(4, 6, n),
        rng.integers(1, 50, n).astype(float),
        rng.choice(precision, n).astype(np.int8),
        rng.random(n) < 0.5,
    )


def spec(**changes):
    made = MapSpec(
        title="Map & <i>",
        description="Sites and events",
        land=(SQUARE,),
        lakes=(SQUARE / 10 + 18,),
        places=(("Town <script>", 20.2, 5.1, 0), ("Alpha & <b>", 20.001, 5.0, 1), ("Far", 90.0, 50.0, 2)),
        sites=SITES,
        rings_km=(0.5, 5.0, 30.0),
        events=events(),
        scope="In 2020.",
        attribution="Source (2013)",
        notes=("A note.",),
    )
    return replace(made, **changes)


def texts(drawn):
    return [node.text for node in ET.fromstring(drawn).iter() if node.tag.endswith("text")]


def test_names_cannot_become_markup():
    drawn = draw_map(spec())
    assert "<script" not in drawn
    assert "<b>" not in drawn
    assert "Town <script>" in texts(drawn)


def test_a_map_has_no_style_script_or_link_that_a_strict_policy_refuses():
    drawn = draw_map(spec())
    assert " style=" not in drawn
    assert "<style" not in drawn
    assert set(re.findall(r'href="(.)', drawn)) == {"#"}
    assert "on" + "load" not in drawn


def test_a_map_is_named_for_those_who_hear_it():
    root = ET.fromstring(draw_map(spec()))
    named = root.attrib["aria-labelledby"].split()
    ids = {node.attrib["id"]: node.text for node in root.iter() if "id" in node.attrib and node.text}
    assert [ids[name] for name in named] == ["Map & <i>", "Sites and events"]


def test_what_is_not_drawn_is_said():
    drawn = texts(draw_map(spec(events=events(precision=(4,)))))
    assert "Not drawn, because their place is not exact enough: 30 events." in drawn
    assert any("Too small to draw at this scale: the distance of 0.5" in text for text in drawn)
    away = MapEvents(np.array([100.0]), np.array([5.0]), np.ones(1), np.ones(1, np.int8), np.ones(1, bool))
    assert "Outside this map: 1 events." in texts(draw_map(spec(events=away)))
    assert "5 km" in drawn


def test_without_land_the_ground_is_plain_and_the_map_says_so():
    assert any("No coast is at hand" in text for text in texts(draw_map(spec(land=None))))
    assert not any("No coast is at hand" in text for text in texts(draw_map(spec())))


def test_the_edge_says_how_exact_a_place_is():
    for precision, name, dashes in ((1, "solid", None), (2, "dashed", "3 2"), (0, "dotted", "1 1.6")):
        drawn = draw_map(spec(events=events(precision=(precision,))))
        assert any(text.startswith(f"{name} edge") for text in texts(drawn))
        assert ("stroke-dasharray" in drawn) == (dashes is not None)


def test_the_area_of_a_circle_is_the_count():
    shown = events(precision=(1,))
    frame = frame_of(spec(sites=MapSites(), events=shown))
    bubbles = gather_bubbles(shown, frame)
    assert bubbles.off_map == 0
    assert bubbles.radius(40) / bubbles.radius(10) == pytest.approx(2, rel=0.01)
    assert bubbles.count.sum() == shown.count.sum()


def test_a_dense_map_stays_small():
    many = events(30_000)
    drawn = draw_map(spec(events=many))
    assert len(gather_bubbles(many, frame_of(spec())).count) <= MOST
    assert len(drawn) < 200_000


def test_the_same_spec_draws_the_same_map():
    assert draw_map(spec()) == draw_map(spec())


def test_a_map_frames_sites_then_events_then_places_then_nothing():
    assert frame_of(spec()).lon == pytest.approx(20.2, abs=0.01)
    alone = spec(sites=MapSites(), events=events())
    assert 19 <= frame_of(alone).lon <= 21
    assert frame_of(replace(alone, events=MapEvents())).lon > 21
    assert "km" in draw_map(replace(alone, events=MapEvents(), places=()))


def test_a_right_to_left_map_keeps_its_geography():
    left, right = draw_map(spec()), draw_map(spec(rtl=True))
    assert 'direction="rtl"' in right
    assert re.search(r"<rect x=[^>]*width=\"7\"", left)[0] == re.search(r"<rect x=[^>]*width=\"7\"", right)[0]


def test_many_sites_go_unnamed_but_are_drawn():
    n = 40
    sites = MapSites(tuple(f"S{i}" for i in range(n)), np.linspace(19, 21, n), np.full(n, 5.0))
    drawn = draw_map(spec(sites=sites))
    assert "S0" not in texts(drawn)
    assert drawn.count('width="7"') == n + 1  # and one in the legend


def test_a_map_across_the_edge_of_the_world_stays_whole():
    fiji = np.array([[178.0, -18.0], [-178.0, -18.0], [-178.0, -16.0], [178.0, -16.0]])
    frame = frame_around(np.array([179.0, -179.0]), np.array([-17.0, -17.0]), 50.0, (720.0, 360.0, 640.0))
    assert abs(abs(frame.lon) - 180) < 1e-6
    assert np.ptp(frame.project_ring(fiji)[:, 0]) == pytest.approx(4 * frame.px_per_degree * frame.squeeze)
    west, south, east, north = frame.box()
    assert west < 179 < east
    assert south < -17 < north


def test_a_map_of_the_world_has_a_box_of_the_world():
    frame = frame_around(
        np.array([-60.0, 0.0, 60.0]), np.array([-60.0, 0.0, 60.0]), 15_000.0, (720.0, 360.0, 640.0)
    )
    assert frame.box()[0] == -180.0


def test_a_ring_is_cut_at_the_frame():
    box = (0.0, 0.0, 10.0, 10.0)
    inside = clip_ring(np.array([[5.0, 5.0], [15.0, 5.0], [15.0, 8.0], [5.0, 8.0]]), box)
    assert inside.max() == 10.0
    assert not len(clip_ring(np.array([[20.0, 20.0], [30.0, 20.0], [30.0, 30.0]]), box))
    assert len(thin_line(np.array([[0.0, 0.0], [0.1, 0.0], [5.0, 0.0]]), 1.0)) == 2
    assert path_of([np.array([[0.0, 0.0], [1.5, 0.0], [1.5, 2.0]])]) == "M0 0l1.5 0 0 2z"


RIVER = np.array([[19.2, 4.2], [20.0, 5.0], [20.8, 4.9], [35.0, 5.0]])
ARABIC = "بلدة"


def paths(drawn, **look):
    named = {name.replace("_", "-"): value for name, value in look.items()}
    return [node for node in ET.fromstring(drawn).iter() if named.items() <= node.attrib.items()]


def test_rivers_and_roads_are_drawn_under_the_sites_and_named_in_the_legend():
    drawn = draw_map(spec(ground=MapGround(rivers=(RIVER,), roads=(RIVER + 0.1,), tracks=(RIVER - 0.1,))))
    assert {"river", "road", "track"} <= set(texts(drawn))
    assert not {"river", "road", "track"} & set(texts(draw_map(spec())))
    river, road = (drawn.index(f'stroke="{colour}"') for colour in (RIVER_COLOUR, ROAD))
    assert river < road < drawn.index('width="7"')
    (line,) = paths(drawn, stroke=RIVER_COLOUR, stroke_linejoin="round")
    assert not line.attrib["d"].endswith("z")
    assert " style=" not in drawn


def test_a_line_that_leaves_the_map_is_cut_and_one_that_never_enters_is_not_drawn():
    away = np.array([[60.0, 5.0], [61.0, 6.0]])
    assert not paths(draw_map(spec(ground=MapGround(rivers=(away,)))), stroke_linejoin="round", stroke=RIVER_COLOUR)
    there_and_back = np.array([[20.0, 5.0], [40.0, 5.0], [40.0, 5.2], [20.0, 5.2]])
    (line,) = paths(draw_map(spec(ground=MapGround(rivers=(there_and_back,)))), stroke=RIVER_COLOUR, fill="none")[
        :1
    ]
    assert line.attrib["d"].count("M") == 2


def test_names_in_arabic_letters_run_from_right_to_left():
    places = (("Town", 20.2, 5.1, 0), (ARABIC, 20.1, 4.85, 1))
    drawn = draw_map(spec(places=places, ground=MapGround(names={"Town": ARABIC})))
    nodes = [node for node in ET.fromstring(drawn).iter() if node.text in (ARABIC, "Town")]
    assert [(node.text == ARABIC, node.attrib["direction"]) for node in nodes] == [
        (False, "ltr"),
        (True, "rtl"),
        (True, "rtl"),
    ]
    latin, under = nodes[:2]
    # Both lines begin at the same edge: the start of the one is the end of the other.
    assert latin.attrib["x"] == under.attrib["x"]
    assert {latin.attrib["text-anchor"], under.attrib["text-anchor"]} == {"start", "end"}
    assert float(under.attrib["y"]) > float(latin.attrib["y"])


def test_a_second_name_gives_way_before_the_first():
    labels = Labels(frame_around(np.array([20.0]), np.array([5.0]), 10.0, (200.0, 100.0, 100.0)))
    low = labels.write("Town", (100.0, 50.0), size=10.0, weight=None, under=ARABIC)
    assert ARABIC in low
    tight = Labels(frame_around(np.array([20.0]), np.array([5.0]), 10.0, (200.0, 20.0, 20.0)))
    assert ARABIC not in tight.write("Town", (100.0, 10.0), size=10.0, weight=None, under=ARABIC)


@pytest.mark.parametrize(("name", "is_rtl"), [("Town", False), (ARABIC, True), ("12", False), ("(١) بلدة", True)])
def test_direction_follows_the_letters(name, is_rtl):
    assert runs_right_to_left(name) == is_rtl


def make_minutes(values, within=(30.0, 120.0)):
    grid = Grid(19.8, 5.5, 0.1, 0.1, 4, 4)
    return MapMinutes(grid, np.asarray(values, dtype=float), within, "Minutes over ground.")


def test_minutes_are_areas_by_class_and_words_in_the_legend():
    values = np.full(16, 500.0)
    values[[5, 6]] = 0.0, 30.0
    values[[9, 10]] = 31.0, np.nan
    drawn = draw_map(spec(minutes=make_minutes(values)))
    first, second = (paths(drawn, fill=shade_of(number), shape_rendering="crispEdges") for number in (0, 1))
    assert len(first) == len(second) == 1
    frame = frame_of(spec())
    cell = frame.px_per_degree * 0.1
    size = np.array([cell * frame.squeeze, cell])
    assert extent(first[0]) == pytest.approx(size * (2, 1), abs=4)
    assert extent(second[0]) == pytest.approx(size, abs=4)
    said = texts(drawn)
    assert {"up to 30 minutes", "30 to 120 minutes"} <= set(said)
    assert any(text.startswith("Minutes over ground. Not coloured: what takes longer") for text in said)
    assert " style=" not in drawn


def extent(node):
    start, steps = re.match(r"M(\S+ \S+)l(.*)z", node.attrib["d"].split("z")[0] + "z").groups()
    moves = np.array(f"{start} {steps}".split(), dtype=float).reshape(-1, 2)
    return np.ptp(np.cumsum(moves, axis=0), axis=0)


def test_a_hole_in_a_class_stays_a_hole():
    values = np.zeros(16)
    values[5] = np.nan
    (ring,) = paths(draw_map(spec(minutes=make_minutes(values))), shape_rendering="crispEdges")
    assert ring.attrib["d"].count("M") == 2
    assert ring.attrib["fill-rule"] == "evenodd"


def test_minutes_beyond_the_map_draw_nothing_and_more_classes_than_shades_repeat_the_last():
    assert not paths(draw_map(spec(minutes=make_minutes(np.full(16, np.nan)))), shape_rendering="crispEdges")
    assert shade_of(9) == shade_of(3)
    assert name_classes((1.0, 2.0)) == ["up to 1 minutes", "1 to 2 minutes"]


def test_minutes_of_a_travel_table_say_how_people_travel():
    grid = Grid(0.0, 0.05, 0.1, 0.1, 1, 3)
    starts = Starts(np.array(["a"]), np.array([0.05]), np.array([0.0]))
    by_foot = compute_travel(Surface(grid, np.full((1, 3), 0.01, np.float32), "foot", "wet"), starts, 150.0)
    minutes = MapMinutes.of(by_foot, (30, 120, 360))
    assert minutes.within_min == (30, 120)
    assert minutes.minutes == pytest.approx([0, 111.2, np.nan], abs=0.1, nan_ok=True)
    assert minutes.words.startswith("Minutes over ground, foot, wet season, from the nearest site.")
    aircraft = Aircraft("kite", 10.0, 100.0, 100.0)
    by_air = compute_air_travel(grid, starts, np.array([1], np.int8), aircraft, 150.0)
    assert MapMinutes.of(by_air, (30,)).words.startswith("Minutes by air, kite, with time to get ready")


@pytest.mark.parametrize("middle", [20.0, 179.9, -170.0])
def test_what_is_projected_comes_back(middle):
    frame = frame_around(np.array([middle - 1, middle + 1]), np.array([-5.0, 60.0]), 10.0, (400.0, 100.0, 300.0))
    lon, lat = np.array([middle - 0.7, middle, middle + 0.3]), np.array([-4.0, 20.0, 59.0])
    back_lon, back_lat = frame.unproject(*frame.project(lon, lat))
    np.testing.assert_allclose((back_lon - lon + 180) % 360 - 180, 0, atol=1e-9)
    np.testing.assert_allclose(back_lat, lat, atol=1e-9)
