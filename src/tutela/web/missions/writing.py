"""The forms of these pages: shown, read, sent to the register, and shown again with what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from tutela.catalogue.presences import load_presences
from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import Member, refused
from tutela.records.accounts.roles import May
from tutela.records.missions import actions, queries
from tutela.web.missions.deeds import Deed
from tutela.web.missions.desks import Desk, member, rooms_of, row_at, show, sit_down
from tutela.web.missions.fields import Field, Sheet, fill_form, read_form, spell
from tutela.web.missions.histories import authors_since
from tutela.web.missions.offers import DEEDS, presence_questions
from tutela.web.missions.words import LABELS, say
from tutela.web.shared.doors import writing
from tutela.web.shared.references import read_reference, write_reference


@writing
def write_to_presence(request: HttpRequest, presence: int, deed: str) -> HttpResponse:
    """Add something to a presence, or write the presence itself anew."""
    desk = sit_down(request, presence)
    wanted = DEEDS.get(deed)
    if wanted is None or wanted.target != "presence":
        raise refused()
    return _write(desk, wanted, desk.presence)


@writing
def write_to_row(request: HttpRequest, presence: int, deed: str, number: int) -> HttpResponse:
    """Change one row of a presence, or add something to it."""
    desk = sit_down(request, presence)
    wanted = DEEDS.get(deed)
    if wanted is None or wanted.target == "presence":
        raise refused()
    return _write(desk, wanted, row_at(desk, wanted.model, number))


@writing
def add_presence(request: HttpRequest) -> HttpResponse:
    """A presence of which the catalogue knows nothing."""
    by = member(request)
    rooms = _require_rooms(by)
    fields = (*presence_questions(), *_where(by, rooms))
    sheet = (
        read_form(fields, request.POST) if request.method == "POST" else fill_form(fields, {"status": "current"})
    )
    if request.method == "POST" and sheet.stands:
        values = dict(sheet.values)
        room, marking = values.pop("compartment"), values.pop("marking")
        try:
            row = actions.add_presence(
                by=by, compartment=room, draft=actions.PresenceDraft(**values), marking=marking
            )
            return HttpResponseRedirect(_presence_page(row.pk, "add-presence"))
        except Problem as problem:
            sheet.add(problem)
    words = {"title": _("Add a presence"), "button": _("Add it"), "sheet": sheet, "http_status": sheet.status}
    return show(request, "missions/form_of_register.html", Marking.UNCLASSIFIED, words)


@writing
def import_presence(request: HttpRequest) -> HttpResponse:
    """What the catalogue knows of a presence, with sources and days, in one press."""
    by = member(request)
    rooms = _require_rooms(by)
    known = tuple((item.presence_id, f"{item.presence_id} – {item.name}") for item in load_presences())
    fields = (Field("known", _("Presence"), "choice", True, choices=known), *_where(by, rooms))
    sheet = read_form(fields, request.POST) if request.method == "POST" else fill_form(fields, {})
    if request.method == "POST" and sheet.stands:
        values = sheet.values
        given = {"known": values["known"], "compartment": values["compartment"], "marking": values["marking"]}
        try:
            made = actions.import_presence(by=by, **given)
            code = "import-presence" if made.is_new else "import-presence-again"
            return HttpResponseRedirect(_presence_page(made.presence.pk, code))
        except Problem as problem:
            sheet.add(problem)
    words = {"title": _("Import a presence"), "button": _("Import it"), "sheet": sheet, "http_status": sheet.status}
    words["lede"] = _("Every fact comes with its source and its day. What colleagues wrote before stays as it is.")
    return show(request, "missions/form_of_register.html", Marking.UNCLASSIFIED, words)


def _write(desk: Desk, deed: Deed, row: Any) -> HttpResponse:
    _require_allowed(desk, deed, row)
    fields = deed.questions(desk, row)
    if desk.request.method != "POST":
        sheet = fill_form(fields, _known(deed, fields, row))
        sheet.version = row.version if deed.is_versioned else None
        return _form(desk, deed, row, sheet)
    sheet = read_form(fields, desk.request.POST)
    if sheet.stands:
        try:
            made = deed.send(desk, row, sheet)
            return HttpResponseRedirect(deed.page_after(desk, row, made))
        except Problem as problem:
            _take(desk, deed, row, sheet, problem)
    return _form(desk, deed, row, sheet)


def _form(desk: Desk, deed: Deed, row: Any, sheet: Sheet) -> HttpResponse:
    context: Mapping[str, Any] = {
        "deed": deed,
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


def _take(desk: Desk, deed: Deed, row: Any, sheet: Sheet, problem: Problem) -> None:
    """Put a problem where it belongs; where somebody else wrote first, say who, and what stands there now."""
    sheet.add(problem)
    if problem.where != "version" or not deed.is_versioned:
        return
    current = queries.read_row(by=desk.by, model=deed.model, number=row.pk)
    sheet.since = authors_since(desk.by, current, sheet.version or 0)
    described = _known(deed, sheet.fields, current)
    sheet.now = {
        name: say(deed.model, name, getattr(current, name)) or _("nothing")
        for name in described
        if sheet.typed.get(name, ()) != _typed(sheet, name, current)
    }
    sheet.version = current.version


def _typed(sheet: Sheet, name: str, row: Any) -> tuple[str, ...]:
    value = getattr(row, name)
    spelt = (", ".join(value),) if name == "hosts" else spell(value)
    return spelt or tuple("" for _one in sheet.typed.get(name, ()))


def _known(deed: Deed, fields: tuple[Field, ...], row: Any) -> dict[str, Any]:
    """What a form that changes a row begins with; forms that add begin empty, but for what is usual."""
    if deed.is_versioned and deed.drafts and deed.code != "change-status":
        values = {item.name: getattr(row, item.name) for item in fields if hasattr(row, item.name)}
        return values | ({"hosts": ", ".join(row.hosts)} if "hosts" in values else {})
    return {"lead_days": 30, "exactness": "exactly", "status": _first_status(deed)} if not deed.is_versioned else {}


def _first_status(deed: Deed) -> str:
    return "open" if deed.code == "place-site" else "present"


def _require_allowed(desk: Desk, deed: Deed, row: Any) -> None:
    """Refuse a form to those whose words the register would refuse."""
    if deed.code == "add-interlocutor":
        if not desk.may_keep_influence:
            raise refused()
    elif not desk.by.may(deed.ability, row.compartment_id, row.marking):
        raise refused()


def _require_rooms(by: Member) -> list[tuple[int, str]]:
    rooms = rooms_of(by, May.DESCRIBE)
    if not rooms:
        raise refused()
    return rooms


def _where(by: Member, rooms: list[tuple[int, str]]) -> tuple[Field, ...]:
    """In which compartment, and how it is marked."""
    highest = max(by.levels[number] for number, _name in rooms)
    marks = tuple((str(int(mark)), mark.label) for mark in Marking if mark <= highest)
    choices = tuple((write_reference(number), name) for number, name in rooms)
    return (
        Field("compartment", LABELS["compartment"], "choice", True, None, choices, "", read_reference),
        Field("marking", LABELS["marking"], "choice", True, None, marks, "", lambda text: Marking(int(text))),
    )


def _presence_page(number: int, code: str) -> str:
    return reverse("missions:presence", args=[number]) + f"?done={code}"
