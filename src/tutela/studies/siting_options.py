"""Options that planners bring, side by side; and closures in turn, which are strictly confidential by default."""

from __future__ import annotations

import json
import time
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tutela.data.store.artifacts import Content
from tutela.engine.scenario.siting.backwards import Closing, close_in_turn
from tutela.engine.scenario.siting.solving import Patience
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.studies.sitings import CAPACITY_LIMIT, LIMITS, SitingCase, describe, solve_case, value_of

Array = NDArray[Any]
Row = tuple[str, str, str]
"""Option, site, type of team."""

OPTIONS: Final = "siting-options"
CUTS: Final = "siting-cuts"

CUT_LIMITS: Final = (
    "These are weights left out of reach, not lives: no figure here says how many people will be harmed.",
    "The order follows this model's weights alone. It is no recommendation to close anything.",
    "Whoever wants to harm people would like this list. Keep it with those who decide, and destroy copies.",
    *LIMITS,
)


@dataclass(frozen=True, slots=True)
class Study:
    """A report with its artifact."""

    report: dict[str, Any]
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class OptionLimits:
    """How long all searches together may take, how near is near enough, and who hears which option is at work."""

    seconds: float = 60.0
    gap: float = 1e-3
    told: Callable[[str, int, int], None] = lambda *_: None


@dataclass(frozen=True, slots=True)
class CutsSpec:
    """What is cut: a budget by its name, by which shares of what is spent now; the column of posts, if any."""

    budget: str
    shares: tuple[float, ...] = (0.15, 0.25, 0.7)
    posts: str = ""


def read_options(path: Path, case: SitingCase) -> dict[str, Array]:
    """Plans by name from a CSV of option, site_id, type, or from TOML; who is no candidate is refused by name.

    In TOML each option is a table: [[option]] with a name and teams = [{ site_id = "...", type = "..." }].
    """
    if not path.is_file():
        raise Problem(
            "file-missing", "The file is not there.", where=str(path), remedy="Name an existing CSV or TOML file."
        )
    rows = _rows_of_toml(path) if path.suffix.lower() == ".toml" else _rows_of_csv(path)
    if not rows:
        raise Problem(
            "nothing-to-study", "The file has no option.", where=str(path), remedy="Write a line for each team."
        )
    return make_options(rows, case, str(path))


def _rows_of_csv(path: Path) -> list[Row]:
    try:
        frame = pl.read_csv(path, infer_schema=False)
    except pl.exceptions.PolarsError:
        raise Problem(
            "file-unreadable", "The file cannot be read as a table.", where=str(path), remedy="Save it as CSV."
        ) from None
    missing = [name for name in ("option", "site_id", "type") if name not in frame.columns]
    if missing:
        raise Problem("file-header", f"The column {missing[0]} is missing.", where=str(path), remedy="Add it.")
    rows = zip(frame["option"].to_list(), frame["site_id"].to_list(), frame["type"].to_list(), strict=True)
    return [(str(o), str(s), str(t)) for o, s, t in rows]


def _rows_of_toml(path: Path) -> list[Row]:
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise Problem(
            "file-unreadable", "The file cannot be read as TOML.", where=str(path), remedy="Correct it there."
        ) from None
    rows = []
    for number, option in enumerate(_list_of(raw.get("option")), 1):
        teams = [team for team in _list_of(option.get("teams")) if {"site_id", "type"} <= set(team)]
        if not option.get("name") or not teams or len(teams) != len(option["teams"]):
            raise Problem(
                "spec-invalid",
                f"Option {number} does not say its name and its teams.",
                where=str(path),
                remedy='Write name = "..." and teams = [{ site_id = "...", type = "..." }].',
            )
        rows += [(str(option["name"]), str(team["site_id"]), str(team["type"])) for team in teams]
    return rows


def _list_of(raw: Any) -> list[Mapping[str, Any]]:
    return [item for item in raw if isinstance(item, Mapping)] if isinstance(raw, list) else []


def make_options(rows: list[Row], case: SitingCase, where: str) -> dict[str, Array]:
    """Plans by name from rows of option, site, type."""
    frame = case.tables.candidates
    keys = zip(frame["site_id"].cast(pl.Utf8).to_list(), frame["type"].cast(pl.Utf8).to_list(), strict=True)
    place = {key: c for c, key in enumerate(keys)}
    plans: dict[str, Array] = {}
    for option, site, kind in rows:
        if (site, kind) not in place:
            raise Problem(
                "spec-invalid",
                f"Option {option!r} names {site!r} with {kind!r}, which is no candidate.",
                where=where,
                remedy="Add it to the candidates, or correct the option.",
            )
        plans.setdefault(option, np.zeros(len(frame)))[place[site, kind]] = 1.0
    return plans


def study_options(
    case: SitingCase, plans: Mapping[str, Array], limits: OptionLimits | None = None
) -> tuple[Study, Content]:
    """Each option's coverage, cost and broken rules, and the best plan that costs no more than it in any budget.

    Options of the same cost are held against the same best plan. The time is for all of them together; where it
    ended a search, its answer says so, and its bound holds all the same.
    """
    limits = limits or OptionLimits(seconds=case.spec.seconds)
    weight = float(sum(row["weight"] for row in case.by_region(np.zeros(len(case.siting.rules.low)))))
    best = _best_of_equal_cost(case, plans, limits)
    report: list[dict[str, Any]] = []
    for option, y in plans.items():
        value, regions = value_of(case, y), case.by_region(y)
        at_best = _or_itself(case, best[option], y, value)
        report.append(
            {
                "option": option,
                "plan": case.plan(y),
                "value": value,
                "share": value / weight if weight else 0.0,
                "spending": case.spending(y),
                "breaks": _broken(case, y),
                "regions": regions,
                "best_of_equal_cost": at_best
                | {"lost": max(0.0, 1 - value / at_best["value"]) if at_best["value"] else 0.0},
            }
        )
    document = {"options": report, "weight": weight, "limits": [*LIMITS, *_capacity_limit(case)]}
    content = Content(documents={"options.json": _compact(document)})
    return Study(document, describe(case, content, OPTIONS)), content


def _or_itself(case: SitingCase, best: dict[str, Any], y: Array, value: float) -> dict[str, Any]:
    """An option that beats what was found in time, and that keeps to the rules, is the best plan known."""
    if value <= best["value"] or _broken(case, y, with_budgets=False):
        return best
    bound = max(value, best["bound"])
    return best | {"plan": case.plan(y), "value": value, "bound": bound, "gap": 1 - value / bound}


def _capacity_limit(case: SitingCase) -> tuple[str, ...]:
    return (CAPACITY_LIMIT,) if case.spec.capacity else ()


def _broken(case: SitingCase, y: Array, *, with_budgets: bool = True) -> list[str]:
    """The rules that an option breaks, then, with budgets, the floors."""
    rules, aim = case.siting.rules, case.siting.aim
    left = zip(rules.names, rules.left(y), rules.tolerance, strict=True)
    names = [name for name, spare, slack in left if spare < -slack]
    frame = case.tables.candidates
    kept = np.flatnonzero((rules.low > 0.5) & (y < 0.5))
    names += [f"{frame['site_id'][c]} must stay open" for c in kept.tolist()]
    if not with_budgets:
        return [name for name in names if name not in case.spec.budget]
    short = zip(aim.floors, aim.short(case.siting.cover.values(y)), strict=True)
    return names + [name for (name, _, _), missing in short if missing > 1e-6]


def _best_of_equal_cost(
    case: SitingCase, plans: Mapping[str, Array], limits: OptionLimits
) -> dict[str, dict[str, Any]]:
    """For each option the best plan within what it spends, without floors: what the same means could cover."""
    costs = {option: tuple(map(float, case.siting.rules.matrix @ y)) for option, y in plans.items()}
    known: dict[tuple[float, ...], dict[str, Any]] = {}
    began = time.monotonic()
    for number, (option, cost) in enumerate(costs.items()):
        if cost in known:
            continue
        limits.told(option, number, len(costs))
        spent = time.monotonic() - began
        known[cost] = _best_within(case, cost, limits, (limits.seconds - spent) / (len(costs) - number))
    return {option: known[cost] for option, cost in costs.items()}


def _best_within(case: SitingCase, cost: tuple[float, ...], limits: OptionLimits, seconds: float) -> dict[str, Any]:
    siting, rules = case.siting, case.siting.rules
    limit = rules.limit.copy()
    budgets = len(case.spec.budget)
    limit[:budgets] = cost[:budgets]
    within = replace(siting, rules=replace(rules, limit=limit), aim=replace(siting.aim, floors=()))
    began = time.monotonic()
    patience = Patience(limits.gap, lambda: seconds - (time.monotonic() - began))
    found = solve_case(replace(case, siting=within), patience)
    if found.y is None:
        return {"plan": [], "value": 0.0, "bound": max(0.0, found.bound), "gap": 0.0, "stopped_by_time": False}
    is_stopped = found.gap > limits.gap and patience.left() <= 0
    return {
        "plan": case.plan(found.y), "value": found.value, "bound": found.bound, "gap": found.gap,
        "stopped_by_time": is_stopped,
    }  # fmt: skip


def study_cuts(case: SitingCase, spec: CutsSpec) -> tuple[Study, Content]:
    """Close what is open now in turn, down to the deepest cut; mark where each cut is reached.

    The result is strictly confidential unless everything in it is invented.
    """
    rules, now = case.siting.rules, case.siting.now
    if spec.budget not in case.spec.budget:
        raise Problem(
            "option-invalid",
            f"The spec has no budget {spec.budget!r}.",
            where="--budget",
            remedy=f"Budgets there: {', '.join(case.spec.budget) or 'none'}.",
        )
    if not now.any():
        raise Problem(
            "nothing-to-study",
            "Nothing is open now, so nothing can close.",
            where="candidates",
            remedy='Write "yes" in a column `now` for what is open, or "open" in `fixed` for what must stay.',
        )
    closing = _closing(case, spec)
    spent = float(closing.money @ now)
    kept = [i for i, name in enumerate(rules.names) if name not in case.spec.budget]
    others = replace(
        rules,
        names=tuple(rules.names[i] for i in kept),
        matrix=rules.matrix.tocsr()[kept, :].tocsc(),
        limit=rules.limit[kept],
    )
    steps = close_in_turn(_weighted(case), others, now, closing, spent * (1 - max(spec.shares)))
    total = _weighted(case)
    weight, before = float(total.group_weights().sum()), float(total.values(now).sum())
    said, last_spent, last_covered, last_posts = [], spent, before, float(closing.posts @ now)
    for step in steps:
        covered = float(step.covered.sum())
        saved, gone = last_spent - step.spent, last_posts - step.posts
        said.append(
            {
                **case.name(step.closed), "spent": step.spent, "posts": step.posts, "covered": covered,
                "share": covered / weight if weight else 0.0, "left_out": before - covered,
                "lost_per_unit": (last_covered - covered) / saved,
                "lost_per_post": (last_covered - covered) / gone if gone else None,
            }
        )  # fmt: skip
        last_spent, last_covered, last_posts = step.spent, covered, step.posts
    document = {
        "budget": spec.budget,
        "spent_now": spent,
        "covered_now": before,
        "weight": weight,
        "steps": said,
        "cuts": [_cut(share, spent, before, said) for share in sorted(spec.shares)],
        "limits": list(CUT_LIMITS),
    }
    content = Content(documents={"cuts.json": _compact(document)})
    marking = case.marking if case.spec.invented else Marking.STRICTLY_CONFIDENTIAL
    return Study(document, describe(case, content, CUTS, marking)), content


def _closing(case: SitingCase, spec: CutsSpec) -> Closing:
    frame = case.tables.candidates

    def column(name: str) -> Array:
        if name not in frame.columns:
            return np.zeros(len(frame))
        return frame[name].cast(pl.Float64, strict=False).fill_null(0.0).to_numpy().astype(np.float64)

    if spec.posts and spec.posts not in frame.columns:
        raise Problem(
            "option-invalid",
            f"The candidates have no column {spec.posts!r}.",
            where="--posts",
            remedy="Name one of theirs.",
        )
    stays = case.siting.rules.low > 0.5
    return Closing(
        column(f"cost_{spec.budget}"), column(spec.posts) if spec.posts else np.zeros(len(frame)),
        column(f"close_cost_{spec.budget}"), stays,
    )  # fmt: skip


def _weighted(case: SitingCase) -> Any:
    """The cover with scenarios weighed by their chance: coverage by group adds up to the expected one."""
    cover, chance = case.siting.cover, [scenario.chance for scenario in case.spec.scenarios]
    worth = np.repeat(np.array(chance), len(case.tables.regions))
    return replace(cover, weight=cover.weight * worth[cover.group], beyond=cover.beyond * worth)


def _cut(share: float, spent: float, before: float, steps: list[dict[str, Any]]) -> dict[str, Any]:
    """The first step at which this cut is reached; null where it cannot be."""
    reached = next((i + 1 for i, step in enumerate(steps) if step["spent"] <= spent * (1 - share) + 1e-9), None)
    left_out = steps[reached - 1]["left_out"] if reached else None
    return {
        "cut": share,
        "closures": reached,
        "left_out": left_out,
        "share_left_out": None if left_out is None or not before else left_out / before,
    }


def option_files(study: Study) -> dict[str, bytes]:
    """What goes into --out for options."""
    return _files(study, "options.json")


def cut_files(study: Study) -> dict[str, bytes]:
    """What goes into --out for cuts."""
    return _files(study, "cuts.json")


def _files(study: Study, name: str) -> dict[str, bytes]:
    told = {"artifact": study.manifest.content, "marking": study.manifest.marking.label}
    return {
        name: (json.dumps(told | study.report, indent=2, ensure_ascii=False) + "\n").encode(),
        "manifest.json": (json.dumps(study.manifest.as_json(), indent=2, ensure_ascii=False) + "\n").encode(),
    }


def _compact(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, ensure_ascii=False).encode()
