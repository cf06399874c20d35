"""`tutela presence import`: facts about presences from a file into the home, beside the register."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tutela.catalogue.presences import load_presences
from tutela.cli.options import JsonOption
from tutela.cli.speaking import print_json, print_lines, telling
from tutela.data.store.homes import create_home
from tutela.studies.register_imports import keep_register_facts, match_missions, read_register_file


def import_(
    file: Annotated[
        Path, typer.Argument(help="The UNPMM workbook, or the table of authorised and deployed people.")
    ],
    into: Annotated[Path, typer.Option("--into", help="The home to keep it in, created where there is none.")],
    source: Annotated[str, typer.Option("--source", help="unpmm, strengths or auto.")] = "auto",
    json: JsonOption = False,
) -> None:
    """Read facts about presences and keep them in the home: imported, attributed, beside the register."""
    with telling(as_json=json) as tell:
        tell("reading facts")
        reading = read_register_file(file, source)
        place = create_home(into, demonstration=False)
        tell("keeping them")
        manifest = keep_register_facts(reading, place.store)
    register = {presence.presence_id for presence in load_presences()}
    told_of = match_missions(reading.missions)
    new = sorted(mission for mission, key in told_of.items() if key not in register)
    account = reading.accounting
    if json:
        print_json(
            {
                "artifact": manifest.content,
                "home": str(place.root),
                "source": reading.source,
                "missions": len(reading.missions),
                "matched": len(told_of) - len(new),
                "not_in_register": new,
                "facts": len(reading.facts),
                "accounting": account.as_json(),
                "excluded_rows": [
                    {"line": row.line, "reason": row.reason, "column": row.column} for row in reading.excluded
                ],
                "marking": manifest.marking.name.lower(),
                "licence": manifest.licence,
                "attribution": manifest.attribution,
                "notes": list(reading.notes),
            }
        )
        return
    print_lines(
        f"Kept {len(reading.facts):,} facts on {len(reading.missions)} missions in {place.root} "
        f"as {manifest.content[:12]}, {manifest.marking.label.lower()}.",
        f"  {len(told_of) - len(new)} are in the register; {len(new)} are not, and are presences of this home now.",
        f"  rows read: {account.placed:,} of {account.input:,}",
        *(f"  left out, {reason}: {number:,}" for reason, number in account.excluded.items()),
        *(f"  {note}" for note in reading.notes),
        f"  {manifest.attribution}",
        f"  {manifest.licence}",
    )
