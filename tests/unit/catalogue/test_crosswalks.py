"""Crosswalks: what the shipped lines say, and how a deployment's own lines go before them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutela.catalogue.crosswalks import COLUMNS, load_crosswalk
from tutela.kernel.problems import Problem
from tutela.kernel.tables import VIOLENCE

HEADER = ",".join(COLUMNS)


def write(folder: Path, *lines: str, header: str = HEADER) -> Path:
    path = folder / "own.csv"
    path.write_text("\n".join((header, *lines)) + "\n", "utf-8")
    return path


def test_a_value_is_found_whatever_its_case_and_spaces() -> None:
    line = load_crosswalk("acled").map("sub_event_type", "  sexual   VIOLENCE ")
    assert line is not None
    assert (line.violence, line.harm, line.status) == ("one_sided", "sexual_violence", "definition")


def test_what_has_no_line_maps_to_nothing() -> None:
    assert load_crosswalk("acled").map("sub_event_type", "Rain") is None
    assert load_crosswalk("acled").map("category", "Attack") is None
    assert load_crosswalk("nobody").lines == ()


def test_ucdps_codes_are_those_of_the_tables() -> None:
    lines = {line.value: line.violence for line in load_crosswalk("ucdp").lines}
    assert lines == {str(code): VIOLENCE[code] for code in (1, 2, 3)}


def test_the_harms_of_a_source_stand_in_the_order_of_the_tables() -> None:
    assert load_crosswalk("acled").harms == (
        "killed",
        "abducted",
        "sexual_violence",
        "detained",
        "property_destroyed",
    )


def test_both_spellings_of_acleds_actors_mean_the_same() -> None:
    known = load_crosswalk("acled")
    for label, code in (
        ("State forces", "1"),
        ("Rebel group", "2"),
        ("Political militia", "3"),
        ("Identity militia", "4"),
        ("Rioters", "5"),
        ("Protesters", "6"),
        ("Civilians", "7"),
        ("External/Other forces", "8"),
    ):
        by_label, by_code = known.map("inter", label), known.map("inter", code)
        assert by_label is not None
        assert by_code is not None
        assert (by_label.violence, by_label.perpetrator) == (by_code.violence, by_code.perpetrator)


def test_own_lines_replace_ours_and_the_rest_stays(tmp_path: Path) -> None:
    own = write(
        tmp_path,
        "acled,inter,POLITICAL MILITIA,non_state,state_aligned,,they are paid by it,judgement",
        "acled,sub_event_type,Cattle raid,non_state,communal,property_destroyed,,judgement",
        "ushahidi,category,Attack,one_sided,,killed,,judgement",
    )
    known = load_crosswalk("acled", own)
    militia, raid, attack = (
        known.map("inter", "Political militia"),
        known.map("sub_event_type", "Cattle raid"),
        known.map("sub_event_type", "Attack"),
    )
    assert militia is not None
    assert militia.perpetrator == "state_aligned"
    assert raid is not None
    assert raid.harm == "property_destroyed"
    assert attack == load_crosswalk("acled").map("sub_event_type", "Attack")
    assert len(known.lines) == len(load_crosswalk("acled").lines) + 1


@pytest.mark.parametrize(
    ("line", "where", "says"),
    [
        ("acled,inter,X,bad,,,,judgement", "line 2, column violence", "Use one of: unknown, state_based"),
        ("acled,inter,X,,martians,,,judgement", "column perpetrator", "host_state"),
        ("acled,inter,X,,,bored,,judgement", "column harm", "abducted"),
        ("acled,inter,X,,,,,", "column status", "definition, judgement"),
        ("acled,inter,,,,,,judgement", "column value", "Fill it in"),
        ("acled,inter,X,,,,,judgement\nacled,inter,x,,,,,judgement", "line 3", "Keep one"),
        ("acled,inter", "column value", "Fill it in"),
    ],
)
def test_a_wrong_word_is_named_by_line_and_column(tmp_path: Path, line: str, where: str, says: str) -> None:
    with pytest.raises(Problem) as caught:
        load_crosswalk("acled", write(tmp_path, line))
    assert caught.value.code == "option-invalid"
    assert where in (caught.value.where or "")
    assert says in caught.value.remedy


def test_a_crosswalk_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="lacks violence, harm") as caught:
        load_crosswalk("acled", write(tmp_path, header="source,field,value,perpetrator,note,status"))
    assert caught.value.code == "file-header"
    with pytest.raises(Problem) as caught:
        load_crosswalk("acled", tmp_path / "nowhere.csv")
    assert caught.value.code == "file-missing"
    (tmp_path / "latin.csv").write_bytes(HEADER.encode() + b"\nacled,inter,\xe9,,,,,judgement\n")
    with pytest.raises(Problem) as caught:
        load_crosswalk("acled", tmp_path / "latin.csv")
    assert caught.value.code == "file-encoding"
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(Problem, match="lacks source"):
        load_crosswalk("acled", tmp_path / "empty.csv")
