"""`tutela backup` and `tutela restore`: a home in one file, and back."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from tutela.cli.options import HomeOption, JsonOption
from tutela.cli.speaking import count, print_json, print_lines, telling
from tutela.kernel.problems import Problem


def _service() -> ModuleType:
    # By name: nothing imports the service, which puts all layers together.
    return importlib.import_module("tutela.service.backups")


def backup(
    to: Annotated[Path, typer.Option("--to", help="The file to write; a new one.")],
    recipient: Annotated[
        str, typer.Option("--recipient", help="Public key (age1...) to encrypt for, or a file that holds it.")
    ] = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Write the home into one file, without its keys: keep those somewhere else."""
    with telling(as_json=json) as tell:
        done = _service().back_up(home, to, tell, recipient)
    if json:
        print_json(done)
    else:
        print_lines(
            f"{count(done['files'])} files in {done['backup']}.",
            "The keys are not in it.",
            f"Encrypted for {done['encrypted_for']}; this machine cannot read it."
            if done["encrypted_for"]
            else "It is NOT encrypted: whoever holds this file reads the register. Make a key with "
            "tutela register key, and name its public half with --recipient or TUTELA_BACKUP_RECIPIENT.",
        )


def restore(
    archive: Annotated[Path, typer.Argument(help="A file that tutela backup wrote.")],
    into: Annotated[Path | None, typer.Option("--into", help="The folder to make.")] = None,
    keys: Annotated[Path | None, typer.Option("--keys", help="The folder in which the keys are kept.")] = None,
    recovery_key: Annotated[
        Path | None, typer.Option("--recovery-key", help="Of a closed site: the private key of headquarters.")
    ] = None,
    private_key: Annotated[
        Path | None, typer.Option("--private-key", help="The file of the private key of an encrypted backup.")
    ] = None,
    rehearse: Annotated[bool, typer.Option("--rehearse", help="Restore, check everything, and remove it.")] = False,
    json: JsonOption = False,
) -> None:
    """Make a home from a backup: every file checked, erasures applied again, the ledger read to its end."""
    if (into is None) != rehearse:
        raise Problem(
            "option-invalid",
            "A backup is restored into a folder, or rehearsed.",
            where="--into",
            remedy="Give --into, or --rehearse, and not both.",
        )
    if recovery_key is not None:
        _open_closed(archive, recovery_key, into, as_json=json)
        return
    with telling(as_json=json) as tell:
        if into is None:
            done = _service().rehearse(archive, keys, tell, private_key)
        else:
            done = _service().restore(archive, into, keys, tell, private_key)
    if json:
        print_json(done)
        return
    ledger = done["ledger"]
    print_lines(
        "The backup would serve." if rehearse else f"The home is in {done['home']}.",
        f"Ledger: {count(ledger['entries'])} entries, nothing changed."
        if ledger
        else "There is no register in it.",
        f"Erased again: {count(done['erased_again'])}.",
    )
    if ledger and not done["with_keys"]:
        print_lines(
            "The folder of the keys was not named, and with it the list of what was erased since the backup.",
            "Restore it again with --keys before anybody works in it.",
        )


def _open_closed(file: Path, private: Path, into: Path | None, *, as_json: bool) -> None:
    if into is None:
        raise Problem(
            "option-invalid", "A closed site is opened into a folder.", where="--into", remedy="Give --into DIR."
        )
    service = importlib.import_module("tutela.service.closing")
    with telling(as_json=as_json) as tell:
        done = service.open_closed(file, private, into, tell)
    if as_json:
        print_json(done)
    else:
        print_lines(
            f"The home is in {done['home']}, with its keys.",
            "The house is closed still: tutela register mode normal opens it.",
        )


def backup_key(
    to: Annotated[Path, typer.Argument(help="The file to write the private key into; a new one.")],
    json: JsonOption = False,
) -> None:
    """Make a key for encrypted backups: run this where backups are restored, never where they are written."""
    public = importlib.import_module("tutela.service.backup_keys").make_backup_key(to)
    if json:
        print_json({"private_key": str(to), "recipient": public})
    else:
        print_lines(
            f"The private key is in {to}: keep it outside the host country, twice, and never beside backups.",
            "The public key, for TUTELA_BACKUP_RECIPIENT on the machine that writes backups:",
            f"  {public}",
        )
