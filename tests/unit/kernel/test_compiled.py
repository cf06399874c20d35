"""Compiled inner loops: the same with the compiler, without it, and kept between runs."""

import sys

import pytest
from numba.core import config

from tutela.kernel import compiled
from tutela.kernel.compiled import Compiled, can_compile, interpreted, keep_compiled, where_compiled_is_kept


def twice(number):
    """Twice as much."""
    return 2 * number


double = Compiled(twice)


@Compiled
def four_times(number):
    return double(number) + double(number)


@pytest.fixture
def kept_nowhere():
    before = where_compiled_is_kept()
    keep_compiled(None)
    yield
    keep_compiled(before)


def test_what_is_compiled_answers_as_it_is_written(kept_nowhere):
    assert four_times(3) == 12
    assert four_times.fast is not four_times.as_written
    assert double.__doc__ == "Twice as much."


def test_it_is_compiled_once(kept_nowhere):
    loop = Compiled(twice)
    assert loop.fast is loop.fast


def test_interpreted_it_runs_as_it_is_written_and_compiled_again_afterwards(kept_nowhere):
    with interpreted():
        assert double.fast is twice
        with interpreted():
            assert four_times(3) == 12
        assert double.fast is twice
    assert double.fast is not twice


def test_interpreted_ends_even_where_something_fails():
    with pytest.raises(RuntimeError), interpreted():
        raise RuntimeError
    assert not compiled._STATE["interpreted"]


def test_without_a_compiler_it_runs_as_it_is_written(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba.core", None)
    assert not can_compile()
    assert Compiled(twice).fast is twice


def test_with_its_compiler_turned_off_it_runs_as_it_is_written(monkeypatch):
    monkeypatch.setattr(config, "DISABLE_JIT", 1)
    assert not can_compile()
    assert Compiled(twice)(4) == 8


def test_what_is_no_function_of_python_is_left_as_it_is():
    assert Compiled(abs).fast is abs


def test_what_is_compiled_is_kept_where_the_home_says(tmp_path, monkeypatch, kept_nowhere):
    monkeypatch.setattr(config, "CACHE_DIR", config.CACHE_DIR)
    keep_compiled(tmp_path)
    assert where_compiled_is_kept() == tmp_path
    assert not list(tmp_path.iterdir())
    assert Compiled(twice)(4) == 8
    assert list(tmp_path.rglob("*.nbi"))
    keep_compiled(None)
    assert where_compiled_is_kept() is None
