"""`tutela presence`: the register of presences, and what a file of sites holds."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated, Any

import typer

from tutela.catalogue.doctrine import load_doctrine
from tutela.catalogue.presences import MandateState, Presence, load_presences, mandate_on
from tutela.cli.options import HomeOption, JsonOption, StrictOption, day
from tutela.cli.speaking import print_json, print_lines, print_table, telling
from tutela.data.store.homes import find_home
from tutela.engine.presence.strength import summarise_presence
from tutela.kernel.problems import Problem
from tutela.studies.intake import ReadingSpec, take_in_sites, today_utc
from tutela.studies.owner import OWNER
from tutela.studies.shelf import open_shelf

app = typer.Typer(no_args_is_help=True, help="Presences of every kind, and files of their sites.")


@app.command("list")
def list_(
    kind: Annotated[str, typer.Option("--kind", help="Only presences of this kind.")] = "",
    status: Annotated[str, typer.Option("--status", help="current, closed or unconfirmed.")] = "",
    json: JsonOption = False,
) -> None:
    """List the register of presences."""
    kinds = load_doctrine().presence_kinds
    for value, allowed, option in ((kind, tuple(kinds), "--kind"), (status, _STATUSES, "--status")):
        if value and value not in allowed:
            raise Problem(
                "option-invalid",
                f"{value!r} is not one of them.",
                where=option,
                remedy=f"Use {', '.join(allowed)}.",
            )
    chosen = [
        presence
        for presence in load_presences()
        if (not kind or presence.kind == kind) and (not status or presence.status == status)
    ]
    if json:
        print_json([_as_json(presence) for presence in chosen])
        return
    rows = [
        [item.presence_id, item.name, kinds[item.kind].label, ", ".join(item.hosts), item.status] for item in chosen
    ]
    print_table(f"{len(chosen)} presences", ["id", "name", "kind", "host", "status"], rows)


@app.command("show")
def show(
    presence_id: Annotated[str, typer.Argument(help="Its id or name, for example MINUSCA.")],
    on: Annotated[str, typer.Option("--on", help="The day the mandate is read for; today if left out.")] = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Show what the register knows of one presence, each fact with its source."""
    presence = find_or_refuse(presence_id, home)
    asked = day(on, "--on") if on else today_utc()
    mandate = mandate_on(presence, asked)
    if json:
        print_json(_as_json(presence) | {"mandate_on": _mandate(mandate) | {"day": asked.isoformat()}})
        return
    print_lines(
        f"{presence.presence_id}: {presence.name}",
        f"  {load_doctrine().presence_kinds[presence.kind].label}; {', '.join(presence.hosts) or 'no one host'}; "
        f"{presence.status}" + ("; INVENTED" if presence.invented else ""),
        f"  mandate on {asked}: {mandate.state}" + (f" ({mandate.text})" if mandate.text else ""),
    )
    for name, fact in presence.facts.items():
        if fact.value:
            print_lines(f"  {name}: {fact.value}  [{fact.source}, {fact.as_of}, {fact.status}]")


@app.command("inspect")
def inspect(
    file: Annotated[Path, typer.Argument(help="A file of sites.")],
    source: Annotated[str, typer.Option("--source", help="geopko, geopko-year, csv or auto.")] = "auto",
    as_of: Annotated[
        str, typer.Option("--as-of", help="The day to look at; the file's last day if left out.")
    ] = "",
    strict: StrictOption = False,
    json: JsonOption = False,
) -> None:
    """Read a file of sites, say what is in it and what was left out; keep nothing."""
    with telling(as_json=json) as tell:
        tell("reading sites")
        intake = take_in_sites([file], ReadingSpec(source, strict, today_utc()))
        summary = summarise_presence(intake.table, day(as_of, "--as-of") if as_of else None)
    reading = intake.readings[0]
    report: dict[str, Any] = {
        "path": reading.path,
        "source": reading.source,
        "rows": reading.accounting.input,
        "placed": reading.accounting.placed,
        "excluded": dict(reading.accounting.excluded),
        "excluded_rows": [
            {"line": row.line, "reason": row.reason, "column": row.column} for row in reading.excluded
        ],
        "notes": list(reading.notes),
        "attribution": reading.origin.attribution,
        "digest": reading.file_digest,
        **summary.as_json(),
    }
    if json:
        print_json(report)
        return
    print_lines(f"{reading.path}: {reading.source}, {report['rows']:,} rows, {report['placed']:,} placed")
    print_lines(*(f"  left out, {reason}: {number:,}" for reason, number in report["excluded"].items()))
    print_lines(*(f"  {note}" for note in reading.notes))


def find_or_refuse(name: str, home: Path | None = None) -> Presence:
    """The presence of that id or name, in the register or the home, or a Problem with the nearest names."""
    place = find_home(home)
    ours = open_shelf(place, OWNER).presences() if place else load_presences()
    by_name = {key.casefold(): item for item in ours for key in (item.presence_id, item.name, *item.also)}
    by_name |= {item.presence_id.casefold(): item for item in ours}
    if (match := by_name.get(name.strip().casefold())) is not None:
        return match
    near = difflib.get_close_matches(name.casefold(), by_name, n=3)
    hint = f"Did you mean {', '.join(by_name[key].presence_id for key in near)}? " if near else ""
    raise Problem(
        "presence-unknown",
        f"The register knows no presence {name!r}.",
        remedy=f"{hint}See tutela presence list.",
    )


_STATUSES = ("current", "closed", "unconfirmed")


def _as_json(presence: Presence) -> dict[str, Any]:
    return {
        "presence_id": presence.presence_id,
        "name": presence.name,
        "kind": presence.kind,
        "hosts": list(presence.hosts),
        "status": presence.status,
        "invented": presence.invented,
        "facts": {
            name: {"value": fact.value, "source": fact.source, "as_of": fact.as_of, "status": fact.status}
            for name, fact in presence.facts.items()
        },
        "also": list(presence.also),
    }


def _mandate(state: MandateState) -> dict[str, str]:
    return {"text": state.text, "until": state.until, "state": state.state}
