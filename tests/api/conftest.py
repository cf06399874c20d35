"""The operations of the API over a register of either database, asked by token."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "records"))
import registers  # it sets Django up, so it comes before all that needs that

sys.path.insert(0, str(Path(__file__).parent.parent / "web"))
sys.path.insert(0, str(Path(__file__).parent))
from callers import Caller
from page_ground import open_home

from tutela.api import entrance
from tutela.records.accounts.tokens import GIVEN, Scope, make_token

template, peopled, register, people = registers.template, registers.peopled, registers.register, registers.people
is_postgresql = registers.is_postgresql


@pytest.fixture
def entered(people) -> Iterator[None]:
    """A register in which people sign in, with the API before it."""
    entrance.open_entrance(lambda: True)
    with open_home():
        yield
    entrance._entrances.clear()


@pytest.fixture
def caller(people, entered) -> Callable[..., Caller]:
    """A program of one of the cast, with a token for all that its holder may do; or for what is given."""
    numbers = itertools.count(1)

    def make(name: str, **changed: object) -> Caller:
        holder = people[name]
        may = {ability for held in holder.abilities.values() for ability in held} & set(GIVEN)
        given = {
            "compartments": tuple(holder.levels),
            "abilities": tuple(sorted(may)),
            "level": max(holder.levels.values(), default=0),
            "until": datetime.now(UTC) + timedelta(days=30),
        }
        scope = Scope(**(given | changed))
        tool = f"A field tool {next(numbers)}"
        _row, letters = make_token(by=holder, name=tool, scope=scope, factor_at=datetime.now(UTC))
        return Caller(letters)

    return make
