"""References of rows, how long ago something was, ranges of people, names of what a row points to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django import template
from django.utils.translation import gettext, ngettext

from tutela.web.shared.references import write_reference
from tutela.web.shared.words import grouped

register = template.Library()

_HOUR: Final = 60
_DAY: Final = 24 * 60


@register.filter
def reference(number: int) -> str:
    """How a row is called outside."""
    return write_reference(int(number))


@register.filter
def since(now: datetime, at: datetime | None) -> str:
    """How long before `now` this was, in the largest unit that says enough."""
    if at is None:
        return gettext("not known")
    minutes = max(0, int((now - at).total_seconds() // 60))
    if minutes < _HOUR:
        return gettext("%(minutes)d min") % {"minutes": minutes}
    if minutes < _DAY:
        return gettext("%(hours)d h %(minutes)02d min") % {"hours": minutes // _HOUR, "minutes": minutes % _HOUR}
    days = minutes // _DAY
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


@register.filter
def people(row: Any) -> str:
    """The range of people that a row holds; "" where it is not known."""
    low, high = row.people_low, row.people_high
    if low is None or high is None:
        return ""
    return grouped(low) if low == high else f"{grouped(low)}–{grouped(high)}"


@register.filter
def named(names: Mapping[int, str], number: int | None) -> str:
    """The name of a row of this number; "" where there is none that may be read."""
    return names.get(number or 0, "")
