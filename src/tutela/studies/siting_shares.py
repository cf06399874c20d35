"""One budget divided among several siting studies, kept as a result: who gets what, and how good it can be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

import tutela
from tutela.data.store.artifacts import Content, Store
from tutela.engine.scenario.siting.cover import ALGORITHM
from tutela.engine.scenario.siting.sharing import Division
from tutela.kernel.manifests import Input, Manifest
from tutela.kernel.problems import Problem
from tutela.studies.executor import Executor
from tutela.studies.sharing import SharingSpec, divide_budget
from tutela.studies.sitings import LIMITS, SITING, SitingCase, describe_inputs

SHARES: Final = "siting-shares"

SHARE_LIMITS: Final = (
    "Weights of one presence are set against those of another: whether they may be, no model can say.",
    *LIMITS,
)


@dataclass(frozen=True, slots=True)
class ShareStudy:
    """A division with what is said of it, by presence, and its artifact."""

    report: dict[str, Any]
    manifest: Manifest


def study_shares(
    cases: Mapping[str, SitingCase], budget: str, total: float | None, executor: Executor
) -> tuple[ShareStudy, Content]:
    """Divide the total (None: what the specs have together) of a budget among the presences, by name.

    Their own budgets are among the amounts asked about: where the total is their sum, the division is never worse
    than each for itself. Raises "spec-invalid" as `divide_budget` does, and "plan-impossible" where the total does
    not pay for what must stay.
    """
    _refuse_unfit(cases, budget)
    closing = {name: case.spec.budget[budget] - _limit(case, budget) for name, case in cases.items()}
    amounts = {name: case.spec.budget[budget] for name, case in cases.items()}
    whole = sum(amounts.values()) if total is None else total
    spec = SharingSpec(
        budget,
        whole - sum(closing.values()),
        max(case.spec.gap for case in cases.values()),
        min(case.spec.seconds for case in cases.values()),
        own={name: amounts[name] - closing[name] for name in cases},
    )
    division = divide_budget({name: case.siting for name, case in cases.items()}, spec, executor)
    _refuse_impossible(cases, division, spec)
    report = _report(cases, budget, whole, division)
    content = Content(documents={"shares.json": json.dumps(report, sort_keys=True, ensure_ascii=False).encode()})
    return ShareStudy(report, _describe(cases, spec, content)), content


def share_files(study: ShareStudy) -> dict[str, bytes]:
    """What goes into --out."""
    rows = [{"presence": part["presence"], **row} for part in study.report["presences"] for row in part["plan"]]
    told = {"artifact": study.manifest.content, "marking": study.manifest.marking.label}
    return {
        "plan.csv": pl.DataFrame(rows, schema=["presence", "site_id", "type", "action"]).write_csv().encode(),
        "shares.json": (json.dumps(told | study.report, indent=2, ensure_ascii=False) + "\n").encode(),
        "manifest.json": (json.dumps(study.manifest.as_json(), indent=2, ensure_ascii=False) + "\n").encode(),
    }


def keep_shares(store: Store, cases: Mapping[str, SitingCase], found: tuple[ShareStudy, Content]) -> None:
    """Register a division with the tables and specs that it was made from."""
    for case in cases.values():
        store.write(*describe_inputs(case))
    store.write(found[0].manifest, found[1])


def _limit(case: SitingCase, budget: str) -> float:
    return float(case.siting.rules.limit[case.siting.rules.names.index(budget)])


def _refuse_unfit(cases: Mapping[str, SitingCase], budget: str) -> None:
    for name, case in cases.items():
        if budget not in case.spec.budget or case.spec.capacity:
            raise Problem(
                "spec-invalid",
                "A budget is shared among presences that all have it, and none of them with capacity.",
                where=f"{name}, budget.{budget}",
                remedy="Name a budget that stands in [budget] of each spec, and leave out [capacity].",
            )


def _refuse_impossible(cases: Mapping[str, SitingCase], division: Division, spec: SharingSpec) -> None:
    broken = [
        name for name, offer in zip(cases, division.chosen, strict=True) if not bool(offer.others.allow(offer.y))
    ]
    if broken or division.spent > spec.total + 1e-9 * max(1.0, abs(spec.total)):
        raise Problem(
            "plan-impossible",
            "What must stay open cannot be paid for or breaks a rule, whatever else is closed.",
            where=", ".join(broken) or f"--total, budget {spec.budget}",
            remedy="Raise the total or this limit, or let sites close.",
        )


def _report(cases: Mapping[str, SitingCase], budget: str, whole: float, division: Division) -> dict[str, Any]:
    parts: list[dict[str, Any]] = []
    for (name, case), offer in zip(cases.items(), division.chosen, strict=True):
        parts.append(
            {
                "presence": name,
                "spent": case.spending(offer.y)[budget],
                "had": _n(case.spec.budget[budget]),
                "value": _n(offer.value),
                "plan": case.plan(offer.y),
            }
        )
    gap = (division.bound - division.value) / division.bound if division.bound > 0 else 0.0
    return {
        "budget": budget,
        "total": _n(whole),
        "spent": _n(sum(part["spent"] for part in parts)),
        "value": _n(division.value),
        "bound": _n(division.bound),
        "gap": _n(gap),
        "price": _n(division.price),
        "price_basis": "the price of a unit at which the bound on every division is least (weak duality)",
        "presences": parts,
        "limits": list(SHARE_LIMITS),
    }


def _describe(cases: Mapping[str, SitingCase], spec: SharingSpec, content: Content) -> Manifest:
    kept = {name: describe_inputs(case)[0] for name, case in cases.items()}
    kept_terms = [case.tables.terms for case in cases.values()]
    return Manifest(
        kind=SHARES,
        title=f"{spec.budget} divided among {', '.join(cases)}",
        content=content.digest,
        inputs=tuple(Input(f"inputs-{i}", manifest.content) for i, manifest in enumerate(kept.values())),
        parameters={
            "budget": spec.budget, "total": spec.total, "gap": spec.gap, "seconds": spec.seconds,
            "rounds": spec.rounds, "presences": list(cases),
        },
        algorithms={SITING: ALGORITHM},
        marking=max(case.marking for case in cases.values()),
        compartments=frozenset().union(*(terms.compartments for terms in kept_terms)),
        licence="; ".join(dict.fromkeys(terms.licence for terms in kept_terms if terms.licence)),
        attribution="; ".join(dict.fromkeys(terms.attribution for terms in kept_terms if terms.attribution)),
        invented=all(case.spec.invented for case in cases.values()),
        about={"version": tutela.__version__},
        redistributable=all(terms.redistributable for terms in kept_terms),
    )  # fmt: skip


def _n(value: float) -> float:
    """Twelve digits, as all that is said of plans."""
    return float(f"{value:.12g}")
