"""People at risk and their alerts: estimates have a range, and no alert comes from where no telephone works."""

from __future__ import annotations

import csv
from collections import Counter

import numpy as np
import pytest

from tutela.kernel.places import distances_km
from tutela.studies.invented.alerts import POST_KM
from tutela.studies.invented.files import write_country
from tutela.studies.invented.plane import find_inside, to_plane
from tutela.studies.invented.populations import KINDS


@pytest.fixture(scope="module")
def people(medium):
    return medium.communities


def test_all_kinds_of_populations_at_risk_are_there_with_a_range(medium, people):
    assert {item.kind for item in people.populations} == set(KINDS)
    assert len({item.name for item in people.populations}) == len(people.populations)
    for item in people.populations:
        assert 0 < item.people_low <= item.people <= item.people_high
        assert item.people_low < item.people_high or item.people < 50
        assert item.basis
        assert item.counted >= item.since
        assert (item.to_lon is None) == (item.to_lat is None) == (item.kind != "route")
    points = np.array([(item.lon, item.lat) for item in people.populations])
    assert find_inside(points, medium.territory).all()


def test_camps_are_larger_and_better_counted_than_other_sites(people):
    def spread(kind):
        return np.mean([(p.people_high - p.people_low) / p.people for p in people.populations if p.kind == kind])

    size = {kind: np.median([p.people for p in people.populations if p.kind == kind]) for kind in KINDS}
    assert size["camp"] > 4 * size["idp_site"]
    assert spread("camp") < spread("idp_site") < spread("route")


def test_every_alert_comes_from_where_a_telephone_works(people):
    day = np.array([alert.day for alert in people.alerts], dtype="datetime64[D]")
    at = to_plane(np.array([(alert.lon, alert.lat) for alert in people.alerts]))
    assert people.network.covers(at, day).all()
    posts = {post.post_id: post for post in people.posts}
    where = to_plane(np.array([(posts[a.post_id].lon, posts[a.post_id].lat) for a in people.alerts]))
    assert people.network.covers(where, day).all()


def test_posts_without_a_telephone_are_silent_though_harm_is_done_there(medium, people):
    """Silence is no sign of quiet: events go on around posts from which nothing is heard."""
    heard = {alert.post_id for alert in people.alerts}
    silent = [post for post in people.posts if post.post_id not in heard]
    assert len(silent) > 5
    exact = medium.events.take(medium.events.precision <= 2)
    near = [
        (distances_km(np.full(len(exact), post.lon), post.lat, exact.lon, exact.lat) <= POST_KM).sum()
        for post in silent
    ]
    assert sum(near) > 100


def test_alerts_are_given_to_posts_that_are_open(people):
    posts = {post.post_id: post for post in people.posts}
    for alert in people.alerts:
        post = posts[alert.post_id]
        assert post.opened <= alert.day
        assert not post.closed or alert.day < post.closed


def test_the_drawdown_closes_posts_in_the_seventh_year(people):
    closed = Counter(post.closed[:4] for post in people.posts if post.closed)
    assert closed["2024"] == max(closed.values())
    assert closed["2024"] >= 10


def test_some_alerts_are_never_acknowledged_and_some_are_acted_on_late(people):
    assert len(people.alerts) > 500
    waits = [alert.acknowledged_hours for alert in people.alerts]
    assert 0.05 < waits.count(None) / len(waits) < 0.25
    acted = [alert for alert in people.alerts if alert.action_hours is not None]
    assert all((alert.acknowledged_hours or 0) < alert.action_hours for alert in acted)
    assert all((alert.action == "none on record") == (alert.action_hours is None) for alert in people.alerts)
    assert {alert.kind for alert in people.alerts} == {"warning", "under way", "afterwards"}


def test_masts_fail_and_come_back(people):
    masts = people.network.masts
    gone = next(mast for mast in masts if mast.until)
    at = to_plane(np.array([(gone.lon, gone.lat)]))
    alone = type(people.network)((gone,), at)
    last = np.datetime64(gone.until) - 1
    days = np.array([np.datetime64(gone.since) - 1, last, np.datetime64(gone.until)])
    assert alone.covers(np.repeat(at, 3, axis=0), days).tolist()[0::2] == [False, False]
    out = next(mast for mast in masts if mast.out_from and not mast.until and mast.since < mast.out_from)
    at = to_plane(np.array([(out.lon, out.lat)]))
    alone = type(people.network)((out,), at)
    days = np.array([np.datetime64(out.out_from) - 1, np.datetime64(out.out_from), np.datetime64(out.out_until)])
    assert alone.covers(np.repeat(at, 3, axis=0), days).tolist() == [True, False, True]
    far = np.repeat(at + np.array((out.reach_km + 1, 0)), 3, axis=0)
    assert not alone.covers(far, days).any()


def test_tables_are_written_with_empty_cells_where_nothing_is_known(medium, people, tmp_path):
    write_country(medium, tmp_path / "out")
    with (tmp_path / "out" / "invented-alerts.csv").open(encoding="utf-8", newline="") as lines:
        alerts = list(csv.DictReader(lines))
    assert len(alerts) == len(people.alerts)
    assert any(row["acknowledged_hours"] == "" for row in alerts)
    with (tmp_path / "out" / "invented-populations.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert {row["district"] for row in rows} <= {region.name for region in medium.districts}
    assert all((row["to_lon"] == "") == (row["kind"] != "route") for row in rows)
