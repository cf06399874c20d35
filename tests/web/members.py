"""A register with its cast, and browsers signed in as each of them, through the pages themselves."""

from __future__ import annotations

import re
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from cast import Cast, assemble
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from tutela.kernel.markings import Principal
from tutela.records.accounts.actions import FOUNDER
from tutela.records.accounts.factors import make_code, open_secret
from tutela.records.accounts.links import make_link
from tutela.records.accounts.models import Factor, User

PASSWORD = "four words that belong together"
HOST = {"host": "127.0.0.1:8000"}


def browser(*, forms_are_checked: bool = False) -> Client:
    """Somebody's browser, of whom nothing is known yet."""
    return Client(headers=HOST, raise_request_exception=False, enforce_csrf_checks=forms_are_checked)


def code_of(user: User, later: int = 0) -> str:
    """What the phone shows now, or so many steps later."""
    row = Factor.objects.get_queryset().opened().get(user_id=user.pk)
    return make_code(open_secret(bytes(row.secret), str(user.pk)), int(time.time()) // 30 + later)


def path_of_link(user: User) -> str:
    """A first sign-in, as the owner of the home makes it."""
    return f"/accounts/first/?key={make_link(by=Principal(FOUNDER), user=user)}"


def come_in(user: User) -> Client:
    """Sign in by a link, a password and a second factor set up; ends on the page with the paper codes."""
    client = give_password_by_link(user)
    page = client.get("/accounts/set-up/")
    assert page.status_code == 200, page.content
    done = client.post("/accounts/set-up/", {"code": code_of(user)})
    assert done.status_code == 200, done.content
    return client


def give_password_by_link(user: User) -> Client:
    """The first half: a password of one's own."""
    client, path = browser(), path_of_link(user)
    key = path.partition("key=")[2]
    sent = client.post("/accounts/first/", {"key": key, "password": PASSWORD, "again": PASSWORD})
    assert sent.status_code == 302, sent.content
    return client


def recovery_codes(page: HttpResponse) -> list[str]:
    """The codes that a page shows."""
    return re.findall(r"<code>([A-Z0-9-]{19})</code>", page.content.decode())


@dataclass(frozen=True)
class Team:
    """Fresh browsers over a copy of that register, with the cookies that everybody had."""

    everybody: Members
    path: Path

    @property
    def people(self) -> Cast:
        """The cast; `team.people["officer"]` is a principal as of now."""
        return self.everybody.people

    def __getitem__(self, name: str) -> Client:
        """This person's browser."""
        client = browser()
        client.cookies.load({key: morsel.value for key, morsel in self.everybody.browsers[name].cookies.items()})
        return client

    def user(self, name: str) -> User:
        """This person's account, as of now."""
        return User.objects.get(pk=self.people.users[name].pk)


@dataclass
class Members:
    """The cast with a browser for each; `half` gave a password alone, `new` has no factor yet, `shut` is shut."""

    people: Cast
    browsers: dict[str, Client] = field(default_factory=dict)


def make_template(path: Path) -> None:
    """A register with its tables and nobody in it."""
    point_to(path)
    call_command("migrate", verbosity=0)
    connection.close()


def copy_register(template: Path, path: Path) -> None:
    """A register like the other one, at another place, and Django's database from now on."""
    connection.close()
    with closing(sqlite3.connect(template)) as whole, closing(sqlite3.connect(path)) as copy:
        whole.backup(copy)
    point_to(path)


def point_to(path: Path) -> None:
    """Make this file Django's database."""
    connection.close()
    connection.settings_dict["NAME"] = str(path)


def sign_everybody_in() -> Members:
    """The cast, each signed in, and three who are not quite."""
    from tutela.records.accounts.actions import create_user, set_active

    members = Members(assemble())
    by = members.people["administrator"]
    for name, user in members.people.users.items():
        members.browsers[name] = come_in(user)
    for name in ("half", "new", "shut"):
        user = create_user(by=by, email=f"{name}@invented.example", name=name.capitalize())
        members.browsers[name] = give_password_by_link(user) if name == "new" else come_in(user)
        members.people.users[name] = user
    half = browser()
    sent = half.post("/accounts/sign-in/", {"email": "half@invented.example", "password": PASSWORD})
    assert sent.status_code == 302
    members.browsers["half"] = half
    set_active(by=by, user=members.people.users["shut"], is_active=False)
    members.browsers["nobody"] = browser()
    return members
