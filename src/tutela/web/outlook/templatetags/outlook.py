"""Chances and shares as people read them, and words for codes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext

from tutela.engine.outlook.warnings import Share
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
