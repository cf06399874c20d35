"""The fast readers of Geo-PKO against a slow one in plain Python, on the real files."""

from __future__ import annotations

import csv
import gzip
import math
import re
import unicodedata
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from tutela.catalogue.countries import find_country
from tutela.data.sources.presence import read_sites

TODAY = date(2026, 6, 30)
RADIUS_KM = 6371.0088


def number(text):
    try:
        return float(text)
    except ValueError:
        return None


def slug(text):
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return re.sub("[^a-z0-9]+", "-", plain.lower()).strip("-")


def apart_km(a, b):
    (x1, y1), (x2, y2) = (tuple(map(math.radians, point)) for point in (a, b))
    cosine = math.sin(y1) * math.sin(y2) + math.cos(y1) * math.cos(y2) * math.cos(x1 - x2)
    return RADIUS_KM * math.acos(min(1.0, cosine))


def revision(source):
    text = re.sub(r"\b0+(?=\d)", "", source.lower())
    found = re.search(r"rev\.?\s*(\d+)(?:\.(\d+))?", text.split("(")[0])
    return (float(found[1]), float(found[2] or 0), text) if found else (-1.0, 0.0, text)


def first_of(month):
    return date(month // 12, month % 12 + 1, 1)


def map_rows(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            row = {name: (text or "").strip() for name, text in row.items()}
            month = int(row["year"]) * 12 + int(row["month"]) - 1
            yield row, row["mission"], month, f"{row['mission']}/{slug(row['location'])}"


def number_of_places(groups):
    """Which points of a site are other places: those that one map shows far from each other."""
    points = defaultdict(dict)
    double = set()
    for (site, month), rows in groups.items():
        here = [(number(row["longitude"]), number(row["latitude"])) for row in rows]
        for point in here:
            points[site][point] = min(month, points[site].get(point, month))
        if any(apart_km(a, b) > 5 for a in here for b in here):
            double.add(site)
    numbers = {}
    for site in double:
        known = []
        for point, _ in sorted(points[site].items(), key=lambda item: (item[1], item[0][1], item[0][0])):
            near = [rank for rank, other in enumerate(known, 1) if apart_km(point, other) <= 5]
            if not near:
                known.append(point)
            numbers[site, point] = near[0] if near else len(known)
    return numbers


def state_of(rows):
    """One site in one month, from the rows that one map has of it."""

    def total(column):
        return sum(number(row[column]) or 0.0 for row in rows)

    def most(column):
        return max((value for row in rows if (value := number(row[column])) is not None), default=None)

    first = min(rows, key=lambda row: (number(row["latitude"]), number(row["longitude"])))
    troops = None if any(number(row["no.troops"]) is None for row in rows) else total("no.troops")
    officers, formed = most("unpol.dummy") == 1, most("fpu") == 1
    unsized = any(number(row["fpu"]) == 1 and number(row["fpu.no"]) is None for row in rows)
    soldiers_marked = any((most(column) or 0) > 0 for column in ("unmo.dummy", "hq", "security.group.dummy"))
    military = None if troops is None else troops - total("fpu.no") + total("rpf.no")
    if military == 0 and (soldiers_marked or not (officers or formed)):
        military = None
    if officers or unsized:
        police = None
    elif formed:
        police = total("fpu.no")
    else:
        police = None if troops == 0 and not soldiers_marked else 0.0
    closed = troops == 0 and all(
        re.search(r"(?i)\(closed\)|\bstation, closed\b", row["comments"])
        and number(row["hq"]) == number(row["unmo.dummy"]) == number(row["unpol.dummy"]) == 0
        for row in rows
    )
    country = find_country(first["country"])
    return (
        number(first["longitude"]),
        number(first["latitude"]),
        country.iso3 if country else "",
        "closed" if closed else "open",
        military,
        police,
        1 if most("avia") == 1 or most("he.sup") == 1 else -1,
        kind_of(most, military, troops),
    )


def kind_of(most, military, troops):
    if most("hq") in (1, 2, 3):
        return {3: "headquarters", 2: "sector headquarters", 1: "contingent headquarters"}[most("hq")]
    if most("obs.base") == 1:
        return "observation base"
    if most("cantonment") == 1:
        return "cantonment"
    if most("disarmament") == 1:
        return "disarmament site"
    if troops is None or (military or 0) > 0:
        return "base"
    if most("unmo.dummy") == 1:
        return "observers"
    if most("unpol.dummy") == 1 or most("fpu") == 1:
        return "police"
    if most("jmco") == 1:
        return "joint monitoring office"
    return "liaison office" if most("lo") == 1 else ""


def obvious_periods(path):
    """Carry each map forward, month by month, as one would with a pencil."""
    maps, groups, rows_in_file = defaultdict(set), defaultdict(list), 0
    for row, mission, month, site in map_rows(path):
        rows_in_file += 1
        maps[mission].add(month)
        if number(row["latitude"]) is not None and number(row["longitude"]) is not None:
            groups[site, month].append(row)
    for key, rows in groups.items():
        newest = max(revision(row["source"]) for row in rows)
        distinct = {tuple(sorted(row.items())): row for row in rows if revision(row["source"]) == newest}
        groups[key] = list(distinct.values())
    numbers = number_of_places(groups)
    months = defaultdict(dict)
    for (site, month), rows in groups.items():
        parts = defaultdict(list)
        for row in rows:
            rank = numbers.get((site, (number(row["longitude"]), number(row["latitude"]))), 1)
            parts[site if rank == 1 else f"{site}--{rank}"].append(row)
        later = [other for other in maps[rows[0]["mission"]] if other > month]
        until = min([*later, month + 13])
        for name, part in parts.items():
            for each in range(month, until):
                months[name][each] = state_of(part)
    return rows_in_file, {(name, *period) for name, states in months.items() for period in join(states)}


def join(states):
    start = previous = None
    for month in sorted(states):
        if previous is not None and (month != previous + 1 or states[month] != states[start]):
            yield (first_of(start), first_of(previous + 1), *states[start])
            start = None
        start = month if start is None else start
        previous = month
    yield (first_of(start), first_of(previous + 1), *states[start])


def periods_of(sites):
    def whole(values):
        return [None if math.isnan(value) else value for value in values.tolist()]

    return list(
        zip(
            *(sites.site_id.tolist(), sites.opened.tolist(), sites.closed.tolist()),
            *(sites.lon.tolist(), sites.lat.tolist(), sites.country.tolist(), sites.status.tolist()),
            *(whole(sites.military), whole(sites.police), sites.air.tolist(), sites.kind.tolist()),
            strict=True,
        )
    )


@pytest.mark.parametrize("version", ["v2.1", "v2.0"])
def test_carrying_maps_forward_agrees_with_doing_it_month_by_month(shared: Path, version: str) -> None:
    path = shared / "presence" / f"geopko_{version}_full.csv.gz"
    count, expected = obvious_periods(path)
    reading = read_sites(path, today=TODAY)
    periods = periods_of(reading.table)
    assert len(periods) == len(set(periods))
    assert set(periods) == expected
    assert reading.accounting.input == count


def test_every_row_of_the_real_maps_is_accounted_for(shared: Path) -> None:
    reading = read_sites(shared / "presence" / "geopko_v2.1_full.csv.gz", today=TODAY)
    assert reading.source == "geopko"
    assert reading.accounting.input == 18_699
    assert reading.accounting.placed == 18_698
    assert reading.accounting.excluded == {"coordinates-missing": 1}
    # 1,394 names of places, of which one has no point and one stands for three places.
    assert len(set(reading.table.site_id.tolist())) == 1_395
    assert reading.origin.vintage == "1994-01 to 2020-12"


def test_site_years_agree_with_reading_them_year_by_year(shared: Path) -> None:
    path = shared / "presence" / "geopko_FrontMap_v.2.3.csv"
    years = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            years[f"{row['mission']}/{slug(row['location'])}", int(row["year"])].append(row)
    reading = read_sites(path, today=TODAY)
    assert reading.source == "geopko-year"
    assert reading.accounting.placed == reading.accounting.input == sum(map(len, years.values())) == 8_783
    seen = set()
    for row in range(len(reading.table)):
        site, opened, closed = (
            getattr(reading.table, name)[row].item() for name in ("site_id", "opened", "closed")
        )
        assert (opened.month, opened.day, closed.month, closed.day) == (1, 1, 1, 1)
        for year in range(opened.year, closed.year):
            assert (site, year) not in seen
            seen.add((site, year))
            means = {number(part["ave.no.troops"]) for part in years[site, year]}
            assert len(means) == 1
            military = reading.table.military[row]
            assert military == means.pop() or math.isnan(military)
            if any(number(part["NoTroops"]) for part in years[site, year]):
                assert military > 0
    assert seen == set(years)
