"""What colleagues judge beside the model: likelihood and impact for a place and a month, with the reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tutela.kernel.markings import Principal
from tutela.records.accounts.principals import refused, require
from tutela.records.accounts.roles import May
from tutela.records.incidents.fields import choice, grade, invalid, submission, text
from tutela.records.ledger.acts import action
from tutela.records.missions.models import Population, Presence, Site
from tutela.records.outlooks.finding import find_known, needs_to_know, now, see_presence
from tutela.records.outlooks.models import Forecast, ForecastUnit, Judgement
from tutela.records.outlooks.nearness import COUNTRY, concerns

_MONTH: Final = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
_ANY: Final = 7
_CELL_KM: Final = 40.0
"""About half the diagonal of a cell: a place lies in the unit whose middle is no farther."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementDraft:
    """One judgement; fields as on `Judgement`. Of a population or of a site, not of both."""

    month: str
    likelihood: int
    impact: int
    confidence: str
    reason: str
    population: int | None = None
    site: int | None = None


@action("outlook.judge")
def judge(
    *, by: Principal, presence: int, forecast: int | None, draft: JudgementDraft, sent: str = ""
) -> Judgement:
    """Judge a place for a month to come; what the model says of it at this time is kept beside it.

    A judgement is never edited: a later one of the same place and month is a further row, and both are scored.
    """
    home = see_presence(by, presence)
    place = _find_place(by, home, draft)
    row = find_known(by, Forecast, forecast) if forecast is not None else None
    compartment = row.compartment_id if row is not None else home.compartment_id
    marking = max(home.marking, place.marking, row.marking if row is not None else 1)
    require(by, May.ASSESS, compartment, marking)
    if not needs_to_know(by, compartment, marking):
        raise refused()
    if not _MONTH.fullmatch(draft.month) or draft.month < now().date().isoformat()[:7]:
        raise invalid("month", "This is no month to come.", "Write it as 2027-03: what is over is not judged.")
    made = Judgement(
        compartment_id=compartment,
        marking=marking,
        recorded=now(),
        recorded_by=by.actor,
        presence_id=home.pk,
        forecast_id=row.pk if row is not None else None,
        population_id=draft.population,
        site_id=draft.site,
        month=draft.month,
        likelihood=grade(draft.likelihood, "likelihood"),
        impact=grade(draft.impact, "impact"),
        confidence=choice(draft.confidence, Judgement.Confidence.values, "confidence"),
        reason=text(draft.reason, "reason", 400, required=True),
        submission=submission(sent),
    )
    if row is not None:
        made.code, made.model_chance = _what_the_model_says(by, row, home, place, draft.month)
    if made.submission:
        held = Judgement.visible_to(by).filter(recorded_by=by.actor, submission=made.submission).first()
        if held is not None:
            return held
    made.save(force_insert=True)
    return made


def _find_place(by: Principal, home: Presence, draft: JudgementDraft) -> Population | Site:
    place: Population | Site | None
    if draft.population is not None and draft.site is None:
        place = Population.visible_to(by).filter(pk=draft.population, presence_id=home.pk).first()
    elif draft.site is not None and draft.population is None:
        place = Site.visible_to(by).filter(pk=draft.site, presence_id=home.pk).first()
    else:
        raise invalid("place", "A judgement is of one place.", "Choose people at risk, or a site.")
    if place is None:
        raise refused()
    return place


def _what_the_model_says(
    by: Principal, row: Forecast, home: Presence, place: Population | Site, month: str
) -> tuple[str, float | None]:
    """The unit that the place lies in, and its chance; a place in a quiet unit has the base rate's."""
    if row.level != COUNTRY and (place.lat is None or place.lon is None):
        return "", None
    units = ForecastUnit.visible_to(by).filter(forecast_id=row.pk).order_by("pk")
    near = concerns(home, [place], units, row.level, _CELL_KM)
    near.sort(key=lambda item: item.near[0].km if item.near else 0.0)
    lines = near[0].unit.lines if near else row.base_rate
    chance = next((float(line[_ANY]) for line in lines if line[0] == month), None)
    return near[0].unit.code if near else "", chance
