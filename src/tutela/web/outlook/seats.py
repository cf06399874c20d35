"""Somebody at work on the outlook of a presence: which forecast and which month they look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tutela.records.accounts.principals import refused
from tutela.records.accounts.roles import May
from tutela.records.accounts.sealed import SealedModel
from tutela.records.outlooks.models import Forecast
from tutela.records.outlooks.queries.forecasts import choose_forecast
from tutela.web.outlook.words import OUTLOOK
from tutela.web.shared.desks import Desk, choose_desk, show
from tutela.web.shared.references import read_reference, write_reference


@dataclass(frozen=True, slots=True)
class Seat:
    """A desk with the forecast that is looked at (None where they need to know none) and one of its months."""

    desk: Desk
    forecast: Forecast | None
    month: str

    @property
    def may_assess(self) -> bool:
        """Whether they take forecasts in and judge, in the compartment of the forecast."""
        return self._may(May.ASSESS)

    @property
    def may_decide(self) -> bool:
        """Whether they decide on warnings."""
        return self._may(May.DECIDE)

    @property
    def key(self) -> int:
        """The number of the forecast; refused where there is none to look at."""
        if self.forecast is None:
            raise refused()
        return self.forecast.pk

    @property
    def review(self) -> str:
        """Where the warnings of this forecast are reviewed."""
        return self.address("outlook:review")

    def address(self, route: str, **asked: str) -> str:
        """A page of this presence and forecast."""
        known = {"presence": write_reference(self.desk.presence.pk)}
        if self.forecast is not None:
            known["forecast"] = write_reference(self.forecast.pk)
            known["month"] = self.month
        return f"{reverse(route)}?{urlencode(known | asked)}"

    def months(self, route: str) -> Sequence[tuple[str, str, bool]]:
        """Each month of the forecast with its address, and whether it is the one looked at."""
        held = self.forecast.months if self.forecast is not None else ()
        return [(month, self.address(route, month=month), month == self.month) for month in held]

    def show(
        self, template: str, rows: Iterable[SealedModel], context: Mapping[str, Any], *, least: int = 0
    ) -> HttpResponse:
        """A page, marked as the highest row on it."""
        held = [*rows, *([self.forecast] if self.forecast is not None else [])]
        return self.desk.show(template, held, {"seat": self, "forecast": self.forecast, **context}, least=least)

    def _may(self, ability: May) -> bool:
        if self.forecast is None:
            return self.desk.may(ability)
        return self.desk.by.may(ability, self.forecast.compartment_id, self.forecast.marking)


def sit(request: HttpRequest) -> Seat | None:
    """The seat of the presence, forecast and month that were asked for; None for whoever reads no presence."""
    desk = choose_desk(OUTLOOK, request)
    if desk is None:
        return None
    asked = request.POST.get("forecast") or request.GET.get("forecast") or ""
    number = read_reference(asked) if asked else None
    row = choose_forecast(by=desk.by, presence=desk.presence.pk, forecast=number)
    wanted = request.POST.get("month") or request.GET.get("month") or ""
    return Seat(desk, row, _month(row, wanted, desk.today.isoformat()[:7]))


def sit_at_forecast(request: HttpRequest) -> Seat:
    """The seat of somebody who needs to know a forecast; refused to everybody else, and where there is none."""
    seat = sit(request)
    if seat is None or seat.forecast is None:
        raise refused()
    return seat


def show_nobody(request: HttpRequest) -> HttpResponse:
    """For whoever reads no presence."""
    return show(OUTLOOK, request, "none.html", 0, {})


def _month(row: Forecast | None, wanted: str, today: str) -> str:
    """The month asked for, else the first that is not over, else the first."""
    months = list(row.months) if row is not None else []
    if wanted in months:
        return wanted
    return next((month for month in months if month >= today), next(iter(months), ""))
