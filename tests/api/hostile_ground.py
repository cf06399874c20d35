"""Hostile text in every field that there is, found in the forms of pages and in the bodies of operations."""

from __future__ import annotations

import html
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.test import Client
from django.urls import Resolver404, resolve
from operation_ground import TABLE, Rows

from tutela.api.operations import description

HOSTILE = "=1+1<svg onload=alert(7)>\"'<img src=x onerror=alert(7)>"
"""A formula, SVG and HTML in one; it closes attributes of either quote."""

RAW = (b"<svg onload", b"<img src=x", b"alert(7)>\"'")
"""None of this stands in a page as it was written."""

TEXTS = frozenset({"text", "search", "email", "tel", "url", ""})
EACH = 2
"""Addresses that are looked at of one route."""

AVOIDED = (
    "/static/",
    "/language/",
    "/presences/",
    "/reach/",
    "/siting/",
    "/releases/",
    "/accounts/sign-out/",
    "/accounts/password/",
    "/administration/house/",
    "/accounts/again/",
)
"""What holds nothing of the register, and what would end the walk: signing out, waits, the mode of the house."""


@dataclass
class Form:
    """One form of a page that is sent: where, with what as it stands, and its fields of text."""

    action: str
    sent: dict[str, list[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)


class Reader(HTMLParser):
    """The links and the forms of one page."""

    def __init__(self, here: str) -> None:
        super().__init__()
        self.here, self.links, self.forms = here, [], []
        self._form: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href", "").startswith("/"):
            self.links.append(given["href"].partition("#")[0])
        elif tag == "form" and given.get("method", "").lower() == "post":
            self._form = Form(given.get("action") or self.here)
        elif self._form is not None:
            self._take(tag, given)

    def _take(self, tag: str, given: dict[str, str]) -> None:
        form, name = self._form, given.get("name", "")
        assert form is not None
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and given.get("value"):
            if self._select not in form.sent or "selected" in given:
                form.sent[self._select] = [given["value"]]
        elif tag == "textarea" and name:
            form.texts.append(name)
        elif tag == "input" and name:
            kind = given.get("type", "").lower()
            if kind in TEXTS and "inputmode" not in given:
                form.texts.append(name)
            elif kind in ("checkbox", "radio") and (kind == "checkbox" or name not in form.sent):
                form.sent.setdefault(name, []).append(given.get("value", "on"))
            elif kind not in ("checkbox", "radio", "file"):
                form.sent[name] = [given.get("value", "")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form is not None:
            self.forms.append(self._form)
            self._form = None
        elif tag == "select":
            self._select = ""


@dataclass
class Walk:
    """From page to page as one reader, by every link; `wrong` says where hostile text stood as it was written."""

    client: Client
    seen: list[str] = field(default_factory=list)
    times: Counter[str] = field(default_factory=Counter)
    showing: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    forms: dict[tuple[str, tuple[str, ...]], Form] = field(default_factory=dict)

    def through(self, start: str = "/") -> Walk:
        """Every route that links lead to, by the first few addresses of each."""
        waiting = [start]
        while waiting:
            path = waiting.pop(0)
            if path in self.seen or path.startswith(AVOIDED) or self._was_enough(path):
                continue
            self.seen.append(path)
            answer = self.client.get(path, follow=True)
            if "html" not in answer.get("Content-Type", ""):
                continue
            page = self.look(path, answer)
            waiting += [link for link in page.links if link not in self.seen]
            for form in page.forms:
                self.forms.setdefault((form.action, tuple(form.sent.get("do", []) + form.texts)), form)
        return self

    def _was_enough(self, path: str) -> bool:
        try:
            name = resolve(path.partition("?")[0]).view_name
        except Resolver404:
            return True
        self.times[name] += 1
        return self.times[name] > EACH

    def look(self, path: str, answer: Any) -> Reader:
        """One page: what of the hostile text is on it, and how."""
        content = answer.content
        if any(part in content for part in RAW):
            self.wrong.append(path)
        if html.escape("<svg onload").encode() in content:
            self.showing.add(path)
        page = Reader(answer.request["PATH_INFO"])
        page.feed(content.decode())
        return page

    def send_all(self) -> int:
        """Every form with hostile text in all its fields of text; gives how many fields were filled."""
        filled = 0
        for form in list(self.forms.values()):
            if not form.texts or form.action.startswith(AVOIDED):
                continue
            sent: dict[str, Any] = {**form.sent, **dict.fromkeys(form.texts, HOSTILE)}
            answer = self.client.post(form.action, sent, follow=True)
            assert answer.status_code < 500, form.action
            if "html" in answer.get("Content-Type", ""):
                self.look(f"POST {form.action}", answer)
            filled += len(form.texts)
        return filled


def fields_of_text() -> Iterator[tuple[dict[str, str], tuple[str, ...]]]:
    """Every field of free text of every body: the row of the table, and the way to it in the body."""
    told = description()
    shapes = told["components"]["schemas"]
    bodies = {
        operation["operationId"]: operation["requestBody"]["content"]["application/json"]["schema"]
        for methods in told["paths"].values()
        for operation in methods.values()
        if "requestBody" in operation
    }
    for line in TABLE:
        if line["operation"] in bodies:
            for way in _ways(bodies[line["operation"]], shapes):
                yield line, way


def _ways(shape: Any, shapes: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    if "$ref" in shape:
        yield from _ways(shapes[shape["$ref"].rpartition("/")[2]], shapes)
    elif "anyOf" in shape:
        for part in shape["anyOf"]:
            yield from _ways(part, shapes)
    elif shape.get("type") == "array":
        for way in _ways(shape["items"], shapes):
            yield ("[]", *way)
    elif shape.get("type") == "string" and not shape.keys() & {"format", "enum", "const", "pattern"}:
        yield ()
    for name, part in shape.get("properties", {}).items():
        for way in _ways(part, shapes):
            yield (name, *way)


def put(body: dict[str, Any], way: tuple[str, ...], text: str) -> dict[str, Any]:
    """A body with this text at the end of the way."""
    return json.loads(json.dumps(_put(body, way, text)))


def _put(held: Any, way: tuple[str, ...], text: str) -> Any:
    if not way:
        return text
    if way[0] == "[]":
        first = held[0] if isinstance(held, list) and held else ({} if len(way) > 1 else "")
        return [_put(first, way[1:], text)]
    held = held if isinstance(held, dict) else {}
    return {**held, way[0]: _put(held.get(way[0]), way[1:], text)}


def send_everywhere(ground: Any, caller: Any, holder_of: dict[str, str]) -> tuple[list[str], int]:
    """Hostile text in every field of every body: what was neither kept nor refused, and how much was kept."""
    wrong, kept = [], 0
    programs = {name: caller(name) for name in {"officer", *holder_of.values()}}
    for line, way in fields_of_text():
        name = holder_of.get(line["operation"], "officer")
        program = programs[name]
        rows = Rows(ground, name)
        body = put(json.loads(rows.fill(line["body"])), way, HOSTILE)
        answer = program.post(rows.fill(line["path"]), body)
        kept += answer.status_code in (200, 201)
        named = answer.status_code == 400 and answer.json()["where"]
        if not (answer.status_code in (200, 201) or named or answer.status_code in (403, 409)):
            wrong.append(f"{line['operation']} {'.'.join(way)}: {answer.status_code} {answer.content[:120]!r}")
        if b"onload" in answer.content:
            wrong.append(f"{line['operation']} {'.'.join(way)}: the answer repeats it")
    return wrong, kept
