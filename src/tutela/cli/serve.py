"""`tutela serve`, `tutela routes`, `tutela doctor`: the web application and what it needs."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated

import typer

from tutela.cli.options import HomeOption, JsonOption
from tutela.cli.speaking import print_json, print_lines, print_table, telling
from tutela.data.store.homes import find_home, require_home
from tutela.studies.health import Finding, examine


def serve(
    host: Annotated[
        str, typer.Option("--host", help="This machine only, unless --behind-proxy is given.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = 8000,
    behind_proxy: Annotated[
        str, typer.Option("--behind-proxy", help="The name under which a proxy with TLS shows the pages to others.")
    ] = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Serve the web application from a home."""
    # By name: nothing imports the service, which puts all layers together.
    server = importlib.import_module("tutela.service.server")
    server.serve(host, port, require_home(home).root, proxy=behind_proxy, as_json=json)


def routes(json: JsonOption = False) -> None:
    """List every page of the web application and every operation of its API."""
    rows = importlib.import_module("tutela.service.server").everything()
    if json:
        print_json(rows)
    else:
        print_table("Routes", list(rows[0]), [[str(value) for value in row.values()] for row in rows])


def doctor(
    seal: Annotated[
        bool, typer.Option("--seal", help="First seal artifacts above unclassified that lie in the clear.")
    ] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Say what is missing or misconfigured here, and how to mend it."""
    if seal:
        store = require_home(home).store
        with telling(as_json=json) as tell:
            store.seal_bare(lambda done, of: tell("Sealing artifacts", done, of))
    findings = (*examine(home), *_register(home))
    if json:
        print_json([finding.as_json() for finding in findings])
    else:
        print_lines(*(f"{finding.state:>8}  {finding.what}: {finding.remedy}" for finding in findings))
    if any(finding.state == "broken" for finding in findings):
        raise typer.Exit(2)


def _register(home: Path | None) -> tuple[Finding, ...]:
    """What stands open in the register of this home, if it has one."""
    if find_home(home) is None:
        return ()
    faults = importlib.import_module("tutela.service.register").examine_register(home)
    if faults:
        return tuple(Finding("register", "broken", fault) for fault in faults)
    stands = Finding("register", "good", "triggers and policies stand, where there is a register")
    looked = importlib.import_module("tutela.service.deployment").examine_deployment(home)
    return (stands, *(Finding(*finding) for finding in looked))
