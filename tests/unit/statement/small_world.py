"""A presence with two sites and a dozen events, small enough to count by hand."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import numpy as np

from tutela.catalogue.presences import Fact, Presence
from tutela.data.sources.readings import Origin
from tutela.engine.reach.vicinity import VicinitySpec, compute_vicinity
from tutela.kernel.tables import PERPETRATORS, VIOLENCE, Events, Sites
from tutela.studies.statements import StatementSources

KM_NORTH = 1 / 111.195  # degrees of latitude

# day, km north of Alpha, precision, country, violence, perpetrator, best, low, high, civilians
ROWS = (
    ("2018-05-01", 2.0, 1, "CAF", "one_sided", "non_state", 5, 3, 9, 5),
    ("2019-06-01", 3.0, 1, "CAF", "one_sided", "host_state", 2, 2, 2, 2),
    ("2020-02-01", 20.0, 1, "CAF", "one_sided", "non_state", 4, 4, 6, 4),
    ("2020-03-01", 40.0, 2, "CAF", "one_sided", "unknown", 1, 1, 1, 1),
    ("2020-04-01", 2.0, 1, "CAF", "state_based", "non_state", 10, 8, 15, 1),
    ("2020-05-01", 90.0, 1, "TCD", "one_sided", "communal", 7, 7, 7, 7),
    ("2020-06-01", 500.0, 1, "CAF", "one_sided", "non_state", 30, 20, 60, 30),
    ("2020-07-01", 10.0, 4, "CAF", "one_sided", "non_state", 11, 11, 11, 11),
    ("2020-08-01", 1.0, 1, "CAF", "non_state", "communal", 0, 0, 4, 0),
    ("2021-08-01", 1.0, 1, "CAF", "one_sided", "non_state", 99, 99, 99, 99),
)


def build_events(rows=ROWS, **changes):
    n = len(rows)
    text = np.array([""] * n, dtype=np.str_)
    numbers = np.array([row[6:10] for row in rows], dtype=np.float64).reshape(n, 4)
    columns = {
        "event_id": np.array([f"e{i}" for i in range(n)], dtype=np.str_),
        "day": np.array([row[0] for row in rows], dtype="datetime64[D]"),
        "day_end": np.array(["NaT"] * n, dtype="datetime64[D]"),
        "lon": np.full(n, 20.0),
        "lat": np.array([5.0 + row[1] * KM_NORTH for row in rows]),
        "precision": np.array([row[2] for row in rows], np.int8),
        "country": np.array([row[3] for row in rows], dtype=np.str_),
        "adm_1": text,
        "adm_2": text,
        "violence": np.array([VIOLENCE.index(row[4]) for row in rows], np.int8),
        "perpetrator": np.array([PERPETRATORS.index(row[5]) for row in rows], np.int8),
        "side_a": text,
        "side_b": text,
        "best": numbers[:, 0],
        "low": numbers[:, 1],
        "high": numbers[:, 2],
        "civilians": numbers[:, 3],
        "source_file": np.zeros(n, np.int16),
        "source_line": np.arange(2, n + 2, dtype=np.int32),
    }
    return Events(**(columns | changes))


def build_sites(names=("Alpha", "Beta <script>"), people=(120.0, np.nan), closed=("NaT", "NaT")):
    n = len(names)
    return Sites(
        site_id=np.array([f"M/{i}" for i in range(n)], dtype=np.str_),
        mission=np.array(["M"] * n, dtype=np.str_),
        name=np.array(names, dtype=np.str_),
        country=np.array(["CAF"] * n, dtype=np.str_),
        lon=np.full(n, 20.0),
        lat=5.0 + 0.1 * np.arange(n),
        opened=np.array(["2018-01-01"] * n, dtype="datetime64[D]"),
        closed=np.array(closed, dtype="datetime64[D]"),
        status=np.array([""] * n, dtype=np.str_),
        military=np.array(people),
        police=np.full(n, np.nan),
        civilian=np.full(n, np.nan),
        air=np.full(n, -1, np.int8),
        kind=np.array([""] * n, dtype=np.str_),
        source_file=np.zeros(n, np.int16),
        source_line=np.arange(2, n + 2, dtype=np.int32),
    )


def build_presence(kind="PKO_MULTIDIMENSIONAL_POC", facts=None, **changes):
    known = {
        "mandate_text": Fact("S/RES/1 (2020)", "a source", "2020-03-01", "verified"),
        "mandate_until": Fact("2021-03-01", "a source", "2020-03-01", "verified"),
        "force_authority": Fact("yes", "a source", "2019-01-01", "unverified"),
        "ceiling_military": Fact("1200", "a later source", "2025-01-01", "verified"),
        "authorised_police": Fact("300", "a source", "2020-01-01", "verified"),
        "started": Fact("2018-01-01", "a source", "2026-01-01", "verified"),
    }
    values = {
        "presence_id": "M",
        "name": "Mission <b>M</b>",
        "kind": kind,
        "hosts": ("CAF",),
        "status": "current",
        "invented": False,
        "facts": known if facts is None else facts,
    }
    return Presence(**(values | changes))


ORIGIN = Origin("Events file", "23.1", "CC BY 4.0", "Somebody (2013) & others", ("killed",))


def build_sources(events=None, sites=None, presence=None, as_of=date(2020, 12, 31), spread="none", **changes):
    events = build_events() if events is None else events
    sites = build_sites() if sites is None else sites
    spec = VicinitySpec((5.0, 30.0, 50.0, 100.0), None, as_of, spread)
    return StatementSources(
        presence=build_presence() if presence is None else presence,
        events=events,
        sites=sites,
        vicinity=compute_vicinity(events, sites, spec),
        origins=(ORIGIN,),
        artifacts={"events": "e" * 64, "sites": "5" * 64, "vicinity": "v" * 64},
        as_of=as_of,
        places=(("Town & <i>", 20.1, 5.05, 1), ("Far", 60.0, 5.0, 2)),
        notes=("Snapshots are carried forward at most 13 months",),
        **changes,
    )


def no_sites():
    return build_sites((), (), ())


WORLD = SimpleNamespace(
    rows=ROWS,
    events=build_events,
    sites=build_sites,
    presence=build_presence,
    sources=build_sources,
    no_sites=no_sites,
)
