"""What the register says about a presence: each fact with its source and day, and what it does not know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from tutela.catalogue.presences import Fact, Presence
from tutela.web.shared.words import COMPONENTS, FACTS, STRENGTHS, Word, grouped

_WORDS: Final[Mapping[str, Word]] = {
    "yes": _("yes"),
    "no": _("no"),
    "open-ended": _("open-ended"),
    "security_council": _("Security Council"),
    "general_assembly": _("General Assembly"),
    "exchange_of_letters": _("exchange of letters between the Secretary-General and the Council"),
}


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact as a page shows it; an empty value reads "not known"."""

    label: Word
    value: Word
    source: str
    as_of: str
    unverified: bool


@dataclass(frozen=True, slots=True)
class StrengthRow:
    """One way of counting people, by component; None where the register knows nothing."""

    label: Word
    cells: tuple[FactRow | None, ...]


@dataclass(frozen=True, slots=True)
class FactSheet:
    """All facts that are known, and the labels of those that are not."""

    facts: tuple[FactRow, ...]
    strengths: tuple[StrengthRow, ...]
    components: tuple[Word, ...]
    unknown: tuple[Word, ...]


def make_fact_sheet(presence: Presence) -> FactSheet:
    """Sort a presence's facts into known and unknown; rows of strength without a number are left out."""
    rows = {key: _row(label, presence.facts.get(key)) for key, label in FACTS.items()}
    expected = [key for key in FACTS if key != "note" and (key != "ended" or presence.status == "closed")]
    strengths = [_strength(presence, key) for key in STRENGTHS]
    return FactSheet(
        facts=tuple(row for row in rows.values() if row),
        strengths=tuple(row for row in strengths if any(row.cells)),
        components=tuple(COMPONENTS.values()),
        unknown=(
            *(FACTS[key] for key in expected if rows[key] is None),
            *(row.label for row in strengths if not any(row.cells)),
        ),
    )


def _strength(presence: Presence, key: str) -> StrengthRow:
    cells = (_row(name, presence.facts.get(f"{key}_{part}")) for part, name in COMPONENTS.items())
    return StrengthRow(STRENGTHS[key], tuple(cells))


def _row(label: Word, fact: Fact | None) -> FactRow | None:
    if fact is None or not fact.value:
        return None
    value = grouped(int(fact.value)) if fact.value.isdecimal() else _WORDS.get(fact.value, fact.value)
    return FactRow(label, value, fact.source, fact.as_of, fact.status != "verified")
