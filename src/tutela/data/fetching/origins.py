"""Where a fetched file comes from: a small JSON file beside it, which holds for exactly these bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from tutela.data.store.folders import write_file

SUFFIX: Final = ".origin.json"
"""Stands after the name of the file that it belongs to."""

_FORMAT: Final = 1
_MOST_BYTES: Final = 1 << 16
_CANDIDATE: Final = re.compile(r"\d{2}\.0{1,2}\..*|\d{2}(\.\d{1,2}){3}")


@dataclass(frozen=True, slots=True)
class FetchedOrigin:
    """What was fetched, when, from where; `digest` is the file's SHA-256.

    asked       the filters, in the API's own words; empty for a whole release
    begun_on    the day of the first page, fetched_on that of the last
    """

    address: str
    version: str
    asked: Mapping[str, str]
    begun_on: str
    fetched_on: str
    total_count: int
    pages: int
    digest: str

    @property
    def is_candidate(self) -> bool:
        """Whether the version is one of candidate events: of a month (26.0.7) or of several (26.01.26.06)."""
        return bool(_CANDIDATE.fullmatch(self.version))

    @property
    def vintage(self) -> str:
        """The release, as figures name it."""
        return f"candidate {self.version}" if self.is_candidate else self.version

    @property
    def note(self) -> str:
        """What a reader of the figures must know."""
        said = f"Fetched from UCDP's API as version {self.version} on {self.fetched_on}"
        if not self.asked:
            return f"{said}, whole."
        return f"{said}; it holds only {', '.join(f'{name} {value}' for name, value in self.asked.items())}."

    def as_json(self) -> dict[str, Any]:
        """The content of the file beside."""
        return {"tutela_origin": _FORMAT, **asdict(self)}

    def write_beside(self, path: Path) -> Path:
        """Write it beside the file that it belongs to."""
        beside = path.with_name(path.name + SUFFIX)
        write_file(beside, (json.dumps(self.as_json(), indent=2, ensure_ascii=False) + "\n").encode())
        return beside


def find_origin(path: Path, digest: str) -> FetchedOrigin | None:
    """The origin beside a file; None where there is none, or where the file has other bytes by now."""
    beside = path.with_name(path.name + SUFFIX) if path.name else path
    try:
        if not beside.is_file() or beside.stat().st_size > _MOST_BYTES:
            return None
        said = json.loads(beside.read_bytes())
        mark = said.pop("tutela_origin")
        origin = FetchedOrigin(**said)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    whole = (
        mark == _FORMAT
        and isinstance(origin.version, str)
        and isinstance(origin.fetched_on, str)
        and isinstance(origin.asked, dict)
        and all(isinstance(value, str) for value in origin.asked.values())
    )
    return origin if whole and origin.digest == digest else None
