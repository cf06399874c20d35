"""Roads from GeoJSON and KML, with their classes; everything else is refused by name."""

import pytest

from tutela.data.roads import load_roads
from tutela.kernel.problems import Problem

KML = """<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>a &amp; b</name>
<Placemark><Point><coordinates>9,9,0</coordinates></Point></Placemark>
<Placemark><LineString><coordinates> 1,2,0
 1.5,2.5,0 2,3,0 </coordinates></LineString></Placemark></Document></kml>"""


def test_lines_and_their_classes_are_read(write_geojson):
    path = write_geojson(
        "roads.geojson",
        ("LineString", [[1, 2], [2, 3]], {"highway": "Trunk_Link"}),
        ("MultiLineString", [[[3, 3], [4, 4]], [[5, 5, 100], [6, 6, 100]]], {"fclass": "track"}),
        ("LineString", [[0, 0], [1, 0]], {}),
        ("LineString", [[0, 0]], {}),
        ("Point", [9, 9], {}),
    )
    roads = load_roads(path)
    assert roads.words == ("trunk_link", "track", "track", "")
    assert list(roads.lines[2].coords) == [(5.0, 5.0), (6.0, 6.0)]
    assert roads.skipped == 2


def test_kml_lines_are_read_and_points_are_not(tmp_path):
    path = tmp_path / "roads.kml"
    path.write_text(KML)
    roads = load_roads(path)
    assert [list(line.coords) for line in roads.lines] == [[(1.0, 2.0), (1.5, 2.5), (2.0, 3.0)]]
    assert roads.words == ("",)


@pytest.mark.parametrize(
    "text",
    [
        "[1, 2",
        "[]",
        '{"type": "FeatureCollection"}',
        '{"type": "FeatureCollection", "features": [3]}',
        '{"type": "FeatureCollection", "features": [{"geometry": {"type": "LineString"}}]}',
        '{"features": [{"geometry": {"type": "LineString", "coordinates": [["x", 2], [1, 2]]}}]}',
        '{"features": [{"geometry": {"type": "LineString", "coordinates": [[1], [2]]}}]}',
        '{"features": [{"geometry": {"type": "LineString", "coordinates": [[500000, 2], [1, 2]]}}]}',
        '{"crs": {"properties": {"name": "EPSG:32633"}}, "features": []}',
        "<kml><LineString><coordinates>1,2 x,y</coordinates></LineString></kml>",
        "<kml><LineString>",
        '<!DOCTYPE k [<!ENTITY a "aaaa">]><kml>&a;</kml>',
    ],
)
def test_what_is_no_road_file_is_refused(tmp_path, text):
    path = tmp_path / "roads"
    path.write_text(text)
    with pytest.raises(Problem) as caught:
        load_roads(path)
    assert caught.value.code == "source-unknown"
    assert str(caught.value.where).startswith(str(path))


def test_a_file_without_lines_is_refused(write_geojson):
    with pytest.raises(Problem, match="no line"):
        load_roads(write_geojson("none.geojson", ("Point", [1, 1], {})))
