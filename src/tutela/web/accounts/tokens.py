"""Tokens of one's own: what programs may do in one's name, made with a second factor of just now, shown once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tutela.kernel.markings import Marking
from tutela.records.accounts import tokens as actions
from tutela.records.accounts.models import Token
from tutela.records.accounts.principals import Member, refused
from tutela.records.accounts.queries import list_belongings
from tutela.records.accounts.roles import May
from tutela.web.accounts.words import ABILITIES, TOKENS
from tutela.web.shared import sessions
from tutela.web.shared.deeds import Deed
from tutela.web.shared.desks import member, show
from tutela.web.shared.doors import writing
from tutela.web.shared.fields import Choices, Field
from tutela.web.shared.forms import Sheet
from tutela.web.shared.words import Word

USUAL_DAYS: Final = 30
"""A new token's life, unless its maker says otherwise."""

END_OF_DAY: Final = time(23, 59, 59)
"""The last day itself still counts."""


@dataclass(frozen=True, slots=True)
class Maker:
    """Who makes a token, out of which compartments, and when their second factor was given."""

    by: Member
    places: Mapping[str, tuple[int, str]]
    factor_at: datetime | None

    def compartments(self) -> Choices:
        """By key and never by number."""
        return tuple((key, name) for key, (_number, name) in self.places.items())

    def abilities(self) -> Choices:
        """What the holder may do somewhere, and a token can be given."""
        held: set[May] = set().union(*self.by.abilities.values())
        return tuple((may.value, ABILITIES[may]) for may in actions.GIVEN if may in held)

    def markings(self) -> Choices:
        """Up to the highest that the holder reads anywhere."""
        most = max(self.by.levels.values(), default=Marking.UNCLASSIFIED)
        return tuple((str(int(marking)), marking.label) for marking in Marking if marking <= most)


@dataclass(frozen=True, slots=True)
class Held:
    """One token as its holder's page shows it; `others` counts compartments that are not the holder's any more."""

    row: Token
    compartments: tuple[str, ...]
    others: int
    abilities: tuple[Word, ...]
    is_in_force: bool

    @property
    def level(self) -> str:
        """Up to which marking it reads."""
        return Marking(self.row.level).label

    @property
    def state(self) -> Word:
        """Whether a program can still use it."""
        if self.is_in_force:
            return _("in force")
        return _("revoked") if self.row.revoked else _("run out")


def _fields(maker: Maker) -> tuple[Field, ...]:
    return (
        Field("name", _("Which program uses it, and where"), needed=True, longest=80),
        Field(
            "compartments",
            _("Compartments that it reaches"),
            "several",
            needed=True,
            choices=maker.compartments(),
        ),
        Field(
            "abilities",
            _("What it may do there beside reading"),
            "several",
            choices=maker.abilities(),
            hint=_("Nothing ticked, it only reads. It never does more than you may do yourself at that moment."),
        ),
        Field("level", _("Reads up to"), "choice", needed=True, choices=maker.markings(), read=_read_level),
        Field("until", _("Last day"), "day", needed=True, hint=_("Within a year.")),
    )


def _make(maker: Maker, sheet: Sheet) -> tuple[Token, str]:
    values = sheet.values
    last: date = values["until"]
    scope = actions.Scope(
        tuple(maker.places[key][0] for key in values["compartments"]),
        tuple(values["abilities"]),
        values["level"],
        datetime.combine(last, END_OF_DAY, UTC),
    )
    return actions.make_token(by=maker.by, name=values["name"], scope=scope, factor_at=maker.factor_at)


MAKE: Final[Deed[Maker]] = Deed(
    code="make",
    title=_("Make a token"),
    button=_("Make the token"),
    send=_make,
    fields=_fields,
    known=lambda _maker: {
        "level": int(Marking.UNCLASSIFIED),
        "until": datetime.now(UTC).date() + timedelta(days=USUAL_DAYS),
    },
)


def show_tokens(request: HttpRequest) -> HttpResponse:
    """Which programs act in one's name: those in force first."""
    return show(TOKENS, request, "list.html", 0, {"tokens": _held(member(request))})


@writing
@sessions.fresh_factor
def make_token(request: HttpRequest) -> HttpResponse:
    """A new token: the form, then its letters, this once."""
    maker = _maker(request)
    if request.method != "POST":
        sheet = MAKE.sheet(maker) if maker.places else None
        return show(TOKENS, request, "new.html", 0, {"sheet": sheet})
    sheet = MAKE.take(maker, request)
    if sheet.is_refused:
        return show(TOKENS, request, "new.html", 0, {"sheet": sheet, "refused": sheet, "http_status": sheet.status})
    row, letters = sheet.made
    return show(TOKENS, request, "made.html", 0, {"token": row, "letters": letters})


@writing
def revoke_token(request: HttpRequest, token: int) -> HttpResponse:
    """Whether this token shall end now; then it has ended."""
    by = member(request)
    held = next((item for item in _held(by) if item.row.pk == token), None)
    if held is None:
        raise refused()
    if request.method != "POST":
        return show(TOKENS, request, "revoke.html", 0, {"token": held})
    actions.revoke_token(by=by, token=token)
    return HttpResponseRedirect(f"{reverse('tokens:list')}?done=revoke")


def _held(by: Member) -> list[Held]:
    names = dict(_places(by).values())
    now = datetime.now(UTC)
    return [_describe(row, names, now) for row in actions.list_tokens(by=by)]


def _describe(row: Token, names: Mapping[int, str], now: datetime) -> Held:
    reached = tuple(names[number] for number in row.compartments if number in names)
    abilities = tuple(ABILITIES[May(ability)] for ability in row.abilities)
    others = len(row.compartments) - len(reached)
    return Held(row, reached, others, abilities, actions.is_in_force(row, now))


def _maker(request: HttpRequest) -> Maker:
    by = member(request)
    return Maker(by, _places(by), sessions.factor_at(request))


def _places(by: Member) -> dict[str, tuple[int, str]]:
    """The compartments that somebody reads now, by key: number and name."""
    held = [item.compartment for item in list_belongings(by=by) if item.compartment.pk in by.levels]
    return {place.key: (place.pk, place.name) for place in sorted(held, key=lambda place: place.name)}


def _read_level(text: str) -> Any:
    return Marking(int(text))
