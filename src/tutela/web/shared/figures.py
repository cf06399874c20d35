"""A figure on a page: its text, and the card that says what it rests on."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from tutela.web.shared.words import grouped


@dataclass(frozen=True, slots=True)
class FigureCard:
    """What a page shows of a figure.

    `text` is the figure itself; the card holds the rest. `digest` is the artifact's that it was computed
    from; `key` is unique on its page.
    """

    key: str
    text: str
    label: str
    definition: str
    basis: str
    as_of: str
    not_placed: str
    digest: str


def write_count(value: float | None) -> str:
    """A whole number with thousands set apart; what the source does not have is said in words, never 0."""
    return _("not in this source") if value is None else grouped(round(value))


def write_estimate(best: float | None, low: float | None, high: float | None) -> str:
    """The best figure with its interval: 412 (best; 388–1,020); the words alone where there is none."""
    if best is None:
        return write_count(None)
    if low is None or high is None:
        return _("%(best)s (best; no interval in this source)") % {"best": write_count(best)}
    return _("%(best)s (best; %(low)s–%(high)s)") % {
        "best": write_count(best),
        "low": write_count(low),
        "high": write_count(high),
    }


def write_share(part: float, whole: float) -> str:
    """A share in whole per cent; above nothing and below one per cent as such; of nothing, in words."""
    if not whole:
        return _("of none")
    per_cent = 100 * part / whole
    if 0 < per_cent < 1:
        return _("under 1 %%") % ()
    return f"{round(per_cent)} %"
