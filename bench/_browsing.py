"""A browser of little wit for benchmarks: asks, keeps cookies, follows, and reads forms off pages."""

from __future__ import annotations

import http.client
import random
import re
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit


@dataclass
class Seen:
    """What one browser saw: every answer as (page, status, milliseconds), and what was not as it should be."""

    answers: list[tuple[str, int, float]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Forms(HTMLParser):
    """The forms of a page: what a browser would send of each, and the choices of its lists."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self.choices: dict[str, list[str]] = {}
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Boxes and lists as they stand."""
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append({})
        elif tag == "input" and self.forms and given.get("name"):
            if given.get("type") not in ("checkbox", "radio", "file", "submit") or "checked" in given:
                self.forms[-1][given["name"]] = given.get("value", "")
        elif tag == "textarea" and self.forms:
            self.forms[-1][given.get("name", "")] = ""
        elif tag == "select":
            self._select = given.get("name", "")
            self.choices[self._select] = []
        elif tag == "option" and self._select and self.forms:
            self.choices[self._select].append(given.get("value", ""))
            if "selected" in given or self._select not in self.forms[-1]:
                self.forms[-1][self._select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """A list ends."""
        if tag == "select":
            self._select = ""

    def of(self, **wanted: str) -> dict[str, str] | None:
        """The first form that would send this; one with a box of this name where the value is empty."""
        for form in self.forms:
            if all(name in form and (not value or form[name] == value) for name, value in wanted.items()):
                return dict(form)
        return None


class Browser:
    """Asks for pages and sends forms, with cookies, over a line that is kept."""

    def __init__(self, address: str, seen: Seen) -> None:
        parts = urlsplit(address)
        self.host, self.port = parts.hostname or "", parts.port
        self.line = http.client.HTTPConnection(self.host, self.port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.seen = seen
        self.page, self.path = "", ""

    def ask(self, name: str, path: str, form: dict[str, str] | None = None) -> bool:
        """Fetch or send, and follow where it leads; whether the answer was good."""
        status, where = self.send(name, path, form)
        while status in (302, 303):
            path = urlsplit(where).path + (f"?{urlsplit(where).query}" if urlsplit(where).query else "")
            status, where = self.send(name, path, None)
        self.path = path
        if status != 200:
            self.seen.faults.append(f"{name}: {status}")
        return status == 200

    def link(self, pattern: str, dice: random.Random) -> str:
        """One of the links of the page that look so; "" without any."""
        found = re.findall(f'href="({pattern})"', self.page)
        return dice.choice(found) if found else ""

    def send(self, name: str, path: str, form: dict[str, str] | None) -> tuple[int, str]:
        """One request; its status and where it leads."""
        body = urlencode(form) if form is not None else None
        headers = {"Cookie": "; ".join(f"{key}={value}" for key, value in self.cookies.items())}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        began = time.perf_counter()
        answer, content = self._send("POST" if body is not None else "GET", path, body, headers)
        taken = 1_000 * (time.perf_counter() - began)
        self.seen.answers.append((f"{name}{' (sent)' if body is not None else ''}", answer.status, taken))
        for line in answer.headers.get_all("Set-Cookie") or []:
            key, _, value = line.partition(";")[0].partition("=")
            self.cookies[key] = value
        self.page = content.decode("utf-8", "replace")
        return answer.status, answer.headers.get("Location", "")

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[Any, bytes]:
        for is_last in (False, True):
            try:
                self.line.request(method, path, body, headers)
                answer = self.line.getresponse()
                return answer, answer.read()
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                # The server closes a line that rested; a browser opens another one, and asks again.
                self.line.close()
                if is_last:
                    raise
        raise AssertionError
