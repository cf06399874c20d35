"""What all tests share: where the real data lie, no network but this machine, and luck that repeats itself."""

from __future__ import annotations

import ipaddress
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(ROOT / "build" / "hypothesis"))
# A developer's own home is none of the tests' business.
os.environ.pop("TUTELA_HOME", None)

from hypothesis import settings

from tutela.kernel.compiled import keep_compiled

# Compiled once for all workers and runs: what is kept is checked against the source's own date.
keep_compiled(ROOT / "build" / "compiled")

settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")


class NetworkRefused(Exception):
    """A test reached for another machine."""


def refuse_other_machines(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse every address and name that is not this machine's; an audit hook cannot be patched away."""
    if event in {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"}:
        address = arguments[1]
        # A path is a Unix socket, which does not leave the machine; so is a socket that is already connected.
        host = address[0] if isinstance(address, tuple) else None
    elif event in {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}:
        host = arguments[0]
    else:
        return
    if host is not None and not is_this_machine(host):
        raise NetworkRefused(f"{event}: tests do not leave this machine ({host!r})")


def is_this_machine(host: object) -> bool:
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if text == "localhost":
        return True
    try:
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


sys.addaudithook(refuse_other_machines)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their argument: a compressed file holds its time of day, and a test needs one name."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The real data beside the project: never part of it, so a test may find them missing."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        reason = "the real data are not beside the project (../shared/data)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
