"""Notices by e-mail: for whoever chose them, when something waits for them, and with nothing in them."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from cast import Cast
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from incident_ground import Ground, make_ground

from tutela.kernel.problems import Problem
from tutela.records.accounts import actions
from tutela.records.accounts.models import Mode, User
from tutela.records.accounts.notices import TELLER, choose_notices, list_due, take_turn, wants_notices
from tutela.records.incidents.models import Handover, Plan, PlanTask, Report
from tutela.records.ledger.acts import acting
from tutela.records.ledger.models import Content
from tutela.service.notices import compose, find_post, tell_people

SETTINGS = {
    "TUTELA_MAIL_HOST": "127.0.0.1",
    "TUTELA_MAIL_SECURITY": "none",
    "TUTELA_MAIL_FROM": "tutela@invented.example",
    "TUTELA_MAIL_SITE": "https://tutela.invented.example",
}
SENTENCE = "Something waits for you in Tutela"
ADDRESS = "https://tutela.invented.example/accounts/sign-in/"
TEXTS = {
    "en": (SENTENCE, f"{SENTENCE}. Sign in to see it:"),
    "fr": (
        "Quelque chose vous attend dans Tutela",
        "Quelque chose vous attend dans Tutela. Connectez-vous pour le voir\xa0:",
    ),
}
BODY = f"{TEXTS['en'][1]}\n\n{ADDRESS}\n"


class _Conversation(socketserver.StreamRequestHandler):
    """As much of a mail server as it takes to be given a message."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line.split()[0].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                held = []
                while (part := self.rfile.readline()) != b".\r\n":
                    held.append(part)
                self.server.messages.append(b"".join(held))
            self.wfile.write(b"250 good\r\n" if word != b"QUIT" else b"221 bye\r\n")
            if word == b"QUIT":
                return


class _MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.messages: list[bytes] = []


@pytest.fixture
def mail() -> Iterator[_MailServer]:
    with _MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def post(mail: _MailServer):
    return find_post({**SETTINGS, "TUTELA_MAIL_PORT": str(mail.server_address[1])})


@pytest.fixture
def ground(people: Cast) -> Ground:
    return make_ground(people)


def alert(ground: Ground, by: str = "assistant", **more: object) -> None:
    with acting(ground.people[by], "test"):
        Report(
            presence_id=ground.presence, compartment_id=ground.people.here, kind="community_alert", what="killing",
            said_at=datetime.now(UTC), recorded_by=ground.people[by].actor,
            **{"marking": 0, "summary": "zzyzx at the ford", **more},
        ).save()  # fmt: skip


def hand_over(ground: Ground) -> None:
    with acting(ground.people["adviser"], "test"):
        Handover(
            presence_id=ground.presence, compartment_id=ground.people.here, marking=0, at=datetime.now(UTC),
            from_function="day", to_function="night", given_by=ground.people["adviser"].actor, note="zzyzx",
        ).save()  # fmt: skip


def ask_task(ground: Ground) -> None:
    common = {"compartment_id": ground.people.here, "marking": 0}
    with acting(ground.people["adviser"], "test"):
        plan = Plan(
            presence_id=ground.presence, population_id=ground.town, title="zzyzx", lead="patrol",
            lead_component="military", **common,
        )  # fmt: skip
        plan.save()
        PlanTask(plan=plan, component="military", what="zzyzx", owner="patrol", **common).save()


def break_glass(ground: Ground) -> None:
    from tutela.records.accounts.models import Compartment

    people = ground.people
    key = Compartment.objects.get_queryset().opened().get(pk=people.there).key
    actions.break_glass(by=people["adviser"], compartment_key=key, reason="People are in danger beyond the river")


def after(**amount: int) -> datetime:
    return datetime.now(UTC) + timedelta(**amount)


def test_nobody_is_told_who_did_not_choose_it(ground: Ground, mail: _MailServer, post):
    alert(ground)
    assert tell_people(post, after()) == 0
    assert mail.messages == []


@pytest.mark.parametrize(
    ("come", "told", "not_told"),
    [
        (alert, "adviser", ("assistant", "commander", "analyst", "custodian", "administrator", "outsider")),
        (hand_over, "commander", ("assistant", "adviser", "analyst", "custodian", "administrator", "outsider")),
        (ask_task, "commander", ("assistant", "analyst", "custodian", "administrator", "outsider")),
        (break_glass, "custodian", ("assistant", "adviser", "commander", "analyst", "administrator", "outsider")),
    ],
)
def test_it_goes_to_whom_something_waits_for_and_to_no_other(
    ground: Ground, mail: _MailServer, post, come, told: str, not_told: tuple[str, ...]
):
    for name in (told, *not_told):
        choose_notices(by=ground.people[name], wanted=True)
    assert tell_people(post, after()) == 0  # nothing waits yet
    come(ground)
    assert tell_people(post, after()) == 1
    (sent,) = (message_from_bytes(held, policy=policy.default) for held in mail.messages)
    assert sent["To"] == f"{told}@invented.example"
    assert (sent["Subject"], sent.get_content().replace("\r\n", "\n")) == (SENTENCE, BODY)
    assert b"zzyzx" not in mail.messages[0]


def test_what_somebody_does_not_read_tells_them_nothing(ground: Ground, mail: _MailServer, post):
    for name in ("adviser", "officer"):
        choose_notices(by=ground.people[name], wanted=True)
    alert(ground, by="officer", marking=2)  # above what the adviser reads, and the officer's own
    assert tell_people(post, after()) == 0
    alert(ground)
    assert tell_people(post, after()) == 2


def test_at_most_one_message_an_hour_and_person_and_none_twice_for_the_same(
    ground: Ground, mail: _MailServer, post
):
    choose_notices(by=ground.people["adviser"], wanted=True)
    alert(ground)
    now = after()
    assert tell_people(post, now) == 1
    alert(ground)
    assert [tell_people(post, now + timedelta(minutes=minute)) for minute in (0, 1, 30, 59)] == [0] * 4
    assert tell_people(post, now + timedelta(minutes=60)) == 1  # the second alert
    assert tell_people(post, now + timedelta(minutes=180)) == 0  # nothing came since
    assert len(mail.messages) == 2
    user = ground.people.users["adviser"]
    late = now + timedelta(minutes=180)
    assert [take_turn(by=TELLER, user=user, now=late) for _ in range(2)] == [
        True,
        False,
    ]  # two at once: one message
    with pytest.raises(Problem, match="do not include"):
        take_turn(by=ground.people["adviser"], user=user, now=late + timedelta(hours=2))


def test_a_mail_server_that_is_not_there_loses_nothing(ground: Ground, mail: _MailServer, post, caplog):
    choose_notices(by=ground.people["adviser"], wanted=True)
    alert(ground)
    away = find_post({**SETTINGS, "TUTELA_MAIL_PORT": "1"})
    assert away is not None
    now = after()
    assert tell_people(away, now) == 0
    assert "invented" not in caplog.text and "ConnectionRefusedError" in caplog.text
    assert tell_people(post, now + timedelta(minutes=59)) == 0
    assert tell_people(post, now + timedelta(minutes=60)) == 1


def test_one_chooses_for_oneself_and_stops_whenever_one_likes(ground: Ground, mail: _MailServer, post):
    people = ground.people
    choose_notices(by=people["adviser"], wanted=True)
    choose_notices(by=people["adviser"], wanted=True)
    assert wants_notices(people.users["adviser"]) and not wants_notices(people.users["officer"])
    alert(ground)
    choose_notices(by=people["adviser"], wanted=False)
    choose_notices(by=people["adviser"], wanted=False)
    assert tell_people(post, after()) == 0
    with pytest.raises(Problem, match="do not include"):
        choose_notices(by=TELLER, wanted=True)


def test_nobody_is_told_by_a_shut_account_or_a_register_that_is_not_open(ground: Ground, mail: _MailServer, post):
    people = ground.people
    choose_notices(by=people["adviser"], wanted=True)
    alert(ground)
    actions.set_mode(by=people["administrator"], mode=Mode.READ_ONLY)
    assert list_due(after()) == []
    actions.set_mode(by=people["administrator"], mode=Mode.NORMAL)
    actions.set_active(by=people["administrator"], user=people.users["adviser"], is_active=False)
    assert tell_people(post, after()) == 0 and mail.messages == []


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=40)


@how(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=NAMES, place=NAMES, language=st.sampled_from(["en", "fr", "ar", "", "xx"]))
def test_a_message_is_one_of_a_fixed_set_of_texts_and_the_address(
    ground: Ground, mail: _MailServer, post, title: str, place: str, language: str
):
    """Whatever came: the same bytes, but for the reader's own address, the hour and a random number."""
    user = ground.people.users["adviser"]
    with acting(ground.people["administrator"], "test"):
        User.objects.filter(pk=user.pk).update(language=language)
    choose_notices(by=ground.people["adviser"], wanted=False)
    choose_notices(by=ground.people["adviser"], wanted=True)
    alert(ground, summary=title, place=place, told_by=title, contact_code=place[:12])
    mail.messages.clear()
    assert tell_people(post, after()) == 1
    (held,) = mail.messages
    held.decode("ascii")  # nothing that a server on the way could not take
    read = message_from_bytes(held, policy=policy.default)
    assert {name: str(value) for name, value in read.items() if name not in ("Subject", "Date", "Message-ID")} == {
        "From": "tutela@invented.example",
        "To": "adviser@invented.example",
        "Auto-Submitted": "auto-generated",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "quoted-printable",
        "MIME-Version": "1.0",
    }
    subject, sentence = TEXTS.get(language, TEXTS["en"])
    assert str(read["Subject"]) == subject
    assert read.get_content().replace("\r\n", "\n") == f"{sentence}\n\n{ADDRESS}\n"
    assert re.fullmatch(r"<[0-9a-f]{32}@invented\.example>", str(read["Message-ID"]))


def test_two_people_get_the_same_but_for_their_address(post):
    one, other = (compose(post, f"{name}@invented.example", "en") for name in ("one", "other"))
    for message in (one, other):
        del message["Date"], message["Message-ID"], message["To"]
    assert one.as_bytes() == other.as_bytes()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("TUTELA_MAIL_HOST", "mail.invented.example"),  # in the clear, and not this machine
        ("TUTELA_MAIL_SECURITY", "perhaps"),
        ("TUTELA_MAIL_PORT", "0"),
        ("TUTELA_MAIL_PORT", "smtp"),
        ("TUTELA_MAIL_FROM", "nobody"),
        ("TUTELA_MAIL_FROM", "a@invented.example\nBcc: b@invented.example"),
        ("TUTELA_MAIL_SITE", "http://tutela.invented.example"),
        ("TUTELA_MAIL_SITE", "https://tutela.invented.example/?case=1"),
        ("TUTELA_MAIL_SITE", "https://somebody@tutela.invented.example"),
        ("TUTELA_MAIL_SITE", ""),
        ("TUTELA_MAIL_PASSWORD_FILE", "/nowhere/password"),
    ],
)
def test_settings_that_cannot_be_are_one_clear_message(setting: str, value: str):
    with pytest.raises(Problem) as caught:
        find_post({**SETTINGS, setting: value})
    assert caught.value.where in (setting, "TUTELA_MAIL_SECURITY")
    assert value == "" or value not in str(caught.value)


def test_without_a_host_there_is_no_mail_and_a_password_comes_from_a_file(tmp_path: Path):
    assert find_post({}) is None
    (tmp_path / "password").write_text("four words\n")
    made = find_post(
        {**SETTINGS, "TUTELA_MAIL_USER": "tutela", "TUTELA_MAIL_PASSWORD_FILE": str(tmp_path / "password")}
    )
    assert made is not None and (made.password, made.port) == ("four words", 25)


def test_the_ledger_says_who_chose_and_who_was_told_and_no_more(ground: Ground, mail: _MailServer, post):
    choose_notices(by=ground.people["adviser"], wanted=True)
    alert(ground)
    tell_people(post, after())
    bodies = [held.body for held in Content.objects.order_by("entry_id") if "chosen" in str(held.body)]
    assert bodies and all(set(body["after"]) <= {"user_id", "chosen", "tried", "told"} for body in bodies)
