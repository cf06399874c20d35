"""What the forms of these pages ask for: budgets, floors, options, cuts; each answered beside its field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from django.utils.translation import gettext as _

from tutela.kernel.problems import Problem
from tutela.records.accounts.told import tell
from tutela.studies.siting_options import Array, make_options
from tutela.studies.siting_specs import SitingSpec
from tutela.studies.sitings import SitingCase

PAGE_GAP = 0.005
PAGE_SECONDS = 8.0
"""A page answers while somebody waits: it stops here, and says how far from the best it may be."""

PAGE_PAIRS = 400_000
"""Larger questions are for the command."""


@dataclass(frozen=True, slots=True)
class Field:
    """One number of the form, with what is wrong about it."""

    name: str
    label: str
    value: str
    error: str = ""


def read_numbers(query: Mapping[str, str], spec: SitingSpec, regions: list[str]) -> tuple[list[Field], list[Field]]:
    """Budgets and floors (in per cent) as typed, or as the spec has them."""
    budgets = [
        _read(query, f"budget-{i}", name, f"{amount:g}", None)
        for i, (name, amount) in enumerate(spec.budget.items())
    ]
    floors = [
        _read(query, f"floor-{i}", name, f"{100 * spec.floors.get(name, 0.0):g}", 100.0)
        for i, name in enumerate(regions)
    ]
    return budgets, floors


def with_numbers(case: SitingCase, budgets: list[Field], floors: list[Field]) -> SitingCase:
    """The case with what was typed. Raises the problems of the study."""
    spec = replace(
        case.spec,
        budget={field.label: float(field.value) for field in budgets},
        floors={field.label: float(field.value) / 100 for field in floors if float(field.value) > 0},
        gap=max(PAGE_GAP, case.spec.gap),
        seconds=PAGE_SECONDS,
    )
    return SitingCase.of(spec, case.tables)


def read_plans(text: str, case: SitingCase) -> tuple[dict[str, Array], str]:
    """What is open now, then options typed as lines of option, site, type; and what is wrong about them."""
    plans: dict[str, Array] = {_("As it is now"): case.siting.now} if case.siting.now.any() else {}
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        parts = [part.strip() for part in line.split(",")]
        if not line.strip():
            continue
        if len(parts) != 3:
            return plans, _("Line %(n)s: write an option, a site and a type with commas between them.") % {
                "n": number
            }
        rows.append((parts[0][:60], parts[1], parts[2]))
    try:
        return plans | make_options(rows, case, _("Options")), ""
    except Problem as problem:
        return plans, f"{tell(problem.message)} {tell(problem.remedy)}"


def _read(query: Mapping[str, str], name: str, label: str, standing: str, most: float | None) -> Field:
    typed = query.get(name, standing).strip() or "0"
    try:
        value = float(typed)
    except ValueError:
        return Field(name, label, typed, _("Write a number."))
    if not np.isfinite(value) or value < 0 or (most is not None and value > most):
        return Field(name, label, typed, _("Write a number that is not below 0, and for shares at most 100."))
    return Field(name, label, f"{value:g}")
