"""The flashpoint matrix beside the model, and a form for one more judgement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tutela.records.incidents.watching import marking_of_places, name_places
from tutela.records.outlooks.actions.judgements import JudgementDraft, judge
from tutela.records.outlooks.queries.judgements import Flashpoints, flashpoints
from tutela.web.outlook import words
from tutela.web.outlook.seats import Seat, show_nobody, sit
from tutela.web.outlook.words import choose
from tutela.web.shared.deeds import Deed, Forms, take
from tutela.web.shared.doors import writing
from tutela.web.shared.fields import Choices, Field, wrong
from tutela.web.shared.forms import Sheet
from tutela.web.shared.references import read_reference, write_reference


@dataclass(frozen=True, slots=True)
class JudgePage:
    """The matrix of a presence, with the places that may be judged."""

    seat: Seat
    held: Flashpoints
    places: Choices


@writing
def show_judgements(request: HttpRequest) -> HttpResponse:
    """What was judged for a month, where the model says something else, and who was nearer the truth so far."""
    page = _page(request)
    if page is None:
        return show_nobody(request)
    refusal = None
    if request.method == "POST":
        back = page.seat.address("outlook:judgements")
        answer = take(request, page, (_JUDGE,), back)
        if not isinstance(answer, Sheet):
            answer["Location"] = f"{back}&done=judge"
            return answer
        page = _page(request)
        assert page is not None
        refusal = answer
    forms = Forms(page, {"judge": _JUDGE}, refusal)
    seat, held = page.seat, page.held
    matrix = [
        (likelihood, [(impact, held.cells[int(likelihood) - 1][int(impact) - 1]) for impact in words.IMPACTS])
        for likelihood in reversed(list(words.LIKELIHOODS))
    ]
    context: dict[str, Any] = {
        "held": held,
        "matrix": matrix,
        "impacts": list(words.IMPACTS),
        "months": [
            (month, seat.address("outlook:judgements", judged=month), month == held.month) for month in held.months
        ],
        "apart": [item for item in held.every if item.is_apart],
        "sheet": forms.sheet("judge") if seat.may_assess and page.places else None,
        "refused": refusal,
        "http_status": forms.status,
    }
    least = marking_of_places(by=seat.desk.by, presence=seat.desk.presence.pk) if seat.may_assess else 0
    return seat.show("judgements.html", [item.row for item in held.every], context, least=least)


def _page(request: HttpRequest) -> JudgePage | None:
    seat = sit(request)
    if seat is None:
        return None
    by, presence = seat.desk.by, seat.desk.presence.pk
    held = flashpoints(by=by, presence=presence, month=request.GET.get("judged", ""))
    people, sites = name_places(by=by, presence=presence)
    places = [(f"p{write_reference(number)}", name) for number, name in people.items()]
    places += [
        (f"s{write_reference(number)}", _now("site %(name)s") % {"name": name}) for number, name in sites.items()
    ]
    return JudgePage(seat, held, tuple(places))


def _send(page: JudgePage, sheet: Sheet) -> Any:
    values = sheet.values
    is_site, number = values["place"][:1] == "s", read_reference(values["place"][1:])
    month = values["month"].strip()
    if len(month) != len("2027-03"):
        raise wrong("month", _now("This is no month."), _now("Write it as 2027-03."))
    draft = JudgementDraft(
        month=month,
        likelihood=values["likelihood"],
        impact=values["impact"],
        confidence=values["confidence"],
        reason=values["reason"],
        population=None if is_site else number,
        site=number if is_site else None,
    )
    forecast = page.seat.forecast.pk if page.seat.forecast is not None else None
    return judge(
        by=page.seat.desk.by, presence=page.seat.desk.presence.pk, forecast=forecast, draft=draft,
        sent=sheet.submission,
    )  # fmt: skip


_JUDGE: Final[Deed[JudgePage]] = Deed(
    code="judge", title=_("Judge a place and a month"), button=_("Write the judgement down"), is_new=True,
    send=_send,
    fields=lambda page: (
        Field("place", _("Which place"), "choice", True, choices=page.places),
        Field("month", _("Which month"), needed=True, longest=7, hint=_("As 2027-03; what is over is not judged.")),
        Field("likelihood", _("How likely it is that anybody is killed"), "choice", True, read=int,
              choices=choose(words.LIKELIHOODS)),
        Field("impact", _("How grave for civilians"), "choice", True, read=int, choices=choose(words.IMPACTS)),
        Field("confidence", _("How sure this is"), "choice", True, choices=choose(words.CONFIDENCES)),
        Field("reason", _("Why"), "text", True, 400, hint=_("What you saw or heard, and not who told you.")),
    ),
    known=lambda page: {"month": page.seat.month or page.seat.desk.today.isoformat()[:7]},
)  # fmt: skip
