"""The words of the threat register for what stands as a code, and what a page says after something was done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from tutela.records.incidents.models import Threat, ThreatSource
from tutela.records.incidents.words import HARMS
from tutela.web.shared.desks import Area
from tutela.web.shared.fields import Choices
from tutela.web.shared.guides import Guide
from tutela.web.shared.words import PERPETRATORS, Word, name_code

LEVELS: Final[Mapping[str, Word]] = {
    "strategic": _("Strategic"),
    "operational": _("Operational"),
    "tactical": _("Tactical"),
}
LIKELIHOODS: Final[Mapping[str, Word]] = {
    "1": _("1 very unlikely"),
    "2": _("2 unlikely"),
    "3": _("3 as likely as not"),
    "4": _("4 likely"),
    "5": _("5 very likely"),
}
IMPACTS: Final[Mapping[str, Word]] = {
    "1": _("1 slight"),
    "2": _("2 limited"),
    "3": _("3 grave"),
    "4": _("4 very grave"),
    "5": _("5 catastrophic"),
}
GRADES: Final[Mapping[str, Word]] = {
    "1": _("1 very low"),
    "2": _("2 low"),
    "3": _("3 moderate"),
    "4": _("4 high"),
    "5": _("5 very high"),
}
SOURCES: Final[Mapping[str, Word]] = {
    "A": _("A completely reliable"),
    "B": _("B usually reliable"),
    "C": _("C fairly reliable"),
    "D": _("D not usually reliable"),
    "E": _("E unreliable"),
    "F": _("F cannot be judged"),
}
INFORMATION: Final[Mapping[str, Word]] = {
    "1": _("1 confirmed by others"),
    "2": _("2 probably true"),
    "3": _("3 possibly true"),
    "4": _("4 doubtful"),
    "5": _("5 improbable"),
    "6": _("6 cannot be judged"),
}
GENDERS: Final[Mapping[str, Word]] = {
    "unknown": _("gender not known"),
    "women": _("women and girls"),
    "men": _("men and boys"),
    "mixed": _("women and men"),
}
AGES: Final[Mapping[str, Word]] = {
    "unknown": _("age not known"),
    "children": _("children"),
    "adults": _("adults"),
    "older_people": _("older people"),
    "mixed": _("of all ages"),
}
STATUSES: Final[Mapping[str, Word]] = {
    "active": _("stands"),
    "dormant": _("dormant"),
    "closed": _("closed"),
}
CONFIDENCES: Final[Mapping[str, Word]] = {
    "low": _("low confidence"),
    "medium": _("medium confidence"),
    "high": _("high confidence"),
}
SAYS: Final[Mapping[str, Word]] = {
    str(ThreatSource.Says.SUPPORTS): _("It supports the assessment"),
    str(ThreatSource.Says.CONTRADICTS): _("It contradicts the assessment"),
}
STANDING: Final = (str(Threat.Status.ACTIVE), str(Threat.Status.DORMANT))

_DONE: Final[Mapping[str, Word]] = {
    "assess": _("The threat is on the register."),
    "reassess": _("The threat was written anew; what its grades were before stands in its history."),
    "review": _("The review was written down."),
    "source": _("The report was added. What contradicts it stays beside it."),
    "close": _("The threat is closed; its history stays."),
    "intent": _("What the host State is judged to intend was written down, here and nowhere else."),
}
_GUIDES: Final[Mapping[str, Guide]] = {
    "first": Guide(
        _("Which threats to civilians stand, and how grave is each?"),
        _(
            "Each number is how many threats stand at that likelihood and impact; press it to see them. "
            "Below stand those whose review is overdue: an assessment that nobody looks at is no assessment."
        ),
    ),
    "list": Guide(
        _("Which threats are these?"),
        _("The gravest stand first. Closed threats are kept and can be listed by their status."),
    ),
    "new": Guide(
        _("How is a threat put on the register?"),
        _(
            "Say who may be hurt, by whom, why and how, and how likely and how grave that is. "
            "What the host State intends is not asked for here: it has a page of its own, strictly confidential. "
            "Leave empty what is not known."
        ),
    ),
    "threat": Guide(
        _("What is known of this threat, and what speaks against it?"),
        _(
            "Reports that support it and reports that contradict it stand side by side, the source and the "
            "information each graded apart. Review it by its date: the grades of before stay in its history."
        ),
    ),
    "revise": Guide(
        _("How is a threat written anew?"),
        _("Change what is known now. What its grades were before stays in its history."),
    ),
    "intent": Guide(
        _("What is the host State judged to intend?"),
        _(
            "Only those who read strictly confidential rows here see this page, and nothing of it leaves it: no "
            "list, no matrix, no page of a site and no export has it."
        ),
    ),
}
THREATS: Final = Area("threats", "threats", _DONE, _GUIDES, "threats.md")


def choose(words: Mapping[str, Word], codes: Iterable[str] | None = None, none: Word | None = None) -> Choices:
    """Choices of these codes with their words, after an empty one that reads `none`."""
    listed = tuple((code, name_code(words, code)) for code in (words if codes is None else codes))
    return listed if none is None else (("", none), *listed)


LISTS: Final[Mapping[str, Mapping[str, Word]]] = {
    "level": LEVELS,
    "likelihood": LIKELIHOODS,
    "impact": IMPACTS,
    "grade": GRADES,
    "source": SOURCES,
    "information": INFORMATION,
    "gender": GENDERS,
    "age": AGES,
    "status": STATUSES,
    "confidence": CONFIDENCES,
    "harm": HARMS,
    "perpetrator": PERPETRATORS,
}
