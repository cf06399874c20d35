from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.engine.statement.binding import REFUSED_WORDS, Run, check_text, quote_term, split_runs
from tutela.kernel.problems import Problem


@pytest.mark.parametrize(
    "text",
    [
        "At least 412 were killed",
        "Twelve people were killed",
        "half of the events",
        "a few % of events",
        "violence has increased",
        "more than last year",
        "{figure:a} and 3",
        "٣ people",
        "an open brace { here",
        "{other:thing}",
    ],
)
def test_a_number_that_is_bound_to_nothing_is_refused(text):
    with pytest.raises(Problem) as caught:
        check_text(text, "unknown")
    assert caught.value.code == "figure-unbound"


@pytest.mark.parametrize("word", REFUSED_WORDS)
def test_words_of_alarm_and_the_word_nobody_can_promise_are_refused(word):
    with pytest.raises(Problem) as caught:
        check_text(f"The road is {word.capitalize()}.", "response")
    assert caught.value.code == "word-refused"
    assert caught.value.where == "response"


def test_words_that_only_begin_like_refused_ones_pass():
    text = "One-sided violence; safeguards; nobody is unsafely named"
    assert check_text(text, "x") == (Run("text", text),)


def test_terms_and_figures_may_hold_digits():
    assert check_text("Under {term:S/RES/2149 (2014)}: {figure:near_30}.", "x") == (
        Run("text", "Under "),
        Run("term", "S/RES/2149 (2014)"),
        Run("text", ": "),
        Run("figure", "near_30"),
        Run("text", "."),
    )


@given(st.text())
def test_any_name_comes_back_from_a_term_as_it_was(name):
    assert split_runs(quote_term(name)) == (Run("term", name),)
