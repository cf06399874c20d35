"""Reports: the list, one report, its edits, signature, issue, and the three forms in which it leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from tutela.data.documents import Document, to_fragment, to_html, to_pdf, to_word
from tutela.kernel.markings import Marking
from tutela.records.accounts.roles import May
from tutela.records.incidents.duty.papers import (
    SECTION,
    DailyText,
    draft_daily,
    edit_daily,
    issue_daily,
    refill_daily,
    revise_daily,
    sign_daily,
)
from tutela.records.incidents.models import Paper
from tutela.records.incidents.operations import list_papers, view_paper
from tutela.records.incidents.printing import TITLES, document_of, print_paper
from tutela.records.incidents.situation import BLOCKS
from tutela.web.operations.area import AREA, options
from tutela.web.shared.deeds import Deed, Forms, take
from tutela.web.shared.desks import Desk, member, sit_down
from tutela.web.shared.doors import writing
from tutela.web.shared.fields import Field
from tutela.web.shared.forms import Sheet
from tutela.web.shared.references import write_reference

_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMS: Final[Mapping[str, tuple[str, Callable[[Document], bytes]]]] = {
    "html": ("text/html; charset=utf-8", to_html),
    "pdf": ("application/pdf", to_pdf),
    "docx": (_WORD, to_word),
}


@dataclass(frozen=True, slots=True)
class ReportPage:
    """One report as its page shows it."""

    desk: Desk
    paper: Paper


@writing
def show_reports(request: HttpRequest, presence: int) -> HttpResponse:
    """The reports of a presence, and the form that drafts the one of a day."""
    desk = sit_down(AREA, request, presence)
    forms = Forms(desk, {"draft": _DRAFT})
    if request.method == "POST":
        sheet = _DRAFT.take(desk, request)
        if sheet.made is not None:
            return _to(sheet.made, "draft")
        forms = Forms(desk, {"draft": _DRAFT}, sheet)
    papers = list_papers(by=desk.by, presence=presence)
    form = forms.sheet("draft") if desk.may(May.RESPOND) else None
    context = {"papers": papers, "form": form, "refused": forms.refused, "http_status": forms.status}
    return desk.show("reports.html", papers, context)


@writing
def show_report(request: HttpRequest, paper: int) -> HttpResponse:
    """One report as it would be printed, and what can still be done with it."""
    page, refusal = _read(request, paper), None
    if request.method == "POST":
        if request.POST.get("do") == "revise":
            sheet = _DEEDS["revise"].take(page, request)
            if sheet.made is not None:
                return _to(sheet.made, "revise")
            refusal = sheet
        else:
            answer = take(request, page, tuple(_DEEDS.values()), reverse("operations:report", args=[paper]))
            if not isinstance(answer, Sheet):
                return answer
            refusal = answer
        page = _read(request, paper)
    forms, row = Forms(page, _DEEDS, refusal), page.paper
    document = document_of(row, invented=page.desk.presence.invented)
    context: dict[str, Any] = {
        "paper": row,
        "fragment": SafeString(to_fragment(document)),
        "ways": [(form, reverse("operations:print", args=[row.pk, form])) for form in FORMS],
        "forms": _offered(page, forms),
        "refused": refusal,
        "http_status": forms.status,
    }
    return page.desk.show("report.html", [row], context)


def print_report(request: HttpRequest, paper: int, form: str) -> HttpResponse:
    """The report as a file; its name says nothing of what is in it."""
    document = print_paper(by=member(request), paper=paper)
    media_type, write = FORMS[form]
    answer = HttpResponse(write(document), content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="report-{write_reference(paper)}.{form}"'
    return answer


def _to(paper: Paper, done: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("operations:report", args=[paper.pk]) + f"?done={done}")


def _read(request: HttpRequest, paper: int) -> ReportPage:
    row = view_paper(by=member(request), paper=paper)
    return ReportPage(sit_down(AREA, request, row.presence_id), row)


def _offered(page: ReportPage, forms: Forms[ReportPage]) -> dict[str, Sheet]:
    row, may = page.paper, page.desk.may
    daily = row.kind == Paper.Kind.DAILY
    open_now = daily and row.state in (Paper.State.DRAFT, Paper.State.SIGNED)
    responds = may(May.RESPOND, row.marking)
    wanted = {
        "issue": responds and daily and row.state == Paper.State.SIGNED,
        "sign": may(May.SIGN, row.marking) and daily and row.state == Paper.State.DRAFT,
        "edit": responds and open_now,
        "refill": responds and open_now,
        "revise": responds and daily and row.state == Paper.State.ISSUED,
    }
    return {code: forms.sheet(code) for code, is_wanted in wanted.items() if is_wanted}


def _draft(desk: Desk, sheet: Sheet) -> Any:
    ceiling = Marking(int(sheet.values["ceiling"] or Marking.CONFIDENTIAL))
    return draft_daily(
        by=desk.by, presence=desk.presence.pk, day=sheet.values["day"] or desk.today, ceiling=ceiling
    )


def _edit(page: ReportPage, sheet: Sheet) -> Any:
    given = dict(sheet.values)
    recipients, not_told = given.pop("recipients"), given.pop("not_told")
    written = DailyText(sections=given, recipients=recipients, not_told=not_told)
    return edit_daily(by=page.desk.by, paper=page.paper.pk, written=written, expected_version=sheet.version)


def _stands(page: ReportPage) -> dict[str, Any]:
    held = {item["block"]: item["text"] for item in page.paper.sections}
    return held | {"recipients": "\n".join(page.paper.recipients), "not_told": "\n".join(page.paper.not_told)}


def _edit_fields(_page: ReportPage) -> tuple[Field, ...]:
    return (
        *(Field(block, TITLES[block], "text", longest=SECTION) for block in BLOCKS),
        Field("recipients", _("Who it is for, one function a line"), "list"),
        Field("not_told", _("Who must NOT be told, one a line"), "list"),
    )


def _draft_fields(desk: Desk) -> tuple[Field, ...]:
    levels = [(str(int(level)), level.label) for level in (Marking.CONFIDENTIAL, Marking.UNCLASSIFIED)]
    return (
        Field("day", _("Of which day, if not today"), "day"),
        Field(
            "ceiling",
            _("From rows up to which marking"),
            "choice",
            choices=options(level for level in levels if desk.may(May.RESPOND, int(level[0]))),
            hint=_("The report is marked so. Nothing strictly confidential is ever in it."),
        ),
    )


def _version(page: ReportPage, _row: int) -> int:
    return page.paper.version


def _press(call: Callable[..., Any]) -> Callable[[ReportPage, Sheet], Any]:
    """An action on the report of the page, with what its form asks."""
    return lambda page, sheet: call(
        by=page.desk.by, paper=page.paper.pk, expected_version=sheet.version, **sheet.values
    )


_DRAFT: Final[Deed[Desk]] = Deed(
    code="draft",
    title=_("Draft a daily situation report"),
    button=_("Fill it in from the register"),
    send=_draft,
    fields=_draft_fields,
)
_EACH: Final[tuple[Deed[ReportPage], ...]] = (
    Deed(
        code="edit",
        title=_("Change it"),
        button=_("Keep the change"),
        send=_edit,
        fields=_edit_fields,
        stands=_stands,
        version=_version,
    ),
    Deed(
        code="refill",
        title=_("Fill it in anew from the register"),
        button=_("Fill in anew; the assessment is kept, other changes are lost"),
        send=_press(refill_daily),
        version=_version,
    ),
    Deed(
        code="sign",
        title=_("Sign it off"),
        button=_("Sign off"),
        send=_press(sign_daily),
        fields=lambda _page: (Field("alone_because", _("Why you sign your own report"), longest=280, apart=True),),
        version=_version,
    ),
    Deed(
        code="issue",
        title=_("Issue it"),
        button=_("Issue; it is not changed any more"),
        send=_press(issue_daily),
        fields=lambda _page: (Field("issued_as", _("You issue it as"), needed=True, longest=80),),
        known=lambda page: {"issued_as": page.desk.function()},
        version=_version,
    ),
    Deed(
        code="revise",
        title=_("Draft the next edition"),
        button=_("Draft it"),
        send=_press(revise_daily),
        version=_version,
    ),
)
_DEEDS: Final = {deed.code: deed for deed in _EACH}
