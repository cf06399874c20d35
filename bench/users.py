"""Two hundred people at work at once: `tutela serve` as it is deployed, asked what browsers ask.

    python -m bench.users [--full]

One register, served by the command itself (gunicorn, its threads, the sealer, the worker) on a socket of this
machine. Each person signs in with password and second factor, and then goes round: the watch, the map and its
points, the list of incidents and one of them, an alert, from the inbox to a running clock, a search. Forms are
read from the pages as a browser reads them. Between two pages somebody looks, reads or types: 4 to 16 seconds at
full size, drawn from a seeded die, ten in the mean; people arrive over the first two minutes, as for a shift.
Every answer is timed from sending to its last byte, a redirect and what it leads to each by itself. What must
hold: no answer of 500 or above, no page that is refused. With --full, 200 people for four minutes on PostgreSQL
where TUTELA_TEST_POSTGRES names one, else on SQLite, and 95 in a hundred answers under 300 ms; without it, 12
people who hardly think, for 15 seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from bench._browsing import Browser, Forms, Seen
from bench.register import SOCKET, _fill, _freshen, _open_register, _people

BAR_MS = 300.0
PASSWORD = "four words that belong together"
SERVE = [sys.executable, "-c", "from tutela.cli.main import main; main()", "serve", "--port", "0", "--json"]


@dataclass(frozen=True)
class Load:
    """How many people, for how many seconds, arriving over so many, with how long between pages."""

    people: int
    seconds: float
    arriving: float
    think: tuple[float, float]
    incidents: int


SMALL = Load(12, 15.0, 2.0, (0.1, 0.5), 500)
FULL = Load(200, 240.0, 120.0, (4.0, 16.0), 20_000)


@dataclass
class Person:
    """Who signs in, with the secret of their phone."""

    email: str
    secret: bytes


class Visit:
    """One person at one browser, from signing in until the time is over."""

    def __init__(self, address: str, person: Person, load: Load, number: int) -> None:
        self.seen = Seen()
        self.browser = Browser(address, self.seen)
        self.person, self.load = person, load
        self.dice = random.Random(number)
        self.arrives = load.arriving * number / load.people

    def run(self, until: float) -> None:
        """Sign in, then go round until the time is over; what goes wrong is kept and not raised."""
        time.sleep(self.arrives)
        try:
            if self._sign_in():
                while time.monotonic() < until:
                    for act in (self._watch, self._map, self._incident, self._alert, self._clock, self._search):
                        act()
                        if time.monotonic() >= until:
                            return
        except OSError as error:
            self.seen.faults.append(f"the line broke: {type(error).__name__}")

    def _think(self) -> None:
        time.sleep(self.dice.uniform(*self.load.think))

    def _sign_in(self) -> bool:
        from tutela.records.accounts.factors import STEP_SECONDS, make_code

        browser = self.browser
        browser.ask("sign in", "/accounts/sign-in/")
        form = Forms(browser.page).of(email="")
        if form is None:
            self.seen.faults.append("sign in: no form")
            return False
        self._think()
        browser.ask("password", "/accounts/sign-in/", {**form, "email": self.person.email, "password": PASSWORD})
        form = Forms(browser.page).of(code="")
        if form is None:
            self.seen.faults.append("password: no form for the code")
            return False
        self._think()
        code = make_code(self.person.secret, int(time.time()) // STEP_SECONDS)
        return browser.ask("second factor", browser.path.partition("?")[0], {**form, "code": code})

    def _watch(self) -> None:
        self._think()
        self.browser.ask("watch", "/watch/")

    def _map(self) -> None:
        self._think()
        if self.browser.ask("map", "/map/"):
            points = re.search(r'data-points="([^"]+)"', self.browser.page)
            if points:
                self.browser.ask("points of the map", points[1].replace("&amp;", "&"))

    def _incident(self) -> None:
        self._think()
        if self.browser.ask("incidents", "/watch/incidents/"):
            self._think()
            path = self.browser.link("/watch/incidents/[a-z0-9]+/", self.dice)
            if path:
                self.browser.ask("incident", path)

    def _alert(self) -> None:
        self._think()
        browser = self.browser
        if not browser.ask("alert", "/watch/alerts/new/"):
            return
        forms = Forms(browser.page)
        form = forms.of(what="", where="")
        if form is None:
            self.seen.faults.append("alert: no form")
            return
        self._think()
        place = self.dice.choice([value for value in forms.choices["where"] if value])
        form |= {"what": "threat", "where": place, "summary": f"Told at crossing {self.dice.randrange(900)}"}
        browser.ask("alert", "/watch/alerts/new/", form)

    def _clock(self) -> None:
        browser = self.browser
        self._think()
        if not browser.ask("inbox", "/watch/inbox/"):
            return
        path = browser.link("/watch/reports/[a-z0-9]+/", self.dice)
        if not path:
            return
        self._think()
        browser.ask("report", path)
        form = Forms(browser.page).of(do="triage") or Forms(browser.page).of(do="open")
        if form is None:
            return  # somebody else was first, or an assistant looks
        self._think()
        status, where = browser.send("make it an incident", path, form)
        if status == 409:
            return  # two at once: the second is told so
        if status in (302, 303) and browser.ask("incident", urlsplit(where).path):
            form = Forms(browser.page).of(do="start")
            if form is not None:
                self._think()
                browser.send("start the clock", browser.path.partition("?")[0], form)

    def _search(self) -> None:
        self._think()
        if self.browser.ask("search", "/search/"):
            form = Forms(self.browser.page).of(words="")
            self._think()
            words = self.dice.choice(("crossing 4", "event 47", "village", "invented event 3"))
            self.browser.ask("search", "/search/", {**(form or {}), "words": words})


def main(arguments: list[str]) -> int:
    """Print the table; 1 where a page failed, or took too long at full size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true")
    full = parser.parse_args(arguments).full
    load = FULL if full else SMALL
    database = "PostgreSQL" if SOCKET else "SQLite"
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        people = _furnish(database, home, load)
        with _serve(home) as address:
            began = time.monotonic()
            visits = [Visit(address, person, load, number) for number, person in enumerate(people)]
            threads = [threading.Thread(target=visit.run, args=(began + load.seconds,)) for visit in visits]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            taken = time.monotonic() - began
    return _judge(database, load, [visit.seen for visit in visits], taken, full=full)


def _furnish(database: str, home: Path, load: Load) -> list[Person]:
    """A presence with its people at risk and its incidents, and those who work on it."""
    from tutela.data.store.homes import create_home

    create_home(home, demonstration=False)
    _open_register(database, home)
    from django.conf import settings

    settings.KEYS_FOLDER = str(home / "keys")
    _, presences, _ = _people(1)
    people = _staff(presences[0][0], load.people)
    by = people[0][1]
    _settle(by, presences[0])
    _fill(database, by, presences, (0, load.incidents))
    _freshen(database)
    return [person for person, _ in people]


def _staff(compartment: int, number: int) -> list[tuple[Person, Any]]:
    """Advisers and duty officers with a password and a confirmed factor; one hash serves them all, to be quick."""
    from django.contrib.auth.hashers import make_password

    from tutela.kernel.markings import Marking
    from tutela.records.accounts import factors
    from tutela.records.accounts.actions import Grant, admit, create_user
    from tutela.records.accounts.models import Factor, User
    from tutela.records.accounts.principals import member_of
    from tutela.records.accounts.roles import Role
    from tutela.records.ledger.acts import acting

    chief, keeper = (member_of(User.objects.get(email=f"{name}@invented.example")) for name in "ab")
    held, made = make_password(PASSWORD), []
    for index in range(number):
        email = f"person-{index}@invented.example"
        user = create_user(by=chief, email=email, name=f"Person {index}")
        role = (Role.PROTECTION_ADVISER, Role.DUTY_OFFICER)[index % 2]
        admit(by=keeper, compartment=compartment, user=user, grant=Grant(role, Marking.CONFIDENTIAL, "works there"))
        secret = factors.make_secret()
        with acting(chief, "bench"):
            user.password = held
            user.save(update_fields=["password"])
            sealed = factors.seal_secret(secret, str(user.pk))
            Factor(user=user, secret=sealed, confirmed=datetime.now(UTC)).save(force_insert=True)
        made.append((Person(email, secret), member_of(user)))
    return made


def _settle(by: Any, presence: tuple[int, int]) -> None:
    from tutela.records.ledger.acts import acting
    from tutela.records.missions.models import Population, Site

    common: dict[str, Any] = {"compartment_id": presence[0], "marking": 0, "presence_id": presence[1]}
    with acting(by, "bench"):
        for index in range(12):
            place = {"lat": 5 + index / 3, "lon": 20 + index / 3, **common}
            Site(key=f"site-{index}", name=f"Invented base {index}", **place).save()
            Population(kind="settlement", name=f"Invented town {index}", **place).save()


@contextmanager
def _serve(home: Path) -> Iterator[str]:
    from django.db import connection

    connection.close()
    env = {**os.environ, "TUTELA_HOME": str(home)}
    with subprocess.Popen([*SERVE, "--home", str(home)], stdout=subprocess.PIPE, text=True, env=env) as server:
        assert server.stdout is not None
        try:
            yield json.loads(server.stdout.readline())["address"].rstrip("/")
        finally:
            server.terminate()


def _judge(database: str, load: Load, seen: list[Seen], taken: float, *, full: bool) -> int:
    console = Console()
    answers = [answer for one in seen for answer in one.answers]
    load_now = os.getloadavg()[0]
    console.print(
        f"{database}, Python {platform.python_version()}, {load.people} people, {len(answers):,} answers in"
        f" {taken:.0f} s ({len(answers) / taken:.1f} a second), load {load_now:.1f}"
    )
    table = Table("page", "answers", "median ms", "p95 ms")
    names = sorted({name for name, _, _ in answers})
    for name in [*names, ""]:
        times = sorted(ms for known, _, ms in answers if name in ("", known))
        row = (f"{times[len(times) // 2]:.0f}", f"{times[int(len(times) * 0.95)]:.0f}")
        table.add_row(name or "all of them", f"{len(times):,}", *row)
    console.print(table)
    faults = Counter(fault for one in seen for fault in one.faults)
    faults.update(f"{name}: {status}" for name, status, _ in answers if status >= 500)
    everything = sorted(ms for _, _, ms in answers)
    p95 = everything[int(len(everything) * 0.95)]
    if full and p95 > BAR_MS:
        faults[f"95 in a hundred answers took up to {p95:.0f} ms, more than {BAR_MS:.0f}"] += 1
    for fault, number in faults.most_common(10):
        console.print(f"{number} times: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
