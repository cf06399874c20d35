import pickle

import pytest

from tutela.kernel.problems import KINDS, Problem, said


def test_it_says_what_is_wrong_where_and_what_to_do():
    problem = Problem("bad-row", "Column best is below zero.", where="events.csv, line 7", remedy="Correct it.")
    assert str(problem) == "events.csv, line 7: Column best is below zero. Correct it."
    assert problem.as_json() == {
        "problem": "bad-row",
        "message": "Column best is below zero.",
        "where": "events.csv, line 7",
        "remedy": "Correct it.",
    }


def test_without_a_place_it_is_message_and_remedy():
    assert (
        str(Problem("file-empty", "There are no rows.", remedy="Export again."))
        == "There are no rows. Export again."
    )


def test_it_survives_the_way_between_processes():
    problem = Problem("bad-row", "m", where="w", remedy="r")
    back = pickle.loads(pickle.dumps(problem))
    assert back.as_json() == problem.as_json()


def test_an_unlisted_code_cannot_be_raised():
    with pytest.raises(KeyError):
        Problem("no-such-code", "m", remedy="r")


def test_every_kind_exits_with_something_other_than_success():
    assert all(kind.exit_code != 0 and kind.http_status >= 400 for kind in KINDS.values())


def test_a_sentence_with_something_filled_in_keeps_its_pattern_and_crosses_processes() -> None:
    message = said("There are more than {most} of them.", most=7)
    assert message == "There are more than 7 of them."
    problem = pickle.loads(pickle.dumps(Problem("field-invalid", message, remedy="Name fewer.")))
    assert problem.message == message
    assert (problem.message.pattern, problem.message.values) == ("There are more than {most} of them.", {"most": 7})
