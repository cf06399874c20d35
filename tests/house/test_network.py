"""Tests do not leave this machine, and that is so, not only said."""

from __future__ import annotations

import socket

import pytest

# Addresses that are set aside for documents: nothing answers there even where nothing is blocked.
ELSEWHERE = "192.0.2.1"
ELSEWHERE_6 = "2001:db8::1"


def refused() -> object:
    return pytest.raises(Exception, match="tests do not leave this machine")


def test_connecting_elsewhere_is_refused() -> None:
    with socket.socket() as one, refused():
        one.connect((ELSEWHERE, 80))
    with socket.socket(socket.AF_INET6) as one, refused():
        one.connect((ELSEWHERE_6, 80))


def test_sending_and_listening_elsewhere_are_refused() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, refused():
        one.sendto(b"x", (ELSEWHERE, 9))
    with socket.socket() as one, refused():
        one.bind(("0.0.0.0", 0))


def test_names_of_other_machines_are_not_looked_up() -> None:
    with refused():
        socket.getaddrinfo("example.org", 80)
    with refused():
        socket.gethostbyname("example.org")


def test_this_machine_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as one:
        assert one.getpeername()[0] == "127.0.0.1"
