"""The whole API asked by schemathesis, from its own description, about rows that are there.

For an officer and an adviser, whose requests reach the actions, and for an outsider, whom no address may tell
anything. A few examples of each operation here; more with TUTELA_EXAMPLES=200 in the environment.
"""

from __future__ import annotations

import copy
import os

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, seed, settings
from incident_ground import make_ground
from operation_ground import TABLE, Rows
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from tutela.api.operations import description
from tutela.kernel.markings import Principal
from tutela.records.accounts.models import Wait
from tutela.records.accounts.references import write_reference
from tutela.records.ledger.acts import acting

EXAMPLES = int(os.environ.get("TUTELA_EXAMPLES", "3"))
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.ignored_auth,
]


def described(rows: Rows) -> dict:
    """The description, whose every reference is of a row that is there: else hardly a request would get far."""
    told = copy.deepcopy(description())
    known = {name: [write_reference(rows.number(name))] for name in ROWS}
    for methods in told["paths"].values():
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path":
                    parameter["schema"] = {"type": "string", "enum": known[parameter["name"]]}
    for shape in told["components"]["schemas"].values():
        for name, item in shape.get("properties", {}).items():
            if shape["title"].endswith("In") and name in known:
                item.clear()
                item["enum"] = [*known[name], None]
    return told


ROWS = ("presence", "population", "site", "report", "incident", "other", "merge", "commitment", "plan", "task")
ROWS += ("threat", "activity", "job", "export")


@pytest.mark.parametrize("role", ["officer", "adviser", "outsider"])
def test_nothing_that_is_sent_breaks_the_description_or_the_server(people, caller, role: str) -> None:
    rows = Rows(make_ground(people), "officer")
    schema = schemathesis.openapi.from_dict(described(rows))
    schema.app = get_wsgi_application()
    headers = {"Host": "127.0.0.1:8000", "Authorization": f"Bearer {caller(role).letters}"}
    answered: dict[str, set[int]] = {}
    for found in schema.get_all_operations():
        operation = found.ok()
        _ask(operation, headers, answered.setdefault(operation.definition.raw["operationId"], set()))
    assert len(answered) == len(TABLE) - 1  # the description describes all but itself
    done = {name for name, codes in answered.items() if codes & {200, 201}}
    if role == "outsider":
        assert done <= {line["operation"] for line in TABLE if line["outsider"] == "200"}
    else:
        reads = {line["operation"] for line in TABLE if line["method"] == "GET" and line["officer"] == "200"}
        assert len(done & reads) > len(reads) / 4, f"hardly anything was asked in earnest: {sorted(done)}"


def _forget_failures() -> None:
    """The check of tokens that are not good would else soon be told to wait, as anybody who guesses is."""
    with acting(Principal("test"), "test"):
        Wait.objects.get_queryset().opened().delete()


def _ask(operation, headers: dict[str, str], codes: set[int]) -> None:
    @seed(20270331)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case) -> None:
        _forget_failures()
        response = case.call(headers=headers)
        codes.add(response.status_code)
        case.validate_response(response, checks=CHECKS, headers=headers)

    send()
