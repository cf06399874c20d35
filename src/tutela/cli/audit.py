"""`tutela register` and `tutela audit`: the register's tables and first account, its ledger sealed and verified."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Annotated

import typer

from tutela.cli.options import HomeOption, JsonOption
from tutela.cli.speaking import count, print_json, print_lines, telling

app = typer.Typer(no_args_is_help=True, help="The ledger: who changed and who read what.")
register_app = typer.Typer(no_args_is_help=True, help="The register: make it, bring it up to date.")


def _service() -> ModuleType:
    # By name: nothing imports the service, which puts all layers together.
    return importlib.import_module("tutela.service.register")


@register_app.command("create")
def create(
    administrator: Annotated[str, typer.Option("--administrator", help="E-mail address of the first account.")],
    name: Annotated[str, typer.Option("--name", help="Its holder's name.")],
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Make the register of this home and the account of its first administrator."""
    with telling(as_json=json) as tell:
        tell("making the tables")
        made = _service().create_register(home, administrator, name)
    if json:
        print_json(made)
    else:
        print_lines(
            f"The register is in {made['home']}.",
            f"The public key {made['ledger_key']} verifies its ledger: keep a copy of it elsewhere.",
            "The administrator's first sign-in, good once and for a day, at the address that tutela serve prints:",
            f"  {made['link']}",
        )


@register_app.command("link")
def link(
    email: Annotated[str, typer.Argument(help="E-mail address of the account.")],
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Make a new way in for somebody who lost password or phone: good once and for a day; what they had is gone."""
    made = _service().hand_link(home, email)
    if json:
        print_json({"link": made})
    else:
        print_lines("Good once and for a day, at the address that tutela serve prints:", f"  {made}")


@register_app.command("mode")
def mode(
    mode: Annotated[str, typer.Argument(help="normal, read_only or closed.")],
    home: HomeOption = None,
) -> None:
    """Set the mode of the whole register; a closed one is opened again here and nowhere else."""
    _service().set_mode(home, mode)
    print_lines(f"The register is {mode.replace('_', ' ')} now.")


@register_app.command("upgrade")
def upgrade(home: HomeOption = None, json: JsonOption = False) -> None:
    """Bring the register's tables, triggers and policies up to date with this version."""
    with telling(as_json=json) as tell:
        tell("bringing the tables up to date")
        done = _service().upgrade_register(home)
    if json:
        print_json(done)
    else:
        print_lines(f"The register in {done['home']} is up to date.", *done["faults"])
    if done["faults"]:
        raise typer.Exit(2)


@app.command("seal")
def seal(home: HomeOption = None, json: JsonOption = False) -> None:
    """Close what was written into the signed chain now; the application does it by itself."""
    done = _service().seal_ledger(home)
    if json:
        print_json(done)
    else:
        print_lines(f"{count(done['transactions'])} transactions sealed, {count(done['unsealed'])} entries wait.")


@app.command("verify")
def verify(home: HomeOption = None, json: JsonOption = False) -> None:
    """Read the whole ledger again: every leaf, root, link and signature; name the first that is wrong."""
    with telling(as_json=json) as tell:
        verdict = _service().verify_ledger(home, lambda done, total: tell("reading the ledger", done, total))
    if json:
        print_json(verdict)
    else:
        if verdict["whole"]:
            print_lines(
                f"Nothing sealed was changed: {count(verdict['entries'])} entries, {verdict['seals']} seals."
            )
        else:
            print_lines(f"The ledger was changed. {verdict['fault']}")
        if verdict["unsealed"]:
            print_lines(f"Not sealed yet: {count(verdict['unsealed'])}, the oldest of {verdict['unsealed_since']}.")
        if verdict["raw_writes"]:
            print_lines(f"Written past the actions, by nobody named: {count(verdict['raw_writes'])}.")
    if not verdict["whole"]:
        raise typer.Exit(3)
