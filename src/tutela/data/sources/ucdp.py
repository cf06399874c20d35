"""The layouts of the Uppsala Conflict Data Program: GED in all its column sets, the cut of precise places,
and the monthly candidate events.

Columns are found by name: the releases differ in their number (41 to 49) and order (`low, best, high` or
`best, high, low`), not in the meaning of a name.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import polars as pl

from tutela.data.fetching.origins import FetchedOrigin, find_origin
from tutela.data.sources.large import Wide
from tutela.data.sources.layouts import Layout, Recogniser
from tutela.data.sources.raw import RawTable
from tutela.data.sources.readings import Origin

LICENCE: Final = "CC BY 4.0"
ATTRIBUTION: Final = (
    "Sundberg, R. and Melander, E. (2013) Introducing the UCDP Georeferenced Event Dataset, Journal of Peace "
    "Research 50(4); and Davies, S. et al. of the version's year, Journal of Peace Research; "
    "Uppsala Conflict Data Program"
)

_COLUMNS: Final = {
    "event_id": "id",
    "day": "date_start",
    "day_end": "date_end",
    "lon": "longitude",
    "lat": "latitude",
    "precision": "where_prec",
    "country": "country",
    "iso3": "iso3",
    "gw_number": "country_id",
    "point_text": "geom_wkt",
    "adm_1": "adm_1",
    "adm_2": "adm_2",
    "violence": "type_of_violence",
    "side_a": "side_a",
    "side_b": "side_b",
    "best": "best",
    "low": "low",
    "high": "high",
    "civilians": "deaths_civilians",
}
_PARTS: Final = ("deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown")
_MINIMUM: Final = (
    "id",
    "date_start",
    "type_of_violence",
    "country",
    "side_a",
    "side_b",
    "latitude",
    "longitude",
    "low",
    "best",
    "high",
)
_NEEDS: Final = ("event_id", "day", "violence")

_UNREAD: Final = (
    "relid year active_year conflict_dset_id conflict_new_id conflict_name dyad_dset_id dyad_new_id dyad_name "
    "side_a_dset_id side_a_new_id side_b_dset_id side_b_new_id number_of_sources source_article source_office "
    "source_date source_headline source_original where_coordinates where_description priogrid_gid region "
    "event_clarity date_prec gwnoa gwnob"
)

WIDE: Final = Wide(frozenset(_MINIMUM), frozenset(_UNREAD.split()))
"""What is left out of a large file: notes and numbers that no figure is made of, two thirds of its bytes."""
_CANDIDATE_NAME: Final = re.compile(r"(?<!\d)(\d{2})[._](0)[._](\d{1,2})(?!\d)")
_RELEASE_NAMES: Final = (
    re.compile(r"(?<!\d)(\d{2})[._](\d)(?!\d)"),
    re.compile(r"ged_?(\d{2})(\d)(?!\d)", re.IGNORECASE),
)


def _describe_ged(table: RawTable) -> Layout | None:
    return None if _is_candidate(table) else _layout(table, "ucdp-ged", "UCDP Georeferenced Event Dataset")


def _describe_candidate(table: RawTable) -> Layout | None:
    if not _is_candidate(table):
        return None
    waiting = int((_status(table) != "clear").sum())
    note = (
        "Candidate events are UCDP's monthly release, which the yearly one replaces; "
        f"{waiting} of {len(table)} await a check by UCDP."
    )
    return _layout(table, "ucdp-candidate", "UCDP Candidate Events Dataset", note)


def _describe_minimum(table: RawTable) -> Layout:
    notes = []
    if table.missing(("where_prec",)):
        notes.append(
            "The file does not say how precise a place is; its makers kept only events placed exactly or "
            "within about 25 km, so the unplaceable share is not known from it."
        )
    if table.missing(("deaths_civilians",)):
        notes.append("The file does not say how many of the dead were civilians.")
    return _layout(table, "ucdp-ged-min", "UCDP Georeferenced Event Dataset, a cut of it", *notes)


def _layout(table: RawTable, source: str, name: str, *notes: str) -> Layout:
    fetched = _fetched(table)
    return Layout(
        source=source,
        columns={field: column for field, column in _COLUMNS.items() if column in table.columns},
        origin=Origin(name, _vintage(table, candidate=source == "ucdp-candidate"), LICENCE, ATTRIBUTION),
        parts=() if table.missing(_PARTS) else _PARTS,
        needs=_NEEDS,
        notes=(*notes, *([fetched.note] if fetched else [])),
    )


def _is_candidate(table: RawTable) -> bool:
    fetched = _fetched(table)
    if fetched:
        return fetched.is_candidate
    # In a yearly release every event is "Clear".
    if table.missing(("code_status",)):
        return False
    return bool(_CANDIDATE_NAME.search(Path(table.path).name)) or bool(
        _status(table).str.starts_with("check").any()
    )


def _fetched(table: RawTable) -> FetchedOrigin | None:
    # What the fetched file's own origin says goes before any guess by name.
    return find_origin(Path(table.path), table.file_digest)


def _status(table: RawTable) -> pl.Series:
    return table.text("code_status").str.to_lowercase()


def _vintage(table: RawTable, *, candidate: bool) -> str:
    fetched = _fetched(table)
    if fetched:
        return fetched.vintage
    name = Path(table.path).name
    if candidate:
        match = _CANDIDATE_NAME.search(name)
        return (
            f"candidate {'.'.join(match.groups())}, by the file's name"
            if match
            else "candidate, version not stated"
        )
    for pattern in _RELEASE_NAMES:
        match = pattern.search(name)
        if match:
            return f"{match[1]}.{match[2]}, by the file's name"
    return "not stated"


RECOGNISERS: Final = (
    Recogniser("ucdp-ged", (*_MINIMUM, "where_prec", "date_end", "deaths_civilians"), _describe_ged),
    Recogniser("ucdp-candidate", (*_MINIMUM, "where_prec", "date_end", "code_status"), _describe_candidate),
    Recogniser("ucdp-ged-min", _MINIMUM, _describe_minimum),
)
