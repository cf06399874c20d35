"""Taking a forecast in, and later what happened; neither is ever edited."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import IntegrityError, transaction

from tutela.kernel.digests import bytes_digest
from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem, said
from tutela.records.accounts.principals import require
from tutela.records.accounts.roles import May
from tutela.records.ledger.acts import action
from tutela.records.outlooks.finding import find_known, now
from tutela.records.outlooks.models import Forecast, ForecastUnit, Outcome, PooledScore
from tutela.records.outlooks.taking import base_rate_of, count_units, require_sound, units_of
from tutela.studies.outlooks.forecast_files import KeptForecast

MOST_UNITS: Final = 20_000
"""Active units of one forecast; a world's grid has fewer."""

_AT_ONCE: Final = 500
_MONTH: Final = re.compile(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])")
_CODE: Final = re.compile(r"[\w./-]{1,40}")


@dataclass(frozen=True, slots=True)
class Happened:
    """What a source says happened: a line for each month and unit with somebody killed.

    vintage  which release of the source;  months  all that it covers: a unit without a line had nobody killed
    """

    vintage: str
    months: tuple[str, ...]
    lines: tuple[tuple[str, str, int], ...]


@action("outlook.take_in_forecast")
def take_in_forecast(
    *, by: Principal, compartment: int, forecast: KeptForecast, marking: Marking | None = None
) -> Forecast:
    """Take a forecast in as it is, for those who need to know there; confidential at least, unless all is invented.

    The same forecast stands once. Beside it stands its pooled score, unclassified: no place is in that.
    """
    least = Marking.UNCLASSIFIED if forecast.is_invented else Marking.CONFIDENTIAL
    marked = Marking(max(least, least if marking is None else marking))
    require(by, May.ASSESS, compartment, marked)
    require_sound(forecast)
    drafts = list(units_of(forecast))
    if len(drafts) > MOST_UNITS:
        raise Problem(
            "file-too-large",
            said(
                "The forecast has {value} active units; {most_units} are the most that are taken in.",
                value=len(drafts),
                most_units=MOST_UNITS,
            ),
            where="units",
            remedy="Forecast the countries that concern you.",
        )
    held = Forecast.visible_to(by).filter(compartment_id=compartment, digest=forecast.digest).first()
    if held is not None:
        raise _there_already()
    row = _insert_forecast(by, compartment, marked, forecast)
    for start in range(0, len(drafts), _AT_ONCE):
        ForecastUnit.objects.bulk_create(
            ForecastUnit(
                **_common(by, row), forecast_id=row.pk, **{name: getattr(draft, name) for name in _COLUMNS}
            )
            for draft in drafts[start : start + _AT_ONCE]
        )
    _insert_score(by, row)
    return row


@action("outlook.take_in_outcomes")
def take_in_outcomes(*, by: Principal, forecast: int, happened: Happened) -> tuple[Outcome, ...]:
    """What happened in months of a forecast, as one vintage counts it; a month stands once in a vintage.

    Every later vintage is kept beside the earlier one, so that a score always says by which it was made.
    """
    row = find_known(by, Forecast, forecast, May.ASSESS)
    _require_sound(row, happened)
    told = sorted({month for month in happened.months if month in row.months})
    digest = bytes_digest(repr(sorted(happened.lines)).encode())
    made = []
    for month in told:
        killed = {code: count for at, code, count in happened.lines if at == month and count > 0}
        made.append(
            Outcome(
                **_common(by, row),
                level=row.level,
                target=row.target,
                month=month,
                vintage=happened.vintage.strip(),
                digest=digest,
                killed=killed,
                of=row.units,
            )
        )
    try:
        with transaction.atomic():
            for item in made:
                item.save(force_insert=True)
    except IntegrityError:
        raise Problem(
            "already-there",
            "One of these months stands here already in this vintage.",
            where="vintage",
            remedy="What happened is never edited: a corrected count is another vintage, under its own name.",
        ) from None
    return tuple(made)


_COLUMNS: Final = ("code", "label", "lat", "lon", "lines", "draws", "past", "history", "reasons")


def _insert_forecast(by: Principal, compartment: int, marked: Marking, forecast: KeptForecast) -> Forecast:
    units, active = count_units(forecast)
    verdict = forecast.header["verdict"]
    row = Forecast(
        compartment_id=compartment,
        marking=int(marked),
        recorded=now(),
        recorded_by=by.actor,
        digest=forecast.digest,
        level=forecast.level[:16],
        target=forecast.target[:24],
        model=forecast.judged[:60],
        shown=forecast.model[:60],
        is_better=forecast.is_better,
        words=forecast.words[:400],
        gain=_plain(verdict.get("gain")),
        origin=forecast.origin,
        months=list(dict.fromkeys(sorted(str(month) for month in forecast.rows.month))),
        vintage=forecast.vintage[:300],
        not_said=[str(text)[:240] for text in forecast.not_said],
        base_rate=base_rate_of(forecast),
        units=units,
        active=active,
        invented=forecast.is_invented,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise _there_already() from None
    return row


def _insert_score(by: Principal, row: Forecast) -> None:
    held = PooledScore.visible_to(by).filter(compartment_id=row.compartment_id, digest=row.digest)
    if held.exists():
        return
    names = ("digest", "level", "target", "model", "origin", "vintage", "is_better", "gain")
    values = {**_common(by, row), "marking": int(Marking.UNCLASSIFIED)}
    PooledScore(**values, **{name: getattr(row, name) for name in names}).save(force_insert=True)


def _common(by: Principal, row: Forecast) -> dict[str, Any]:
    return {
        "compartment_id": row.compartment_id,
        "marking": row.marking,
        "recorded": now(),
        "recorded_by": by.actor,
    }


def _plain(gain: Any) -> dict[str, Any]:
    return {key: value for key, value in gain.items() if isinstance(value, (int, float, str, bool))} if gain else {}


def _require_sound(row: Forecast, happened: Happened) -> None:
    if not 1 <= len(happened.vintage.strip()) <= 120:
        raise _wrong("vintage", "The release of the source is not named.", "Name it, as ged-candidate-2026-10.")
    months = set(happened.months)
    if not months & set(row.months):
        raise _wrong("months", "None of these months is in the forecast.", "Bring the months that it was about.")
    for month, code, killed in happened.lines:
        if not _MONTH.fullmatch(month) or month not in months or month <= row.origin:
            raise _wrong("month", "A line is of no month after the origin.", "Write it as 2026-10.")
        if not _CODE.fullmatch(code) or killed < 0 or killed > 10_000_000:
            raise _wrong("killed", "A line has no unit, or no whole number of people.", "Look at the lines again.")
    lines: Sequence[tuple[str, str]] = [(month, code) for month, code, _ in happened.lines]
    if len(set(lines)) != len(lines):
        raise _wrong("unit", "A unit stands twice in one month.", "Add its lines together.")


def _wrong(where: str, message: str, remedy: str) -> Problem:
    return Problem("field-invalid", message, where=where, remedy=remedy)


def _there_already() -> Problem:
    return Problem(
        "already-there",
        "This forecast stands here already.",
        where="digest",
        remedy="Open it in the record; a forecast is never edited.",
    )
