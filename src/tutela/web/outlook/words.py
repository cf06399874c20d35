"""The words of early warning for what stands as a code, and what a page says after something was done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from tutela.web.shared.desks import Area
from tutela.web.shared.fields import Choices
from tutela.web.shared.guides import Guide
from tutela.web.shared.words import Word, name_code

CHOICES: Final[Mapping[str, Word]] = {
    "act": _("Act: somebody does something before the month"),
    "watch": _("Watch: somebody looks more closely"),
    "no_action": _("No action, with a reason"),
}
REASONS: Final[Mapping[str, Word]] = {
    "covered": _("A valid plan covers it already"),
    "no_access": _("It cannot be reached"),
    "no_means": _("No means are left for it"),
    "not_credible": _("Those who know the place do not believe it"),
    "others_act": _("Somebody else acts"),
    "would_harm": _("Acting would do harm"),
    "no_mandate": _("It is outside the mandate"),
}
DECIDED: Final[Mapping[str, Word]] = {
    "act": _("somebody acts"),
    "watch": _("watched"),
    "no_action": _("no action"),
}
LEVELS: Final[Mapping[str, Word]] = {
    "grid": _("cells of half a degree"),
    "country": _("countries"),
    "admin1": _("provinces"),
    "vicinity": _("vicinities of presences"),
}
TARGETS: Final[Mapping[str, Word]] = {
    "civilians": _("civilians killed in all organised violence"),
    "one_sided": _("people killed in one-sided violence"),
    "state_based": _("people killed in state-based conflict"),
    "all": _("people killed in all organised violence"),
}
LIKELIHOODS: Final[Mapping[str, Word]] = {
    "1": _("1 very unlikely (scored as 5 %)"),
    "2": _("2 unlikely (20 %)"),
    "3": _("3 as likely as not (50 %)"),
    "4": _("4 likely (80 %)"),
    "5": _("5 very likely (95 %)"),
}
IMPACTS: Final[Mapping[str, Word]] = {
    "1": _("1 slight"),
    "2": _("2 limited"),
    "3": _("3 grave"),
    "4": _("4 very grave"),
    "5": _("5 catastrophic"),
}
CONFIDENCES: Final[Mapping[str, Word]] = {
    "low": _("low confidence"),
    "medium": _("medium confidence"),
    "high": _("high confidence"),
}
WAYS: Final[Mapping[str, Word]] = {
    "up": _("▲ higher"),
    "down": _("▼ lower"),
    "steady": _("= as before"),
    "new": _("+ new here"),
}
SCORES: Final[Mapping[str, Word]] = {"brier": _("Brier score"), "log": _("Log score")}
BY_LEAD: Final[Mapping[str, Word]] = {
    "crps": _("CRPS"),
    "crps_log1p": _("CRPS of log(1 + x)"),
    "brier_any": _("Brier score, anybody killed"),
    "brier_25": _("Brier score, 25 or more"),
    "held_killed": _("90 % interval held, where people were killed"),
}
STANDINGS: Final[Mapping[str, Word]] = {
    "prepare": _("to prepare"),
    "under way": _("under way"),
    "overdue": _("overdue"),
}

LISTS: Final[Mapping[str, Mapping[str, Word]]] = {
    "decided": DECIDED,
    "reason": REASONS,
    "level": LEVELS,
    "target": TARGETS,
    "likelihood": LIKELIHOODS,
    "impact": IMPACTS,
    "confidence": CONFIDENCES,
    "way": WAYS,
    "score": SCORES,
    "standing": STANDINGS,
    "by_lead": BY_LEAD,
}

_DONE: Final[Mapping[str, Word]] = {
    "take-in": _("The forecast was taken in as it is, and its warnings were raised."),
    "decide": _("The decision was written down; what was decided before stays beside it."),
    "sit": _("The sitting is closed: every warning has a decision."),
    "budget": _("The budget holds from the next forecast on; warnings that stand stay."),
    "judge": _("The judgement was written down, with what the model says of the place today."),
    "outcomes": _("What happened was written down for these months, under its vintage."),
}
_GUIDES: Final[Mapping[str, Guide]] = {
    "first": Guide(
        _("Where may civilians be harmed near us, and how good have we been?"),
        _(
            "The warnings that wait stand first. Beside them stands how often such warnings were false, and how "
            "often harm came without one. Where no model beats the past twelve months, these are shown instead."
        ),
    ),
    "method": Guide(
        _("How are forecasts made, judged and kept?"),
        _(
            "This page and the pooled scores on it name no place, and everybody who reads here may see them. "
            "Which places a forecast names is for those who need to know."
        ),
    ),
    "take-in": Guide(
        _("How is a forecast taken in?"),
        _(
            "Choose the files of the folder that tutela outlook predict wrote. They are read back and refused "
            "where one was changed. What is taken in is never edited; a later forecast stands beside it."
        ),
    ),
    "review": Guide(
        _("What do we do about this month's warnings?"),
        _(
            "Go through them in one sitting. Each needs an owner, or a reason why nothing is done. The calendar of "
            "prevention and what was reported stand beside them: no report is not no event."
        ),
    ),
    "warning": Guide(
        _("What does this warning say, for whose sake, and what was decided?"),
        _(
            "It says how many may be killed and how sure that is, never by whom. Earlier decisions stay; "
            "the newest holds."
        ),
    ),
    "map": Guide(
        _("Which places of ours may be harmed in this month?"),
        _(
            "Only what lies at or near your people at risk and your sites is shown. The number in a cell is the "
            "chance that anybody is killed there. No cell is no promise: quiet places share a base rate, which is "
            "not nothing."
        ),
    ),
    "place": Guide(
        _("How many may be killed here, month by month?"),
        _(
            "Bars are what was counted. The dark band holds half of what may come and the pale one nine tenths; "
            "the table below has the same numbers."
        ),
    ),
    "changes": Guide(
        _("What changed since the forecast before, and why?"),
        _(
            "The largest steps stand first, with what was counted at both times, so that you can check them. "
            "A step of less than two points is noise of the draws and is called steady."
        ),
    ),
    "judgements": Guide(
        _("What do we judge, whatever the model says?"),
        _(
            "Grade a place and a month by likelihood and impact, with your reason. Where you and the model are "
            "two bands apart it is marked. Both are scored once it is known what happened; none is edited."
        ),
    ),
    "record": Guide(
        _("Which forecasts were made, and what came of them?"),
        _(
            "Every forecast stands here as it was made, with its vintage. What happened is added later, under the "
            "vintage that counted it, and the score says which."
        ),
    ),
    "forecast": Guide(
        _("How good was this forecast?"),
        _(
            "Dots on the line mean that a chance was worth what it said. Add what happened as a file; it is kept "
            "under its vintage and never edited."
        ),
    ),
}
OUTLOOK: Final = Area("outlook", "outlook", _DONE, _GUIDES, "outlook.md")


def choose(words: Mapping[str, Word], none: Word | None = None) -> Choices:
    """Choices of these codes with their words, after an empty one that reads `none`."""
    listed = tuple((code, name_code(words, code)) for code in words)
    return listed if none is None else (("", none), *listed)
