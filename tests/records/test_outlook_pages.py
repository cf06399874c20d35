"""The pages of early warning: who is refused first, then what they promise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cast import Cast
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from incident_ground import Ground, in_days, make_ground
from outlook_ground import CAMP, FAR, MONTH, NEAR, make_forecast
from page_ground import ROLES, browser_of, open_home, stranger, without_once

from tutela.records.ledger.acts import acting
from tutela.records.missions.models import CalendarEntry, Presence
from tutela.records.outlooks.actions.forecasts import Happened, take_in_forecast, take_in_outcomes
from tutela.records.outlooks.actions.warnings import raise_warnings
from tutela.records.outlooks.models import Forecast, Judgement, Outcome, Sitting, Warned, WarningDecision
from tutela.web.shared.references import write_reference

FIRST, TAKE_IN, REVIEW, JUDGE = "/outlook/", "/outlook/take-in/", "/outlook/review/", "/outlook/judgements/"
ACT = {
    "do": "decide", "version": "1", "choice": "act", "owner": "Head of <b>office</b>",
    "look_again": in_days(9).isoformat(), "reason": "", "note": "Send a team",
}  # fmt: skip


@pytest.fixture
def ground(people: Cast, tmp_path: Path) -> Iterator[Ground]:
    with open_home():
        made = make_ground(people)
        make_forecast(tmp_path)
        yield made


def taken(ground: Ground, tmp_path: Path, **changed) -> Forecast:
    kept = make_forecast(tmp_path / f"f{len(changed)}", **changed)
    row = take_in_forecast(by=ground.people["adviser"], compartment=ground.people.here, forecast=kept)
    raise_warnings(by=ground.people["adviser"], forecast=row.pk, presence=ground.presence, month=MONTH)
    return row


def rows(ground: Ground, model, name: str = "adviser"):
    with acting(ground.people[name], "test"):
        return list(model.visible_to(ground.people[name]).order_by("pk"))


def page(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def kit(ground: Ground, tmp_path: Path) -> dict[str, str]:
    row = taken(ground, tmp_path)
    first = rows(ground, Warned)[0]
    return {
        **{name: reverse(f"outlook:{name}") for name in
           ("first", "method", "take-in", "review", "map", "changes", "judgements", "record")},
        "place": reverse("outlook:place", args=[str(NEAR)]),
        "warning": reverse("outlook:warning", args=[first.pk]),
        "forecast": reverse("outlook:forecast", args=[row.pk]),
    }  # fmt: skip


def files(folder: Path) -> list[SimpleUploadedFile]:
    names = ("forecast.json", "forecast.parquet", "draws.parquet")
    return [SimpleUploadedFile(name, (folder / name).read_bytes()) for name in names]


# ------------------------------------------------------------------------------------------------- refusals

READING = {
    "first": "200 200 200 200 200 200 200 200",
    "method": "200 200 200 200 200 200 200 200",
    "take-in": "200 200 403 200 403 403 403 403",
    "review": "200 200 403 200 403 403 403 403",
    "warning": "200 200 403 200 403 403 403 403",
    "map": "200 200 403 200 403 403 403 403",
    "place": "200 200 403 200 403 403 403 403",
    "changes": "200 200 403 200 403 403 403 403",
    "judgements": "200 200 200 200 200 200 200 200",
    "record": "200 200 200 200 200 200 200 200",
    "forecast": "200 200 403 200 403 403 403 403",
}
"""officer, adviser, commander, analyst, assistant, custodian, administrator, outsider."""
WRITES = ("take-in", "review", "warning", "judgements", "forecast")


def test_nobody_comes_in_anywhere(ground: Ground, tmp_path: Path) -> None:
    for name, path in kit(ground, tmp_path).items():
        assert stranger().get(path).status_code == 302
        assert stranger().post(path).status_code == (302 if name in WRITES else 405)


def test_each_page_opens_to_whom_the_table_says(ground: Ground, tmp_path: Path) -> None:
    paths = kit(ground, tmp_path)
    clients = [browser_of(ground.people, role) for role in ROLES]
    found = {name: " ".join(str(client.get(paths[name]).status_code) for client in clients) for name in READING}
    assert found == READING


def test_the_table_holds_every_route() -> None:
    from tutela.web.outlook.urls import urlpatterns

    assert {item.name for item in urlpatterns} == set(READING)


@pytest.mark.parametrize("role", ["commander", "assistant", "custodian", "administrator", "outsider"])
def test_a_form_of_somebody_who_may_not_changes_nothing(ground: Ground, tmp_path: Path, role: str) -> None:
    paths, client = kit(ground, tmp_path), browser_of(ground.people, role)
    home = write_reference(ground.people.here)
    assert client.post(TAKE_IN, {"files": files(tmp_path), "compartment": home}).status_code == 403
    warned = write_reference(rows(ground, Warned)[0].pk)
    assert client.post(REVIEW, {**ACT, "row": warned}).status_code == 403
    assert client.post(paths["warning"], ACT).status_code == 403
    assert client.post(paths["forecast"], {"vintage": "x"}).status_code == 403
    sent = {"do": "judge", "place": f"p{write_reference(ground.town)}", "month": MONTH, "likelihood": "5",
            "impact": "5", "confidence": "high", "reason": "x", "submission": "abcdefgh1234"}  # fmt: skip
    client.post(JUDGE, sent)
    assert not rows(ground, WarningDecision) and not rows(ground, Judgement) and len(rows(ground, Forecast)) == 1


@pytest.mark.parametrize("role", ["commander", "assistant", "custodian", "administrator", "outsider"])
def test_who_need_not_know_reads_the_method_and_the_pooled_score_and_no_place(
    ground: Ground, tmp_path: Path, role: str
) -> None:
    taken(ground, tmp_path)
    client = browser_of(ground.people, role)
    for path in (FIRST, "/outlook/method/", "/outlook/record/", JUDGE):
        text = page(client, path)
        assert not any(word in text for word in ("Invented town", "Invented base", str(NEAR), str(CAMP), str(FAR)))
    if role in ("commander", "assistant"):
        assert "6 % (2 to 10 %)" in page(client, "/outlook/method/")


def test_a_page_of_others_and_one_that_is_not_there_answer_alike(ground: Ground, tmp_path: Path) -> None:
    paths = kit(ground, tmp_path)
    for role in ("commander", "assistant", "outsider", "administrator"):
        client = browser_of(ground.people, role)
        for name in ("warning", "forecast"):
            absent = re.sub(r"[a-z2-7]{13}", write_reference(987_654_321), paths[name])
            assert client.get(paths[name]).content == client.get(absent).content
        there, absent = rows(ground, Forecast)[0].pk, 987_654_321
        told = [
            without_once(client.get(f"{FIRST}?forecast={write_reference(key)}").content) for key in (there, absent)
        ]
        assert told[0] == told[1]


def test_what_stands_in_another_compartment_changes_no_byte(ground: Ground, tmp_path: Path) -> None:
    paths = kit(ground, tmp_path)
    clients = {role: browser_of(ground.people, role) for role in ("adviser", "assistant", "administrator")}

    def look() -> dict[tuple[str, str], bytes]:
        return {
            (role, name): without_once(client.get(path).content)
            for role, client in clients.items()
            for name, path in paths.items()
        }

    before = look()
    people = ground.people
    with acting(people["outsider"], "test"):
        other = Presence(key="other", name="Elsewhere", kind="SPM_COUNTRY", compartment_id=people.there, marking=0)
        other.save()
    kept = make_forecast(tmp_path / "elsewhere", back=0, rate={NEAR: 9.0})
    row = take_in_forecast(by=people["outsider"], compartment=people.there, forecast=kept)
    take_in_outcomes(
        by=people["outsider"], forecast=row.pk, happened=Happened("x", (MONTH,), ((MONTH, str(NEAR), 9),))
    )
    assert look() == before


# ------------------------------------------------------------------------------------------------- promises


def test_a_forecast_is_taken_in_by_its_files_and_leads_to_the_review(ground: Ground, tmp_path: Path) -> None:
    client = browser_of(ground.people, "adviser")
    home = write_reference(ground.people.here)
    answer = client.post(TAKE_IN, {"files": files(tmp_path), "compartment": home})
    assert answer.status_code == 302 and answer["Location"].startswith(REVIEW)
    text = page(client, answer["Location"])
    assert "The forecast was taken in as it is" in text and "2 warnings have no decision yet" in text
    assert "Invented town" in text and str(FAR) not in text
    again = client.post(TAKE_IN, {"files": files(tmp_path), "compartment": home})
    assert again.status_code == 409 and "stands here already" in again.content.decode()


def test_files_that_are_missing_or_changed_are_refused_by_name(ground: Ground, tmp_path: Path) -> None:
    client, home = browser_of(ground.people, "adviser"), write_reference(ground.people.here)
    two = client.post(TAKE_IN, {"files": files(tmp_path)[:2], "compartment": home})
    assert two.status_code == 400 and "draws.parquet" in two.content.decode()
    header = (tmp_path / "forecast.json").read_text("utf-8")
    (tmp_path / "forecast.json").write_text(header.replace("better than", "far better than"), "utf-8")
    changed = client.post(TAKE_IN, {"files": files(tmp_path), "compartment": home})
    assert changed.status_code == 400 and "one of them was changed" in changed.content.decode()
    assert client.post(TAKE_IN, {"compartment": home}).status_code == 400
    assert not rows(ground, Forecast)
    foreign = client.post(TAKE_IN, {"files": files(tmp_path), "compartment": write_reference(ground.people.there)})
    assert foreign.status_code == 403


def test_one_sitting_from_warnings_to_its_close(ground: Ground, tmp_path: Path) -> None:
    taken(ground, tmp_path)
    client = browser_of(ground.people, "adviser")
    with acting(ground.people["adviser"], "test"):
        CalendarEntry(
            presence_id=ground.presence, kind="verdict", title="Verdict is read", from_day=in_days(5),
            to_day=in_days(6), action="Talk to both sides", owner="Head of office",
            compartment_id=ground.people.here, marking=0,
        ).save()  # fmt: skip
    text = page(client, REVIEW)
    assert "Verdict is read" in text and "No report is not no event" in text and "silent for half a year" in text
    assert "False alarms" in text and "Close this sitting" not in text
    first, second = rows(ground, Warned)
    wrong = client.post(REVIEW, {**ACT, "row": write_reference(first.pk), "owner": ""})
    assert wrong.status_code == 400 and "Somebody must own this" in wrong.content.decode()
    assert "Send a team" in wrong.content.decode()
    done = client.post(REVIEW, {**ACT, "row": write_reference(first.pk)})
    assert done.status_code == 302
    late = client.post(REVIEW, {**ACT, "row": write_reference(first.pk)})
    assert late.status_code == 409
    nothing = {**ACT, "row": write_reference(second.pk), "choice": "no_action", "owner": "", "look_again": "",
               "reason": "covered"}  # fmt: skip
    assert client.post(REVIEW, nothing).status_code == 302
    text = page(client, REVIEW)
    assert "Every warning has a decision" in text and "Close this sitting" in text
    assert "Head of &lt;b&gt;office&lt;/b&gt;" in text and "<b>office" not in text
    sat = client.post(REVIEW, {"do": "sit", "version": "0", "next_on": in_days(30).isoformat(), "note": ""})
    assert sat.status_code == 302 and len(rows(ground, Sitting)) == 1
    assert "The sitting is closed" in page(client, sat["Location"])


def test_a_budget_is_set_on_the_page_and_whoever_comes_second_is_told(ground: Ground, tmp_path: Path) -> None:
    taken(ground, tmp_path)
    client = browser_of(ground.people, "adviser")
    sent = {"do": "budget", "version": "0", "budget": "3", "within_km": "30"}
    assert client.post(REVIEW, sent).status_code == 302
    assert 'value="3"' in page(client, REVIEW)
    assert client.post(REVIEW, {**sent, "version": "0", "budget": "4"}).status_code == 409
    assert client.post(REVIEW, {**sent, "version": "1", "budget": "0"}).status_code == 400


def test_a_model_that_is_no_better_is_not_shown_as_the_outlook(ground: Ground, tmp_path: Path) -> None:
    taken(ground, tmp_path, better=False)
    client = browser_of(ground.people, "analyst")
    for path in (FIRST, REVIEW, "/outlook/map/", f"/outlook/places/{NEAR}/"):
        text = page(client, path)
        assert "No better than the past twelve months" in text and "are shown instead" in text


def test_the_map_lists_what_concerns_the_presence_and_draws_it(ground: Ground, tmp_path: Path) -> None:
    taken(ground, tmp_path)
    text = page(browser_of(ground.people, "analyst"), "/outlook/map/")
    assert "<svg" in text and text.index("Invented town") < text.index("Invented camp") and str(FAR) not in text
    assert "2 places at or near your people at risk" in text


def test_a_fan_has_its_words_and_its_table(ground: Ground, tmp_path: Path) -> None:
    taken(ground, tmp_path)
    text = page(browser_of(ground.people, "analyst"), f"/outlook/places/{NEAR}/")
    assert "nine times in ten" in text and 'role="img"' in text and text.count('<th scope="row">') >= 3
    assert "12 people killed here in the year before" in text
    assert browser_of(ground.people, "analyst").get(f"/outlook/places/{FAR}/").status_code == 403


def test_what_happened_is_written_down_by_vintage_and_scored_on_the_page(ground: Ground, tmp_path: Path) -> None:
    row = taken(ground, tmp_path)
    client, path = browser_of(ground.people, "adviser"), reverse("outlook:forecast", args=[row.pk])
    sent = {"vintage": "candidate 1", "first": MONTH, "last": MONTH}
    for body in (
        b"",
        b"a,b\n",
        b"month,unit,killed\n2026,x\n",
        b"\xff\xfe",
        f"month,unit,killed\n{MONTH},x,-1\n".encode(),
    ):
        bad = client.post(path, {**sent, "file": SimpleUploadedFile("h.csv", body)})
        assert bad.status_code == 400
    good = f"month,unit,killed\n{MONTH},{NEAR},2\n".encode()
    answer = client.post(path, {**sent, "file": SimpleUploadedFile("h.csv", good)})
    assert answer.status_code == 302 and len(rows(ground, Outcome)) == 1
    text = page(client, answer["Location"])
    assert "candidate 1" in text and "<svg" in text and "Calibration" in text
    assert "candidate 1" in page(client, "/outlook/record/")


def test_a_judgement_is_written_down_once_and_disagreement_is_marked(ground: Ground, tmp_path: Path) -> None:
    taken(ground, tmp_path)
    client = browser_of(ground.people, "analyst")
    sent = {"do": "judge", "version": "0", "place": f"p{write_reference(ground.camp)}", "month": MONTH,
            "likelihood": "5", "impact": "4", "confidence": "high", "reason": "They <i>gather</i>",
            "submission": "abcdefgh1234"}  # fmt: skip
    for _ in range(2):
        assert client.post(JUDGE, sent).status_code == 302
    assert len(rows(ground, Judgement)) == 1
    text = page(client, JUDGE)
    assert "Where we and the model disagree" in text and "≠" in text and "They &lt;i&gt;gather" in text
    assert client.post(JUDGE, {**sent, "month": "1999-01", "submission": "abcdefgh9999"}).status_code == 400


def test_a_page_is_marked_as_the_highest_that_stands_on_it(ground: Ground, tmp_path: Path) -> None:
    taken(ground, tmp_path)
    assert "level-1" in page(browser_of(ground.people, "adviser"), FIRST)
    assert "level-0" in page(browser_of(ground.people, "assistant"), FIRST)


def test_an_invented_forecast_says_so_on_every_page(ground: Ground, tmp_path: Path) -> None:
    kept = make_forecast(tmp_path / "invented", invented=True)
    row = take_in_forecast(by=ground.people["adviser"], compartment=ground.people.here, forecast=kept)
    client = browser_of(ground.people, "adviser")
    for path in (FIRST, REVIEW, "/outlook/map/", "/outlook/changes/", f"/outlook/places/{NEAR}/",
                 reverse("outlook:forecast", args=[row.pk])):  # fmt: skip
        assert "Invented country: no place, person or number here is real" in page(client, path)
