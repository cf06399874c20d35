"""Two registers that differ only in rows outside what somebody may read answer that reader byte for byte alike.

Every page and every operation of `tutela routes` is asked, with rows that are seen, hidden and not there; links and
searching forms are followed. A route for which no address can be made fails, and so does a sealed model of which no
row can be made: both say which table to fill (asking.HOLES, sealed_rows.CODES).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import worlds
from asking import Atlas, Reader, bare
from django.db import connection
from django.urls import resolve
from page_ground import browser_of
from registers import copy_register, drop_register, point_to
from sealed_rows import HIDDEN_WORD, NUMBERS, VISIBLE_WORD, Rows, fill, missing

from tutela.api import entrance
from tutela.records.accounts.references import write_reference
from tutela.records.accounts.sign_in import begin_factor
from tutela.records.accounts.tokens import GIVEN, Scope, make_token
from tutela.records.missions.models import Population
from tutela.service.routes import everything
from tutela.web.shared import reader

READERS = {"assistant": 1, "adviser": 2, "officer": 3, "administrator": 0}
"""How many of the layers each of them reads: unclassified, confidential, strictly confidential, another mission."""

_RAW = re.compile(rb"(?<!\d)73\d{8}(?!\d)")
"""The number of a row as it stands in the database."""


@dataclass
class World:
    """Registers by how many layers of rows they hold, and who reads them."""

    registers: dict[int, str]
    layers: list[Rows]
    readers: dict[str, Reader]
    people: tuple[str, ...]

    def answer(self, layers: int, name: str, method: str, path: str):
        if connection.settings_dict["NAME"] != self.registers[layers]:
            point_to(self.registers[layers])
        who = self.readers[name]
        return bare(who.get(path) if method == "GET" else who.post(path))


@pytest.fixture
def world(people, register, tmp_path) -> Iterator[World]:
    """Everything there can be, laid into copies of one register, layer by layer."""
    readers = {name: _reader(people, name) for name in READERS}
    numbers = tuple(str(user.pk) for user in list(people.users.values())[:4])
    start = connection.settings_dict["NAME"]
    registers, layers = {0: start}, []
    places = [(people.here, 0), (people.here, 1), (people.here, 2), (people.there, 0), (people.there, 2)]
    try:
        for number, (compartment, marking) in enumerate(places, start=1):
            registers[number] = copy_register(registers[number - 1], tmp_path, f"layer{number}")
            below = tuple(layer for layer in layers if layer.compartment == compartment)
            word = VISIBLE_WORD if number == 1 else f"{HIDDEN_WORD}{number}"
            by = people["officer" if compartment == people.here else "outsider"]
            layers.append(fill(Rows(compartment, marking, word, 7, below), by))
        home = worlds.make_real_home()
        reader.open_room(reader.ReadingRoom(lambda: home, lambda: worlds.TODAY, lambda: True))
        entrance.open_entrance(lambda: True)
        yield World(registers, layers, readers, numbers)
    finally:
        reader._rooms.clear()
        entrance._entrances.clear()
        point_to(start)
        for name in list(registers.values())[1:]:
            drop_register(name)


def test_every_sealed_model_has_rows_that_are_seen_and_rows_that_are_hidden(world) -> None:
    seen, hidden = missing(world.layers[:3]), missing(world.layers[3:])
    assert not seen | hidden, f"say in sealed_rows.py how rows of these are made: {sorted(seen | hidden)}"


@pytest.mark.parametrize("name", READERS)
def test_what_somebody_may_not_read_changes_no_byte_of_any_answer(world, name: str) -> None:
    few, many = READERS[name], len(world.layers)
    point_to(world.registers[few])
    atlas = Atlas(world.layers[:few], world.layers[few:], world.people, everything())
    asked = [("GET", path) for path in atlas.follow(world.readers[name])]
    asked = list(dict.fromkeys([*asked, *atlas.fill()]))
    assert not atlas.unfilled, f"say in asking.HOLES what stands in the address of: {sorted(atlas.unfilled)}"
    assert {route["name"] for route in everything()} <= _covered(asked)
    alone = {ask: world.answer(few, name, *ask) for ask in asked if _only_looks(ask, world, few)}
    beside = {ask: world.answer(many, name, *ask) for ask in alone}
    # What tells the minute may differ once; what leaks differs every time.
    differ = [ask for ask in alone if alone[ask] != beside[ask] and not _alike_at_once(world, few, many, name, ask)]
    assert not differ, _describe(differ, alone, beside)
    failed = [(ask, got[0]) for ask, got in beside.items() if got[0] >= 500]
    assert not failed
    told = [ask for ask, got in beside.items() if _RAW.search(got[2])]
    assert not told, f"the number of a row stands in the answers to {told[:8]}"
    words = [f"{HIDDEN_WORD}{number}-" for number in range(max(few, 1) + 1, many + 1)]
    heard = [ask for ask, got in beside.items() if any(word.encode() in got[2] for word in words)]
    assert not heard


@pytest.mark.parametrize("path", ["/register/presences/{}/people/", "/api/1/presences/{}/populations"])
def test_a_planted_leak_is_found(world, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    presence = world.layers[0].made["missions.Presence"][0].pk
    ask = ("GET", path.format(write_reference(presence)))
    assert world.answer(1, "assistant", *ask) == world.answer(5, "assistant", *ask)
    everything_there = classmethod(lambda cls, _by: cls.objects.get_queryset().opened())
    monkeypatch.setattr(Population, "visible_to", everything_there)
    if connection.vendor == "postgresql":  # the second wall holds where the first one was taken down
        assert world.answer(1, "assistant", *ask) == world.answer(5, "assistant", *ask)
    else:
        assert world.answer(1, "assistant", *ask) != world.answer(5, "assistant", *ask)


def _only_looks(ask: tuple[str, str], world: World, few: int) -> bool:
    """Forms are sent to rows that are hidden or not there alone: sent to others they would change them."""
    if ask[0] == "GET":
        return True
    hidden = [row.pk for layer in world.layers[few:] for rows in layer.made.values() for row in rows]
    return any(write_reference(pk) in ask[1] for pk in (*(pk for pk in hidden if isinstance(pk, int)), 123))


def _alike_at_once(world: World, few: int, many: int, name: str, ask: tuple[str, str]) -> bool:
    return any(world.answer(few, name, *ask) == world.answer(many, name, *ask) for _ in range(3))


def _covered(asked: list[tuple[str, str]]) -> set[str]:
    """The names of the routes that these addresses lead to."""
    found = set()
    for method, path in asked:
        match = resolve(path.partition("?")[0])
        found.add(match.view_name if not path.startswith("/api/") else f"{method} {match.route}")
    operations = {
        f"{method} {route['path'].lstrip('/').replace('{', '<').replace('}', '>')}": route["name"]
        for route in everything()
        if route["surface"] == "api"
        for method in route["methods"]
    }
    return {operations.get(name, name) for name in found}


def _describe(differ, alone, beside) -> str:
    lines = [f"{len(differ)} answers tell of rows that their reader may not read:"]
    for ask in differ[:6]:
        one, two = alone[ask], beside[ask]
        place = next((at for at, pair in enumerate(zip(one[2], two[2], strict=False)) if pair[0] != pair[1]), 0)
        near = slice(max(place - 60, 0), place + 60)
        lines.append(
            f"{ask}: {one[0]} {two[0]} headers alike: {one[1] == two[1]}\n  {one[2][near]!r}\n  {two[2][near]!r}"
        )
    return "\n".join(lines)


def _reader(people, name: str) -> Reader:
    member = people[name]
    begin_factor(by=member, user=people.users[name])  # or each of the registers would make a secret of its own
    letters = ""
    if member.levels:
        may = {ability for held in member.abilities.values() for ability in held} & set(GIVEN)
        until = datetime.now(UTC) + timedelta(days=9)
        scope = Scope(tuple(member.levels), tuple(may), max(member.levels.values()), until)
        letters = make_token(by=member, name="Tool", scope=scope, factor_at=datetime.now(UTC))[1]
    return Reader(browser_of(people, name).cookies["tutela_session"].value, letters)


assert NUMBERS[0] // 10**8 == 73
