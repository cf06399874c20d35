"""The words of the tokens' pages: abilities as their holders would say them, what was done, and help."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from tutela.records.accounts.roles import May
from tutela.web.shared.desks import Area
from tutela.web.shared.guides import Guide
from tutela.web.shared.words import Word

ABILITIES: Final[Mapping[May, Word]] = {
    May.REPORT: _("Hand reports in, and log activities"),
    May.TRIAGE: _("Sort reports into incidents"),
    May.VERIFY: _("Say how far something is verified"),
    May.DECIDE: _("Decide, and keep the clock"),
    May.PLAN: _("Draft response plans"),
    May.RESPOND: _("Write down what was done in response"),
    May.DESCRIBE: _("Keep the papers of presences"),
    May.ASSESS: _("Assess threats"),
    May.EXPORT: _("Take rows out as files"),
    May.INFLUENCE: _("Reach by influence: interlocutors and channels"),
}
"""Every ability that a token can be given."""

GUIDES: Final[Mapping[str, Guide]] = {
    "list": Guide(
        _("Which programs act in your name?"),
        _(
            "Each token is one program's key: where it reaches, what it may do, until when, and when it was last "
            "used. Revoke one that you do not know, and one on a device that was lost. Others do not see this list."
        ),
    ),
    "new": Guide(
        _("What may a program do in your name?"),
        _(
            "Choose the fewest compartments and abilities that it needs, and the nearest day. "
            "The letters are shown once. Whatever you lose yourself, the token loses at the same moment."
        ),
    ),
    "revoke": Guide(
        _("Shall this token end now?"),
        _(
            "Its program is refused from its next request on. What it wrote stays, under your name. "
            "A revoked token cannot be taken up again; make a new one."
        ),
    ),
}

TOKENS: Final = Area(
    "tokens",
    "account",
    {"revoke": _("The token was revoked. Its program is refused from now on.")},
    GUIDES,
    "api.md",
)
