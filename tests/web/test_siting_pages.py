"""Siting pages: refusals first, then options, the plan, and closures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import worlds

from tutela.kernel.compiled import interpreted
from tutela.kernel.markings import Marking, Principal


@pytest.fixture(scope="module", autouse=True)
def as_written() -> Iterator[None]:
    with interpreted():
        yield


def digest(*, invented: bool) -> str:
    return worlds.siting_world(invented=invented)[0].content


def test_a_question_above_the_reader_is_neither_listed_nor_shown(ask) -> None:
    assert digest(invented=False) not in ask("/siting/").content.decode()
    for page in ("", "plan/", "cuts/"):
        assert ask(f"/siting/{digest(invented=False)}/{page}").status_code == 403
        assert ask(f"/siting/{'0' * 64}/{page}").status_code == 404


def test_closures_are_refused_below_strictly_confidential(ask, show) -> None:
    from django.test import Client

    show(replace(worlds.make_real_home(), principal=Principal("somebody", Marking.CONFIDENTIAL)))
    client = Client(raise_request_exception=False)
    path = f"/siting/{digest(invented=False)}/"
    host = {"host": "127.0.0.1:8000"}
    assert client.get(path, headers=host).status_code == 200
    assert client.get(f"{path}cuts/", headers=host).status_code == 403
    page = ask(f"{path}cuts/", "owner").content.decode()
    assert "Strictly confidential" in page
    assert "counts no lives" in page


def test_options_stand_beside_the_best_plan_of_equal_cost(ask) -> None:
    path = f"/siting/{digest(invented=True)}/"
    page = ask(path).content.decode()
    assert "As it is now" in page
    assert "no plan passes" in page
    assert "<svg" in page
    wrong = ask(f"{path}?options=mine,NOWHERE,military").content.decode()
    assert "which is no candidate" in wrong
    both = ask(f"{path}?options=mine,P01,military%0Amine,P02,police").content.decode()
    assert "mine" in both


def test_the_plan_answers_budgets_and_floors_and_says_what_is_wrong_beside_the_field(ask) -> None:
    path = f"/siting/{digest(invented=True)}/plan/"
    wrong = ask(f"{path}?budget-0=many")
    assert wrong.status_code == 400
    assert "Write a number." in wrong.content.decode()
    page = ask(f"{path}?budget-0=60").content.decode()
    assert "No plan within these limits passes" in page
    assert "What binds" in page
    impossible = ask(f"{path}?budget-0=60&floor-0=100").content.decode()
    assert "cannot be met together" in impossible
