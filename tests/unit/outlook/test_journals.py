"""A journal is added to and never edited: what was changed is found, what was not finished was never said."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tutela.data.store.journals import Journal
from tutela.kernel.problems import Problem


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    held = Journal(tmp_path / "deep" / "record.jsonl")
    for number in range(4):
        held.add({"said": number})
    return held


def test_lines_come_back_in_their_order(journal: Journal) -> None:
    assert [entry.said["said"] for entry in journal.read()] == [0, 1, 2, 3]
    assert [entry.number for entry in journal.read()] == [1, 2, 3, 4]


def test_a_file_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert Journal(tmp_path / "none").read() == ()


@pytest.mark.parametrize("way", ["change", "move", "take out", "put in"])
def test_what_was_edited_is_found(way: str, journal: Journal) -> None:
    lines = journal.path.read_bytes().splitlines(keepends=True)
    if way == "change":
        lines[1] = lines[1].replace(b'"said":1', b'"said":7')
    elif way == "move":
        lines[1], lines[2] = lines[2], lines[1]
    elif way == "take out":
        del lines[1]
    else:
        lines.insert(2, b"no line of ours\n")
    journal.path.write_bytes(b"".join(lines))
    for read in (journal.read, lambda: journal.add({"said": 9})):
        with pytest.raises(Problem, match="does not follow") as caught:
            read()
        assert caught.value.code == "artifact-damaged"


def test_a_line_that_was_not_finished_is_none_and_is_written_over(journal: Journal) -> None:
    with journal.path.open("ab") as file:
        file.write(b'{"before":"half')
    assert len(journal.read()) == 4
    assert journal.add({"said": 4}).number == 5
    assert [entry.said["said"] for entry in journal.read()] == [0, 1, 2, 3, 4]


def test_those_who_add_at_once_wait_for_each_other(journal: Journal) -> None:
    threads = [threading.Thread(target=lambda: [journal.add({"said": 9}) for _ in range(20)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(journal.read()) == 84
