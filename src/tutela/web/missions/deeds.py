"""How something is written: which form, which action, which page comes after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _

from tutela.catalogue.countries import find_country
from tutela.records.accounts.roles import May
from tutela.records.missions import queries
from tutela.records.missions.models import Population, Presence, Site
from tutela.web.missions.words import HINTS, LABELS, choices_of
from tutela.web.shared.deeds import Deed
from tutela.web.shared.desks import Desk
from tutela.web.shared.fields import Choices, Field, Kind, wrong
from tutela.web.shared.forms import Sheet
from tutela.web.shared.references import read_reference, write_reference
from tutela.web.shared.words import Word, name_country

_INNER: Final[Mapping[str, Any]] = {"site": Site, "population": Population}
"""Pages of one row inside a presence."""

Questions = Callable[[Desk, Any], tuple[Field, ...]]


@dataclass(frozen=True, slots=True)
class Paper:
    """A row of a presence, as somebody at its papers is about to write to it."""

    desk: Desk
    row: Any


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that can be written, each on a page of its own.

    model   what it is done to; `target` is the action's name for its number, `is_versioned` if it changes the row
    drafts  the action's parameters that are made of fields, each with its dataclass
    extras  parameters that are given as they are;  back  the page that follows
    """

    code: str
    title: Word
    button: Word
    ability: May
    action: Callable[..., Any]
    questions: Questions
    model: Any = Presence
    target: str = "presence"
    is_versioned: bool = False
    drafts: Mapping[str, type] | None = None
    extras: tuple[str, ...] = ()
    back: str = "presence"
    lede: Word = ""

    @property
    def deed(self) -> Deed[Paper]:
        """Its form and its action."""
        return Deed(
            code="",
            title=self.title,
            button=self.button,
            send=self._send,
            fields=lambda paper: self.questions(paper.desk, paper.row),
            version=lambda paper, _row: paper.row.version if self.is_versioned else 0,
            known=lambda _paper: {} if self.is_versioned else self._usual,
            stands=lambda paper: self._standing(paper) if self._rewrites else {},
        )

    def page_after(self, desk: Desk, row: Any, made: Any) -> str:
        """Where it leads, with the word for what was done."""
        code = self.code + ("-warned" if getattr(made, "warned", False) else "")
        inner: Any = {"site": Site, "population": Population}.get(self.back)
        numbers = {"presence": desk.presence.pk}
        if inner is not None:
            numbers["number"] = _of(inner, row, made)
        return reverse(f"missions:{self.back}", kwargs=numbers) + f"?done={code}"

    @property
    def _usual(self) -> Mapping[str, Any]:
        return {
            "lead_days": 30,
            "exactness": "exactly",
            "status": "open" if self.code == "place-site" else "present",
        }

    @property
    def _rewrites(self) -> bool:
        """Whether its form begins with what the row holds, because it writes the row anew."""
        return self.is_versioned and bool(self.drafts) and self.code != "change-status"

    def _standing(self, paper: Paper) -> Mapping[str, Any]:
        names = [item.name for item in self.questions(paper.desk, paper.row)]
        values = {name: getattr(paper.row, name) for name in names if hasattr(paper.row, name)}
        hosts = {"hosts": ", ".join(name_country(code) for code in values["hosts"])} if "hosts" in values else {}
        return {**values, **hosts}

    def _send(self, paper: Paper, sheet: Sheet) -> Any:
        """Call the action with what the form says; raises Problem."""
        given: dict[str, Any] = {"by": paper.desk.by, self.target: paper.row.pk}
        values = dict(sheet.values)
        given |= {name: values.pop(name) for name in self.extras}
        if self.is_versioned:
            given["expected_version"] = sheet.version
        for name, draft in (self.drafts or {}).items():
            wanted = [item.name for item in fields(draft) if item.name in values]
            given[name] = draft(**{item: values.pop(item) for item in wanted})
        return self.action(**given)


def questions_of(model: type[models.Model], *names: str, **changed: Any) -> tuple[Field, ...]:
    """Fields as the columns of a model ask for them; `changed` replaces parts of one, by name."""
    return tuple(_question(model, name, changed.get(name, {})) for name in names)


def fixed(*asked: Field) -> Questions:
    """The same questions for everybody."""
    return lambda _desk, _row: asked


def with_site(desk: Desk, hint: Word = "") -> Field:
    """One of the presence's sites, or none."""
    sites = queries.list_sites(by=desk.by, presence=desk.presence.pk)
    choices: Choices = tuple((write_reference(site.pk), site.name) for site in sites)
    none = ("", _("The whole presence")) if not hint else ("", _("None of our sites"))
    return Field("site", LABELS["site"], "choice", choices=(none, *choices), hint=hint, read=read_reference)


def read_hosts(text: str) -> tuple[str, ...]:
    """Names and codes of countries as codes; a code that no list has is left to the register to refuse."""
    found = []
    for name in filter(None, (part.strip() for part in text.replace(";", ",").split(","))):
        country = find_country(name)
        if country is None and not (len(name) == len("XIA") and name.isascii() and name.isupper()):
            raise wrong("hosts", _("One of these is no country that we know."), _("Write its name or its code."))
        found.append(country.iso3 if country else name)
    return tuple(found)


def _question(model: type[models.Model], name: str, changed: Mapping[str, Any]) -> Field:
    column: Any = model._meta.get_field(name)
    choices = choices_of(model, name)
    asked = Field(
        name,
        LABELS[name],
        "choice" if choices else _kind(column),
        needed=not column.blank
        and not column.null
        and not isinstance(column, (models.BooleanField, models.JSONField)),
        longest=getattr(column, "max_length", None) if not choices else None,
        choices=choices,
        hint=HINTS.get(name, ""),
    )
    return replace(asked, **changed)


def _kind(column: Any) -> Kind:
    kinds: tuple[tuple[type, Kind], ...] = (
        (models.BooleanField, "tick"),
        (models.DateField, "day"),
        (models.FloatField, "decimal"),
        (models.IntegerField, "number"),
        (models.TextField, "text"),
    )
    return next((kind for known, kind in kinds if isinstance(column, known)), "line")


def _of(model: Any, row: Any, made: Any) -> int:
    """The number of the row of this model that was written, or to which something was written."""
    for held in (row, made):
        if isinstance(held, model):
            return int(held.pk)
    return int(made.population_id if model is Population else made.site_id)
