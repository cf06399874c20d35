"""How good the forecasts of a home have been: against what came, beside the past twelve months as of the origin.

A month counts as foretold only where it had not begun when the forecast was made; others are scored apart, as
late. Every look at an outcome is recorded with its release, so that a later release shows what it changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

import tutela
from tutela.data.store.artifacts import Content, Store
from tutela.data.store.homes import Home
from tutela.data.store.journals import Entry
from tutela.engine.outlook.comparisons import Gain, compare
from tutela.engine.outlook.degenerate import find_degenerate
from tutela.engine.outlook.forecasting import Asked, Forecast, forecast_all
from tutela.engine.outlook.histories import History
from tutela.engine.outlook.panels import Mask, Panel, name_month
from tutela.engine.outlook.scoring import Scored, score_forecast
from tutela.kernel.manifests import Input, Manifest
from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.studies.outlooks.forecast_files import KeptForecast, load_forecast
from tutela.studies.outlooks.models import find_model
from tutela.studies.outlooks.outcomes import Case, Outcomes
from tutela.studies.outlooks.record import (
    LOOKED_AT,
    find_unrecorded,
    forecasts_in,
    is_late,
    record_of,
    record_outcome,
)
from tutela.studies.outlooks.scoring import BENCHMARK, RULE, clean

OUTCOME: Final = "outlook-outcome"
"""The kind of the artifact that holds what came, as one release had it."""

ALGORITHM: Final = 1

EMPTY: Final = "No forecast was made in this home yet: tutela outlook predict makes one, and records it here."

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class _Look:
    """One forecast beside the benchmark on the months that have come; masks are over those months."""

    entry: Entry
    kept: KeptForecast
    ours: Scored
    theirs: Scored
    actual: Panel
    late: Mask
    degenerate: tuple[str, ...]
    said: Mapping[str, Any]


def read_record(home: Home | None, principal: Principal) -> dict[str, Any]:
    """The record as it stands, without looking at any outcome; a home without forecasts, or none, is empty."""
    if home is None:
        return {
            "home": None,
            "words": EMPTY,
            "record": {"lines": 0, "last": None},
            "forecasts": [],
            "unrecorded": [],
        }
    entries = record_of(home).read()
    made = forecasts_in(entries, principal)
    looks = _looks_by_forecast(entries)
    return {
        "home": str(home.root),
        "words": f"{len(made)} forecasts were made." if made else EMPTY,
        "record": {"lines": len(entries), "last": entries[-1].digest if entries else None},
        "forecasts": [_describe(home.store, entry, looks, principal) for entry in made],
        "unrecorded": list(find_unrecorded(home, entries, principal)),
    }


def track_forecasts(home: Home, outcomes: Outcomes, principal: Principal, tell: Tell) -> dict[str, Any]:
    """Score every forecast whose months have come, record the look, and pool what was foretold."""
    made = forecasts_in(record_of(home).read(), principal)
    outcomes.keep_in(home)
    looks: list[_Look] = []
    open_: dict[str, str] = {}
    for number, entry in enumerate(made):
        tell("looking at outcomes", number + 1, len(made))
        try:
            look = _look_at(home, entry, outcomes, principal)
        except Problem as problem:
            open_[entry.said["digest"]] = problem.message
            continue
        if look is None:
            open_[entry.said["digest"]] = "none of its months has come yet"
        else:
            looks.append(look)
    report = read_record(home, principal)
    for item in report["forecasts"]:
        if item["digest"] in open_:
            item["not_scored"] = open_[item["digest"]]
    return report | {
        "outcome": {"vintage": outcomes.vintage},
        "pooled": _pool(looks),
    }


def _describe(store: Store, entry: Entry, looks: Mapping[str, list[Entry]], principal: Principal) -> dict[str, Any]:
    digest = str(entry.said["digest"])
    seen = looks.get(digest, [])
    try:
        store.find(digest, principal)
        state = "scored" if seen else "open"
    except Problem:
        state = "removed from the home"
    said = {key: value for key, value in entry.said.items() if key != "kind"}
    return {
        **said,
        "line": entry.number,
        "state": state,
        "outcomes": [{key: value for key, value in look.said.items() if key != "kind"} for look in seen],
        "revised": [_revise(store, before, after, principal) for before, after in pairwise(seen)],
    }


def _looks_by_forecast(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    looks: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.said["kind"] == LOOKED_AT:
            looks.setdefault(str(entry.said["forecast"]), []).append(entry)
    return looks


def _look_at(home: Home, entry: Entry, outcomes: Outcomes, principal: Principal) -> _Look | None:
    digest = str(entry.said["digest"])
    kept = load_forecast(home.store, digest, principal)
    forecast = kept.as_forecast()
    if forecast.months.min() > outcomes.until:
        return None
    case = Case(home.store, home.store.find(digest, principal), kept, principal)
    actual, before = outcomes.panels(case)
    come = forecast.months <= min(outcomes.until, actual.last_month)
    if not come.any():
        return None
    forecast = forecast.of_leads(come)
    wanted = Asked(tuple(int(lead) for lead in forecast.leads), np.arange(0), forecast.draws.shape[1], 1)
    benchmark = forecast_all(find_model(BENCHMARK), History.of(before), wanted)
    lot = np.random.default_rng(int(digest[:8], 16))
    scored = score_forecast(forecast, actual, lot), score_forecast(benchmark, actual, lot)
    late = np.array([is_late(entry, name_month(int(month))) for month in forecast.months])
    faults = find_degenerate(forecast)
    said = {
        "forecast": digest,
        "outcome": _keep_outcome(case, (actual, forecast), outcomes),
        "vintage": outcomes.vintage,
        "until": name_month(int(forecast.months.max())),
        "months": [name_month(int(month)) for month in forecast.months],
        "degenerate": list(faults),
        "foretold": _score(scored, ~late),
        "late": _score(scored, late),
    }
    record_outcome(home, said)
    return _Look(entry, kept, *scored, actual, late, faults, said)


def _keep_outcome(case: Case, held: tuple[Panel, Forecast], outcomes: Outcomes) -> str:
    panel, forecast = held
    count, exists = panel.at(forecast.months)
    lead, unit = (part.ravel() for part in np.indices(count.shape))
    table = {
        "month": forecast.months[lead],
        "unit": forecast.units[unit],
        "count": count.ravel(),
        "exists": exists.ravel(),
    }
    content = Content({"outcome": table})
    manifest = Manifest(
        kind=OUTCOME,
        title=f"What came of the outlook from {name_month(forecast.origin)}, by {outcomes.vintage}",
        content=content.digest,
        inputs=(Input("forecast", case.manifest.content), outcomes.source),
        parameters={"vintage": outcomes.vintage},
        algorithms={"tracking": ALGORITHM},
        marking=max(case.manifest.marking, outcomes.marking),
        compartments=case.manifest.compartments,
        invented=case.manifest.invented,
        redistributable=False,
        about={"version": tutela.__version__},
    )
    return case.store.write(manifest, content).content


def _score(scored: tuple[Scored, Scored], wanted: Mask) -> dict[str, Any] | None:
    """The scores on some of the months, by lead too; None where there are none of them."""
    if not wanted.any():
        return None
    ours, theirs = (item.of_leads(wanted) for item in scored)
    gain = _gain([ours], [theirs])
    return {
        "mean": clean(ours.summary()),
        BENCHMARK: clean(theirs.summary()),
        "gain": gain.as_json(),
        "words": _words(gain),
        "by_lead": _by_lead([ours], [theirs]),
    }


def _gain(ours: list[Scored], theirs: list[Scored]) -> Gain:
    return compare(ours, theirs, RULE, np.random.default_rng(np.random.SeedSequence(97)))


def _words(gain: Gain) -> str:
    if gain.low > 0:
        return "better than the past twelve months"
    if gain.high < 0:
        return "worse than the past twelve months"
    return "no better than the past twelve months, as far as these months can tell"


def _by_lead(ours: list[Scored], theirs: list[Scored]) -> dict[str, Any]:
    leads = sorted({int(lead) for item in ours for lead in item.leads})
    found = {}
    for lead in leads:
        one = [item.of_leads(item.leads == lead) for item in ours if (item.leads == lead).any()]
        other = [item.of_leads(item.leads == lead) for item in theirs if (item.leads == lead).any()]
        gain = _gain(one, other)
        found[str(lead)] = {
            "forecasts": len(one),
            "crps": float(np.mean([item.means()["crps"] for item in one])),
            "crps_log1p": float(np.mean([item.means()["crps_log1p"] for item in one])),
            "crps_of_benchmark": float(np.mean([item.means()["crps"] for item in other])),
            "gain": gain.gain,
            "low": gain.low,
            "high": gain.high,
        }
    return found


def _pool(looks: list[_Look]) -> list[dict[str, Any]]:
    """What was foretold, by level, target and model: pooled scores, which may be told where places may not."""
    groups: dict[tuple[str, str, str], list[_Look]] = {}
    for look in looks:
        if not look.late.all():
            groups.setdefault((look.kept.level, look.kept.target, look.kept.model), []).append(look)
    pooled = []
    for (level, target, model), group in sorted(groups.items()):
        ours = [look.ours.of_leads(~look.late) for look in group]
        theirs = [look.theirs.of_leads(~look.late) for look in group]
        gain = _gain(ours, theirs)
        pooled.append(
            {
                "level": level,
                "target": target,
                "model": model,
                "forecasts": len(group),
                "degenerate": sum(bool(look.degenerate) for look in group),
                "gain": gain.as_json(),
                "words": _words(gain),
                "by_lead": _by_lead(ours, theirs),
            }
        )
    return pooled


def _revise(store: Store, before: Entry, after: Entry, principal: Principal) -> dict[str, Any]:
    """What a later look changed of an earlier one, on the months that both saw."""
    changed: dict[str, Any] = {
        "from": {"vintage": before.said["vintage"], "until": before.said["until"], "at": before.said["at"]},
        "to": {"vintage": after.said["vintage"], "until": after.said["until"], "at": after.said["at"]},
    }
    try:
        old, new = (store.load_table(str(look.said["outcome"]), "outcome", principal) for look in (before, after))
    except Problem as problem:
        return changed | {"words": problem.message}
    held = dict(zip(_keys(old), old["count"], strict=True))
    both = [(held[key], count) for key, count in zip(_keys(new), new["count"], strict=True) if key in held]
    first, second = np.array(both).reshape(-1, 2).T
    differ = int((np.abs(first - second) > 1e-9).sum())
    return changed | {
        "unit_months": len(both),
        "unit_months_changed": differ,
        "killed_before": float(first.sum()),
        "killed_after": float(second.sum()),
        "words": f"{differ} of {len(both)} unit-months are counted otherwise in the later release"
        if differ
        else "the later release counts the same",
    }


def _keys(table: Mapping[str, Any]) -> list[tuple[int, int]]:
    return list(zip(table["month"].tolist(), table["unit"].tolist(), strict=True))
