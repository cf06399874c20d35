"""Every route, for every role, answers as the table says; a route that is not in the table fails."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tutela.service.server import routes

ROLES = {"reader", "owner", "stranger", "writer"}
TABLE = list(csv.DictReader(Path(__file__).with_name("routes.csv").read_text("utf-8").splitlines()))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row['role']} {row['path']}")
def test_the_answer_is_the_one_in_the_table(ask, row: dict[str, str]) -> None:
    assert ask(row["path"], row["role"]).status_code == int(row["status"])


def test_every_route_stands_in_the_table_for_every_role() -> None:
    listed = {(row["route"], row["role"]) for row in TABLE}
    wanted = {(route["name"], role) for route in routes() for role in ROLES}
    assert listed == wanted


def test_forms_are_taken_by_signing_in_administration_and_the_register_alone() -> None:
    taking = {route["name"].partition(":")[0] for route in routes() if "POST" in route["methods"]}
    assert taking == {
        "accounts", "administration", "exports", "finding", "missions", "operations", "outlook", "threats",
        "tokens", "watch",
    }  # fmt: skip
    assert {method for route in routes() for method in route["methods"]} == {"GET", "HEAD", "POST"}
