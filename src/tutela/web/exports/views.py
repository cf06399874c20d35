"""Taking rows out: what was asked for, how far it is, fetching it, and ending it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tutela.kernel.markings import Marking
from tutela.records.accounts.principals import Member
from tutela.records.accounts.queries import list_belongings
from tutela.records.exports import actions
from tutela.records.exports.exporters import exporters
from tutela.records.exports.making import Wish
from tutela.records.exports.models import Export
from tutela.records.exports.tables import Choice, tables
from tutela.records.jobs.actions import JobView, cancel, list_jobs, look
from tutela.records.jobs.models import State
from tutela.records.missions.queries import list_presences
from tutela.web.exports.words import EXPORTS, STATES, TABLES
from tutela.web.shared import sessions
from tutela.web.shared.deeds import Deed, Forms, take
from tutela.web.shared.desks import member, show
from tutela.web.shared.doors import writing
from tutela.web.shared.fields import Choices, Field, wrong
from tutela.web.shared.forms import Sheet
from tutela.web.shared.references import read_reference, write_reference
from tutela.web.shared.words import Word


@dataclass(frozen=True, slots=True)
class Counter:
    """Where exports are asked for: who asks, and out of which compartments they may take rows."""

    by: Member
    open_to: Mapping[int, Marking]

    def compartments(self) -> Choices:
        """The compartments, each with what may leave it at most."""
        names = {item.compartment.pk: item.compartment.name for item in list_belongings(by=self.by)}
        return tuple((str(number), f"{names[number]} ({most.label})") for number, most in self.open_to.items())

    def presences(self) -> Choices:
        """The presences of these compartments."""
        rows = [row for row in list_presences(by=self.by) if row.compartment_id in self.open_to]
        return tuple((write_reference(row.pk), row.name) for row in rows)

    def markings(self) -> Choices:
        """The markings that a file may have."""
        most = max(self.open_to.values(), default=Marking.UNCLASSIFIED)
        return tuple((str(int(marking)), marking.label) for marking in Marking if marking <= most)


@dataclass(frozen=True, slots=True)
class Asked:
    """One export as its page shows it; `row` is what was made, while it was."""

    by: Member
    job: JobView
    row: Export | None

    @property
    def is_there(self) -> bool:
        """Whether its file can be fetched."""
        return self.row is not None and self.row.expires > datetime.now(UTC)

    @property
    def table(self) -> Word:
        """What it is of."""
        return TABLES.get(self.job.spec["table"], self.job.spec["table"])

    @property
    def state(self) -> Word:
        """Where it stands; a file whose day has passed is gone."""
        if self.job.state == State.DONE and not self.is_there:
            return _("destroyed")
        return STATES[self.job.state]

    @property
    def format(self) -> str:
        """What kind of file."""
        return str(self.job.spec["format"]).upper()

    @property
    def marking(self) -> Marking:
        """How the file is marked."""
        return self.job.marking


def _fields(counter: Counter) -> tuple[Field, ...]:
    named = tuple((name, TABLES.get(name, name)) for name in tables())
    kinds = tuple((name, exporter.title) for name, exporter in exporters().items())
    return (
        Field("table", gettext_lazy("Which table"), "choice", needed=True, choices=named),
        Field(
            "compartment",
            gettext_lazy("Out of which compartment"),
            "choice",
            needed=True,
            choices=counter.compartments(),
        ),
        Field(
            "marking",
            gettext_lazy("Highest marking of a row in it"),
            "choice",
            needed=True,
            choices=counter.markings(),
            hint=gettext_lazy("The whole file is marked so. Unclassified, places of people are coarsened."),
        ),
        Field("format", gettext_lazy("What kind of file"), "choice", needed=True, choices=kinds),
        Field(
            "purpose",
            gettext_lazy("What for, and who will see it"),
            needed=True,
            longest=200,
            hint=gettext_lazy("At least ten characters. It stands in the file, with your name."),
        ),
        Field(
            "presence",
            gettext_lazy("Of one presence only"),
            "choice",
            choices=(("", gettext_lazy("All")), *counter.presences()),
            apart=True,
        ),
        Field("since", gettext_lazy("From"), "day", apart=True),
        Field("until", gettext_lazy("Until"), "day", apart=True),
    )


def _ask(counter: Counter, sheet: Sheet) -> int:
    values = sheet.values
    presence = values.get("presence")
    choice = Choice(
        int(values["compartment"]),
        int(values["marking"]),
        read_reference(presence) if presence else None,
        values.get("since"),
        values.get("until"),
    )
    if not counter.by.shares_up_to(choice.compartment, choice.marking):
        raise wrong(
            "marking", _("Rows marked so may not leave this compartment with you."), _("Choose a lower one.")
        )
    return actions.ask(by=counter.by, wish=Wish(values["table"], values["format"], choice, values["purpose"]))


ASK: Final[Deed[Counter]] = Deed(
    code="ask", title=gettext_lazy("Take rows out"), button=gettext_lazy("Make the file"), send=_ask, fields=_fields
)
CANCEL: Final[Deed[Asked]] = Deed(
    code="cancel",
    title=gettext_lazy("Cancel it"),
    button=gettext_lazy("Cancel the export"),
    send=lambda page, _sheet: cancel(by=page.by, number=page.job.number),
)
DESTROY: Final[Deed[Asked]] = Deed(
    code="destroy",
    title=gettext_lazy("Destroy it now"),
    button=gettext_lazy("Destroy the file for good"),
    send=lambda page, _sheet: actions.take_back(by=page.by, job=page.job.number),
)


@writing
def show_exports(request: HttpRequest) -> HttpResponse:
    """One's own exports, and the form that asks for another where one may take anything out."""
    by = member(request)
    counter = Counter(by, dict(actions.may_take(by=by)))
    sheet: Sheet | None = None
    if request.method == "POST":
        deeds: Sequence[Deed[Counter]] = (ASK,) if counter.open_to else ()
        sheet = ASK.take(counter, request) if deeds else None
        if sheet is not None and not sheet.is_refused:
            return HttpResponseRedirect(f"{reverse('exports:export', args=[sheet.made])}?done=ask")
    asked = [_page(by, job) for job in list_jobs(by=by, kind=actions.KIND)]
    refused = sheet if sheet is not None and sheet.is_refused else None
    shown = None if not counter.open_to else refused or ASK.sheet(counter)
    status = refused.status if refused else 403 if request.method == "POST" else 200
    marking = max([int(page.marking) for page in asked], default=0)
    context = {"exports": asked, "sheet": shown, "refused": refused, "http_status": status}
    return show(EXPORTS, request, "list.html", marking, context)


@writing
def show_export(request: HttpRequest, job: int) -> HttpResponse:
    """One export: how far it is, the file, what was left out, and how to end it."""
    by = member(request)
    page = _page(by, look(by=by, number=job))
    deeds = _deeds(page)
    refused: Sheet | None = None
    if request.method == "POST":
        answer = take(request, page, deeds, reverse("exports:export", args=[job]))
        if isinstance(answer, HttpResponse):
            return answer
        refused = answer
        page = _page(by, look(by=by, number=job))
        deeds = _deeds(page)
    forms = Forms(page, {deed.code: deed for deed in deeds}, None)
    context: dict[str, Any] = {
        "export": page,
        "sheets": [forms.sheet(deed.code) for deed in deeds],
        "refused": refused,
        "http_status": refused.status if refused else 200,
    }
    return show(EXPORTS, request, "export.html", int(page.marking), context)


@sessions.fresh_factor
def fetch_file(request: HttpRequest, job: int) -> FileResponse:
    """The file, to the one who asked, while they still may take it out."""
    return _hand_out(request, job, manifest=False)


@sessions.fresh_factor
def fetch_manifest(request: HttpRequest, job: int) -> FileResponse:
    """The manifest of the file, on the same terms."""
    return _hand_out(request, job, manifest=True)


def _hand_out(request: HttpRequest, job: int, *, manifest: bool) -> FileResponse:
    handed = actions.fetch(by=member(request), job=job, manifest=manifest)
    answer = FileResponse(handed.stream, as_attachment=True, filename=handed.name, content_type=handed.media_type)
    answer["Content-Length"] = str(handed.size)
    return answer


def _page(by: Member, job: JobView) -> Asked:
    row = actions.find_export(by=by, job=job.number) if job.state == State.DONE else None
    return Asked(by, job, row)


def _deeds(page: Asked) -> tuple[Deed[Asked], ...]:
    if page.job.is_open:
        return (CANCEL,)
    return (DESTROY,) if page.is_there else ()
