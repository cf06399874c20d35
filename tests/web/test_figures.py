"""Numbers on pages: never a 0 for what is not known, never more digits than they deserve."""

from __future__ import annotations

import pytest

from tutela.web.shared.figures import write_count, write_estimate, write_share


@pytest.mark.parametrize(("value", "text"), [(None, "not in this source"), (0, "0"), (1020.4, "1,020")])
def test_a_count_is_whole_or_said_in_words(value: float | None, text: str) -> None:
    assert write_count(value) == text


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((412, 388, 1020), "412 (best; 388–1,020)"),
        ((412, None, None), "412 (best; no interval in this source)"),
        ((None, 1, 2), "not in this source"),
    ],
)
def test_an_estimate_never_goes_without_its_interval(numbers, text: str) -> None:
    assert write_estimate(*numbers) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(0, 0, "of none"), (0, 9, "0 %"), (1, 1000, "under 1 %"), (120, 1000, "12 %")]
)
def test_a_share_of_nothing_is_no_share(part: float, whole: float, text: str) -> None:
    assert write_share(part, whole) == text
