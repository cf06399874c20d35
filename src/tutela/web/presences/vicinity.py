"""Who was targeted near a presence: a study's rings as the page shows them, each figure with its card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from tutela.catalogue.doctrine import load_doctrine
from tutela.studies.shelf import Study
from tutela.web.shared.figures import FigureCard, write_count, write_estimate, write_share
from tutela.web.shared.words import PERPETRATORS, VIOLENCE, Word, grouped, name_code

FOCUS_KM: Final = 30.0
"""The ring that the first screen speaks of: there and back on one day."""


@dataclass(frozen=True, slots=True)
class TallyRow:
    """Events and people killed of one kind, perpetrator, year or site; the events None stand for "none"."""

    label: str
    events: FigureCard | None
    killed: FigureCard | None
    civilians: FigureCard | None


@dataclass(frozen=True, slots=True)
class RingRow:
    """One ring: what lies inside, what outside, and the share that has no exact place."""

    distance: str
    code: str
    inside: TallyRow
    outside: FigureCard
    unplaceable: str
    unplaceable_share: str


@dataclass(frozen=True, slots=True)
class VicinityView:
    """All that the page says of one study; `focus` is the ring of the first screen and of the lower tables.

    `at_least`: events without an exact place exist, or may, so every count inside a ring is a lower bound.
    """

    definition: str
    digest: str
    at_least: bool
    focus: RingRow
    rings: tuple[RingRow, ...]
    by_violence: tuple[TallyRow, ...]
    by_perpetrator: tuple[TallyRow, ...]
    by_year: tuple[TallyRow, ...]
    sites: tuple[TallyRow, ...]
    unknown: tuple[str, ...]


def make_vicinity(study: Study) -> VicinityView | None:
    """The view of a study; None where the presence has no ring, because it has no site."""
    rings = study.vicinity.get("rings") or []
    if not rings or not any(ring["sites"] for ring in rings):
        return None
    cards = _Cards(study)
    focus = next((ring for ring in rings if ring["within_km"] == FOCUS_KM), rings[-1])
    rows = {id(ring): _ring_row(ring, cards) for ring in rings}
    return VicinityView(
        definition=cards.definition,
        digest=cards.digest,
        at_least=_is_lower_bound(focus),
        focus=rows[id(focus)],
        rings=tuple(rows.values()),
        by_violence=_tally_rows(focus, "by_violence", VIOLENCE, cards),
        by_perpetrator=_tally_rows(focus, "by_perpetrator", PERPETRATORS, cards),
        by_year=_tally_rows(focus | {"by_year": _years_of(study, focus)}, "by_year", {}, cards),
        sites=tuple(
            cards.tally(f"site-{number}", site.get("name") or site["site_id"], site, focus)
            for number, site in enumerate(sorted(focus["sites"], key=lambda site: str(site["site_id"])))
        ),
        unknown=tuple(_list_unknown(study.vicinity, focus)),
    )


def _years_of(study: Study, ring: Mapping[str, Any]) -> dict[str, Any]:
    """The years in which the presence stood: before it, nothing could happen near it."""
    began = next((item["value"][:4] for item in study.claims.get("figures", ()) if item["key"] == "life_from"), "")
    return {year: tally for year, tally in ring["by_year"].items() if year >= began}


class _Cards:
    """Makes figures of one study: what they share is said once here."""

    def __init__(self, study: Study) -> None:
        vicinity = study.vicinity
        self.as_of = study.as_of
        self.digest = str(vicinity.get("artifact") or "")
        self.definition = _definition_of(vicinity)
        self.basis = _basis_of(vicinity)

    def tally(self, key: str, label: str, tally: Mapping[str, Any], ring: Mapping[str, Any]) -> TallyRow:
        """Events and killed as figures; a group without events has none, which is not 0 of something."""
        if not tally["events"]:
            return TallyRow(label, None, None, None)
        key = f"{_km(ring['within_km'])}-{key}".replace(".", "-")
        where = _("within %(km)s km of an open site") % {"km": _km(ring["within_km"])}
        bound = _(" (at least)") if _is_lower_bound(ring) else ""
        missing = tally.get("missing") or {}
        killed = _bounded(
            write_estimate(tally.get("best"), tally.get("low"), tally.get("high")), missing.get("best")
        )
        civilians = _bounded(write_count(tally.get("civilians")), missing.get("civilians"))

        def figure(part: str, text: str, what: str) -> FigureCard:
            return self._figure(f"{key}-{part}", text, f"{what}: {label}, {where}{bound}", ring)

        return TallyRow(
            label,
            figure("events", write_count(tally["events"]), _("events")),
            figure("killed", killed, _("people killed")),
            figure("civilians", civilians, _("civilians killed")),
        )

    def outside(self, ring: Mapping[str, Any]) -> FigureCard:
        """Events with a place and no open site near it."""
        km = _km(ring["within_km"])
        label = _("events: all kinds, further than %(km)s km from every open site") % {"km": km}
        return self._figure(f"{km}-outside".replace(".", "-"), write_count(ring["events_outside"]), label, ring)

    def _figure(self, key: str, text: str, label: str, ring: Mapping[str, Any]) -> FigureCard:
        return FigureCard(
            key=key,
            text=text,
            label=label,
            definition=self.definition,
            basis=self.basis,
            as_of=self.as_of,
            not_placed=_unplaceable_text(ring),
            digest=self.digest,
        )


def _bounded(text: str, missing: int | None) -> str:
    """A sum in which some events had no number is a lower bound, and says so."""
    return _("at least %(figure)s") % {"figure": text} if missing and text[0].isdigit() else text


def _ring_row(ring: Mapping[str, Any], cards: _Cards) -> RingRow:
    km = float(ring["within_km"])
    named = next((item for item in load_doctrine().rings if item.km == km), None)
    return RingRow(
        distance=_("%(km)s km") % {"km": _km(km)},
        code=named.code if named else "",
        inside=cards.tally("all", _("all kinds"), _inside(ring), ring),
        outside=cards.outside(ring),
        unplaceable=_unplaceable_text(ring),
        unplaceable_share=_unplaceable_share(ring),
    )


def _inside(ring: Mapping[str, Any]) -> Mapping[str, Any]:
    inside: Mapping[str, Any] = ring["inside"]
    return inside


def _tally_rows(
    ring: Mapping[str, Any], name: str, words: Mapping[str, Word], cards: _Cards
) -> tuple[TallyRow, ...]:
    groups = ring.get(name) or {}
    ordered = [code for code in words if code in groups] + sorted(code for code in groups if code not in words)
    return tuple(cards.tally(f"{name}-{code}", name_code(words, code), groups[code], ring) for code in ordered)


def _unplaceable_text(ring: Mapping[str, Any]) -> str:
    unplaceable = ring.get("unplaceable") or {}
    if unplaceable.get("precision") == "unknown":
        return _(
            "How many events have no exact place is not known: the source does not say how exact its places are"
        )
    text = _("%(count)s of %(total)s events (%(share)s) in the whole file have no exact place") % {
        "count": write_count(unplaceable.get("events") or 0),
        "total": write_count(_total(ring)),
        "share": _unplaceable_share(ring),
    }
    if unplaceable.get("precise_only"):
        text += _("; this source holds exact places only, so nothing can be said about the others")
    return text


def _unplaceable_share(ring: Mapping[str, Any]) -> str:
    unplaceable = ring.get("unplaceable") or {}
    if unplaceable.get("precision") == "unknown":
        return _("not known")
    return write_share(unplaceable.get("events") or 0, _total(ring))


def _is_lower_bound(ring: Mapping[str, Any]) -> bool:
    unplaceable = ring.get("unplaceable") or {}
    return bool(unplaceable.get("events")) or unplaceable.get("precision") != "known"


def _total(ring: Mapping[str, Any]) -> float:
    unplaceable = (ring.get("unplaceable") or {}).get("events") or 0
    return float(ring["events_inside"] + ring["events_outside"] + unplaceable)


def _list_unknown(vicinity: Mapping[str, Any], ring: Mapping[str, Any]) -> list[str]:
    sentences = [
        _("%(text)s. They may lie near a site or far from all.") % {"text": _unplaceable_text(ring)},
        _("Distance is not arrival. Whether anyone may move, can arrive in time and can act is not measured yet."),
        _("No event in the source does not mean that nothing happened: it may not have been reported."),
    ]
    if _inside(ring).get("civilians") is None:
        sentences.append(_("How many of the people killed were civilians is not in this source."))
    excluded = vicinity.get("excluded") or {}
    if excluded:
        reasons = ", ".join(
            f"{reason.replace('_', ' ').replace('-', ' ')}: {grouped(n)}" for reason, n in excluded.items()
        )
        sentences.append(_("Left out of the count, by reason: %(reasons)s.") % {"reasons": reasons})
    return sentences


def _definition_of(vicinity: Mapping[str, Any]) -> str:
    definition = vicinity.get("definition")
    if isinstance(definition, Mapping):
        definition = definition.get("text") or definition.get("label")
    return str(definition or _("Analytical distance from a site that was open on the day of the event"))


def _basis_of(vicinity: Mapping[str, Any]) -> str:
    """What the counts rest on, with the releases of the files of events and sites."""
    basis = _("The source's own counts, added up; best, low and high where it has them")
    vintages = vicinity.get("vintages") or {}
    if vintages.get("events"):
        basis += _("; release of the events: %(vintage)s") % {"vintage": ", ".join(vintages["events"])}
    if vintages.get("sites"):
        basis += _("; of the sites: %(vintage)s") % {"vintage": ", ".join(vintages["sites"])}
    return basis


def _km(km: float) -> str:
    return f"{km:g}"
