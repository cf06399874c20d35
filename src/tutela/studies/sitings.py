"""Siting as a study: the best plan with its proof, kept with all that it was made from, and computed again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

import tutela
from tutela.data.store.artifacts import Content, Store
from tutela.engine.scenario.siting import explaining
from tutela.engine.scenario.siting.assignment import assign, served
from tutela.engine.scenario.siting.cover import ALGORITHM
from tutela.engine.scenario.siting.solving import Patience, Siting, Solution, solve
from tutela.kernel.manifests import Input, Manifest
from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem
from tutela.studies.siting_specs import CoverRule, Requirement, Scenario, SitingSpec, read_spec
from tutela.studies.siting_tables import SitingTables, Terms, make_aim, make_cover, make_rules, read_tables

Array = NDArray[Any]
Columns = dict[str, NDArray[Any]]

INPUTS: Final = "siting-inputs"
SITING: Final = "siting"

_MANY_PAIRS: Final = 500_000
"""From here on fewer plans about as good are looked for: each costs an exchange over all pairs."""

LIMITS: Final = (
    "Covered means within reach by the table or distance given. It does not mean protected, and saves nobody.",
    "Weights and values of cover are the user's own: the plan is as good as they are, and no better.",
    "The bound is proven for this model alone. It does not weigh what is left out: consent, rains, good name.",
    "A place not covered is not given up. In wrong hands a map of weakly covered places is a list of targets.",
)
"""What every result says of itself."""

CAPACITY_LIMIT: Final = (
    "Value and bound count whom a site can hold; regions and maps count who is within reach of one."
)
"""What a result with capacity says besides."""


@dataclass(frozen=True, slots=True)
class SitingCase:
    """A spec with its tables and the arrays made of them."""

    spec: SitingSpec
    tables: SitingTables
    siting: Siting

    @classmethod
    def of(cls, spec: SitingSpec, tables: SitingTables) -> SitingCase:
        """Make the arrays. Raises what `siting_tables` raises.

        Nothing is invented that rests on real travel times, whatever the spec says.
        """
        spec = replace(spec, invented=spec.invented and tables.terms.invented)
        rules, now = make_rules(spec, tables)
        cover = make_cover(spec, tables)
        return cls(spec, tables, Siting(cover, rules, make_aim(spec, tables, cover.group_weights()), now))

    @property
    def marking(self) -> Marking:
        """The least marking of what is made of it: its own, or that of the reach which it rests on."""
        own = Marking.UNCLASSIFIED if self.spec.invented else Marking.CONFIDENTIAL
        return max(own, self.tables.terms.marking)

    def name(self, c: int) -> dict[str, str]:
        """Site and type of a candidate."""
        row = self.tables.candidates.row(c, named=True)
        return {"site_id": str(row["site_id"]), "type": str(row["type"])}

    def by_region(self, y: Array) -> list[dict[str, Any]]:
        """Expected coverage of each region, with its share; null where there is no demand."""
        regions, chance = self.tables.regions, np.array([scenario.chance for scenario in self.spec.scenarios])
        shape = (len(chance), len(regions))
        covered = chance @ self.siting.cover.values(y).reshape(shape)
        weight = chance @ self.siting.cover.group_weights().reshape(shape)
        return [
            {"region": name, "weight": _n(w), "covered": _n(c), "share": _n(c / w) if w > 0 else None}
            for name, w, c in zip(regions, weight.tolist(), covered.tolist(), strict=True)
        ]

    def spending(self, y: Array) -> dict[str, float]:
        """What a plan uses of each budget, closing included."""
        left = self.siting.rules.left(y)
        return {name: _n(amount - left[i]) for i, (name, amount) in enumerate(self.spec.budget.items())}

    def plan(self, y: Array) -> list[dict[str, str]]:
        """What is opened, kept and closed."""
        now = self.siting.now
        said = []
        for c in np.flatnonzero((y > 0.5) | (now > 0.5)).tolist():
            action = "close" if y[c] < 0.5 else "keep" if now[c] > 0.5 else "open"
            said.append({**self.name(c), "action": action})
        return sorted(said, key=lambda row: (row["action"] == "close", row["site_id"], row["type"]))


@dataclass(frozen=True, slots=True)
class SitingStudy:
    """A plan with everything that is said of it; `seconds` decides nothing and stands in no artifact."""

    case: SitingCase
    solution: Solution
    report: dict[str, Any]
    manifest: Manifest
    seconds: float


def study_siting(
    case: SitingCase, told: Callable[[float], None] = lambda _: None, *, alternatives: int = 3
) -> tuple[SitingStudy, Content]:
    """The best plan within the spec's limits. Raises "plan-impossible" with a least conflict where none is."""
    began = time.monotonic()
    spec = case.spec

    def left() -> float:
        return spec.seconds - (time.monotonic() - began)

    patience = Patience(spec.gap, left, told)
    solution = solve_case(case, patience)
    if solution.is_impossible:
        raise _impossible(case, spec.seconds)
    if solution.y is None:
        raise Problem(
            "plan-impossible",
            f"No plan that keeps to every floor was found in {spec.seconds:g} seconds, and none was ruled out.",
            where="limits.seconds",
            remedy="Give it more time, or lower a floor.",
        )
    took = time.monotonic() - began
    is_stopped = solution.gap > spec.gap and left() <= 0
    # Counted in tries, not in seconds: the same question gives the same bytes.
    tries = 30 if case.siting.cover.n_pairs <= _MANY_PAIRS else 4
    # Alternatives are judged by who is in reach: with capacity that would call plans as good that are not.
    alternatives = 0 if spec.capacity else alternatives
    near = explaining.find_alternatives(case.siting, solution, Patience(), alternatives, tries)
    report = _report(case, solution, near, is_stopped=is_stopped)
    document = json.dumps(report, sort_keys=True, ensure_ascii=False).encode()
    content = Content({"plan": _plan_columns(report["plan"])}, {"siting.json": document})
    return SitingStudy(case, solution, report, describe(case, content, SITING), took), content


def out_files(study: SitingStudy) -> dict[str, bytes]:
    """What goes into --out."""
    plan = pl.DataFrame(study.report["plan"], schema=["site_id", "type", "action"])
    return {
        "plan.csv": plan.write_csv().encode(),
        "siting.json": _pretty(
            study.report | {"artifact": study.manifest.content, "marking": study.manifest.marking.label}
        ),
        "manifest.json": _pretty(study.manifest.as_json()),
    }


def keep_siting(store: Store, case: SitingCase, manifest: Manifest, content: Content) -> None:
    """Register a result with the tables and the spec that it was made from."""
    store.write(*describe_inputs(case))
    store.write(manifest, content)


def describe_inputs(case: SitingCase) -> tuple[Manifest, Content]:
    """The spec and its tables as an artifact."""
    tables = {"demand": case.tables.demand, "candidates": case.tables.candidates}
    if case.tables.pairs is not None:
        tables["cover"] = case.tables.pairs
    content = Content(
        {name: _columns(frame) for name, frame in tables.items()},
        {"spec.json": json.dumps(_parameters(case.spec), sort_keys=True).encode()},
    )
    reach = [Input("reach", case.tables.terms.reach)] if case.tables.terms.reach else []
    manifest = Manifest(
        kind=INPUTS,
        title=case.spec.title or "Siting",
        content=content.digest,
        inputs=(*(Input("file", digest) for digest in case.tables.digests.values()), *reach),
        accounting=case.tables.accounts,
        **inherit(case),
        about={"version": tutela.__version__, "files": {d: name for name, d in case.tables.digests.items()}},
    )
    return manifest, content


def describe(case: SitingCase, content: Content, kind: str, marking: Marking | None = None) -> Manifest:
    """A result as an artifact that names what it was made from."""
    return Manifest(
        kind=kind,
        title=case.spec.title or "Siting",
        content=content.digest,
        inputs=(Input("inputs", describe_inputs(case)[0].content),),
        parameters=_parameters(case.spec),
        algorithms={SITING: ALGORITHM},
        about={"version": tutela.__version__},
        **inherit(case, marking or case.marking),
    )


def inherit(case: SitingCase, least: Marking = Marking.UNCLASSIFIED) -> dict[str, Any]:
    """What the manifest of anything made of a case says of who may see it, and on which terms."""
    terms = case.tables.terms
    return {
        "marking": max(least, case.marking),
        "compartments": terms.compartments,
        "licence": terms.licence,
        "attribution": terms.attribution,
        "invented": case.spec.invented,
        "redistributable": terms.redistributable,
    }


def load_case(store: Store, digest: str, principal: Principal) -> SitingCase:
    """A case from the store, as it was kept."""
    manifest = store.find(digest, principal)
    spec = restore_spec(json.loads(store.load_document(digest, "spec.json", principal)))
    frames = {
        name.removesuffix(".parquet"): pl.DataFrame(
            dict(store.load_table(digest, name.removesuffix(".parquet"), principal))
        )
        for name in manifest.parts
        if name.endswith(".parquet")
    }
    terms = next((Terms.of(manifest, item.content) for item in manifest.inputs if item.role == "reach"), Terms())
    tables = SitingTables(
        frames["demand"], frames["candidates"], frames.get("cover"), {}, manifest.accounting, terms
    )
    named = {name: digest for digest, name in manifest.about["files"].items()}
    return SitingCase.of(spec, replace(tables, digests=named))


def repeat_siting(store: Store, manifest: Manifest, principal: Principal) -> Manifest:
    """Compute a plan again from what was kept; the caller compares the digests."""
    return study_siting(load_case(store, manifest.inputs[0].content, principal))[0].manifest


def was_stopped(store: Store, manifest: Manifest, principal: Principal) -> bool:
    """Whether the search was ended by the time it was given: then another run may end elsewhere."""
    return bool(json.loads(store.load_document(manifest.content, "siting.json", principal))["stopped_by_time"])


def restore_spec(said: Mapping[str, Any]) -> SitingSpec:
    """A spec from what `asdict` made of it."""
    return SitingSpec(
        **{
            **said,
            "cover": CoverRule(**said["cover"]),
            "requires": tuple(Requirement(**{**item, "needs": tuple(item["needs"])}) for item in said["requires"]),
            "scenarios": tuple(Scenario(**item) for item in said["scenarios"]),
        }
    )


def solve_case(case: SitingCase, patience: Patience) -> Solution:
    """The plan and the bound by the model that the case asks for: with capacity the second one."""
    return assign(case.siting, capacity_of(case), patience) if case.spec.capacity else solve(case.siting, patience)


def value_of(case: SitingCase, y: Array) -> float:
    """What a plan is worth by the model that the case asks for."""
    if case.spec.capacity:
        return served(case.siting, capacity_of(case), y)
    return case.siting.aim.value(case.siting.cover.values(y))


def capacity_of(case: SitingCase) -> Array:
    """How many each candidate can serve. Raises "spec-invalid" where the second model does not fit the question."""
    spec, siting = case.spec, case.siting
    if spec.kind != "classical" or not siting.aim.is_plain or spec.capacity not in case.tables.candidates.columns:
        raise Problem(
            "spec-invalid",
            "Capacity goes with the classical kind, expected coverage, no floors, and a column of the candidates.",
            where="capacity",
            remedy="Leave out floors and risk, or leave out [capacity]; name the column of people per site.",
        )
    column: Array = case.tables.candidates[spec.capacity].cast(pl.Float64).to_numpy()
    return column


def _impossible(case: SitingCase, seconds: float) -> Problem:
    names = explaining.find_conflict(case.siting, _until(seconds))
    said = []
    for name in names:
        if name.startswith("floor "):
            _, of, least = next(floor for floor in case.siting.aim.floors if floor[0] == name)
            weight = float(of @ case.siting.cover.group_weights())
            most = explaining.most_for_floor(case.siting, name, _until(5.0))
            said.append(f"{name} asks for {least / weight:.1%}, and alone at most {most / weight:.1%} can be had")
        else:
            said.append(f"{name} allows no more")
    return Problem(
        "plan-impossible",
        "These cannot be met together, though without any one of them the others can: " + "; ".join(said) + ".",
        where=", ".join(names),
        remedy="Lower one of these floors or raise one of these limits.",
    )


def _report(case: SitingCase, solution: Solution, near: tuple[Array, ...], *, is_stopped: bool) -> dict[str, Any]:
    assert solution.y is not None
    binding = explaining.find_binding(case.siting, solution)
    total = float(sum(row["weight"] for row in case.by_region(solution.y)))
    return {
        "plan": case.plan(solution.y),
        "value": _n(solution.value),
        "bound": _n(solution.bound),
        "gap": _n(solution.gap),
        "measure": _measure(case.spec),
        "weight": _n(total),
        "stopped_by_time": is_stopped,
        "binding": [_binding(case, solution.y, item) for item in binding],
        "price_basis": "dual of the last linear bound: coverage per unit, an upper estimate near this plan",
        "spending": case.spending(solution.y),
        "regions": case.by_region(solution.y),
        "alternatives": [_alternative(case, solution, y) for y in near],
        "accounting": [account.as_json() for account in case.tables.accounts],
        "limits": [*LIMITS, *([CAPACITY_LIMIT] if case.spec.capacity else [])],
    }  # fmt: skip


def _binding(case: SitingCase, y: Array, item: explaining.Binding) -> dict[str, Any]:
    """As the spec names it: a budget in full, closing included."""
    amount = case.spec.budget.get(item.name)
    return {
        "name": item.name,
        "kind": "floor" if item.is_floor else "limit" if amount is not None else "requirement",
        "limit": _n(item.limit) if amount is None else amount,
        "used": _n(item.used) if amount is None else case.spending(y)[item.name],
        "price": _n(item.price),
    }


def _alternative(case: SitingCase, solution: Solution, y: Array) -> dict[str, Any]:
    assert solution.y is not None
    value = case.siting.aim.value(case.siting.cover.values(y))
    return {"plan": case.plan(y), "value": _n(value), "places_changed": int((np.abs(y - solution.y) > 0.5).sum())}


def _until(seconds: float) -> Patience:
    began = time.monotonic()
    return Patience(1e-3, lambda: seconds - (time.monotonic() - began))


def _plan_columns(plan: list[dict[str, str]]) -> Columns:
    return {name: np.array([row[name] for row in plan], np.str_) for name in ("site_id", "type", "action")}


def _columns(frame: pl.DataFrame) -> Columns:
    """Arrays of a frame; text that is missing is "", a number that is missing is NaN."""
    columns: Columns = {}
    for name in frame.columns:
        column = frame[name]
        if column.dtype.is_numeric():
            columns[name] = (
                column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
                if column.null_count()
                else column.to_numpy()
            )
        else:
            columns[name] = np.array(column.cast(pl.Utf8).fill_null("").to_list(), np.str_)
    return columns


def _measure(spec: SitingSpec) -> str:
    return "share of the worst-off region" if spec.risk == "worst-region" else f"covered weight, {spec.risk}"


def _parameters(spec: SitingSpec) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(json.dumps(asdict(spec)))
    if not spec.cover.reach:  # so that questions from before there was such a word keep their digest
        del said["cover"]["reach"]
    return said


def _pretty(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _n(value: float) -> float:
    """Twelve digits: enough for any use, and the same on machines that round the last ones otherwise."""
    return float(f"{value:.12g}")


def keep_question(store: Store, spec: Path) -> Manifest:
    """Register a spec with its tables, so that pages can ask it. Raises what reading them raises."""
    said = read_spec(spec)
    return store.write(*describe_inputs(SitingCase.of(said, read_tables(said, read_folder(spec)))))


def read_folder(path: Path) -> Path:
    """The folder that a spec's files are named from."""
    return path.resolve().parent
