"""What reaches a place, as the page shows it: three answers side by side, and never one number out of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from tutela.engine.reach.contacts import Heard
from tutela.engine.reach.hurdles import Verdict
from tutela.studies.book_keeping import Answer, KeptBook, ask_place
from tutela.studies.book_spelling import Place
from tutela.web.reach.choices import name_way


@dataclass(frozen=True, slots=True)
class VerdictWords:
    """Whether somebody may move, or can act: in words, with what it rests on and what nobody stated."""

    text: str
    delay: str
    stated: tuple[str, ...]
    missing: str


@dataclass(frozen=True, slots=True)
class Row:
    """One site and way: when they can arrive, whether they may move, whether they can act."""

    site: str
    way: str
    minutes: str
    interval: str
    chances: tuple[tuple[str, str], ...]
    may_move: VerdictWords
    can_act: VerdictWords


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything about one place; `off` where the surfaces do not cover it."""

    place: Place
    off: bool
    rows: tuple[Row, ...]
    heard: tuple[tuple[str, str], ...]
    longest: str


def make_answers(book: KeptBook, place: Place) -> Answers:
    """What the book says of a place, in words."""
    found = ask_place(book, place)
    return Answers(
        place,
        found.cell < 0,
        tuple(_write_row(answer, book.within_min) for answer in found.answers),
        tuple((name_contact(heard.kind), _write_heard(heard)) for heard in found.heard),
        f"{book.within_min[-1]:g}",
    )


def name_contact(kind: str) -> str:
    """A kind of contact in words."""
    names = {
        "alert-network": _("Alert networks"),
        "phone": _("Telephone masts"),
        "liaison-post": _("Liaison posts"),
        "radio": _("Radios"),
    }
    return names.get(kind, _("Others"))


def name_item(item: str) -> str:
    """What may stand in the way, in words; a word of the deployment's own as it is."""
    names = {
        "flight assurance": _("flight assurance"),
        "host permission": _("host permission"),
        "clearance": _("clearance"),
        "escort": _("escort"),
        "caveats": _("caveats"),
        "casualty evacuation": _("casualty evacuation"),
        "minimum strength": _("minimum strength"),
        "interpreter": _("interpreter"),
    }
    return names.get(item, item)


def write_chance(chance: float) -> str:
    """A chance in words that promise nothing: of 100 draws."""
    if chance >= 0.995:
        return _("in every draw")
    if chance < 0.005:
        return _("in no draw")
    return _("%(share)s of 100") % {"share": f"{100 * chance:.0f}"}


def _write_row(answer: Answer, within_min: tuple[float, ...]) -> Row:
    longest = f"{within_min[-1]:g}"
    minutes = _("over %(longest)s") % {"longest": longest} if answer.minutes is None else f"{answer.minutes:.0f}"
    high = _("not at all") if answer.high is None else f"{answer.high:.0f}"
    return Row(
        answer.site_id,
        name_way(answer.mode, answer.season),
        minutes,
        _("least %(low)s, most %(high)s") % {"low": f"{answer.low:.0f}", "high": high},
        tuple(
            (f"{limit:g}", write_chance(chance)) for limit, chance in zip(within_min, answer.within, strict=True)
        ),
        *(_write_verdict(verdict) for verdict in answer.verdicts),
    )


def _write_verdict(verdict: Verdict) -> VerdictWords:
    missing = ", ".join(name_item(item) for item in verdict.missing)
    if verdict.chance is None or verdict.delay_minutes is None:
        return VerdictWords(_("not stated"), "", (), missing)
    chance, delay = verdict.chance, verdict.delay_minutes
    text = _("%(mid)s of 100 times (%(low)s to %(high)s)") % {
        "mid": f"{100 * chance.mid:.0f}",
        "low": f"{100 * chance.low:.0f}",
        "high": f"{100 * chance.high:.0f}",
    }
    waits = _("%(low)s to %(high)s minutes more") % {"low": f"{delay.low:.0f}", "high": f"{delay.high:.0f}"}
    stated = tuple(f"{name_item(hurdle.item)}: {hurdle.source}" for hurdle in verdict.hurdles)
    return VerdictWords(text, waits if delay.high else "", stated, missing)


def _write_heard(heard: Heard) -> str:
    words = {"inside": heard.inside, "nearest": heard.nearest, "km": f"{heard.distance_km:.0f}"}
    return _("%(inside)s in reach; the nearest is %(nearest)s, %(km)s km away") % words
