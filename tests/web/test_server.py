"""The server listens on this machine only, says where to look, and ends cleanly."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from tutela.kernel.problems import Problem
from tutela.service.server import open_socket, require_proxy

SERVE = "from tutela.service.server import serve; serve('127.0.0.1', 0, None)"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.10", "::", "example.org", "", "127.0.0.1.example.org"])
def test_an_address_that_others_can_reach_is_refused(host: str) -> None:
    with pytest.raises(Problem) as caught:
        open_socket(host, 0)
    assert caught.value.code == "host-not-loopback"
    assert "127.0.0.1" in caught.value.remedy


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.10"])
def test_a_proxy_is_not_served_before_somebody_has_a_second_factor(host: str, monkeypatch) -> None:
    from tutela.service import register, server

    monkeypatch.setattr(register, "require_ready", lambda home: False)
    with pytest.raises(Problem) as caught:
        server.serve(host, 0, None, proxy="tutela.invented.example")
    assert caught.value.code == "host-not-loopback"
    assert caught.value.where == "--behind-proxy"
    monkeypatch.setattr(register, "require_ready", lambda home: True)
    with pytest.raises(Problem) as caught:
        server.serve(host, 0, None)  # a second factor alone does not do: the password would go in clear
    assert caught.value.where == "--host"


@pytest.mark.parametrize(
    "name",
    [
        "*",
        ".invented.example",
        "https://invented.example",
        "invented",
        "invented.example:443",
        "A.example",
        "a" * 254,
    ],
)
def test_the_name_of_a_proxy_is_one_plain_name(name: str) -> None:
    with pytest.raises(Problem) as caught:
        require_proxy(name, has_factor=True)
    assert caught.value.code == "option-invalid"


def test_with_a_proxy_another_address_is_listened_on_but_no_name(monkeypatch) -> None:
    asked = []

    class Listener(socket.socket):
        def bind(self, address: tuple[str, int]) -> None:
            asked.append(address)
            super().bind(("127.0.0.1", 0))

    monkeypatch.setattr("tutela.service.server.socket.socket", Listener)
    require_proxy("tutela.invented.example", has_factor=True)
    require_proxy("", has_factor=False)
    with pytest.raises(Problem):
        open_socket("other.invented.example", 0, to_others=True)
    open_socket("192.0.2.1", 0, to_others=True).close()
    assert asked == [("192.0.2.1", 0)]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_listened_on(host: str) -> None:
    with open_socket(host, 0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_a_port_in_use_is_named_with_another_to_try() -> None:
    with open_socket("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(Problem) as caught:
            open_socket("127.0.0.1", port)
    assert caught.value.code == "port-taken"
    assert str(port) in caught.value.message
    assert f"--port {port + 1}" in caught.value.remedy


def test_a_number_that_is_no_port_is_refused() -> None:
    with pytest.raises(Problem) as caught:
        open_socket("127.0.0.1", 70_000)
    assert caught.value.code == "option-invalid"


def test_serving_prints_where_to_look_answers_and_ends(tmp_path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", SERVE],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+/", line)
            assert address, line
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(address[0], timeout=20)
            with caught.value as answer:
                assert answer.status == 503  # there is no home in this folder, and the page says so
                assert b"home-missing" in answer.read()
        finally:
            server.send_signal(signal.SIGTERM)
            _, complaints = server.communicate(timeout=20)
    assert server.returncode == 0
    assert "Traceback" not in complaints
    assert not list(tmp_path.rglob("*gunicorn*"))
