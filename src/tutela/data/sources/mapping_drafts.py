"""A first draft of a mapping from the names of a file's columns: what has a known name, and no guess beyond."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from tutela.catalogue.countries import fold_name
from tutela.data.sources.mapping_files import DAYS, FIELDS

SYNONYMS: Final[dict[str, tuple[str, ...]]] = {
    "event_id": ("event id", "id", "ref", "reference", "ref no", "incident id", "incident no", "incident number"),
    "date": ("date", "event date", "incident date", "date of incident", "date start", "start date"),
    "date_end": ("date end", "end date", "date to"),
    "lon": ("lon", "long", "longitude", "lng", "geometry longitude"),
    "lat": ("lat", "latitude", "geometry latitude"),
    "precision": ("precision", "where prec", "geo precision"),
    "country": ("country", "pays", "iso3", "adm0 name", "admin0", "country name"),
    "adm_1": ("adm 1", "adm1", "admin1", "admin 1", "adm1 name", "province", "state", "region", "governorate"),
    "adm_2": ("adm 2", "adm2", "admin2", "admin 2", "adm2 name", "district", "county", "territoire"),
    "violence": ("violence", "type of violence"),
    "perpetrator": ("perpetrator", "alleged perpetrator", "auteur presume"),
    "side_a": ("side a", "actor", "actor 1", "actor1"),
    "side_b": ("side b", "actor 2", "actor2", "target"),
    "best": ("best", "deaths", "killed", "fatalities", "number killed", "morts", "tues"),
    "low": ("low", "low estimate", "minimum"),
    "high": ("high", "high estimate", "maximum"),
    "civilians": ("civilians", "deaths civilians", "civilians killed", "civilian deaths"),
}
"""Names of columns by field; they are compared without case, accents and punctuation."""


def draft_mapping(kind: str, sheet: str, header_row: int, columns: Sequence[str]) -> str:
    """TOML to be corrected by hand: columns with known names are mapped, all others stand there as remarks.

    Where two columns have a name for the same field neither is taken: both are remarks.
    """
    found = {field: [name for name in columns if fold_name(name) in SYNONYMS[field]] for field in FIELDS}
    lines = [
        "# A draft: correct it, then look at the file through it with `tutela events map`.",
        "[source]",
        'name = ""  # whose file this is; must be said',
        'vintage = "not stated"',
        'licence = "not stated"',
        'attribution = "the makers of the file"',
        "",
        "[file]",
        f"kind = {_quote(kind)}",
        *([f"sheet = {_quote(sheet)}"] if sheet else []),
        *([f"header_row = {header_row}"] if kind != "geojson" else []),
        *([] if found["event_id"] else ['# number_rows = "X-"  # where the file has no ids']),
        "",
        "[columns]",
        *(line for field in FIELDS for line in _lines(field, found[field])),
    ]
    taken = {names[0] for names in found.values() if len(names) == 1}
    left = [name for name in columns if name not in taken]
    lines += ["", "# Columns that nothing is made of yet:", *(f"#   {_quote(name)}" for name in left)]
    return "\n".join([*lines, "", "[constants]", '# country = "CAF"', ""])


def _lines(field: str, names: Sequence[str]) -> list[str]:
    if len(names) == 1 and field in DAYS:
        return [f'{field} = {{ column = {_quote(names[0])}, format = "YYYY-MM-DD" }}']
    if len(names) == 1:
        return [f"{field} = {_quote(names[0])}"]
    return [f"# {field} = {_quote(name)}" for name in names] or [f"# {field} ="]


def _quote(text: str) -> str:
    # JSON's escapes are TOML's, but for the one control character that JSON lets stand.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
