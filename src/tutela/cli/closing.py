"""`tutela register close-site` and the key of headquarters that a closed site is sealed to."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from tutela.cli.options import HomeOption, JsonOption
from tutela.cli.speaking import print_json, print_lines, telling
from tutela.kernel.problems import Problem


def _service() -> ModuleType:
    # By name: nothing imports the service, which puts all layers together.
    return importlib.import_module("tutela.service.closing")


def recovery_key(
    to: Annotated[Path | None, typer.Option("--to", help="At headquarters: make a pair of keys here.")] = None,
    public: Annotated[Path | None, typer.Option("--set", help="At the site: the public key to seal to.")] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Make the key that opens closed sites, at headquarters, or set its public half at a site."""
    if (to is None) == (public is None):
        raise Problem(
            "option-invalid", "A key is made or set.", where="--to", remedy="Give --to FILE, or --set FILE.pub."
        )
    if to is not None:
        done = _service().make_recovery_key(to)
        said = (
            f"Keep {done['private']} at headquarters, and nowhere else.",
            f"Give {done['public']} to the sites.",
        )
    else:
        done = {"public": _service().set_recovery_key(home, public)}
        said = ("This site can be closed now.", f"It is sealed to {done['public'][:16]}: compare it by voice.")
    if json:
        print_json(done)
    else:
        print_lines(*said)


def close_site(
    to: Annotated[Path, typer.Option("--to", help="The sealed file to write, outside of the home.")],
    sure: Annotated[bool, typer.Option("--sure", help="Do not ask again.")] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Seal everything of this site into one file for headquarters, and destroy it here, for good."""
    if not sure:
        typer.confirm("Everything in this home will be destroyed here. Close the site?", abort=True)
    with telling(as_json=json) as tell:
        done = _service().close_site(home, to, tell)
    if json:
        print_json(done)
        return
    print_lines(
        f"The site is closed. Everything is in {done['file']}, which only headquarters opens: get it there.",
        f"Its digest: {done['digest']}",
        "Switch the machine off: what a program holds in memory ends with it.",
    )
