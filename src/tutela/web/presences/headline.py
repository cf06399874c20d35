"""The first screen's figures: the statement's own claims, so that page and statement say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from tutela.engine.statement.figures import NONE_RECORDED
from tutela.studies.shelf import Study
from tutela.web.shared.figures import FigureCard
from tutela.web.shared.words import Word

KEYS: Final[Mapping[str, Word]] = {
    "near_30_life_core_events": _lazy("One-sided violence within 30 km of an open site: events"),
    "near_30_life_core_best": _lazy("People killed in it"),
    "near_30_life_all_best": _lazy("People killed in all organised violence there"),
    "outside_life_events": _lazy("One-sided violence in the host country, outside every ring: events"),
}
"""Claims of a statement that answer the page's question, in reading order, and what stands above them."""

KEYS_WITHOUT_SITES: Final[Mapping[str, Word]] = {
    "head_life_events": _lazy("One-sided violence in the countries that it works for: events"),
    "head_life_best": _lazy("People killed in it"),
}
"""The same for a presence around which no ring can be drawn."""

_NOT_PLACED: Final = "unplaced_life"


@dataclass(frozen=True, slots=True)
class Headline:
    """Figures with the words above them, and the one that says how much has no place.

    `is_silent` where the first figure has nothing to count: the file may not cover the country.
    """

    figures: tuple[tuple[Word, FigureCard], ...]
    not_placed: FigureCard | None
    is_silent: bool


def make_headline(study: Study) -> Headline | None:
    """The headline of a study; None where its claims hold none of the figures."""
    claims = {claim["key"]: claim for claim in study.claims.get("figures", ())}
    keys = KEYS if KEYS.keys() & claims.keys() else KEYS_WITHOUT_SITES
    figures = tuple(
        (words, make_card(claims[key], claims, study.as_of)) for key, words in keys.items() if key in claims
    )
    if not figures:
        return None
    not_placed = claims.get(_NOT_PLACED)
    return Headline(
        figures,
        make_card(not_placed, claims, study.as_of) if not_placed else None,
        is_silent=figures[0][1].text == NONE_RECORDED,
    )


def make_card(
    claim: Mapping[str, Any], claims: Mapping[str, Mapping[str, Any]], as_of: str, beside_of: str = "claim"
) -> FigureCard:
    """A claim as a figure; `beside_of` tells two cards of one claim on a page apart."""
    beside = claims.get(str(claim.get("beside")))
    vintage = claim.get("vintage")
    return FigureCard(
        key=f"{beside_of}-{claim['key']}",
        text=str(claim["printed"]),
        label=str(claim["label"]),
        definition=str(claim["definition"]),
        basis=f"{claim['basis']}; {vintage}" if vintage else str(claim["basis"]),
        as_of=as_of,
        not_placed=_("%(share)s of the events in the host country") % {"share": beside["printed"]}
        if beside
        else "",
        digest=str(claim["digest"]),
    )
