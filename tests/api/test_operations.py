"""Every operation, for each of six, as the table says; one that is not in the table fails."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from callers import Caller
from incident_ground import hand_in, make_ground

from tutela.records.accounts.references import write_reference
from tutela.service.routes import operations

ROLES = ("officer", "commander", "analyst", "assistant", "administrator", "outsider")
"""Human rights officer, site commander, headquarters analyst, liaison assistant; who has no compartment; who has
another one."""

TABLE = list(csv.DictReader(Path(__file__).with_name("operations.csv").read_text("utf-8").splitlines()))


@pytest.fixture
def asked(people, caller):
    """Asks one row of the table as somebody, of rows that they would find if they were theirs."""
    ground = make_ground(people)
    row = hand_in(ground, "assistant")
    numbers = {"presence": ground.presence, "population": ground.town, "report": row.pk}

    def ask(line: dict[str, str], role: str) -> int:
        who = Caller("") if role == "administrator" else caller(role)
        path = line["path"].format(**{name: write_reference(number) for name, number in numbers.items()})
        if line["method"] == "GET":
            return who.get(path).status_code
        return who.post(path, json.loads(line["body"])).status_code

    return ask


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line["operation"])
def test_the_answer_is_the_one_in_the_table(asked, line: dict[str, str]) -> None:
    # An outsider first, and whoever may write last: what one of them does must not change another's answer.
    order = sorted(ROLES, key=lambda role: int(line[role]), reverse=True)
    assert {role: asked(line, role) for role in order} == {role: int(line[role]) for role in ROLES}


def test_every_operation_stands_in_the_table_with_every_role() -> None:
    assert {line["operation"] for line in TABLE} == {route["name"].partition(":")[2] for route in operations()}
    assert set(TABLE[0]) == {"operation", "method", "path", "body", *ROLES}


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line["operation"])
def test_an_outsider_is_answered_as_if_it_were_not_there(line: dict[str, str]) -> None:
    if "{" in line["path"]:
        assert line["outsider"] == "403"
