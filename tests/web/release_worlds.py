"""Comparisons of releases for the tests of the pages: invented events, in memory."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from tutela.kernel.accounting import Accounting
from tutela.kernel.manifests import Input, Manifest
from tutela.kernel.markings import Marking
from tutela.kernel.tables import Events
from tutela.studies.comparisons import Comparison, Standing, describe_comparison
from tutela.studies.release_sides import Release
from tutela.studies.releases import ReleaseSpec, study_releases

DIGESTS = {Marking.UNCLASSIFIED: "c0" * 32, Marking.CONFIDENTIAL: "5e" * 32}
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def make_events(vintage: int) -> Events:
    """Sixty events in two countries and five years; the later vintage counts more, and has some more."""
    count = 55 + 5 * vintage
    number = np.arange(count)
    best = 3.0 + number % 7 + np.where(number % 6 == 0, 4.0 * vintage, 0.0)
    day = np.datetime64("2017-01-10", "D") + number * 30
    return Events(
        event_id=np.array([f"INV-{'C' if i == 9 and not vintage else ''}{i:03d}" for i in number]),
        day=day,
        day_end=day,
        lon=20 + 0.3 * (number % 11),
        lat=5 + 0.2 * (number % 13),
        precision=np.ones(count, np.int8),
        country=np.where(number % 3 == 0, "XKN", "XIA"),
        adm_1=np.full(count, ""),
        adm_2=np.full(count, ""),
        violence=np.full(count, 3, np.int8),
        perpetrator=np.full(count, 4, np.int8),
        side_a=np.where(number == 0, HOSTILE, "Invented Front"),
        side_b=np.full(count, "Civilians"),
        best=best,
        low=np.maximum(best - 2, 0),
        high=best + 9,
        civilians=best,
        source_file=np.zeros(count, np.int16),
        source_line=(number + 2).astype(np.int32),
    )


def make_side(vintage: int, marking: Marking, **parameters: Any) -> Release:
    """One release as a home has it."""
    events = make_events(vintage)
    name = ("candidate 24.0.3", "24.1")[vintage]
    manifest = Manifest(
        "events",
        f"invented-{vintage}.csv",
        f"{vintage}" * 64,
        inputs=(Input("file", f"{vintage}f" * 32),),
        parameters={"sources": ["csv"], "vintages": [name], "notes": [], **parameters},
        accounting=(Accounting("reading events", len(events), len(events)),),
        marking=marking,
        licence="CC0-1.0",
        attribution="Invented by Tutela",
        invented=marking is Marking.UNCLASSIFIED,
        about={"files": {f"{vintage}f" * 32: f"/somewhere/invented-{vintage}.csv"}},
    )
    return Release(name, manifest, events, events.take(events.best < 0), redistributable=True)


@cache
def make_comparison(marking: Marking = Marking.UNCLASSIFIED) -> Comparison:
    """A kept comparison with a statement that stands on the earlier release."""
    old, new = make_side(0, marking), make_side(1, marking)
    dropped = replace(old.events.take(np.arange(2)), best=np.array([1.0, 2.0]))
    study = study_releases(replace(old, replaced=dropped), new, ReleaseSpec())
    manifest, content = describe_comparison(study)
    standing = (
        Standing(
            "statement", "Statement of INV-LARGE as of 2020-12-31", "a" * 64, "INV-LARGE", "2020-12-31", False
        ),
        Standing("vicinity", "Vicinity of sites.csv", "b" * 64, "", "2020-12-31", True),
    )
    files = {"old": ("invented-0.csv",), "new": ("invented-1.csv",)}
    kept = replace(manifest, content=DIGESTS[marking], parts=content.parts)
    return Comparison(kept, study.document, files, standing)
