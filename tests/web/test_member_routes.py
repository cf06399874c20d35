"""Every route in a home with a register, for nobody, for those half signed in, and for each of the cast."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tutela.service.server import routes

ROLES = (
    "nobody", "half", "new", "shut",
    "officer", "adviser", "commander", "analyst", "assistant", "custodian", "administrator", "outsider",
)  # fmt: skip
TABLE = list(csv.DictReader(Path(__file__).with_name("member_routes.csv").read_text("utf-8").splitlines()))
OPEN = {"front:figures-style", "front:mark", "front:health", "accounts:sign-in", "accounts:first"}
"""What anybody may ask for; signing in itself, and nothing that says anything about the home."""


def ask(team, row: dict[str, str], role: str) -> int:
    path = (
        row["path"].replace("{user}", str(team.people.users["analyst"].pk)).replace("{here}", str(team.people.here))
    )
    client = team[role]
    return (client.get if row["method"] == "GET" else client.post)(path).status_code


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row['method']} {row['route']}")
def test_the_answer_is_the_one_in_the_table(team, row: dict[str, str]) -> None:
    assert {role: ask(team, row, role) for role in ROLES} == {role: int(row[role]) for role in ROLES}


def test_every_route_stands_in_the_table_with_every_method_and_role() -> None:
    wanted = {(route["name"], method) for route in routes() for method in route["methods"] if method != "HEAD"}
    assert {(row["route"], row["method"]) for row in TABLE} == wanted
    assert set(TABLE[0]) == {"route", "method", "path", *ROLES}


@pytest.mark.parametrize("role", ["nobody", "half", "new", "shut"])
def test_who_is_not_signed_in_is_sent_to_sign_in_from_all_but_a_few_pages(role: str) -> None:
    half = {"accounts:factor", "accounts:set-up", "accounts:sign-out"} if role in {"half", "new"} else set()
    shown = {row["route"] for row in TABLE if row[role] != "302"}
    assert shown <= OPEN | half
