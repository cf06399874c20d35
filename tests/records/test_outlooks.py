"""Forecasts in the register: refusals first; taken in once and never edited; warnings, decisions, judgements."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from cast import Cast
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from django.utils.translation import override
from incident_ground import TODAY, Ground, add_duty, hand_in, in_days, make_ground
from outlook_ground import CAMP, FAR, MONTH, NEAR, QUIET, make_forecast

from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.records.ledger.acts import acting
from tutela.records.missions.models import Population
from tutela.records.outlooks.actions.forecasts import Happened, take_in_forecast, take_in_outcomes
from tutela.records.outlooks.actions.judgements import JudgementDraft, judge
from tutela.records.outlooks.actions.warnings import (
    DecisionDraft,
    decide,
    hold_sitting,
    raise_warnings,
    set_budget,
)
from tutela.records.outlooks.models import (
    Forecast,
    ForecastUnit,
    Judgement,
    Outcome,
    PooledScore,
    Warned,
    WarnedPlace,
    WarningDecision,
)
from tutela.records.outlooks.queries.changes import changes
from tutela.records.outlooks.queries.forecasts import (
    choose_forecast,
    list_forecasts,
    list_pooled_scores,
    rank,
    view_unit,
)
from tutela.records.outlooks.queries.judgements import flashpoints
from tutela.records.outlooks.queries.records import record_of, view_record
from tutela.records.outlooks.queries.silence import reporting_of
from tutela.records.outlooks.queries.warnings import list_warnings, rate, view_warning, waiting
from tutela.studies.outlooks.forecast_files import KeptForecast, open_forecast
from tutela.web.outlook.reasons import word_reason

ACT = DecisionDraft(choice="act", owner="Head of office", look_again=in_days(10))
GIVEN = JudgementDraft(month=MONTH, likelihood=5, impact=4, confidence="high", reason="A verdict is due there.")


@pytest.fixture
def ground(people: Cast) -> Ground:
    return make_ground(people)


@pytest.fixture
def kept(tmp_path: Path) -> KeptForecast:
    return make_forecast(tmp_path / "forecast")


def take_in(ground: Ground, kept: KeptForecast, name: str = "adviser", **changed) -> Forecast:
    return take_in_forecast(by=ground.people[name], compartment=ground.people.here, forecast=kept, **changed)


def warn(ground: Ground, row: Forecast, name: str = "adviser", month: str = MONTH) -> tuple[Warned, ...]:
    return raise_warnings(by=ground.people[name], forecast=row.pk, presence=ground.presence, month=month)


def refusal(attempt) -> Problem:
    with pytest.raises(Problem) as caught:
        attempt()
    return caught.value


def count(ground: Ground, model, name: str = "officer") -> int:
    with acting(ground.people[name], "test"):
        return model.visible_to(ground.people[name]).count()


# ------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("name", ["administrator", "commander", "assistant", "custodian", "outsider"])
def test_who_may_not_assess_takes_nothing_in_and_judges_nothing(ground: Ground, kept: KeptForecast, name: str):
    by, row = ground.people[name], take_in(ground, kept)
    happened = Happened("invented", (MONTH,), ())
    for attempt in (
        lambda: take_in(ground, replace(kept, digest="0" * 64), name),
        lambda: take_in_outcomes(by=by, forecast=row.pk, happened=happened),
        lambda: raise_warnings(by=by, forecast=row.pk, presence=ground.presence, month=MONTH),
        lambda: judge(
            by=by, presence=ground.presence, forecast=row.pk, draft=replace(GIVEN, population=ground.town)
        ),
        lambda: judge(by=by, presence=ground.presence, forecast=None, draft=replace(GIVEN, population=ground.town)),
    ):
        assert refusal(attempt).code == "not-allowed"
    assert count(ground, Forecast) == 1 and count(ground, Judgement) == 0


@pytest.mark.parametrize("name", ["administrator", "commander", "assistant", "custodian", "outsider"])
def test_who_need_not_know_sees_no_place_of_any_forecast(ground: Ground, kept: KeptForecast, name: str):
    by, row = ground.people[name], take_in(ground, kept)
    (first, *_) = warn(ground, row)
    for attempt in (
        lambda: choose_forecast(by=by, presence=ground.presence, forecast=row.pk),
        lambda: rank(by=by, presence=ground.presence, forecast=row.pk, month=MONTH),
        lambda: view_unit(by=by, presence=ground.presence, forecast=row.pk, code=str(NEAR)),
        lambda: view_warning(by=by, warned=first.pk),
        lambda: view_record(by=by, forecast=row.pk),
        lambda: rate(by=by, presence=ground.presence, forecast=row.pk),
        lambda: decide(by=by, warned=first.pk, decision=ACT, expected_number=0),
    ):
        assert refusal(attempt).code == "not-allowed"
    if name in ("commander", "assistant"):
        assert list_forecasts(by=by, presence=ground.presence) == ()
        assert list_warnings(by=by, presence=ground.presence) == ()
        assert record_of(by=by, presence=ground.presence) == ()
        assert flashpoints(by=by, presence=ground.presence).every == ()
        (score,) = list_pooled_scores(by=by, presence=ground.presence)
        assert score.gain["gain"] == 0.06 and not hasattr(score, "label")


def test_a_forecast_of_another_compartment_is_as_one_that_is_not_there(ground: Ground, kept: KeptForecast):
    row = take_in(ground, kept)
    by = ground.people["outsider"]
    told = [
        str(refusal(lambda number=number: view_record(by=by, forecast=number))) for number in (row.pk, 987_654_321)
    ]
    assert told[0] == told[1]


def test_a_forecast_that_was_changed_is_refused_and_nothing_is_written(ground: Ground, tmp_path: Path):
    make_forecast(tmp_path)
    frame = pl.read_parquet(tmp_path / "forecast.parquet")
    frame.with_columns(chance_any=pl.col("chance_any") * 0).write_parquet(tmp_path / "forecast.parquet")
    assert refusal(lambda: open_forecast(tmp_path)).code == "forecast-unusable"


@pytest.mark.parametrize(
    ("name", "value"), [("chance_any", 1.5), ("mean", np.nan), ("q05", -1.0), ("q95", 0.0), ("chance_25", 1.0)]
)
def test_a_forecast_that_cannot_be_true_is_refused_by_its_column(
    ground: Ground, kept: KeptForecast, name: str, value: float
):
    held = getattr(kept.rows, name).copy()
    held[kept.rows.unit == CAMP] = value
    if name == "q95":
        other = kept.rows.q75.copy()
        other[kept.rows.unit == CAMP] = 9.0
        wrong = replace(kept, rows=replace(kept.rows, q95=held, q75=other))
    else:
        wrong = replace(kept, rows=replace(kept.rows, **{name: held}))
    problem = refusal(lambda: take_in(ground, wrong))
    assert problem.code == "forecast-unusable" and name.split("_")[0] in str(problem.where)
    assert count(ground, Forecast) == 0 and count(ground, ForecastUnit) == 0


def test_the_same_forecast_stands_once(ground: Ground, kept: KeptForecast):
    take_in(ground, kept)
    assert refusal(lambda: take_in(ground, kept)).code == "already-there"
    assert count(ground, Forecast) == 1 and count(ground, PooledScore) == 1


def test_both_databases_refuse_to_change_or_remove_what_was_taken_in(ground: Ground, kept: KeptForecast):
    row = take_in(ground, kept)
    warned = warn(ground, row)
    decide(by=ground.people["adviser"], warned=warned[0].pk, decision=ACT, expected_number=0)
    by = ground.people["adviser"]
    for model, column in (
        (Forecast, "words"), (ForecastUnit, "label"), (PooledScore, "model"), (Warned, "label"),
        (WarnedPlace, "recorded_by"), (WarningDecision, "note"),
    ):  # fmt: skip
        for write in (lambda rows, c=column: rows.update(**{c: "x"}), lambda rows: rows.delete()):
            with pytest.raises(DatabaseError, match="never changed"), acting(by, "test"), transaction.atomic():
                write(model.visible_to(by).all())
        with (
            pytest.raises(DatabaseError, match="never changed"),
            acting(by, "test"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE {model._meta.db_table} SET {column} = 'x'")
    assert count(ground, Forecast) == 1


def test_a_forecast_of_what_is_not_invented_is_confidential_at_least(ground: Ground, kept: KeptForecast):
    row = take_in(ground, kept, marking=Marking.UNCLASSIFIED)
    assert row.marking == Marking.CONFIDENTIAL
    with acting(ground.people["assistant"], "test"):
        assert not ForecastUnit.visible_to(ground.people["assistant"]).exists()


# ------------------------------------------------------------------------------------------------ taking in


def test_units_kept_and_units_that_share_the_base_rate_are_all_units(ground: Ground, kept: KeptForecast):
    row = take_in(ground, kept)
    with acting(ground.people["adviser"], "test"):
        units = list(ForecastUnit.visible_to(ground.people["adviser"]).order_by("pk"))
    assert {unit.code for unit in units} == {str(cell) for cell in (NEAR, CAMP, FAR)}
    assert row.units == 4 and row.active == 3 == sum(bool(unit.lines) for unit in units)
    assert len(row.base_rate) == len(row.months) == 3
    assert [line[0] for line in row.base_rate] == row.months
    held = next(unit for unit in units if unit.code == str(NEAR))
    at = np.flatnonzero((kept.rows.unit == NEAR) & (kept.rows.month == MONTH))[0]
    assert held.lines[0] == [
        MONTH, *(round(float(getattr(kept.rows, name)[at]), 4) for name in
                 ("mean", "q05", "q25", "q50", "q75", "q95", "chance_any", "chance_25"))
    ]  # fmt: skip
    assert len(held.past) == 6 and len(held.history) == 12 and held.reasons


def test_a_model_that_is_no_better_is_kept_as_such(ground: Ground, tmp_path: Path):
    row = take_in(ground, make_forecast(tmp_path, better=False))
    assert not row.is_better and row.shown == "conflictology-12" and row.model == "mixture-grid"
    assert "no better than the past twelve months" in row.words


# ------------------------------------------------------------------------------------------------- warnings


def test_only_what_concerns_the_presence_is_ranked_however_grave_it_is_elsewhere(
    ground: Ground, kept: KeptForecast
):
    row = take_in(ground, kept)
    found = rank(by=ground.people["adviser"], presence=ground.presence, forecast=row.pk, month=MONTH)
    assert [item.unit.code for item in found] == [str(NEAR), str(CAMP)]
    assert {close.place.name for close in found[0].near} >= {"Invented base", "Invented town"}
    view_unit(by=ground.people["adviser"], presence=ground.presence, forecast=row.pk, code=str(NEAR))
    asked = {"by": ground.people["adviser"], "presence": ground.presence, "forecast": row.pk}
    told = {str(refusal(lambda c=code: view_unit(code=c, **asked))) for code in (str(FAR), str(QUIET), "none")}
    assert len(told) == 1


def test_a_budget_of_one_warns_of_the_highest_chance_and_says_its_threshold(ground: Ground, kept: KeptForecast):
    row, by = take_in(ground, kept), ground.people["adviser"]
    set_budget(
        by=by, presence=ground.presence, compartment=row.compartment_id, budget=1, within_km=30, expected_version=0
    )
    (one,) = warn(ground, row)
    assert one.code == str(NEAR) and one.threshold == one.chance and (one.budget, one.of) == (1, 2)
    file = view_warning(by=by, warned=one.pk)
    assert {place.name for place in file.places} == {"Invented base", "Invented town"}
    rates = rate(by=by, presence=ground.presence, forecast=row.pk)
    assert rates is not None and rates.months == 6 and rates.false_alarm.of == 6
    assert refusal(lambda: warn(ground, row)).code == "already-there"


def test_a_place_above_the_forecasts_marking_chooses_no_warning_and_stands_on_none(
    ground: Ground, kept: KeptForecast
):
    officer = ground.people["officer"]
    with acting(officer, "test"):
        Population(
            presence_id=ground.presence, name="Hidden camp", kind="idp_site", lat=-19.9, lon=40.1,
            compartment_id=ground.people.here, marking=2,
        ).save()  # fmt: skip
    row = take_in(ground, kept)
    warned = warn(ground, row, "officer")
    assert {item.code for item in warned} == {str(NEAR), str(CAMP)}


def test_each_warning_needs_an_owner_or_a_coded_reason(ground: Ground, kept: KeptForecast):
    row, by = take_in(ground, kept), ground.people["adviser"]
    (first, second) = warn(ground, row)
    for wrong, where in (
        (DecisionDraft(choice="act", look_again=in_days(3)), "owner"),
        (DecisionDraft(choice="watch", owner="Head of office"), "look_again"),
        (DecisionDraft(choice="act", owner="Head of office", look_again=TODAY), "look_again"),
        (DecisionDraft(choice="no_action"), "reason"),
        (DecisionDraft(choice="no_action", reason="bored"), "reason"),
        (DecisionDraft(choice="shrug"), "choice"),
    ):
        problem = refusal(lambda w=wrong: decide(by=by, warned=first.pk, decision=w, expected_number=0))
        assert (problem.code, problem.where) == ("field-invalid", where)
    for choice in ("act", "no_action"):  # the database, too
        with pytest.raises(IntegrityError), acting(by, "test"), transaction.atomic():
            WarningDecision(
                compartment_id=row.compartment_id, marking=1, recorded=row.recorded, recorded_by=by.actor,
                warned_id=first.pk, number=1, choice=choice,
            ).save(force_insert=True)  # fmt: skip
    assert len(waiting(by=by, presence=ground.presence, today=TODAY).undecided) == 2
    decide(by=by, warned=first.pk, decision=ACT, expected_number=0)
    left = refusal(lambda: hold_sitting(by=by, presence=ground.presence, forecast=row.pk, next_on=in_days(30)))
    assert left.code == "not-possible" and "1" in left.message
    decide(by=by, warned=second.pk, decision=DecisionDraft(choice="no_action", reason="covered"), expected_number=0)
    hold_sitting(by=by, presence=ground.presence, forecast=row.pk, next_on=in_days(30))
    held = waiting(by=by, presence=ground.presence, today=in_days(31))
    assert not held.undecided and held.is_sitting_overdue(in_days(31)) and len(held.overdue) == 1
    assert not waiting(by=by, presence=ground.presence, today=TODAY).overdue


def test_whoever_decides_second_is_told_and_both_decisions_stay_in_turn(ground: Ground, kept: KeptForecast):
    add_duty(ground.people)
    row = take_in(ground, kept)
    (first, _) = warn(ground, row)
    decide(by=ground.people["duty"], warned=first.pk, decision=ACT, expected_number=0)
    late = DecisionDraft(choice="no_action", reason="others_act")
    problem = refusal(
        lambda: decide(by=ground.people["adviser"], warned=first.pk, decision=late, expected_number=0)
    )
    assert problem.code == "not-possible"
    decide(by=ground.people["adviser"], warned=first.pk, decision=late, expected_number=1)
    file = view_warning(by=ground.people["adviser"], warned=first.pk)
    assert [item.choice for item in file.decisions] == ["act", "no_action"]
    assert file.decision is not None and file.decision.choice == "no_action"


# --------------------------------------------------------------------------------------- record and judgement


def test_outcomes_stand_by_vintage_and_score_the_forecast_as_it_stood(ground: Ground, kept: KeptForecast):
    row, by = take_in(ground, kept), ground.people["adviser"]
    entry = view_record(by=by, forecast=row.pk)
    assert entry.scores == () and entry.months_open == 3
    early = Happened("candidate", (MONTH,), ((MONTH, str(NEAR), 3), (MONTH, str(QUIET), 2)))
    take_in_outcomes(by=by, forecast=row.pk, happened=early)
    assert refusal(lambda: take_in_outcomes(by=by, forecast=row.pk, happened=early)).code == "already-there"
    late = Happened("final", (MONTH,), ((MONTH, str(NEAR), 3), (MONTH, str(CAMP), 1)))
    take_in_outcomes(by=by, forecast=row.pk, happened=late)
    final, candidate = view_record(by=by, forecast=row.pk).scores
    assert (candidate.vintage, candidate.killed, candidate.elsewhere) == ("candidate", 3, 2)
    assert (final.vintage, final.killed, final.elsewhere, final.unit_months) == ("final", 4, 0, 3)
    chances = {cell: float(kept.rows.chance_any[(kept.rows.unit == cell) & (kept.rows.month == MONTH)][0])
               for cell in (NEAR, CAMP, FAR)}  # fmt: skip
    by_hand = np.mean([(chances[NEAR] - 1) ** 2, (chances[CAMP] - 1) ** 2, chances[FAR] ** 2])
    assert final.brier.mid == pytest.approx(by_hand, abs=1e-3) and final.brier.low <= final.brier.mid
    assert sum(item.happened.of for item in final.bins) == 3
    assert view_record(by=by, forecast=row.pk).months_open == 2


def test_outcomes_score_the_draws_by_lead_beside_the_past_twelve_months(ground: Ground, kept: KeptForecast):
    row, by = take_in(ground, kept), ground.people["adviser"]
    months = tuple(str(month) for month in row.months[:2])
    lines = ((months[0], str(NEAR), 3), (months[0], str(CAMP), 1), (months[1], str(FAR), 28))
    take_in_outcomes(by=by, forecast=row.pk, happened=Happened("final", months, lines))
    (score,) = view_record(by=by, forecast=row.pk).scores
    (listed,) = record_of(by=by, presence=ground.presence)
    overall = listed.scores[0].overall
    assert overall is not None and overall == score.overall
    killed = {(month, code): count for month, code, count in lines}
    found = {}
    for lead, month in ((1, months[0]), (2, months[1])):
        there = kept.rows.month == month
        at = [np.flatnonzero((kept.rows.unit == cell) & there)[0] for cell in (NEAR, CAMP, FAR)]
        found[lead] = np.mean([
            slow_crps(kept.draws[kept.rows.row[place]], killed.get((month, str(kept.rows.unit[place])), 0))
            for place in at
        ])  # fmt: skip
    held = {item.lead: item for item in score.leads if item.score == "crps"}
    assert {lead: held[lead].ours for lead in (1, 2)} == pytest.approx(found)
    assert held[0].ours == pytest.approx(np.mean(list(found.values())))
    rows = kept.header["history"]["rows"]
    history = {cell: [float(count) for unit, _, count in rows if unit == cell] for cell in (NEAR, CAMP, FAR)}
    theirs = np.mean(
        [slow_crps(history[cell], killed.get((months[0], str(cell)), 0)) for cell in (NEAR, CAMP, FAR)]
    )
    assert held[1].theirs == pytest.approx(theirs)
    assert held[1].low <= held[1].ours <= held[1].high


def slow_crps(draws, outcome: float) -> float:
    """Pair by pair."""
    held = np.asarray(draws, dtype=np.float64)
    return float(np.abs(held - outcome).mean() - np.abs(held[:, None] - held[None, :]).mean() / 2)


def test_reasons_are_kept_as_codes_with_values_that_pages_word(ground: Ground, tmp_path: Path):
    changed = {
        "unit": NEAR, "expected_before": 4.0, "expected_now": 9.5, "by_newest_month": 6.0, "by_time": -0.5,
        "killed_newest": 7.0, "killed_around_newest": 2.0, "killed_past_year": 30.0, "months_past_year": 8,
        "killed_year_before": 3.0, "months_year_before": 2, "sentences": ["English only."],
    }  # fmt: skip
    silent = {"unit": CAMP, "since": "2026-01", "months": 9, "longest_before": 3, "words": "English only."}
    kept = make_forecast(
        tmp_path / "coded", changes=[changed], coverage={"silent": [silent]}, months=["2026-12", "2027-01"]
    )
    row = take_in(ground, kept)
    with acting(ground.people["adviser"], "test"):
        units = {u.code: u.reasons for u in ForecastUnit.visible_to(ground.people["adviser"]).filter(forecast=row)}
    assert units[str(NEAR)][0]["code"] == "changed"
    assert units[str(CAMP)] == [{"code": "silent", "since": "2026-01", "months": 9, "longest_before": 3}]
    with override("fr"):
        words = [*word_reason(units[str(NEAR)][0]), *word_reason(units[str(CAMP)][0])]
    assert len(words) == 5
    assert all("English" not in text and "killed" not in text and "report" not in text.split() for text in words)
    assert word_reason({"code": "of a later version"}) == []


@pytest.mark.parametrize(
    "happened",
    [
        Happened("", (MONTH,), ()),
        Happened("v", ("1999-01",), ()),
        Happened("v", (MONTH,), (("2099-01", str(NEAR), 1),)),
        Happened("v", (MONTH,), ((MONTH, str(NEAR), -1),)),
        Happened("v", (MONTH,), ((MONTH, "<script>", 1),)),
        Happened("v", (MONTH,), ((MONTH, str(NEAR), 1), (MONTH, str(NEAR), 2))),
    ],
)
def test_outcomes_that_cannot_be_true_are_refused(ground: Ground, kept: KeptForecast, happened: Happened):
    row = take_in(ground, kept)
    by = ground.people["adviser"]
    assert refusal(lambda: take_in_outcomes(by=by, forecast=row.pk, happened=happened)).code == "field-invalid"
    assert count(ground, Outcome) == 0


def test_a_judgement_stands_beside_the_model_and_says_where_it_disagrees(ground: Ground, kept: KeptForecast):
    row, by = take_in(ground, kept), ground.people["adviser"]
    camp = judge(by=by, presence=ground.presence, forecast=row.pk, draft=replace(GIVEN, population=ground.camp))
    assert camp.code == str(CAMP) and camp.model_chance is not None and camp.model_chance < 0.35
    base = judge(
        by=by, presence=ground.presence, forecast=row.pk, draft=replace(GIVEN, likelihood=3, site=ground.site)
    )
    held = flashpoints(by=by, presence=ground.presence)
    assert {item.place: item.is_apart for item in held.every} == {"Invented camp": True, "Invented base": False}
    assert [item.row.pk for item in held.cells[4][3]] == [camp.pk] and held.scores == ()
    happened = Happened("final", (MONTH,), ((MONTH, str(CAMP), 4),))
    take_in_outcomes(by=by, forecast=row.pk, happened=happened)
    held = flashpoints(by=by, presence=ground.presence)
    assert held.pairs == 2 and {item.row.pk: item.happened for item in held.every} == {
        camp.pk: True,
        base.pk: False,
    }
    assert held.scores == ()  # two places are too few for an interval


def test_a_later_judgement_is_a_further_row_and_the_newest_is_shown(ground: Ground):
    by = ground.people["adviser"]
    for likelihood in (2, 4):
        draft = replace(GIVEN, likelihood=likelihood, population=ground.town)
        judge(by=by, presence=ground.presence, forecast=None, draft=draft, sent="abcdefgh12" + str(likelihood))
    judge(by=by, presence=ground.presence, forecast=None, draft=draft, sent="abcdefgh124")
    assert count(ground, Judgement) == 2
    (one,) = flashpoints(by=by, presence=ground.presence).every
    assert one.row.likelihood == 4 and one.is_apart is None


def test_what_is_over_is_not_judged_and_a_judgement_is_of_one_place(ground: Ground):
    by = ground.people["adviser"]
    for wrong in (
        replace(GIVEN, month="2020-01", population=ground.town),
        GIVEN,
        replace(GIVEN, population=ground.town, site=ground.site),
        replace(GIVEN, likelihood=6, population=ground.town),
        replace(GIVEN, reason=" ", population=ground.town),
    ):
        problem = refusal(lambda w=wrong: judge(by=by, presence=ground.presence, forecast=None, draft=w))
        assert problem.code == "field-invalid"


def test_what_changed_is_told_with_the_facts_of_both_times(ground: Ground, kept: KeptForecast, tmp_path: Path):
    by = ground.people["adviser"]
    take_in(ground, make_forecast(tmp_path / "before", back=1, rate={NEAR: 0.05}))
    row = take_in(ground, kept)
    held = changes(by=by, presence=ground.presence, forecast=row.pk, month=MONTH)
    assert held.earlier is not None and held.rows[0].now.unit.code == str(NEAR) and held.rows[0].way == "up"
    assert held.rows[0].facts is not None and held.rows[0].facts.twelve >= held.rows[0].facts.three
    alone = changes(by=by, presence=ground.presence, forecast=held.earlier.pk, month=MONTH)
    assert alone.earlier is None and {item.way for item in alone.rows} == {"new"}


def test_no_report_is_told_apart_from_no_event(ground: Ground):
    hand_in(ground)
    heard = {item.population.name: item for item in
             reporting_of(by=ground.people["adviser"], presence=ground.presence, today=TODAY)}  # fmt: skip
    assert heard["Invented camp"].is_silent and heard["Invented camp"].last is None
    assert not heard["Invented town"].is_silent and heard["Invented town"].by_month[-1][1] == 1
    assert not heard["Invented camp"].is_reached and len(heard["Invented camp"].by_month) == 6
