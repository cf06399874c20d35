"""Small files of sites with invented names, written and read on the spot."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tutela.data.sources.presence import read_sites
from tutela.data.sources.readings import Reading
from tutela.kernel.tables import Sites

TODAY = date(2026, 6, 30)
Read = Callable[..., Reading[Sites]]

MAP = {
    "source": "Map no. 1 Rev. 1",
    "mission": "UNXA",
    "year": "2010",
    "month": "3",
    "location": "Port Alder",
    "geosplit": "0",
    "country": "Mali",
    "latitude": "12.5",
    "longitude": "-8.0",
    "no.troops": "150",
    "rpf.no": "NA",
    "fpu": "0",
    "fpu.no": "0",
    "avia": "0",
    "he.sup": "0",
    "obs.base": "NA",
    "cantonment": "NA",
    "disarmament": "NA",
    "unpol.dummy": "0",
    "unmo.dummy": "0",
    "hq": "0",
    "lo": "0",
    "jmco": "NA",
    "security.group.dummy": "0",
    "comments": "",
}
YEAR = {
    "mission": "UNXA",
    "year": "2010",
    "country": "Mali",
    "location": "Port Alder",
    "latitude": "12.5",
    "longitude": "-8.0",
    "NoTroops": "150",
    "hq": "0",
    "UNPOL": "0",
    "Av": "0",
    "UNMO": "0",
    "ave.no.troops": "150",
}
SITE = {
    "site_id": "A1",
    "mission": "UNXA",
    "name": "Port Alder",
    "lon": "-8.0",
    "lat": "12.5",
    "opened": "2015-01-10",
    "closed": "",
    "status": "open",
    "military": "120",
    "police": "",
    "civilian": "9",
    "air": "1",
    "kind": "base",
}


def write_rows(path: Path, template: dict[str, str], rows: list[dict[str, str]]) -> Path:
    columns = list(dict.fromkeys([*template, *(name for row in rows for name in row)]))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows([{**template, **row} for row in rows])
    return path


def reader_of(template: dict[str, str], path: Path) -> Read:
    def read(*rows: dict[str, str], **options: object) -> Reading[Sites]:
        return read_sites(write_rows(path, template, list(rows)), **{"today": TODAY, **options})

    return read


@pytest.fixture
def read_maps(tmp_path: Path) -> Read:
    return reader_of(MAP, tmp_path / "maps.csv")


@pytest.fixture
def read_years(tmp_path: Path) -> Read:
    return reader_of(YEAR, tmp_path / "years.csv")


@pytest.fixture
def read_plain(tmp_path: Path) -> Read:
    return reader_of(SITE, tmp_path / "sites.csv")


@pytest.fixture
def many() -> Callable[[dict[str, str], str], list[dict[str, str]]]:
    """Two hundred good rows, so that one bad row beside them is less than a hundredth."""

    def rows(change: dict[str, str], name: str) -> list[dict[str, str]]:
        return [{**change, name: f"Place {index}"} for index in range(200)]

    return rows
