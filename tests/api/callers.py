"""A program that calls operations."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.test import Client

FIRST = "/api/1"


@dataclass(frozen=True)
class Caller:
    """Letters of a token, sent with every request; none where they are empty."""

    letters: str

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self._client().get(f"{FIRST}{path}", query)

    def post(self, path: str, body: Any) -> HttpResponse:
        content = body if isinstance(body, (str, bytes)) else json.dumps(body)
        return self._client().post(f"{FIRST}{path}", content, content_type="application/json")

    def _client(self) -> Client:
        headers = {"host": "127.0.0.1:8000"}
        if self.letters:
            headers["authorization"] = f"Bearer {self.letters}"
        return Client(headers=headers, raise_request_exception=False)
