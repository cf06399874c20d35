"""Rows of every sealed model that there is, made from a seed: for asking with and without them.

A model that comes later is filled by itself where its columns allow it; where they do not, `fill` says what to add
to the tables below. Nothing here goes through the actions: rows that no action would write must not leak either.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, models, transaction

from tutela.catalogue.doctrine import load_doctrine
from tutela.records.accounts.models import Compartment, User
from tutela.records.accounts.sealed import SealedModel, sealed_models
from tutela.records.exports.actions import KIND as MAKE_EXPORT
from tutela.records.files.models import Crate
from tutela.records.incidents.fields import SIGNS, statuses
from tutela.records.incidents.models import Stamp
from tutela.records.incidents.waiting import KINDS
from tutela.records.jobs.models import Job
from tutela.records.ledger.acts import acting
from tutela.records.ledger.searched import COLUMN

NOW = datetime.now(UTC).replace(microsecond=0)
HIDDEN_WORD = "Zqhidden"
VISIBLE_WORD = "Seenword"
NUMBERS = (7_300_000_000, 7_399_999_999)
"""Numbers of all rows made here: written out anywhere, they would be found."""

DOCTRINE = load_doctrine()
EACH = 2
"""Rows of each model for each compartment and marking."""
TRIES = 4
"""How often a row is thrown again where its parents do not fit together."""

_WISH = {
    "table": "incidents", "format": "csv", "purpose": "To show", "compartment": 1, "marking": 0,
    "presence": None, "since": None, "until": None,
}  # fmt: skip

CODES: dict[str, tuple[Any, ...]] = {
    "missions.Presence.kind": tuple(DOCTRINE.presence_kinds)[:3],
    "missions.Presence.hosts": (["XIA"],),
    "missions.Presence.mandate_source": ("",),
    "missions.PresenceFact.field": ("kind", "status"),
    "missions.PresenceFact.as_of": ("2026", "2026-05"),
    "missions.PresenceFact.status": ("verified", "unverified"),
    "missions.Capacity.status": ("verified", "unverified"),
    "missions.MandateTask.clause": ("",),
    "missions.Activity.code": tuple(item.code for item in DOCTRINE.activities[:6]),
    "missions.Activity.basis": tuple(sorted(DOCTRINE.bases))[:3],
    "missions.Activity.policies": ([],),
    "missions.CutReview.after_days": (30, 90, 180),
    "incidents.Clock.kind": ("force", "without_force"),
    "incidents.Clock.reason": ("",),
    "incidents.Decision.steps": (["R1"],),
    "incidents.Decision.reason": ("",),
    "incidents.Stamp.step": ("decided",),
    "incidents.Merge.moved": ([],),
    "incidents.Plan.steps": ([{"code": "R1", "what": "Warn them", "who": "Civil affairs"}],),
    "incidents.Plan.recipients": (["Head of mission"],),
    "incidents.Plan.not_told": (["Commander of the area"],),
    "incidents.Report.cross_checked_with": ([],),
    "incidents.Responder.step": ("R1", ""),
    "incidents.Responder.who": tuple(DOCTRINE.enumerations["responder"]),
    "incidents.Threat.level": ("local", "subnational", "national"),
    "incidents.Threat.civilians": (
        [{"group": "Traders", "low": 3, "high": 9, "gender": "mixed", "age": "adults"}],
    ),
    "incidents.Threat.harms": (list(DOCTRINE.harms)[:1],),
    "incidents.ThreatSource.source_grade": ("A", "C"),
    "incidents.ThreatSource.information_grade": (1, 4),
    "incidents.Batch.excluded": ({"the place is not known": 1},),
    "incidents.Batch.lines": ([[3, "the place is not known"]],),
    "incidents.Handover.waiting": ([],),
    "incidents.Meeting.agenda": ([],),
    "incidents.Meeting.points": ([],),
    "incidents.Meeting.invited": (["Civil affairs"],),
    "incidents.Meeting.present": (["Civil affairs"],),
    "incidents.Paper.sections": ([{"block": "assessment", "text": "Quiet"}],),
    "incidents.Paper.figures": ([{"name": "People at risk", "low": 3, "high": 9, "basis": "Two reports"}],),
    "incidents.Paper.recipients": (["Head of mission"],),
    "incidents.Paper.not_told": (["Commander of the area"],),
    "incidents.Paper.content": ([{"kind": "paragraph", "text": "Quiet"}],),
    "incidents.Paper.language": ("en",),
    "outlook.Forecast.level": ("grid",),
    "outlook.Forecast.target": ("civilians",),
    "outlook.Forecast.origin": ("2026-08", "2026-09"),
    "outlook.Forecast.months": (["2026-10", "2026-11"],),
    "outlook.Forecast.gain": ({"gain": 0.05, "low": 0.01, "high": 0.09, "windows": 5, "wins": 4},),
    "outlook.Forecast.not_said": (["Who would do harm"],),
    "outlook.Forecast.base_rate": ([["2026-10", 0.01, 0, 0, 0, 0, 0, 0.01, 0.0]],),
    "outlook.ForecastUnit.code": ("137211", "139371"),
    "outlook.ForecastUnit.lines": (
        [["2026-10", 0.7, 0, 0, 1, 1, 2, 0.5, 0.1], ["2026-11", 0.5, 0, 0, 0, 1, 2, 0.4, 0.0]],
        [["2026-10", 2.1, 0, 1, 2, 3, 5, 0.9, 0.2], ["2026-11", 1.5, 0, 0, 1, 2, 4, 0.8, 0.1]],
    ),
    "outlook.ForecastUnit.past": ([["2025-08", "2025-10", 0.4, 0.6, 1], ["2024-08", "2024-10", 0.1, 0.1, 0]],),
    "outlook.ForecastUnit.history": ([["2026-08", 1], ["2026-09", 0]],),
    "outlook.ForecastUnit.draws": ([[0.0, 3.0, 1.0, 2.0]],),
    "outlook.ForecastUnit.reasons": (["One was killed here in the year before."],),
    "outlook.PooledScore.gain": ({"gain": 0.05, "low": 0.01, "high": 0.09, "windows": 5, "wins": 4},),
    "outlook.PooledScore.origin": ("2026-08", "2026-09"),
    "outlook.Outcome.level": ("grid",),
    "outlook.Outcome.target": ("civilians",),
    "outlook.Outcome.month": ("2026-10", "2026-11"),
    "outlook.Outcome.killed": ({"137211": 3}, {}),
    "outlook.Warned.code": ("137211", "139371"),
    "outlook.Warned.month": ("2026-10", "2026-11"),
    "outlook.Judgement.code": ("137211", ""),
    "outlook.Judgement.month": ("2026-10", "2026-11"),
    "exports.Export.table": ("incidents",),
    "exports.Export.format": ("csv",),
    "exports.Export.filters": (_WISH,),
    "exports.Export.excluded": ({"merged into another incident": 1},),
    "jobs.JobSpec.spec": (_WISH,),
}
"""Columns whose words come from the catalogue, by model and column."""

BY_NAME: dict[str, tuple[Any, ...]] = {
    "component": tuple(DOCTRINE.enumerations["component"]),
    "lead_component": tuple(DOCTRINE.enumerations["component"]),
    "tier": tuple(DOCTRINE.enumerations["poc_tier"]),
    "phase": tuple(DOCTRINE.enumerations["poc_phase"]),
    "perpetrator": tuple(DOCTRINE.perpetrators)[:3],
    "what": (*tuple(DOCTRINE.harms)[:2], *SIGNS[:2]),
    "likelihood": (1, 3, 5),
    "impact": (1, 3, 5),
    "capability": (2, 4),
    "intent": (2, 4),
    "grade": (2, 4),
    "contact_code": ("KB-014", "KB-015"),
    "state": (),
    "spec": ({},),
    "result": ({},),
}
"""The same for a column of this name in any model; words of what harm stands in short columns alone."""

ONLY_MARKED: dict[str, tuple[int, ...]] = {
    "missions.HumanRightsLink": (2,),
    "missions.Interlocutor": (2,),
    "incidents.HostIntent": (2,),
    "incidents.IntakeReport": (2,),
    "incidents.RestrictedIntake": (0,),
    "outlook.PooledScore": (0,),
}
"""Models whose rows stand at some markings alone, by a constraint of the database."""


def _plan(row: Any, rows: Rows) -> None:
    if row.population_id is not None:
        row.site_id = None
    elif row.site_id is None:
        raise IntegrityError
    if row.state == "signed":
        row.signed_by, row.signed_at = "somebody", NOW - timedelta(days=rows.dice.randint(1, 20))
        row.valid_until = (NOW + timedelta(days=rows.dice.randint(5, 90))).date()


def _clock(row: Any, _rows: Rows) -> None:
    row.closed_at, row.outcome, row.reason, row.held_by, row.reason_note = None, "", "", "", ""


def _handover(row: Any, rows: Rows) -> None:
    row.waiting = rows.pointers()
    if row.taken_at is None:
        row.taken_by = ""


def _meeting(row: Any, rows: Rows) -> None:
    row.agenda, row.points = rows.pointers(), [f"{rows.word} stands here"]


def _paper(row: Any, _rows: Rows) -> None:
    row.kind = "daily_sitrep" if row.clock_id is None else "flash_sincrep"
    row.issued_at = NOW if row.state in ("issued", "replaced") else None
    row.content = [{**block, "text": f"{row.title}"} for block in row.content]


def _export(row: Any, rows: Rows) -> None:
    spec = rows.dice.choice(rows.of("jobs.JobSpec"))
    row.job, row.recipient = spec.job_id, _asker(spec.job_id)
    row.name, row.expires = f"{rows.word}.csv", NOW + timedelta(days=5)


def _people(row: Any) -> None:
    row.people_high = None if row.people_low is None else row.people_low + 5


def _incident(row: Any, _rows: Rows) -> None:
    row.merged_into_id, row.left = None, False
    _people(row)


def _report(row: Any, _rows: Rows) -> None:
    row.source_id = ""
    _people(row)


def _digest(row: Any, rows: Rows) -> None:
    row.digest = f"{rows.dice.getrandbits(256):064x}"


def _chance(row: Any, rows: Rows) -> None:
    row.chance, row.chance_many, row.threshold = 0.5, 0.1, round(rows.dice.random(), 3)


def _one_place(row: Any, rows: Rows) -> None:
    if row.population_id is None and row.site_id is None:
        raise IntegrityError
    if row.population_id is not None:
        row.site_id = None
    if hasattr(row, "model_chance"):
        row.model_chance = rows.dice.choice((None, 0.1, 0.9))


def _decision(row: Any, rows: Rows) -> None:
    row.choice, row.reason = rows.dice.choice((("act", ""), ("watch", ""), ("no_action", "covered")))


FIT: dict[str, Callable[[Any, Rows], None]] = {
    "exports.Export": _export,
    "incidents.Handover": _handover,
    "incidents.Meeting": _meeting,
    "incidents.Paper": _paper,
    "incidents.Plan": _plan,
    "incidents.Clock": _clock,
    "incidents.Merge": lambda row, _rows: setattr(row, "undone_at", NOW),
    "incidents.Incident": _incident,
    "incidents.Report": _report,
    "incidents.ShiftEntry": lambda row, _rows: setattr(row, "corrects_id", None),
    "outlook.Forecast": _digest,
    "outlook.PooledScore": _digest,
    "outlook.Warned": _chance,
    "outlook.WarnedPlace": _one_place,
    "outlook.Judgement": _one_place,
    "outlook.WarningDecision": _decision,
    "missions.Population": lambda row, _rows: setattr(row, "people_high", (row.people_low or 0) + 5),
}
"""What the columns of one row must be together."""


def _asker(job: int) -> str:
    """Who asked for a job: somebody else for each, so that those who look after a compartment meet others' jobs."""
    users = list(User.objects.order_by("pk"))[:4]
    return str(users[job % len(users)].pk)


def _job(rows: Rows) -> Any:
    number = rows.number()
    row = Job(pk=number, kind=MAKE_EXPORT, requester=_asker(number), state="done")
    row.save(force_insert=True)
    return row.pk


def _crate(rows: Rows) -> Any:
    row = Crate(name=rows.dice.randbytes(32).hex(), wrapped=rows.dice.randbytes(60))
    row.save(force_insert=True)
    return row.pk


BELOW: dict[str, Callable[[Rows], Any]] = {"jobs.Job": _job, "files.Crate": _crate}
"""Rows of models that are not sealed and that a sealed one points at, by the label of the model."""


def _detected(clock: Any) -> Any:
    """A clock begins when something was detected, always."""
    of_clock = {"compartment_id": clock.compartment_id, "marking": clock.marking, "clock_id": clock.pk}
    return Stamp(step="detected", at=NOW - timedelta(days=40), **of_clock)


WITH: dict[str, Callable[[Any], Any]] = {"incidents.Clock": _detected}
"""A row that always stands beside one of this model."""


@dataclass
class Rows:
    """Rows of one compartment and one marking; `at` the layers below, whose rows these may hang on."""

    compartment: int
    marking: int
    word: str
    seed: int
    at: tuple[Rows, ...] = ()
    made: dict[str, list[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dice = random.Random(f"{self.seed} {self.compartment} {self.marking} {self.word}")

    def of(self, label: str) -> list[Any]:
        """Rows of this model here and in the layers that these rows may hang on."""
        return [row for layer in (*self.at, self) for row in layer.made.get(label, [])]

    def number(self) -> int:
        return self.dice.randint(*NUMBERS)

    def pointers(self) -> list[dict[str, Any]]:
        """Rows as a list keeps them by number: of this layer, of those below, and of those that come later."""
        return [
            {"kind": kind, "row": number_of(model._meta.label, self.compartment, marking, EACH - 1)}
            for kind, model in KINDS.items()
            for marking in (0, 1, 2)
        ]


def number_of(label: str, compartment: int, marking: int, place: int) -> int:
    """The number of one row, known before it is made: what lists it may stand in the register first."""
    return random.Random(f"{label} {compartment} {marking} {place}").randint(*NUMBERS)


def fill(rows: Rows, by: Any) -> Rows:
    """Some rows of every sealed model, and what could not be made is not left out quietly."""
    with acting(by, "test.fill"):
        for model in in_order():
            label = model._meta.label
            if rows.marking in ONLY_MARKED.get(label, (0, 1, 2)):
                rows.made[label] = list(_make(model, rows))
    return rows


def in_order() -> Iterator[type[SealedModel]]:
    """Every sealed model, those that others point at first."""
    left = sorted(sealed_models(), key=lambda model: model._meta.label)
    done: set[type[models.Model]] = set()
    while left:
        ready = [model for model in left if _points_at(model) <= done | {model}]
        if not ready:
            raise AssertionError(f"sealed models point at one another in a ring: {left}")
        yield from ready
        done |= set(ready)
        left = [model for model in left if model not in done]


def missing(layers: list[Rows]) -> set[str]:
    """Labels of the sealed models of which these layers have no row."""
    return {
        model._meta.label
        for model in sealed_models()
        if not any(layer.made.get(model._meta.label) for layer in layers)
    }


def _points_at(model: type[models.Model]) -> set[type[models.Model]]:
    kinds = {item.related_model for item in model._meta.concrete_fields if item.is_relation}
    return {kind for kind in kinds if isinstance(kind, type) and issubclass(kind, SealedModel)}


def _make(model: type[SealedModel], rows: Rows) -> Iterator[Any]:
    for place in range(EACH):
        row = next((row for _ in range(TRIES) if (row := _try(model, rows, place)) is not None), None)
        if row is None:
            continue  # one more of what stands once; `missing` sees whether there is none at all
        beside = WITH[model._meta.label](row) if model._meta.label in WITH else None
        if beside is not None:
            beside.pk = rows.number()
            beside.save(force_insert=True)
        yield row


def _save_at(row: Any, moment: datetime) -> None:
    """Save a row as if it was written at this moment: some rows are never changed once they are written."""
    stamped: Any = [item for item in type(row)._meta.concrete_fields if getattr(item, "auto_now_add", False)]
    for item in stamped:
        item.auto_now_add = False
        setattr(row, item.name, moment)
    try:
        row.save(force_insert=True)
    finally:
        for item in stamped:
            item.auto_now_add = True


def _try(model: type[SealedModel], rows: Rows, place: int) -> Any:
    """A row, unless what it hangs on does not fit together: then there is none."""
    try:
        with transaction.atomic():
            row = _row(model, rows, place)
            FIT.get(model._meta.label, lambda _row, _rows: None)(row, rows)
            _save_at(row, NOW)
    except IntegrityError:
        return None
    return row


def _row(model: type[SealedModel], rows: Rows, place: int) -> Any:
    row: Any = model(compartment_id=rows.compartment, marking=rows.marking)
    parent: Any = None
    fields = sorted(model._meta.concrete_fields, key=lambda item: item.name != "presence")
    for item in fields:
        if item.name in ("compartment", "marking", "version", COLUMN) or getattr(item, "auto_now_add", False):
            continue
        if item.is_relation:
            chosen = _parent(item, rows, parent)
            setattr(row, item.attname, chosen)
            if item.name == "presence":
                parent = chosen
        elif item.primary_key:
            row.pk = (
                uuid.UUID(int=rows.dice.getrandbits(128), version=4)
                if isinstance(item, models.UUIDField)
                else number_of(model._meta.label, rows.compartment, rows.marking, place)
            )
        else:
            setattr(row, item.attname, _value(model, item, rows))
    return row


def _parent(item: Any, rows: Rows, presence: Any) -> Any:
    kind = item.related_model
    if kind is Compartment:
        return rows.compartment
    if kind is User:
        return None if item.null else User.objects.order_by("pk").first().pk
    if not issubclass(kind, SealedModel):
        label = kind._meta.label
        if label not in BELOW:
            raise AssertionError(
                f"add how a row of {label} is made to BELOW: {item.model._meta.label} points at it"
            )
        return BELOW[label](rows)
    found = rows.of(kind._meta.label)
    if presence is not None and any(part.name == "presence" for part in kind._meta.concrete_fields):
        found = [one for one in found if one.presence_id == presence]
    if not found or (item.null and rows.dice.random() < 0.3):
        if item.null:
            return None
        raise IntegrityError
    return rows.dice.choice(found).pk


def _value(model: type[models.Model], item: Any, rows: Rows) -> Any:
    dice, name = rows.dice, f"{model._meta.label}.{item.name}"
    known = CODES.get(name) or (
        (item.name in BY_NAME and (item.max_length or 0) <= 40 and BY_NAME[item.name]) or None
    )
    if known:
        return dice.choice(known)
    if item.choices:
        return dice.choice([code for code, _label in item.choices])
    if item.name == "status" and isinstance(item, models.CharField):
        return dice.choice(statuses())
    if item.null and dice.random() < 0.3:
        return None
    return _plain(name, item, rows)


def _plain(name: str, item: Any, rows: Rows) -> Any:
    dice = rows.dice
    if isinstance(item, models.BooleanField):
        return dice.random() < 0.5
    if isinstance(item, models.DateTimeField):
        return NOW - timedelta(minutes=dice.randint(1, 40_000))
    if isinstance(item, models.DateField):
        return (NOW - timedelta(days=dice.randint(1, 60))).date()
    if isinstance(item, models.FloatField):
        return round(4 + dice.random(), 4)
    if isinstance(item, models.IntegerField):
        return dice.randint(1, 200)
    if isinstance(item, models.BinaryField):
        return dice.randbytes(24)
    if isinstance(item, models.UUIDField):
        return uuid.UUID(int=dice.getrandbits(128), version=4)
    if isinstance(item, (models.CharField, models.TextField)):
        return f"{rows.word}-{dice.getrandbits(32):08x}"[-(item.max_length or 40) :]
    raise AssertionError(f"add {name} to CODES: nothing here knows what may stand in it")
