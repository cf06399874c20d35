"""Pages of exports: refused where nothing may leave, honest about how far it is, handed to one person only."""

from __future__ import annotations

import re

import pytest
from export_ground import PURPOSE, add_incidents, make_exporting_ground, rows_of
from test_signing_in import ago, change_session

from tutela.records.accounts import actions as accounts
from tutela.records.jobs.working import work_once

HOME = "/exports/"


@pytest.fixture
def ground(team):
    ground = make_exporting_ground(team.people)
    add_incidents(ground, 10)
    return ground


def _form(team, **other: str) -> dict[str, str]:
    form = {"do": "ask", "table": "incidents", "compartment": str(team.people.here), "marking": "0"}
    return form | {"format": "csv", "purpose": PURPOSE} | other


def _ask(team, who: str = "analyst", **other: str) -> str:
    answer = team[who].post(HOME, _form(team, **other))
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"].partition("?")[0]


def test_who_may_take_nothing_out_is_told_so_and_is_refused(team, ground) -> None:
    page = team["commander"].get(HOME).content.decode()
    assert "Nothing may leave the register with you" in page and "Make the file" not in page
    assert team["commander"].post(HOME, _form(team)).status_code == 403
    answer = team["analyst"].post(HOME, _form(team, marking="1"))
    assert answer.status_code == 400  # confidential is not even a choice
    answer = team["analyst"].post(HOME, _form(team, purpose=""))
    assert answer.status_code == 400 and PURPOSE not in answer.content.decode()
    assert not work_once()


def test_a_purpose_that_is_too_short_is_called_so_and_stays_in_the_form(team, ground) -> None:
    answer = team["analyst"].post(HOME, _form(team, purpose="briefing"))
    page = answer.content.decode()
    assert answer.status_code == 400 and 'value="briefing"' in page
    assert "This says too little of the purpose." in page and "at least ten characters" in page
    assert "An export needs its purpose." not in page


def test_an_export_is_asked_for_made_fetched_and_destroyed(team, ground) -> None:
    path = _ask(team)
    page = team["analyst"].get(path).content.decode()
    assert "waiting" in page and "<progress" in page and "Fetch the file" not in page
    assert 'http-equiv="refresh"' in page and "<script" not in page
    assert work_once()
    page = team["analyst"].get(path).content.decode()
    assert "ready" in page and 'http-equiv="refresh"' not in page
    assert "merged into another incident" in page
    answer = team["analyst"].get(f"{path}file/")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv"
    assert re.search(
        r'attachment; filename="unclassified_incidents_[\d-]+_E\d+\.csv"', answer["Content-Disposition"]
    )
    assert len(rows_of(b"".join(answer.streaming_content))) == 5
    assert team["analyst"].get(f"{path}manifest/").status_code == 200
    for who in ("officer", "outsider", "administrator", "custodian", "nobody"):
        for part in ("", "file/", "manifest/"):
            answer = team[who].get(path + part)
            assert answer.status_code == (302 if who == "nobody" else 403), (who, part)
    assert team["analyst"].post(path, {"do": "destroy"}).status_code == 302
    page = team["analyst"].get(path).content.decode()
    assert "destroyed" in page and "Fetch the file" not in page
    assert team["analyst"].get(f"{path}file/").status_code == 409


def test_a_file_is_fetched_with_a_second_factor_given_just_now(team, ground) -> None:
    page = _ask(team)
    client = team["analyst"]
    change_session(client, factor_at=ago(minutes=11))
    for part in ("file", "manifest"):
        answer = client.get(f"{page}{part}/")
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/again/?next=%2Fexports%2F")


def test_a_right_that_was_lost_meanwhile_ends_the_download(team, ground) -> None:
    path = _ask(team)
    assert work_once()
    accounts.dismiss(by=team.people["custodian"], compartment=team.people.here, user=team.people.users["analyst"])
    for part in ("", "file/", "manifest/"):
        assert team["analyst"].get(path + part).status_code == 403


def test_an_export_that_was_cancelled_or_failed_says_so(team, ground) -> None:
    path = _ask(team)
    assert team["analyst"].post(path, {"do": "cancel"}).status_code == 302
    assert "cancelled" in team["analyst"].get(path).content.decode()
    assert team["analyst"].post(path, {"do": "cancel"}).status_code == 400  # it has ended already
    failing = _ask(team, "officer", marking="1")
    grant = accounts.Grant(accounts.Role.HUMAN_RIGHTS_OFFICER, 2, "works there")
    custodian, officer = team.people["custodian"], team.people.users["officer"]
    accounts.dismiss(by=custodian, compartment=team.people.here, user=officer)
    accounts.admit(by=custodian, compartment=team.people.here, user=officer, grant=grant)
    assert work_once()
    page = team["officer"].get(failing).content.decode()
    assert "failed" in page and "do not include this" in page


def test_the_page_says_its_marking(team, ground) -> None:
    path = _ask(team, "officer", marking="1")
    page = team["officer"].get(path).content.decode()
    assert page.count("Confidential") >= 2 and "level-1" in page
