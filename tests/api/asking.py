"""Every address of the application, asked for one reader: found from `tutela routes`, filled, followed."""

from __future__ import annotations

import html
import random
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve
from sealed_rows import HIDDEN_WORD, NOW, VISIBLE_WORD, Rows

from tutela.records.accounts.references import write_reference
from tutela.service.routes import Route

MOST_FOLLOWED = 40
"""Links that are followed for one reader."""

MOST_FILLED = 4
"""Addresses that are made of one route; which ones, a seed says."""

_HOLE = re.compile(r"<(?:(\w+):)?(\w+)>|\{(\w+)\}")
_LINK = re.compile(r'(?:href|src)="(/[^"#]*)')
_FORM = re.compile(r'<form(?![^>]*method="post")[^>]*>.*?</form>', re.DOTALL | re.IGNORECASE)
_ACTION = re.compile(r'action="([^"]*)"')
_NAME = re.compile(r'<(?:input|textarea)[^>]*name="(\w+)"')
_ONCE = re.compile(rb'name="(csrfmiddlewaretoken|submission)" value="[^"]+"')
_MOMENTS = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|(?<=before=)[a-z2-7]{13}(?=&|\")")
"""When something was done, and the keyed letters of where a page of the ledger ends: asking writes entries."""
_PASSING = frozenset({"Date", "Set-Cookie", "Content-Length"})

HOLES: dict[str, tuple[str, ...]] = {
    "front:language.code": ("en", "xx"),
    "presences:presence.presence_id": ("MINUSCA",),
    "presences:statement.presence_id": ("MINUSCA",),
    "presences:claims.presence_id": ("MINUSCA",),
    "releases:comparison.digest": ("c0" * 32,),
    "reach:map.digest": ("c0" * 32,),
    "reach:place.digest": ("c0" * 32,),
    "siting:options.digest": ("c0" * 32,),
    "siting:plan.digest": ("c0" * 32,),
    "siting:cuts.digest": ("c0" * 32,),
    "missions:history.kind": ("site", "population", "capacity", "activity", "restriction"),
    "outlook:place.code": ("137211", "139371", "1"),
    "operations:print.form": ("html", "pdf", "docx"),
    "missions:write.deed": ("place-site", "log-activity"),
    "missions:write-row.deed": ("describe-site", "change-status"),
}
"""What stands in an address where that is no row: by route and parameter. Rows are found by themselves."""

ROWS = frozenset({"row", "kept", "threat", "on_duty", "export", "token", "of_outlook"})
"""Kinds of holes in which the reference of a row stands."""

DROPPED = frozenset({"dropped"})
"""Holes in which the number of a dropped report stands."""

CALLED = {"job": "jobspec"}
"""Models that an address calls by another name."""

QUERIES: dict[str, tuple[dict[str, str], ...]] = {
    "api:strengths": ({}, {"on": NOW.date().isoformat()}),
    "api:reports": ({}, {"limit": "1"}, {"untriaged": "true"}, {"status": "alleged"}, {"after": "nowhere"}),
    "api:presences": ({}, {"limit": "1"}),
    "api:incidents": ({}, {"limit": "1"}, {"status": "alleged"}, {"since": "2026-01-01T00:00:00Z"}),
    "api:told": ({}, {"limit": "1"}),
    "api:commitments": ({}, {"limit": "1"}, {"state": "open"}),
    "api:activities": ({}, {"limit": "1"}, {"until": NOW.date().isoformat()}),
    "api:threats": ({}, {"status": "dormant"}, {"level": "tactical"}),
    "api:plans": ({}, {"limit": "1"}),
    "api:jobs": ({}, {"limit": "1"}),
    "watch:commitments": ({}, {"for": "public"}),
}
"""Queries to ask beside the bare address; those of forms that search are found by themselves."""


@dataclass
class Reader:
    """Somebody who asks: a session at the pages, a token at the API."""

    session: str
    letters: str
    everybody: tuple[str, ...] = ()

    def get(self, path: str) -> HttpResponse:
        return self._client(path).get(path)

    def post(self, path: str) -> HttpResponse:
        return self._client(path).post(path, b"{}", content_type="application/json")

    def _client(self, path: str) -> Client:
        headers = {"host": "127.0.0.1:8000"}
        if path.startswith("/api/"):
            headers["authorization"] = f"Bearer {self.letters}"
        client = Client(headers=headers, raise_request_exception=False)
        if not path.startswith("/api/"):
            client.cookies["tutela_session"] = self.session
        return client


@dataclass
class Atlas:
    """Addresses by route; `unfilled` those for which this knows no value, `rows` what stands where a row does."""

    seen: list[Rows]
    hidden: list[Rows]
    people: tuple[str, ...]
    routes: list[Route]
    unfilled: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.dice = random.Random("addresses")
        self.harvest: dict[str, set[str]] = {}

    def follow(self, reader: Reader) -> list[str]:
        """The addresses that links and searching forms lead to, from every page that needs no row."""
        waiting = [
            route["path"] for route in self.routes if not _HOLE.search(route["path"]) and "GET" in route["methods"]
        ]
        found = list(waiting)
        while waiting and len(found) < MOST_FOLLOWED:
            answer = reader.get(waiting.pop(0))
            if "html" not in answer.get("Content-Type", "") or answer.streaming:
                continue
            page = answer.content.decode()
            for path in (*_links(page), *_searches(page, answer.request["PATH_INFO"])):
                if path not in found and not path.startswith("/static/"):
                    found.append(path)
                    waiting.append(path)
                    self._remember(path)
        return found

    def fill(self) -> Iterator[tuple[str, str]]:
        """Every route with rows that are seen, hidden and not there in its holes: method and address."""
        for route in self.routes:
            methods = [method for method in route["methods"] if method != "HEAD"]
            for path in self._addresses(route):
                for query in QUERIES.get(route["name"], ({},)):
                    yield from ((method, path + (f"?{urlencode(query)}" if query else "")) for method in methods)

    def _addresses(self, route: Route) -> list[str]:
        made = [route["path"]]
        while _HOLE.search(made[0]):
            made = [
                path.replace(hole[0], value, 1)
                for path in made
                if (hole := _HOLE.search(path)) is not None
                for value in self._values(route, hole[1] or "", hole[2] or hole[3])
            ]
            if not made:
                self.unfilled.add(route["name"])
                return []
        return made if len(made) <= MOST_FILLED else self.dice.sample(made, MOST_FILLED)

    def _values(self, route: Route, kind: str, name: str) -> list[str]:
        key = f"{route['name']}.{name}"
        if kind in ROWS or route["surface"] == "api":
            return [write_reference(number) for number in self._numbers(name)]
        if kind == "uuid" and name in DROPPED:
            return self._dropped()
        if kind == "uuid":
            return list(self.people)
        if kind == "int":
            return ["1", "2", "3", "999999"]
        return sorted({*HOLES.get(key, ()), *sorted(self.harvest.get(key, ()))[:6]})

    def _dropped(self) -> list[str]:
        """Rows whose number is no count: seen, hidden, and one that is not there."""
        layers = (*self.seen, *self.hidden)
        made = [row for layer in layers for held in layer.made.values() for row in held]
        return [*(str(row.pk) for row in made if isinstance(row.pk, uuid.UUID)), str(uuid.UUID(int=7))]

    def _numbers(self, name: str) -> list[int]:
        """Rows of this name that are seen, that are hidden, and one that is not there; else of any model."""
        found = []
        for layers in (self.seen, self.hidden):
            rows = [
                row for layer in layers for held in layer.made.values() for row in held if isinstance(row.pk, int)
            ]
            named = [row.pk for row in rows if type(row)._meta.model_name == CALLED.get(name, name)]
            found += self.dice.sample(
                named or [row.pk for row in rows], min(len(named or rows), 3 if named else 12)
            )
        return [*found, 123]

    def _remember(self, path: str) -> None:
        try:
            match = resolve(path.partition("?")[0])
        except Resolver404:
            return
        for name, value in match.kwargs.items():
            if isinstance(value, str):
                self.harvest.setdefault(f"{match.view_name}.{name}", set()).add(value)


def bare(answer: HttpResponse) -> tuple[int, dict[str, str], bytes]:
    """An answer as its reader gets it, without what is made anew for every showing."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    headers = {name: value for name, value in answer.headers.items() if name not in _PASSING}
    if answer.wsgi_request.path == "/administration/ledger/house/":
        content = _MOMENTS.sub(b"", content)
    return answer.status_code, headers, _ONCE.sub(b"", content)


def _links(page: str) -> Iterator[str]:
    yield from (html.unescape(path) for path in _LINK.findall(page) if not path.startswith("//"))


def _searches(page: str, here: str) -> Iterator[str]:
    for form in _FORM.findall(page):
        action = _ACTION.search(form)
        where = html.unescape(action[1]) if action and action[1] else here
        for name in dict.fromkeys(_NAME.findall(form)):
            for word in (HIDDEN_WORD, VISIBLE_WORD):
                yield f"{where}?{urlencode({name: word})}"
