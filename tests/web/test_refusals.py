"""What the pages refuse, first of all."""

from __future__ import annotations

import pytest
import worlds
from django.test import Client

from tutela.kernel.problems import Problem


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "192.168.1.10", "localhost.evil.example:80"]
)
@pytest.mark.parametrize("path", ["/", "/presences/INV-LARGE/", "/static/tutela.css", "/nothing"])
def test_a_foreign_host_name_gets_nothing(ask, host: str, path: str) -> None:
    response = ask(path, host=host)
    assert response.status_code == 400
    assert b"Korrim" not in response.content
    assert b"request-refused" in response.content


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8000", "[::1]:8000"])
def test_this_machine_under_its_own_names_is_answered(ask, host: str) -> None:
    assert ask("/", host=host).status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_nothing_but_reading_is_allowed(show, method: str) -> None:
    show(worlds.make_demonstration())
    response = getattr(Client(), method)("/presences/", headers={"host": "localhost"})
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"


def test_head_answers_like_get_without_a_body(show) -> None:
    show(worlds.make_demonstration())
    response = Client().head("/", headers={"host": "localhost"})
    assert response.status_code == 200
    assert response.content == b""


@pytest.mark.parametrize(
    "path",
    [
        "/presences/../../etc/passwd",
        "/presences/..%2f..%2fetc%2fpasswd/",
        "/presences/%2e%2e/statement/",
        "/static/../settings.py",
        "/static/%2e%2e/shared/reader.py",
        "/static/built/../../__init__.py",
        "/presences/INV-LARGE/claims.json/..",
        "/presences/%00/",
    ],
)
def test_a_path_that_climbs_finds_nothing(ask, path: str) -> None:
    response = ask(path)
    assert response.status_code == 404
    assert b"root:" not in response.content
    assert b"import" not in response.content


def test_an_unknown_presence_suggests_those_spelt_nearly_so(ask) -> None:
    response = ask("/presences/MINUSKA/")
    assert response.status_code == 404
    assert b"/presences/MINUSCA/" in response.content


def test_a_study_above_the_readers_clearance_is_refused_and_not_counted(ask) -> None:
    for path in ("", "statement/", "claims.json"):
        response = ask(f"/presences/INV-SPM/{path}")
        assert response.status_code == 403
        assert worlds.DIGEST[:16].encode() not in response.content
    assert b'aria-label="yes, study of Invented Assistance Mission"' not in ask("/presences/").content


@pytest.mark.parametrize("path", ["/presences/", "/presences/INV-UNCT/", "/presences/?name=%3Cscript%3E%22%27"])
def test_hostile_names_are_shown_as_text(ask, path: str) -> None:
    body = ask(path).content.decode()
    assert "<script" not in body
    assert "<img" not in body
    assert "&lt;script&gt;" in body


def test_a_hostile_unknown_id_is_shown_as_text_and_cut(ask) -> None:
    body = ask("/presences/%3Cscript%3E" + "x" * 500 + "/").content.decode()
    assert "&lt;script&gt;" in body
    assert "<script" not in body
    assert "x" * 61 not in body


def test_a_failure_of_ours_shows_no_traceback(show) -> None:
    class Broken(worlds.FakeShelf):
        def presences(self):
            raise RuntimeError("a value from a case")

    show(Broken())
    response = Client(raise_request_exception=False).get("/presences/", headers={"host": "localhost"})
    assert response.status_code == 500
    assert b"application-failed" in response.content
    assert b"Traceback" not in response.content
    assert b"a value from a case" not in response.content


@pytest.mark.parametrize("path", ["/", "/healthz", "/presences/MINUSCA/"])
def test_without_a_home_the_page_says_what_to_do(show, path: str) -> None:
    from tutela.web.shared import reader

    def no_home():
        raise Problem("home-missing", "This folder is no Tutela home.", remedy="Run tutela demo.")

    reader.open_room(reader.ReadingRoom(open_shelf=no_home, today=lambda: worlds.TODAY))
    response = Client().get(path, headers={"host": "localhost"})
    assert response.status_code == 503
    assert b"Run tutela demo." in response.content


def test_before_a_room_is_open_the_page_says_so(show) -> None:
    response = Client().get("/", headers={"host": "localhost"})
    assert response.status_code == 503
    assert b"home-missing" in response.content


def test_missing_built_files_name_their_remedy(ask, monkeypatch) -> None:
    from tutela.web.shared import context

    monkeypatch.setattr(context, "_has_built_files", lambda: False)
    response = ask("/")
    assert response.status_code == 503
    assert b"./dev setup" in response.content
