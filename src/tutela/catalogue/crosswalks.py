"""How the words of other people's data map to our kinds of violence, classes of perpetrator and harms.

The table is data, `crosswalks.csv`, and no truth: each line says whether the source's own definition carries it
or we judged it. A deployment that judges otherwise brings a CSV of the same columns, whose lines replace ours.
An empty cell says nothing on that matter; "unknown" says that the value is known and settles nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from tutela.kernel.digests import recipe_digest
from tutela.kernel.problems import Problem
from tutela.kernel.tables import HARMS, PERPETRATORS, VIOLENCE

COLUMNS: Final = ("source", "field", "value", "violence", "perpetrator", "harm", "note", "status")
READ_WITH: Final = ("acled", "ushahidi")
"""Sources whose readers translate by their crosswalk; those of the others have the classes in their layout."""

STATUSES: Final = ("definition", "judgement")
"""Where a line comes from: the source's own definition, or a judgement that others may make otherwise."""

_ALLOWED: Final = {
    "violence": ("", *VIOLENCE),
    "perpetrator": ("", *PERPETRATORS),
    "harm": ("", *HARMS),
    "status": STATUSES,
}


@dataclass(frozen=True, slots=True)
class Match:
    """One line of a crosswalk: what a value of a source's field means in our words; "" where it says nothing."""

    source: str
    field: str
    value: str
    violence: str
    perpetrator: str
    harm: str
    note: str
    status: str


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """The lines of one source, found by field and value whatever their case and spaces."""

    source: str
    lines: tuple[Match, ...]
    _found: Mapping[tuple[str, str], Match] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_found", {_key(line.field, line.value): line for line in self.lines})

    def map(self, field: str, value: str) -> Match | None:
        """What this value of this field means; None where no line has it."""
        return self._found.get(_key(field, value))

    @property
    def harms(self) -> tuple[str, ...]:
        """The harms that any value of the source maps to, in the order of HARMS."""
        mapped = {line.harm for line in self.lines}
        return tuple(harm for harm in HARMS if harm in mapped)

    @property
    def digest(self) -> str:
        """The same for the same meanings, in any order of the lines; notes decide nothing and are not in it."""
        told = sorted(
            [*_key(line.field, line.value), line.violence, line.perpetrator, line.harm] for line in self.lines
        )
        return recipe_digest({"source": self.source, "lines": told})


@cache
def load_lines() -> tuple[Match, ...]:
    """Every line that Tutela ships, in the order of the file; what is wrong with them, `catalogue.checks` says."""
    text = resources.files("tutela.catalogue").joinpath("crosswalks.csv").read_text(encoding="utf-8")
    return tuple(Match(**row) for row in csv.DictReader(text.splitlines()))


def load_crosswalk(source: str, own: Path | None = None) -> Crosswalk:
    """The shipped crosswalk of a source; with `own`, a CSV of the same columns, its lines instead of ours.

    Raises Problem (file-missing, file-encoding, file-header, option-invalid) where `own` cannot be used.
    """
    lines = {_key(line.field, line.value): line for line in load_lines() if line.source == source}
    if own is not None:
        lines |= {_key(line.field, line.value): line for line in _read_own(own) if line.source == source}
    return Crosswalk(source, tuple(lines.values()))


def digest_shipped(sources: Iterable[str]) -> dict[str, str]:
    """The digests of the shipped crosswalks that these sources are read with, by source: part of a recipe."""
    return {source: load_crosswalk(source).digest for source in sorted(set(sources)) if source in READ_WITH}


def find_faults(line: Match) -> tuple[str, ...]:
    """The columns of a line that hold a word that does not exist, or nothing where something must stand."""
    empty = tuple(name for name in ("source", "field", "value") if not getattr(line, name).strip())
    return (*empty, *(name for name, words in _ALLOWED.items() if getattr(line, name) not in words))


def _read_own(path: Path) -> Sequence[Match]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        code = "file-encoding" if isinstance(error, UnicodeDecodeError) else "file-missing"
        raise Problem(
            code,
            "The crosswalk cannot be read.",
            where=str(path),
            remedy="Name a CSV file in UTF-8 that is there and may be read.",
        ) from None
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", restval="", skipinitialspace=True)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise Problem(
            "file-header",
            f"For a crosswalk the header lacks {', '.join(missing)}.",
            where=f"{path}, line 1",
            remedy=f"Give it the columns {', '.join(COLUMNS)}.",
        )
    lines: dict[tuple[str, str, str], Match] = {}
    for row in reader:
        line = Match(**{name: row[name].strip() for name in COLUMNS})
        where = f"{path}, line {reader.line_num}"
        _check_own(line, where)
        key = (line.source, *_key(line.field, line.value))
        if key in lines:
            raise Problem("option-invalid", "The value stands twice.", where=where, remedy="Keep one of the lines.")
        lines[key] = line
    return tuple(lines.values())


def _check_own(line: Match, where: str) -> None:
    for column in find_faults(line):
        words = [word for word in _ALLOWED.get(column, ()) if word]
        raise Problem(
            "option-invalid",
            f"Column {column} of the crosswalk has a word that does not exist.",
            where=f"{where}, column {column}",
            remedy=f"Use one of: {', '.join(words)}." if words else "Fill it in.",
        )


def _key(field: str, value: str) -> tuple[str, str]:
    return field, " ".join(value.split()).casefold()
