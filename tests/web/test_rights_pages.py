"""Policies that bind every presence, and what rests on human rights posts: refusals first."""

from __future__ import annotations

import re

import mission_ground
import pytest
from django.urls import reverse
from grounds import Ground, days

from tutela.records.missions import actions, queries


@pytest.fixture
def ground(team) -> Ground:
    return mission_ground.lay_ground(team.people)


def address(ground: Ground, name: str, *more: int) -> str:
    return reverse(f"missions:{name}", args=[ground.presence.pk, *more])


@pytest.mark.parametrize(
    "role", ["adviser", "commander", "analyst", "assistant", "custodian", "administrator", "outsider"]
)
def test_what_rests_on_human_rights_posts_is_strictly_confidential(team, ground: Ground, role) -> None:
    client, activity = team[role], ground.rows["activity"]
    absent = client.get(reverse("missions:presence", args=[ground.presence.pk + 77]))
    for path in (address(ground, "posts"), address(ground, "post", activity)):
        for answer in (client.get(path), client.get(path + "?since=x")):
            assert answer.status_code == 403 and answer.content == absent.content
    assert client.post(address(ground, "post", activity), {"rests": "yes"}).status_code == 403


def test_saying_it_changes_no_other_page(team, ground: Ground) -> None:
    """A reader of the confidential cannot tell whether anything was said."""
    names = ("presence", "activities", "policies", "strengths")

    def look() -> list[bytes]:
        pages = [team[role].get(address(ground, name)) for role in ("adviser", "analyst") for name in names]
        return [re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", page.content) for page in pages]

    before = look()
    actions.link_human_rights(
        by=team.people["officer"], activity=ground.rows["activity"],
        draft=actions.HumanRightsDraft("yes", "Human rights officers"),
    )  # fmt: skip
    assert look() == before and all(b"human-rights/" not in text for text in before)


def test_bad_input_stands_beside_its_field(team, ground: Ground) -> None:
    client, path = team["officer"], address(ground, "post", ground.rows["activity"])
    for sent in ({}, {"rests": "perhaps"}):
        answer = client.post(path, sent)
        assert answer.status_code == 400 and 'id="field-rests-wrong"' in answer.content.decode()
    elsewhere = client.get(address(ground, "post", 987_654))
    assert elsewhere.status_code == 403
    assert "This is no day" in client.get(address(ground, "policies") + "?since=soon").content.decode()


def test_the_share_is_a_range_with_what_nobody_has_said(team, ground: Ground) -> None:
    client, activity = team["officer"], ground.rows["activity"]
    text = client.get(address(ground, "posts")).content.decode()
    assert "Strictly confidential" in text and "between 0 and 100 %" in text and "nobody has said" in text
    sent = {"rests": "partly", "function": "Human rights officers", "version": "0"}
    assert client.post(address(ground, "post", activity), sent).status_code == 302
    late = client.post(address(ground, "post", activity), sent | {"rests": "no"})
    assert late.status_code == 409 and "Now in the register:" in late.content.decode()
    text = client.get(address(ground, "posts") + "?done=rest").content.decode()
    assert "Human rights officers" in text and "50 %" in text and "here and nowhere else" in text


def test_every_policy_stands_there_also_without_anything_done_for_it(team, ground: Ground) -> None:
    draft = actions.ActivityDraft(
        code="A01", tier="T1_dialogue_engagement", phase="prevention", component="civilian", day=days(-1),
        basis="mandate_task", policies=("child_protection_2017", "hrddp"),
    )  # fmt: skip
    actions.log_activity(by=team.people["officer"], presence=ground.presence.pk, draft=draft)
    text = team["commander"].get(address(ground, "policies")).content.decode()
    links = queries.policy_links(
        by=team.people["commander"], presence=ground.presence.pk, since=days(-9), until=days(0)
    )
    held = {code: len(rows) for code, rows in links.by_policy}
    assert held["child_protection_2017"] >= 1 and held["hrddp"] >= 1 and held["agenda_for_protection"] == 0
    assert links.none + len({row.pk for _code, rows in links.by_policy for row in rows}) == len(links.rows)
    assert "not available until it is held" in text and "Nothing was logged for it in these days" in text
