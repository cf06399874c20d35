"""The contact tree: whom to call in which order, on one sheet of paper too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tutela.kernel.markings import Marking
from tutela.records.accounts.roles import May
from tutela.records.incidents.duty.contacts import Entry, add_contact, change_contact, retire_contact, try_contact
from tutela.records.incidents.models import Contact
from tutela.records.incidents.operations import Branch, contact_tree
from tutela.web.operations.area import AREA, options, pick, version_of
from tutela.web.shared.deeds import Deed, Forms, take
from tutela.web.shared.desks import Desk, sit_down
from tutela.web.shared.doors import writing
from tutela.web.shared.fields import Field
from tutela.web.shared.forms import Sheet
from tutela.web.shared.references import read_reference, write_reference


@dataclass(frozen=True, slots=True)
class Tree:
    """The tree of one presence, as far as its reader may read it; `chosen` is the contact that is changed."""

    desk: Desk
    branches: Sequence[Branch]
    chosen: Contact | None = None

    @property
    def contacts(self) -> list[Contact]:
        """Everybody in it."""
        return [branch.contact for branch in self.branches]


@writing
def show_contacts(request: HttpRequest, presence: int) -> HttpResponse:
    """The tree from the top, and the form that adds to it."""
    tree, refusal = _read(request, presence), None
    if request.method == "POST":
        back = reverse("operations:contacts", args=[presence])
        answer = take(request, tree, tuple(_DEEDS.values()), back)
        if not isinstance(answer, Sheet):
            return answer
        refusal, tree = answer, _read(request, presence)
    forms, may = Forms(tree, _DEEDS, refusal), tree.desk.may(May.RESPOND)
    codes = ("try-contact", "retire-contact")
    context: dict[str, Any] = {
        "branches": [
            (branch, [forms.sheet(code, branch.contact.pk) for code in codes] if may else [])
            for branch in tree.branches
        ],
        "form": forms.sheet("add-contact") if may else None,
        "may": may,
        "refused": refusal,
        "http_status": forms.status,
    }
    return tree.desk.show("contacts.html", tree.contacts, context)


@writing
def show_contact(request: HttpRequest, presence: int, contact: int) -> HttpResponse:
    """Change how somebody is called."""
    tree = _read(request, presence)
    tree = Tree(tree.desk, tree.branches, pick(tree.contacts, contact))
    sheet = _CHANGE.take(tree, request) if request.method == "POST" else _CHANGE.sheet(tree)
    if sheet.made is not None:
        return HttpResponseRedirect(reverse("operations:contacts", args=[presence]) + "?done=change-contact")
    if request.method == "POST":
        tree = Tree(tree.desk, tree.branches, pick(_read(request, presence).contacts, contact))
        sheet = _CHANGE.show_again(tree, sheet)
    context = {"sheet": sheet, "contact": tree.chosen, "refused": sheet, "http_status": sheet.status}
    return tree.desk.show("contact.html", tree.contacts, context)


def _read(request: HttpRequest, presence: int) -> Tree:
    desk = sit_down(AREA, request, presence)
    return Tree(desk, contact_tree(by=desk.by, presence=presence, today=desk.today))


def _fields(page: Tree) -> tuple[Field, ...]:
    above = [(write_reference(row.pk), row.function) for row in page.contacts if row != page.chosen]
    return (
        Field("function", _("Which function"), needed=True, longest=80, hint=_("On duty, not a person's name.")),
        Field("whose", _("On whose side"), "choice", needed=True, choices=options(Contact.Whose.choices)),
        Field(
            "channel", _("How they are reached"), "choice", needed=True, choices=options(Contact.Channel.choices)
        ),
        Field("number", _("Duty number or call sign"), longest=40, hint=_("Never a private number.")),
        Field("who_may_call", _("Who may call them"), needed=True, longest=160),
        Field("called_by", _("Called by"), "choice", choices=(("", _("the duty officer")), *above)),
        Field("place", _("In which order there"), "number"),
        Field("after_minutes", _("Minutes without an answer until the next is called"), "number"),
        Field("hours", _("When they answer"), longest=80, apart=True),
        Field("note", _("Note"), "text", longest=280, apart=True),
    )


def _marked_fields(page: Tree) -> tuple[Field, ...]:
    levels = [(str(int(level)), level.label) for level in Marking if page.desk.may(May.RESPOND, int(level))]
    return (*_fields(page), Field("marking", _("Marking"), "choice", choices=options(levels), apart=True))


def _entry(sheet: Sheet) -> tuple[Entry, str]:
    given = dict(sheet.values)
    marking = given.pop("marking", "") or ""
    called = given.pop("called_by")
    given["place"] = given["place"] or 1
    return Entry(**given, called_by=read_reference(called) if called else None), marking


def _add(page: Tree, sheet: Sheet) -> Any:
    entry, marking = _entry(sheet)
    asked = Marking(int(marking)) if marking else None
    return add_contact(by=page.desk.by, presence=page.desk.presence.pk, entry=entry, marking=asked)


def _change(page: Tree, sheet: Sheet) -> Any:
    chosen = pick(page.contacts, page.chosen.pk if page.chosen else 0)
    return change_contact(
        by=page.desk.by, contact=chosen.pk, entry=_entry(sheet)[0], expected_version=sheet.version
    )


def _stands(page: Tree) -> dict[str, Any]:
    row = page.chosen
    if row is None:
        return {}
    named = ("function", "whose", "channel", "number", "who_may_call", "place", "after_minutes", "hours", "note")
    called = write_reference(row.called_by_id) if row.called_by_id else ""
    return {name: getattr(row, name) for name in named} | {"called_by": called}


def _try(page: Tree, sheet: Sheet) -> Any:
    return try_contact(by=page.desk.by, contact=pick(page.contacts, sheet.row).pk, expected_version=sheet.version)


def _retire(page: Tree, sheet: Sheet) -> Any:
    return retire_contact(
        by=page.desk.by, contact=pick(page.contacts, sheet.row).pk, expected_version=sheet.version
    )


def _version(page: Tree, row: int) -> int:
    return version_of(page.contacts, row)


_CHANGE: Final[Deed[Tree]] = Deed(
    code="change-contact",
    title=_("Change how they are called"),
    button=_("Keep the change"),
    send=_change,
    fields=_fields,
    stands=_stands,
    version=lambda page, _row: page.chosen.version if page.chosen else 0,
)
_EACH: Final[tuple[Deed[Tree], ...]] = (
    Deed(code="add-contact", title=_("Add a contact"), button=_("Add"), send=_add, fields=_marked_fields),
    Deed(code="try-contact", title=_("It answered"), button=_("It answered today"), send=_try, version=_version),
    Deed(
        code="retire-contact",
        title=_("Take out"),
        button=_("Take out of the tree"),
        send=_retire,
        version=_version,
    ),
)
_DEEDS: Final = {deed.code: deed for deed in _EACH}
