"""The forms of these pages: shown, read, sent to the register, and shown again with what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazily

from tutela.catalogue.presences import load_presences
from tutela.kernel.markings import Marking
from tutela.records.accounts.principals import Member, refused
from tutela.records.accounts.roles import May
from tutela.records.missions import actions, queries
from tutela.web.missions.deeds import Offer, Paper
from tutela.web.missions.desks import REGISTER, may_keep_influence, rooms_of, row_at
from tutela.web.missions.histories import authors_since
from tutela.web.missions.offers import DEEDS, presence_questions
from tutela.web.missions.words import LABELS
from tutela.web.shared.deeds import Deed
from tutela.web.shared.desks import Desk, member, show, sit_down
from tutela.web.shared.doors import writing
from tutela.web.shared.fields import Field
from tutela.web.shared.forms import Sheet
from tutela.web.shared.references import read_reference, write_reference


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who brings a presence in, and the compartments in which they may keep it."""

    by: Member
    rooms: tuple[tuple[int, str], ...]


@writing
def write_to_presence(request: HttpRequest, presence: int, deed: str) -> HttpResponse:
    """Add something to a presence, or write the presence itself anew."""
    desk = sit_down(REGISTER, request, presence)
    wanted = DEEDS.get(deed)
    if wanted is None or wanted.target != "presence":
        raise refused()
    return _write(desk, wanted, desk.presence)


@writing
def write_to_row(request: HttpRequest, presence: int, deed: str, number: int) -> HttpResponse:
    """Change one row of a presence, or add something to it."""
    desk = sit_down(REGISTER, request, presence)
    wanted = DEEDS.get(deed)
    if wanted is None or wanted.target == "presence":
        raise refused()
    return _write(desk, wanted, row_at(desk, wanted.model, number))


@writing
def add_presence(request: HttpRequest) -> HttpResponse:
    """A presence of which the catalogue knows nothing."""
    return _bring(request, _ADD)


@writing
def import_presence(request: HttpRequest) -> HttpResponse:
    """What the catalogue knows of a presence, with sources and days, in one press."""
    lede = _("Every fact comes with its source and its day. What colleagues wrote before stays as it is.")
    return _bring(request, _IMPORT, lede)


def _bring(request: HttpRequest, deed: Deed[Newcomer], lede: str = "") -> HttpResponse:
    by = member(request)
    page = Newcomer(by, tuple(rooms_of(by, May.DESCRIBE)))
    if not page.rooms:
        raise refused()
    sheet = deed.take(page, request) if request.method == "POST" else deed.sheet(page)
    if sheet.made is not None:
        number, code = sheet.made
        return HttpResponseRedirect(reverse("missions:presence", args=[number]) + f"?done={code}")
    context = {"title": deed.title, "sheet": sheet, "lede": lede, "http_status": sheet.status}
    return show(REGISTER, request, "form_of_register.html", Marking.UNCLASSIFIED, context)


def _add(page: Newcomer, sheet: Sheet) -> tuple[int, str]:
    values = dict(sheet.values)
    given = {name: values.pop(name) for name in ("compartment", "marking")}
    row = actions.add_presence(by=page.by, draft=actions.PresenceDraft(**values), **given)
    return row.pk, "add-presence"


def _import(page: Newcomer, sheet: Sheet) -> tuple[int, str]:
    made = actions.import_presence(by=page.by, **sheet.values)
    return made.presence.pk, "import-presence" if made.is_new else "import-presence-again"


def _known_presences() -> Field:
    known = tuple((item.presence_id, f"{item.presence_id} – {item.name}") for item in load_presences())
    return Field("known", _("Presence"), "choice", True, choices=known)


def _write(desk: Desk, offer: Offer, row: Any) -> HttpResponse:
    _require_allowed(desk, offer, row)
    if desk.request.method != "POST":
        return _form(desk, offer, row, offer.deed.sheet(Paper(desk, row)))
    sheet = offer.deed.take(Paper(desk, row), desk.request)
    if not sheet.is_refused:
        return HttpResponseRedirect(offer.page_after(desk, row, sheet.made))
    if sheet.has_moved:
        row = queries.read_row(by=desk.by, model=offer.model, number=row.pk)
        sheet.since = authors_since(desk.by, row, sheet.version)
    return _form(desk, offer, row, offer.deed.show_again(Paper(desk, row), sheet))


def _form(desk: Desk, offer: Offer, row: Any, sheet: Sheet) -> HttpResponse:
    context: Mapping[str, Any] = {
        "deed": offer,
        "sheet": sheet,
        "subject": name_row(row),
        "http_status": sheet.status,
    }
    return desk.show("form_of_presence.html", [row], context)


def name_row(row: Any) -> str:
    """What a row is called above its form: its name, its title, its task; "" where it has none of its own."""
    for column in ("name", "title", "task", "who", "stops"):
        if text := getattr(row, column, ""):
            return str(text)
    return ""


def _require_allowed(desk: Desk, deed: Offer, row: Any) -> None:
    """Refuse a form to those whose words the register would refuse."""
    if deed.code == "add-interlocutor":
        if not may_keep_influence(desk):
            raise refused()
    elif not desk.by.may(deed.ability, row.compartment_id, row.marking):
        raise refused()


def _where(page: Newcomer) -> tuple[Field, ...]:
    """In which compartment, and how it is marked."""
    highest = max(page.by.levels[number] for number, _name in page.rooms)
    marks = tuple((str(int(mark)), mark.label) for mark in Marking if mark <= highest)
    choices = tuple((write_reference(number), name) for number, name in page.rooms)
    return (
        Field("compartment", LABELS["compartment"], "choice", True, None, choices, "", read_reference),
        Field("marking", LABELS["marking"], "choice", True, None, marks, "", lambda text: Marking(int(text))),
    )


_ADD: Final[Deed[Newcomer]] = Deed(
    code="",
    title=_lazily("Add a presence"),
    button=_lazily("Add it"),
    fields=lambda page: (*presence_questions(), *_where(page)),
    send=_add,
    known=lambda _page: {"status": "current"},
)
_IMPORT: Final[Deed[Newcomer]] = Deed(
    code="",
    title=_lazily("Import a presence"),
    button=_lazily("Import it"),
    fields=lambda page: (_known_presences(), *_where(page)),
    send=_import,
)
