"""Why a forecast changed, and where it is silent: codes with values, worded in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _


def word_reason(reason: Mapping[str, Any]) -> list[str]:
    """The sentences of a reason; none for a code that this version does not know.

    The same numbers as in the sentences that `tutela outlook predict` prints (`engine.outlook.changes`).
    """
    if reason.get("code") == "silent":
        return [
            _(
                "No report of any kind since %(since)s, %(months)d months; before, never longer than "
                "%(longest_before)d. No report is not no event."
            )
            % reason
        ]
    if reason.get("code") != "changed":
        return []
    return [
        _("%(expected_now).1f expected over %(months)d months, %(expected_before).1f a month ago.") % reason,
        _(
            "What was recorded in %(newest)s, here and around: %(by_newest_month)+.1f; a month gone by: "
            "%(by_time)+.1f."
        )
        % reason,
        _word_newest(reason),
        _(
            "In the past twelve months %(killed_past_year).0f, in %(months_past_year)d of them; in the twelve "
            "before %(killed_year_before).0f, in %(months_year_before)d."
        )
        % reason,
    ]


def _word_newest(reason: Mapping[str, Any]) -> str:
    if reason.get("killed_around_newest") is None:
        return _("Killed here in %(newest)s: %(killed_newest).0f.") % reason
    return (
        _("Killed here in %(newest)s: %(killed_newest).0f; in the cells around it: %(killed_around_newest).0f.")
        % reason
    )
