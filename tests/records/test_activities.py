"""What a presence did and where nothing was done, what it means to prevent, what it had to stop."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import grounds
import pytest
from cast import SECRET, Cast
from grounds import DAY, Ground, days

from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.records.missions import actions, queries

SPAN: dict[str, Any] = {"since": days(-10), "until": days(10)}


@pytest.fixture
def ground(people: Cast) -> Ground:
    return grounds.lay(people)


@pytest.mark.parametrize(
    ("code", "basis", "force", "warning"),
    [
        ("A05", "mandate_task", "unknown", ""),
        ("A05", "", "unknown", "no_basis"),
        ("A05", "force_authority", "yes", "other_basis"),
        ("A24c", "force_authority", "unknown", "no_force_authority"),
        ("A24c", "force_authority", "no", "no_force_authority"),
        ("A24c", "force_authority", "yes", ""),
        ("A24c", "", "yes", "no_basis"),
        ("A24a", "security_clearance", "no", ""),
    ],
)
def test_an_activity_without_its_basis_is_kept_with_a_warning(
    ground: Ground, code: str, basis: str, force: str, warning: str
):
    by, presence = ground.people["adviser"], ground.presence.pk
    described = replace(grounds.PRESENCE, force_authority=force)
    actions.describe_presence(by=by, presence=presence, expected_version=1, draft=described)
    row = actions.log_activity(
        by=ground.people["commander"], presence=presence, draft=replace(grounds.ACTIVITY, code=code, basis=basis)
    )
    assert (row.warning, row.warned) == (warning, bool(warning))
    asked = queries.list_basis_requests(by=by, presence=presence)
    assert [item.pk for item in asked] == ([row.pk] if warning else [])


def test_the_request_for_a_basis_ends_when_it_is_given(ground: Ground):
    at = {"by": ground.people["adviser"], "presence": ground.presence.pk}
    row = actions.log_activity(**at, draft=replace(grounds.ACTIVITY, basis="", policies=("hrddp", "hrddp")))
    assert row.policies == ["hrddp"]
    with pytest.raises(Problem) as caught:
        actions.give_basis(by=at["by"], activity=row.pk, expected_version=1, basis="")
    assert caught.value.where == "basis"
    row = actions.give_basis(by=at["by"], activity=row.pk, expected_version=1, basis="request_of_host")
    assert row.warning == "other_basis"  # kept, and still asked about
    row = actions.give_basis(by=at["by"], activity=row.pk, expected_version=2, basis="cross_spectrum_policy")
    assert not row.warned and queries.list_basis_requests(**at) == []
    row = actions.describe_activity(
        by=at["by"], activity=row.pk, expected_version=3, draft=replace(grounds.ACTIVITY, basis="")
    )
    assert row.warned


def test_the_grid_shows_every_cell_and_its_blanks(ground: Ground):
    at = {"by": ground.people["adviser"], "presence": ground.presence.pk}
    actions.log_activity(**at, draft=replace(grounds.ACTIVITY, code="A08", basis=""), site=ground.site.pk)
    actions.log_activity(**at, draft=replace(grounds.ACTIVITY, day=days(11)))
    grid = queries.coverage_grid(**at, **SPAN)
    assert len({(cell.tier, cell.phase, cell.component) for cell in grid.cells}) == len(grid.cells) == 3 * 4 * 3
    cell = grid.cell("T1_dialogue_engagement", "prevention", "civilian")
    assert (cell.number, cell.warned, cell.codes, cell.is_blank) == (2, 1, ("A05", "A08"), False)
    assert (grid.activities, grid.warned, grid.marking) == (2, 1, Marking.CONFIDENTIAL)
    blank = grid.cell("T3_protective_environment", "consolidation", "police")
    assert blank.number == 0 and blank.is_blank
    assert grid.cell("T1_dialogue_engagement", "consolidation", "military").number is not None
    here = queries.coverage_grid(**at, site=ground.site.pk, **SPAN)
    assert (here.activities, here.site) == (1, ground.site.pk)
    assert [row.code for row in queries.list_activities(**at, **SPAN, site=ground.site.pk)] == ["A08"]
    with pytest.raises(Problem, match="before the beginning"):
        queries.coverage_grid(**at, since=days(1), until=DAY)


def test_what_a_presence_cannot_do_is_absent_from_its_grid_and_no_failure(people: Cast):
    by = people["adviser"]
    envoy = replace(grounds.PRESENCE, key="envoy", kind="SPM_ENVOY_GOOD_OFFICES")
    row = actions.add_presence(by=by, compartment=people.here, draft=envoy)
    grid = queries.coverage_grid(by=by, presence=row.pk, **SPAN)
    patrol = grid.cell("T2_physical_protection", "prevention", "military")
    assert patrol.number is None and not patrol.is_blank
    assert grid.marking == Marking.CONFIDENTIAL and grid.activities == 0
    done = replace(
        grounds.ACTIVITY, code="A24a", tier="T2_physical_protection", component="military", basis="mandate_task"
    )
    actions.log_activity(by=by, presence=row.pk, draft=done)  # never blocked
    grid = queries.coverage_grid(by=by, presence=row.pk, **SPAN)
    assert grid.cell("T2_physical_protection", "prevention", "military").number == 1


def test_a_grid_is_marked_as_the_highest_row_in_it_and_counts_no_other(ground: Ground):
    at = {"presence": ground.presence.pk, **SPAN}
    officer, adviser = ground.people["officer"], ground.people["adviser"]
    actions.log_activity(by=officer, presence=ground.presence.pk, draft=grounds.ACTIVITY, marking=SECRET)
    assert queries.coverage_grid(by=officer, **at).marking == SECRET
    seen = queries.coverage_grid(by=adviser, **at)
    assert (seen.marking, seen.activities) == (Marking.CONFIDENTIAL, 1)


def test_the_share_on_human_rights_posts_is_a_range_and_strictly_confidential(ground: Ground):
    officer, presence = ground.people["officer"], ground.presence.pk
    share = queries.human_rights_share(by=officer, presence=presence, **SPAN)
    assert share.estimate is not None and share.marking == SECRET
    assert (share.estimate.low, share.estimate.mid, share.estimate.high) == (0, 0.5, 1)
    numbers = [ground.rows["activity"]]
    numbers += [actions.log_activity(by=officer, presence=presence, draft=grounds.ACTIVITY).pk for _ in range(3)]
    for number, rests in zip(numbers, ("yes", "partly", "no"), strict=False):
        draft = actions.HumanRightsDraft(rests, "monitoring")
        actions.link_human_rights(by=officer, activity=number, draft=draft)
    share = queries.human_rights_share(by=officer, presence=presence, **SPAN)
    assert (share.activities, share.rests, share.partly, share.not_resting, share.not_said) == (4, 1, 1, 1, 1)
    assert share.estimate is not None
    assert (share.estimate.low, share.estimate.mid, share.estimate.high) == (0.25, 0.5, 0.75)
    nothing = queries.human_rights_share(by=officer, presence=presence, since=days(100), until=days(200))
    assert nothing.estimate is None and nothing.activities == 0
    for other in ("adviser", "commander", "analyst"):
        with pytest.raises(Problem) as caught:
            queries.human_rights_share(by=ground.people[other], presence=presence, **SPAN)
        assert caught.value.code == "not-allowed"


def test_a_link_to_human_rights_posts_is_changed_by_who_read_it(ground: Ground):
    at = {"by": ground.people["officer"], "activity": ground.rows["activity"]}
    row = actions.link_human_rights(**at, draft=actions.HumanRightsDraft("yes"))
    with pytest.raises(Problem) as caught:
        actions.link_human_rights(**at, draft=actions.HumanRightsDraft("no"))
    assert caught.value.code == "not-possible"
    row = actions.link_human_rights(**at, draft=actions.HumanRightsDraft("no"), expected_version=1)
    assert (row.rests, row.version, row.marking) == ("no", 2, SECRET)


@pytest.mark.parametrize(
    ("today", "standing", "left"),
    [
        (29, None, None),
        (30, "prepare", 30),
        (60, "under way", 0),
        (62, "under way", -2),
        (63, "overdue", -3),
    ],
)
def test_the_calendar_says_what_is_due(ground: Ground, today: int, standing: str | None, left: int | None):
    at = {"by": ground.people["adviser"], "presence": ground.presence.pk}
    found = queries.due(**at, today=days(today))
    assert [(item.standing, item.begins_in_days) for item in found] == ([(standing, left)] if standing else [])
    row = actions.finish_calendar_entry(by=at["by"], entry=ground.rows["entry"], expected_version=1, day=days(20))
    assert (row.done, row.done_on) == (True, days(20))
    assert queries.due(**at, today=days(today)) == ()
    assert len(queries.list_calendar(**at)) == 1


def test_a_stopped_task_says_who_took_it_and_is_reviewed_three_times(ground: Ground):
    at = {"by": ground.people["adviser"], "presence": ground.presence.pk}
    (row,) = queries.list_stopped_tasks(**at)
    assert row.taken_by == "nobody"
    assert [item.after_days for item in queries.reviews_due(**at, today=days(29))] == []
    found = queries.reviews_due(**at, today=days(200))
    assert [(item.after_days, item.since) for item in found] == [(30, days(30)), (90, days(90)), (180, days(180))]
    review = replace(grounds.REVIEW, as_predicted="no", prediction="12ab34cd")
    actions.review_stopped_task(by=at["by"], stopped=row.pk, draft=review)
    assert [item.after_days for item in queries.reviews_due(**at, today=days(200))] == [90, 180]
    assert [item.as_predicted for item in queries.list_cut_reviews(by=at["by"], stopped=row.pk)] == ["no"]
    with pytest.raises(Problem) as caught:
        actions.review_stopped_task(by=at["by"], stopped=row.pk, draft=review)
    assert caught.value.code == "already-there"
    taken = replace(grounds.STOPPED, taken_by="the country team")
    row = actions.describe_stopped_task(by=at["by"], stopped=row.pk, expected_version=1, draft=taken)
    assert row.taken_by == "the country team"


def test_entries_and_stopped_tasks_may_belong_to_a_site(ground: Ground):
    at = {"by": ground.people["adviser"], "presence": ground.presence.pk, "site": ground.site.pk}
    assert actions.add_calendar_entry(**at, draft=grounds.ENTRY).site_id == ground.site.pk
    assert actions.log_stopped_task(**at, draft=grounds.STOPPED).site_id == ground.site.pk
    assert actions.log_activity(**at, draft=grounds.ACTIVITY).site_id == ground.site.pk
