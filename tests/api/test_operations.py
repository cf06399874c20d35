"""Every operation, for each of six, as the table says; one that is not in the table fails."""

from __future__ import annotations

import pytest
from callers import Caller
from incident_ground import make_ground
from operation_ground import TABLE, Rows

from tutela.service.routes import operations

ROLES = ("officer", "commander", "analyst", "assistant", "administrator", "outsider")
"""Human rights officer, site commander, headquarters analyst, liaison assistant; who has no compartment; who has
another one."""


@pytest.fixture
def asked(people, caller):
    """Asks one row of the table as somebody, of rows made for this one asking."""
    ground = make_ground(people)

    def ask(line: dict[str, str], role: str) -> int:
        who = Caller("") if role == "administrator" else caller(role)
        rows = Rows(ground, role)
        path = rows.fill(line["path"])
        answer = who.get(path) if line["method"] == "GET" else who.post(path, rows.fill(line["body"]))
        return answer.status_code

    return ask


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line["operation"])
def test_the_answer_is_the_one_in_the_table(asked, line: dict[str, str]) -> None:
    # An outsider first, and whoever may write last: of what stands once, as a name, the first writer's is enough.
    order = sorted(ROLES, key=lambda role: int(line[role]), reverse=True)
    assert {role: asked(line, role) for role in order} == {role: int(line[role]) for role in ROLES}


def test_every_operation_stands_in_the_table_with_every_role() -> None:
    assert {line["operation"] for line in TABLE} == {route["name"].partition(":")[2] for route in operations()}
    assert set(TABLE[0]) == {"operation", "method", "path", "body", *ROLES}


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line["operation"])
def test_an_outsider_is_answered_as_if_it_were_not_there(line: dict[str, str]) -> None:
    if "{" in line["path"]:
        assert line["outsider"] == "403"
