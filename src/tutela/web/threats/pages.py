"""One threat: put on the register, read with what contradicts it, reviewed, written anew, closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tutela.kernel.markings import Marking
from tutela.records.accounts.principals import refused
from tutela.records.accounts.roles import May
from tutela.records.incidents.actions.threats import (
    Review,
    Source,
    add_source,
    assess_threat,
    close_threat,
    judge_host_intent,
    reassess_threat,
    review_threat,
)
from tutela.records.incidents.models import HostIntent, Threat
from tutela.records.incidents.threat_lists import ThreatFile, view_host_intent, view_threat
from tutela.records.incidents.watching import marking_of_places, name_places
from tutela.web.shared.deeds import Deed, Forms, take
from tutela.web.shared.desks import Desk, choose_desk, member, sit_down
from tutela.web.shared.doors import writing
from tutela.web.shared.fields import Field
from tutela.web.shared.forms import Sheet
from tutela.web.threats import words
from tutela.web.threats.asking import assessment_fields, grade_field, grades, known_of, read_assessment
from tutela.web.threats.words import STANDING, THREATS, choose


@dataclass(frozen=True, slots=True)
class ThreatPage:
    """One threat as its page shows it, with the names of the people at risk; no threat yet where it is new."""

    desk: Desk
    people: Mapping[int, str]
    file: ThreatFile | None = None
    intent: HostIntent | None = None

    @property
    def threat(self) -> Threat:
        """The threat."""
        if self.file is None:
            raise refused()
        return self.file.threat

    @property
    def may_assess(self) -> bool:
        """Whether they assess this threat."""
        return self.desk.may(May.ASSESS, self.threat.marking)

    @property
    def reads_intent(self) -> bool:
        """Whether they read what is strictly confidential here; it says nothing on whether anything is there."""
        return self.desk.by.reads(self.threat.compartment_id, Marking.STRICTLY_CONFIDENTIAL)


@writing
def new_threat(request: HttpRequest) -> HttpResponse:
    """Put a threat on the register."""
    desk = choose_desk(THREATS, request, May.ASSESS)
    if desk is None or not desk.may(May.ASSESS):
        raise refused()
    page = ThreatPage(desk, _people(desk))
    sheet = _ASSESS.take(page, request) if request.method == "POST" else _ASSESS.sheet(page)
    if sheet.made is not None:
        return _to(sheet.made, "assess")
    able = [row for row in desk.others if desk.by.may(May.ASSESS, row.compartment_id, row.marking)]
    context = {"sheet": sheet, "able": able, "http_status": sheet.status}
    return desk.show("new.html", (), context, least=_places(desk))


@writing
def show_threat(request: HttpRequest, threat: int) -> HttpResponse:
    """One threat: what is known, what contradicts it, what would change it, what it was before."""
    page = _page(request, threat)
    refusal = None
    if request.method == "POST":
        answer = take(request, page, tuple(_DEEDS.values()), reverse("threats:threat", args=[threat]))
        if not isinstance(answer, Sheet):
            return answer
        refusal, page = answer, _page(request, threat)
    forms = Forms(page, _DEEDS, refusal)
    row, file = page.threat, page.file
    stands = row.status != Threat.Status.CLOSED
    offered = ("review", "source", "close") if stands else ("source",)
    context = {
        "page": page,
        "threat": row,
        "file": file,
        "town": page.people.get(row.population_id or 0, ""),
        "is_overdue": stands and row.review_date < page.desk.today,
        "forms": {code: forms.sheet(code) for code in offered} if page.may_assess else {},
        "refused": refusal,
        "http_status": forms.status,
    }
    rows = [row, *file.supports, *file.contradicts, *file.history] if file is not None else [row]
    return page.desk.show("threat.html", rows, context)


@writing
def revise_threat(request: HttpRequest, threat: int) -> HttpResponse:
    """Write a threat anew."""
    page = _page(request, threat)
    if not page.may_assess:
        raise refused()
    if request.method == "POST":
        sheet = _REASSESS.take(page, request)
        if sheet.made is not None:
            return _to(sheet.made, "reassess")
        page = _page(request, threat)
        sheet = _REASSESS.show_again(page, sheet)
    else:
        sheet = _REASSESS.sheet(page)
    context = {"sheet": sheet, "threat": page.threat, "http_status": sheet.status}
    return page.desk.show("revise.html", (page.threat,), context, least=_places(page.desk))


@writing
def show_intent(request: HttpRequest, threat: int) -> HttpResponse:
    """What the host State is judged to intend; for those who read what is strictly confidential here."""
    page = _with_intent(_page(request, threat))
    sheet = None
    may = page.desk.may(May.ASSESS, Marking.STRICTLY_CONFIDENTIAL)
    if request.method == "POST":
        if not may:
            raise refused()
        sheet = _INTENT.take(page, request)
        if sheet.made is not None:
            return HttpResponseRedirect(reverse("threats:intent", args=[threat]) + "?done=intent")
        page = _with_intent(_page(request, threat))
        sheet = _INTENT.show_again(page, sheet)
    elif may:
        sheet = _INTENT.sheet(page)
    context = {
        "threat": page.threat,
        "intent": page.intent,
        "sheet": sheet,
        "http_status": sheet.status if sheet is not None else 200,
    }
    return page.desk.show("intent.html", (page.threat,), context, least=Marking.STRICTLY_CONFIDENTIAL)


def _page(request: HttpRequest, threat: int) -> ThreatPage:
    file = view_threat(by=member(request), threat=threat)
    desk = sit_down(THREATS, request, file.threat.presence_id)
    return ThreatPage(desk, _people(desk), file)


def _with_intent(page: ThreatPage) -> ThreatPage:
    if not page.reads_intent:
        raise refused()
    held = view_host_intent(by=page.desk.by, threat=page.threat.pk)
    return ThreatPage(page.desk, page.people, page.file, held)


def _people(desk: Desk) -> Mapping[int, str]:
    return name_places(by=desk.by, presence=desk.presence.pk)[0]


def _places(desk: Desk) -> int:
    return marking_of_places(by=desk.by, presence=desk.presence.pk)


def _to(threat: Threat, code: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("threats:threat", args=[threat.pk]) + f"?done={code}")


def _assess(page: ThreatPage, sheet: Sheet) -> Threat:
    return assess_threat(
        by=page.desk.by,
        presence=page.desk.presence.pk,
        assessment=read_assessment(sheet.values, Threat.Status.ACTIVE),
        marking=sheet.values["marking"],
        submission=sheet.submission,
    )


def _reassess(page: ThreatPage, sheet: Sheet) -> Threat:
    return reassess_threat(
        by=page.desk.by,
        threat=page.threat.pk,
        assessment=read_assessment(sheet.values, page.threat.status),
        expected_version=sheet.version,
    )


def _review(page: ThreatPage, sheet: Sheet) -> Threat:
    review = Review(**sheet.values)
    return review_threat(by=page.desk.by, threat=page.threat.pk, review=review, expected_version=sheet.version)


def _judge(page: ThreatPage, sheet: Sheet) -> HostIntent:
    return judge_host_intent(
        by=page.desk.by, threat=page.threat.pk, expected_version=sheet.version or None, **sheet.values
    )


def _version(page: ThreatPage, _row: int) -> int:
    return page.threat.version


def _graded(page: ThreatPage) -> dict[str, Any]:
    names = ("likelihood", "impact", "intent", "capability", "confidence", "status")
    return {name: getattr(page.threat, name) for name in names}


_NAMED: Final = {"civilians": "group_1"}
"""Where the form asks for what the register calls otherwise."""

_ASSESS: Final[Deed[ThreatPage]] = Deed(
    code="assess", title=_("Put a threat on the register"), button=_("Put it on the register"), send=_assess,
    fields=lambda page: assessment_fields(page.desk, page.people, None), renamed=_NAMED, is_new=True,
    known=lambda page: {"owner": page.desk.function(), "from_day": page.desk.today, "perpetrator": "unknown"},
)  # fmt: skip
_REASSESS: Final[Deed[ThreatPage]] = Deed(
    code="reassess", title=_("Write the threat anew"), button=_("Write it"), send=_reassess,
    fields=lambda page: assessment_fields(page.desk, page.people, page.threat), renamed=_NAMED,
    version=_version, stands=lambda page: known_of(page.threat),
)  # fmt: skip
_INTENT: Final[Deed[ThreatPage]] = Deed(
    code="intent", title=_("What the host State is judged to intend"), button=_("Write it down"), send=_judge,
    fields=lambda _page: (
        Field("words", _("What it is judged to intend, and on what that rests"), "text", True, 1000),
        grade_field("grade_of_intent", _("How strong its intent to protect is"), words.GRADES),
    ),
    version=lambda page, _row: page.intent.version if page.intent is not None else 0,
    stands=lambda page: {} if page.intent is None else {
        "words": page.intent.text, "grade_of_intent": page.intent.grade,
    },
    renamed={"text": "words", "grade": "grade_of_intent"},
)  # fmt: skip
_EVERY: Final[tuple[Deed[ThreatPage], ...]] = (
    Deed(
        code="review", title=_("Review it"), button=_("Write the review down"), send=_review,
        fields=lambda _page: (
            *grades(),
            Field("status", _("Does it stand?"), "choice", True, choices=choose(words.STATUSES, STANDING)),
            Field("review_date", _("Looked at again on"), "day", True),
            Field("note", _("What changed, and why"), "text", longest=400),
        ),
        version=_version, stands=_graded,
    ),
    Deed(
        code="source", title=_("Add a report"), button=_("Add it"), is_new=True,
        fields=lambda _page: (
            Field("says", _("Which way it points"), "choice", True, choices=choose(words.SAYS)),
            Field("source_grade", _("How reliable the source is"), "choice", True, choices=choose(words.SOURCES)),
            Field("information_grade", _("How credible what it says is"), "choice", True, read=int,
                  choices=choose(words.INFORMATION)),
            Field("note", _("What it says"), "text", longest=400, hint=_("Not who the source is.")),
        ),
        send=lambda page, sheet: add_source(
            by=page.desk.by, threat=page.threat.pk, submission=sheet.submission, source=Source(**sheet.values)
        ),
    ),
    Deed(
        code="close", title=_("Close it"), button=_("Close the threat"),
        fields=lambda _page: (Field("note", _("Why it does not stand any more"), "text", True, 400),),
        send=lambda page, sheet: close_threat(
            by=page.desk.by, threat=page.threat.pk, expected_version=sheet.version, **sheet.values
        ),
        version=_version,
    ),
)  # fmt: skip
_DEEDS: Final = {deed.code: deed for deed in _EVERY}
