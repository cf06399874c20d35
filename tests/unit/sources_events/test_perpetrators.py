"""Who did it, as far as the source says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tutela.data.sources.perpetrators import EMPTY, ActorList, classify_perpetrators, load_actor_list
from tutela.kernel.problems import Problem
from tutela.kernel.tables import PERPETRATORS, VIOLENCE

CLANS = ActorList({"clan a": "3", "clan b": "3", "the front": "1"})


def classify(violence: str, country: str, side_a: str | None, side_b: str | None, actors: ActorList = EMPTY) -> str:
    codes = classify_perpetrators(
        np.array([VIOLENCE.index(violence)] * 2, dtype=np.int8),
        np.array([country] * 2),
        (pl.Series([side_a] * 2, dtype=pl.String), pl.Series([side_b] * 2, dtype=pl.String)),
        actors,
    )
    assert codes[0] == codes[1]
    return PERPETRATORS[codes[0]]


@pytest.mark.parametrize(
    ("country", "side_a", "expected"),
    [
        ("CAF", "Government of Central African Republic", "host_state"),
        ("CAF", "Government of Chad", "other_state"),
        ("COD", "Government of DR Congo (Zaire)", "host_state"),
        ("MKD", "Government of Macedonia, FYR", "host_state"),
        ("ETH", "Government of Eritrea, Government of Ethiopia", "host_state"),
        ("SOM", "Government of Eritrea, Government of Ethiopia", "other_state"),
        ("SOM", "Government of Eritrea, Government of Nowhereland", "unknown"),
        ("SOM", "Government of Nowhereland", "unknown"),
        ("", "Government of Chad", "unknown"),
        ("CAF", "Seleka", "non_state"),
        ("CAF", "Clan A", "communal"),
        ("CAF", None, "unknown"),
    ],
)
def test_one_sided_violence_has_side_a_for_its_perpetrator(country: str, side_a: str | None, expected: str) -> None:
    assert classify("one_sided", country, side_a, "Civilians", CLANS) == expected


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        (("Clan A", "CLAN  B"), "communal"),
        (("Clan A", "The Front"), "non_state"),
        (("Clan A", None), "non_state"),
        ((None, None), "unknown"),
    ],
)
def test_a_conflict_is_communal_where_both_sides_are(sides: tuple[str | None, str | None], expected: str) -> None:
    assert classify("non_state", "SOM", *sides, CLANS) == expected


def test_without_a_list_nobody_is_called_communal() -> None:
    assert classify("non_state", "SOM", "Clan A", "Clan B") == "non_state"


@pytest.mark.parametrize("violence", ["state_based", "unknown"])
def test_what_the_source_does_not_attribute_is_unknown(violence: str) -> None:
    assert classify(violence, "CAF", "Government of Central African Republic", "A group", CLANS) == "unknown"


def test_a_list_of_actors_is_read_and_doubtful_names_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "actors.csv"
    path.write_text("NameData,Org\nClan A ,3\nTwice,1\nTwice,3\n,3\nOdd,7\n", encoding="utf-8")
    actors = load_actor_list(path)
    assert actors.is_communal("clan a")
    assert not actors.is_communal("Twice")
    assert not actors.is_communal("Odd")
    path.write_text("Name,Org\nx,3\n", encoding="utf-8")
    with pytest.raises(Problem, match="namedata"):
        load_actor_list(path)
