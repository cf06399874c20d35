from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from tutela.kernel.estimates import Estimate
from tutela.studies.pages.charts import BarsSpec, draw_axis, draw_bars, nice_top


def draw(*numbers):
    bars = tuple((str(2000 + i), None if n is None else Estimate(*n, "basis")) for i, n in enumerate(numbers))
    return draw_bars(BarsSpec("Title & <b>", "words", bars, "killed"))


def test_an_interval_fades_and_is_never_a_bare_bar():
    drawn = draw((10, 20, 40))
    assert drawn.count("url(#") == 1
    assert "linearGradient" in drawn


def test_a_point_has_no_fading_end():
    assert "url(#" not in draw((20, 20, 20))


def test_none_not_in_source_and_zero_look_different():
    assert "∅" in draw(None, (1, 1, 1))
    zero = draw((0, 0, 0))
    assert "∅" not in zero
    assert zero != draw(None)
    assert draw((0, 0, 4)).count("url(#") == 1


def test_names_cannot_become_markup():
    drawn = draw((1, 2, 3))
    assert "<b>" not in drawn
    assert ET.fromstring(drawn)[0].text == "Title & <b>"


def test_many_years_do_not_write_over_each_other():
    drawn = draw(*[(i, i, i) for i in range(40)])
    labels = [node for node in ET.fromstring(drawn).iter() if node.text and node.text.startswith("20")]
    assert 10 < len(labels) < 40


@pytest.mark.parametrize(("highest", "top"), [(0, 1), (1, 1), (1.5, 2), (37, 50), (50, 50), (51, 100), (999, 1000)])
def test_an_axis_ends_at_a_round_number_not_below_the_highest(highest, top):
    assert nice_top(highest) == top


@pytest.mark.parametrize(
    ("top", "shown"), [(1.0, ["0", "1"]), (5.0, ["0", "2.5", "5"]), (2000.0, ["0", "1,000", "2,000"])]
)
def test_a_line_of_an_axis_bears_the_number_that_it_stands_for(top: float, shown: list[str]) -> None:
    assert re.findall(r">([\d.,]+)<", "".join(draw_axis(top))) == shown
