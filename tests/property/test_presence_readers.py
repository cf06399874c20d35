"""Whatever is done to a file of sites, every row is accounted for, or the file is refused by a Problem."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutela.data.sources.presence import read_sites
from tutela.kernel.problems import Problem

TODAY = date(2026, 6, 30)
COLUMNS = {
    "geopko": (
        *(
            "source",
            "mission",
            "year",
            "month",
            "location",
            "country",
            "latitude",
            "longitude",
            "no.troops",
            "rpf.no",
        ),
        *("fpu", "fpu.no", "avia", "he.sup", "unpol.dummy", "unmo.dummy", "hq", "lo", "jmco", "comments"),
    ),
    "geopko-year": (
        *("mission", "year", "country", "location", "latitude", "longitude", "NoTroops", "hq", "UNPOL", "Av"),
        *("UNMO", "ave.no.troops"),
    ),
    "csv": (
        *("site_id", "mission", "name", "lon", "lat", "opened", "closed", "status", "military", "police"),
        *("civilian", "air", "kind", "country"),
    ),
}
GOOD = {
    "source": ["Map no. 1 Rev. 1", "Map no. 1 Rev. 2", ""],
    "mission": ["UNXA", "UNXB"],
    "site_id": [f"S{number}" for number in range(60)],
    "year": [str(year) for year in range(2001, 2012)],
    "month": [str(month) for month in range(1, 13)],
    "location": ["Alder", "Bray", "Coe", "Élan"],
    "name": ["Alder", "Bray"],
    "country": ["Mali", "Chad", "DRC", ""],
    **{name: ["12.5", "12.6", "13"] for name in ("latitude", "lat")},
    **{name: ["-8", "-8.1", "-7"] for name in ("longitude", "lon")},
    **{
        name: ["0", "150", ""]
        for name in ("no.troops", "NoTroops", "ave.no.troops", "military", "police", "civilian")
    },
    **{name: ["0", "150", "NA"] for name in ("fpu.no", "rpf.no")},
    "opened": ["2011-01-01", "2012-05-01"],
    "closed": ["", "2014-02-01"],
    "status": ["", "open", "evacuated"],
    "air": ["", "0", "1"],
    **{name: ["", "base (closed)"] for name in ("kind", "comments")},
}
JUNK = st.one_of(
    st.sampled_from(
        ["", "NA", "0", "-1", "1e400", "nan", "inf", "95", "181", "2099", "0001-01-01", "9999-12-31", "--"]
    ),
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12),
    st.integers(-(10**20), 10**20).map(str),
    st.just("x" * 500),
)


@st.composite
def damaged_tables(draw: st.DrawFn) -> tuple[str, list[dict[str, str]]]:
    layout = draw(st.sampled_from(sorted(COLUMNS)))
    columns = COLUMNS[layout]
    row = st.fixed_dictionaries({name: st.sampled_from(GOOD.get(name, ["0", "1", "NA"])) for name in columns})
    rows = draw(st.lists(row, min_size=1, max_size=25))
    # So many plain rows that one or two bad ones do not refuse the file.
    rows += [
        {**rows[0], "location": f"Plain {index}", "site_id": f"P{index}"} for index in range(draw(st.just(220)))
    ]
    for _ in range(draw(st.integers(0, 3))):
        rows[draw(st.integers(0, len(rows) - 1))][draw(st.sampled_from(columns))] = draw(JUNK)
    return layout, [{name: each[name] for name in columns} for each in rows]


def try_reading(path: Path, layout: str):
    try:
        return read_sites(path, source=layout, today=TODAY)
    except Problem as problem:
        return problem


def write(path: Path, rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    return path.read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sites")


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(table=damaged_tables())
def test_placed_and_excluded_rows_are_the_rows_of_the_file(folder: Path, table) -> None:
    layout, rows = table
    write(folder / "sites.csv", rows)
    reading = try_reading(folder / "sites.csv", layout)
    if isinstance(reading, Problem):
        assert reading.code in ("too-many-bad-rows", "id-conflict")
        return
    assert reading.accounting.input == len(rows)
    assert reading.accounting.placed + len(reading.excluded) == len(rows)
    assert Counter(row.reason for row in reading.excluded) == Counter(reading.accounting.excluded)
    assert len({row.line for row in reading.excluded}) == len(reading.excluded)
    check_sites(reading.table)


def check_sites(sites) -> None:
    assert not np.isnan(sites.lon).any()
    assert (np.abs(sites.lat) <= 90).all()
    assert (np.isnat(sites.closed) | (sites.opened < sites.closed)).all()
    for name in ("military", "police", "civilian"):
        assert not (getattr(sites, name) < 0).any()
    order = np.lexsort((sites.opened, sites.site_id))
    same = sites.site_id[order][1:] == sites.site_id[order][:-1]
    # No site is in two states on one day.
    assert (sites.closed[order][:-1][same] <= sites.opened[order][1:][same]).all()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(table=damaged_tables(), data=st.data())
def test_a_file_with_damaged_bytes_is_read_or_refused_and_nothing_else(folder: Path, table, data) -> None:
    layout, rows = table
    content = bytearray(write(folder / "bytes.csv", rows))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    (folder / "bytes.csv").write_bytes(content[:cut] if data.draw(st.booleans()) else content)
    reading = try_reading(folder / "bytes.csv", layout)
    if isinstance(reading, Problem):
        assert reading.remedy
    else:
        assert reading.accounting.placed + len(reading.excluded) == reading.accounting.input
        check_sites(reading.table)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(table=damaged_tables(), seed=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_site(folder: Path, table, seed) -> None:
    layout, rows = table
    shuffled = rows[:]
    seed.shuffle(shuffled)
    found = []
    for order in (rows, shuffled):
        write(folder / "order.csv", order)
        found.append(try_reading(folder / "order.csv", layout))
    first, second = found
    if isinstance(first, Problem) or isinstance(second, Problem):
        assert first.code == second.code
        return
    assert first.accounting == second.accounting
    for name, column in first.table.columns().items():
        if name != "source_line":
            np.testing.assert_array_equal(column, second.table.columns()[name])
