"""A laptop that is taken while it is on: nothing is kept where a browser looks, and an idle session is over."""

from __future__ import annotations

import re

import members
from test_member_routes import TABLE
from test_signing_in import ago, change_session

from tutela.kernel.markings import Principal
from tutela.records.accounts import actions
from tutela.records.accounts.models import Mode

CLEARED = '"cache", "storage"'


def test_no_page_of_the_register_may_be_kept_by_a_browser(team) -> None:
    """Every route of the table, as the officer who reads the most, and for nobody."""
    kept = []
    for row in TABLE:
        path = row["path"].replace("{user}", str(team.people.users["analyst"].pk))
        path = path.replace("{here}", str(team.people.here))
        if row["method"] != "GET" or row["route"] in {"accounts:sign-out"}:
            continue
        for client in (team["officer"], members.browser()):
            answer = client.get(path)
            if answer["Cache-Control"] != "no-store" or "ETag" in answer or "Last-Modified" in answer:
                kept.append((row["route"], answer.get("Cache-Control")))
            answer.close()
    assert not kept


def test_scripts_of_ours_store_nothing(root) -> None:
    stores = re.compile(r"localStorage|sessionStorage|indexedDB|caches\.|serviceWorker|document\.cookie")
    written = [path for path in (root / "assets").rglob("*") if path.suffix in {".js", ".ts", ".mjs"}]
    assert written and not [path.name for path in written if stores.search(path.read_text("utf-8"))]


def test_an_idle_session_opens_nothing_and_tells_the_browser_to_forget(team) -> None:
    client = team["officer"]
    assert client.get("/watch/").status_code == 200
    change_session(client, used=ago(minutes=31))
    over = client.get("/watch/")
    assert (over.status_code, over["Clear-Site-Data"]) == (302, CLEARED)
    assert client.get("/watch/").status_code == 302


def test_signing_out_tells_the_browser_to_forget(team) -> None:
    done = team["officer"].post("/accounts/sign-out/")
    assert (done.status_code, done["Clear-Site-Data"]) == (302, CLEARED)


def test_closing_the_house_from_elsewhere_shuts_a_laptop_that_is_on(team) -> None:
    client = team["officer"]
    assert client.get("/watch/").status_code == 200
    actions.set_mode(by=Principal(actions.FOUNDER), mode=Mode.CLOSED)
    shut = client.get("/watch/")
    assert (shut.status_code, shut["Clear-Site-Data"]) == (503, CLEARED)
    actions.set_mode(by=Principal(actions.FOUNDER), mode=Mode.NORMAL)
    assert client.get("/watch/").status_code == 302


def test_shutting_an_account_from_elsewhere_shuts_a_laptop_that_is_on(team) -> None:
    client = team["officer"]
    actions.set_active(by=team.people["administrator"], user=team.user("officer"), is_active=False)
    assert client.get("/watch/")["Clear-Site-Data"] == CLEARED
