"""Chances and shares as people read them, and words for codes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.translation import gettext

from tutela.engine.outlook.leads import HELD, LeadScore
from tutela.engine.outlook.warnings import Share
from tutela.studies.outlooks.scoring import RULE
from tutela.web.outlook.reasons import word_reason
from tutela.web.outlook.words import LISTS
from tutela.web.shared.words import name_code

register = template.Library()


@register.filter
def term(code: str | int, name: str) -> str:
    """The word for a code of this list; the code itself where it is none of ours."""
    held = LISTS[name]
    return name_code(held, str(code)) if str(code) in held else str(code)


@register.filter
def chance(value: float | None) -> str:
    """A chance in whole per cent; the ends are never said to be certain."""
    if value is None or not math.isfinite(value):
        return gettext("not known")
    if value <= 0:
        return gettext("under 1 %")
    if value >= 1:
        return gettext("over 99 %")
    percent = max(1, min(99, round(100 * value)))
    return gettext("%(percent)d %%") % {"percent": percent}


@register.filter
def share(value: Share) -> str:
    """A share with its interval and of how many; in words where there was none to take a share of."""
    if not value.of:
        return gettext("not known: there was none")
    return gettext("%(mid)d %% (%(low)d–%(high)d %%, of %(of)d)") % {
        "mid": round(100 * value.mid),
        "low": round(100 * value.low),
        "high": round(100 * value.high),
        "of": value.of,
    }


@register.filter
def scored(value: Share) -> str:
    """A score with its interval."""
    if not value.of:
        return gettext("not known: there was none")
    return gettext("%(mid).3f (%(low).3f to %(high).3f)") % {
        "mid": value.mid, "low": value.low, "high": value.high,
    }  # fmt: skip


@register.filter
def whole(value: Any) -> str:
    """A quantile of people, as a whole number."""
    return f"{float(value):,.0f}".replace(",", " ")


@register.filter
def gained(gain: Mapping[str, Any]) -> str:
    """By what part a model was better, with its interval."""
    if "gain" not in gain:
        return gettext("not measured")
    return gettext("%(gain).0f %% (%(low).0f to %(high).0f %%)") % {
        name: 100 * float(gain.get(name, 0.0)) for name in ("gain", "low", "high")
    }


@register.filter
def slugged(code: str) -> str:
    """A unit's own name as it stands in an address; see `places.unslugged`."""
    return code.replace(".", "_d_").replace("/", "_s_")


@dataclass(frozen=True, slots=True)
class LeadTable:
    """Scores as a table: a line for all leads together and one for each."""

    names: Sequence[str]
    rows: Sequence[tuple[int, Sequence[LeadScore], LeadScore | None]]


@register.filter
def by_lead(scores: Sequence[LeadScore]) -> LeadTable:
    """The scores of a forecast by lead."""
    leads: dict[int, list[LeadScore]] = {}
    for item in scores:
        leads.setdefault(item.lead, []).append(item)
    rows = [(lead, held, next((i for i in held if i.score == RULE), None)) for lead, held in leads.items()]
    return LeadTable([item.score for item in next(iter(leads.values()), [])], rows)


@register.filter
def led(item: LeadScore) -> str:
    """One score with its interval; the share that an interval held in whole per cent."""
    if not item.is_known:
        return gettext("not known: there was none")
    return _spell_range(item.score, (item.ours, item.low, item.high))


@register.filter
def theirs(item: LeadScore) -> str:
    """The past twelve months' on the same months."""
    return f"{100 * item.theirs:.0f} %" if item.score == HELD else f"{item.theirs:.3f}"


@register.filter
def led_gain(item: LeadScore | None) -> str:
    """By what part ours is smaller, with its interval."""
    if item is None or not item.is_known:
        return gettext("not measured")
    return gained({"gain": item.gain, "low": item.gain_low, "high": item.gain_high})


def _spell_range(score: str, held: tuple[float, float, float]) -> str:
    mid, low, high = held
    if score == HELD:
        return f"{100 * mid:.0f} % ({100 * low:.0f}–{100 * high:.0f} %)"
    return gettext("%(mid).3f (%(low).3f to %(high).3f)") % {"mid": mid, "low": low, "high": high}


@register.filter
def reason_words(reason: Any) -> list[str]:
    """What a forecast says for itself, as sentences of the page's language; a sentence of the forecast as it is."""
    return word_reason(reason) if isinstance(reason, Mapping) else [str(reason)]
