"""`tutela events fetch`: a release from UCDP's API, as one file that the other commands read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from tutela.catalogue.countries import find_country
from tutela.cli.options import JsonOption, day
from tutela.cli.speaking import print_json, print_lines, telling
from tutela.data.fetching.addresses import (
    DEFAULT_ADDRESS,
    PAGE_ROWS,
    TOKEN_VARIABLE,
    Access,
    Query,
    check_address,
    check_token,
    check_version,
)
from tutela.kernel.problems import Problem
from tutela.studies.intake import today_utc

_MOST_TOKEN_BYTES = 4096


def fetch(
    version: Annotated[str, typer.Argument(help="The release: 25.1, or 26.0.7 for a month's candidate events.")],
    out: Annotated[Path, typer.Option("--out", help="A new file, .csv or .parquet.")],
    country: Annotated[
        list[str] | None, typer.Option("--country", help="Only this country; may be given more than once.")
    ] = None,
    since: Annotated[str | None, typer.Option("--from", help="The first day that counts, YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option("--until", "--to", help="The last day that counts.")] = None,
    address: Annotated[str, typer.Option("--address", help="The API's address.")] = DEFAULT_ADDRESS,
    token_file: Annotated[
        Path | None, typer.Option("--token-file", help=f"A file with the token; otherwise {TOKEN_VARIABLE}.")
    ] = None,
    page_rows: Annotated[
        int, typer.Option("--page-rows", min=1, max=PAGE_ROWS, help="Events on a page.")
    ] = PAGE_ROWS,
    json: JsonOption = False,
) -> None:
    """Fetch a release from UCDP's API, page by page: the whole of what was asked for, or no file."""
    # Imported here: the libraries of the network are no business of the other commands.
    from tutela.data.fetching.ucdp_api import check_file, fetch_events

    query = Query(
        check_version(version),
        tuple(number for name in country or () for number in _country_numbers(name)),
        day(since, "--from") if since else None,
        day(until, "--to") if until else None,
        page_rows,
    )
    if query.start and query.end and query.end < query.start:
        raise Problem(
            "option-invalid",
            "The last day lies before the first.",
            where="--to",
            remedy="Give --from and --to in the order of days.",
        )
    check_file(out)
    access = Access(check_address(address), _load_token(token_file))
    with telling(as_json=json) as tell:
        fetched = fetch_events(query, access, out, today=today_utc(), tell=tell)
    if json:
        print_json(fetched.as_json())
        return
    origin = fetched.origin
    before = f", {fetched.pages_kept_before:,} of them from an earlier run" if fetched.pages_kept_before else ""
    print_lines(
        f"{out}: {origin.total_count:,} events of version {origin.version}, {origin.pages:,} pages{before}",
        f"Where it comes from stands beside it. Next: tutela events inspect {out}",
    )


def _country_numbers(name: str) -> tuple[int, ...]:
    country = find_country(name)
    if country is None or not country.gw:
        raise Problem(
            "country-unknown",
            f"{name[:60]!r} is no country." if country is None else f"UCDP has no number for {country.name}.",
            where="--country",
            remedy="Give its name or its ISO 3166 code, for example CAF.",
        )
    return country.gw


def _load_token(file: Path | None) -> str:
    if file is None:
        text = os.environ.get(TOKEN_VARIABLE, "")
        if not text.strip():
            raise Problem(
                "option-invalid",
                "There is no token.",
                where=TOKEN_VARIABLE,
                remedy=f"Put the token from UCDP in {TOKEN_VARIABLE}, or in a file named by --token-file.",
            )
        return check_token(text, TOKEN_VARIABLE)
    try:
        with file.open("rb") as opened:
            return check_token(opened.read(_MOST_TOKEN_BYTES).decode("ascii"), str(file))
    except FileNotFoundError:
        code, what = "file-missing", "The file is not there."
    except (OSError, UnicodeDecodeError):
        code, what = "file-unreadable", "The file cannot be read as a token."
    raise Problem(code, what, where=str(file), remedy="Name a file that holds the token alone, with --token-file.")
