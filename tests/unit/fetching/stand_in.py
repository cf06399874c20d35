"""A stand-in for UCDP's API on this machine: pages of invented events in the API's shape, and faults by plan."""

from __future__ import annotations

import contextlib
import json
import math
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "0123-invented-token-4567"


def invented_rows(count: int, **change: Any) -> list[dict[str, Any]]:
    """Rows with the API's columns and types; no such event happened."""
    return [
        {
            "id": 500_000 + i, "relid": f"INV-{i}", "year": 2020, "active_year": True, "code_status": "Clear",
            "type_of_violence": 1 + i % 3, "conflict_dset_id": "900", "conflict_new_id": 900,
            "conflict_name": "Invented - Civilians", "dyad_dset_id": "901", "dyad_new_id": 901,
            "dyad_name": "Invented - Civilians", "side_a_dset_id": "902", "side_a_new_id": 902,
            "side_a": "Invented Group", "side_b_dset_id": "903", "side_b_new_id": 903, "side_b": "Civilians",
            "number_of_sources": -1, "source_article": f'"Invented, no. {i}"\nsecond line; Bébé',
            "source_office": "", "source_date": "", "source_headline": "", "source_original": None,
            "where_prec": 1 + i % 5, "where_coordinates": "Invented town", "where_description": "",
            "adm_1": None, "adm_2": None,
            "latitude": 5.25 + i / 1000, "longitude": 20.125, "geom_wkt": f"POINT (20.125 {5.25 + i / 1000})",
            "priogrid_gid": 1, "country": "Central African Republic", "country_id": 482, "region": "Africa",
            "event_clarity": 1, "date_prec": 1, "date_start": f"2020-03-{1 + i % 28:02d}T00:00:00",
            "date_end": f"2020-03-{1 + i % 28:02d}T00:00:00", "deaths_a": 0, "deaths_b": 0,
            "deaths_civilians": 2 + i % 4, "deaths_unknown": 0, "best": 2 + i % 4, "high": 9, "low": 1,
            "gwnoa": None, "gwnob": "482", **change,
        }
        for i in range(count)
    ]  # fmt: skip


Fault = Callable[["Handler", dict[str, Any]], None]


class StandIn(ThreadingHTTPServer):
    """Answers as the API does; `faults` by page are used up one by one, `always` stays."""

    daemon_threads = True

    def __init__(self, rows: list[dict[str, Any]], first: int, version: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.rows, self.first, self.version = rows, first, version
        self.faults: dict[int, list[Fault]] = {}
        self.always: dict[int, Fault] = {}
        self.pages_asked: list[int] = []
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.pause_seconds = 0.0
        self.below_first: Fault = answer_with(400)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing where a client gave up in the middle."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/api"

    def link(self, number: int, size: int) -> str:
        return f"{self.address}/gedevents/{self.version}?pagesize={size}&page={number}"

    def reply(self, asked: dict[str, str]) -> dict[str, Any]:
        size, number = int(asked["pagesize"]), int(asked["page"])
        wanted = asked.get("Country")
        rows = [row for row in self.rows if not wanted or str(row["country_id"]) in wanted.split(",")]
        place = number - self.first
        pages = math.ceil(len(rows) / size)
        return {
            "TotalCount": len(rows),
            "TotalPages": pages,
            "PreviousPageUrl": self.link(number - 1, size) if place > 0 else "",
            "NextPageUrl": self.link(number + 1, size) if place + 1 < pages else "",
            "Result": [dict(row) for row in rows[place * size : (place + 1) * size]],
        }


class Handler(BaseHTTPRequestHandler):
    server: StandIn

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        number = int(asked.get("page", "0"))
        self.server.pages_asked.append(number)
        self.server.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        time.sleep(self.server.pause_seconds)
        if self.headers.get("x-ucdp-access-token") != TOKEN:
            self.send(401, b'"API token required"')
        elif parts.path != f"/api/gedevents/{self.server.version}":
            self.send(404, b"{}")
        elif self.server.faults.get(number):
            self.server.faults[number].pop(0)(self, asked)
        elif number in self.server.always:
            self.server.always[number](self, asked)
        elif number < self.server.first:
            self.server.below_first(self, asked)
        else:
            self.send(200, json.dumps(self.server.reply(asked)).encode())

    def send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


def answer_with(status: int, **headers: str) -> Fault:
    return lambda handler, asked: handler.send(status, b"", **headers)


def answer_body(body: bytes) -> Fault:
    return lambda handler, asked: handler.send(200, body)


def edit(change: Callable[[dict[str, Any]], Any]) -> Fault:
    """The right reply with something changed in it."""

    def fault(handler: Handler, asked: dict[str, Any]) -> None:
        reply = handler.server.reply(asked)
        change(reply)
        handler.send(200, json.dumps(reply).encode())

    return fault


def cut(share: float, *, promised: bool = True) -> Fault:
    """The right reply, and the connection closed in its middle."""

    def fault(handler: Handler, asked: dict[str, Any]) -> None:
        body = json.dumps(handler.server.reply(asked)).encode()
        handler.send_response(200)
        if promised:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[: int(share * len(body))])

    return fault


def hang_up(handler: Handler, asked: dict[str, Any]) -> None:
    handler.close_connection = True


@contextlib.contextmanager
def running(rows: list[dict[str, Any]], *, first: int = 0, version: str = "25.1") -> Iterator[StandIn]:
    with StandIn(rows, first, version) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
