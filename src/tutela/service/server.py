"""The server: gunicorn with threads; on this machine only, unless people sign in and a proxy adds TLS."""

from __future__ import annotations

import errno
import fcntl
import ipaddress
import json
import os
import re
import socket
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from tutela.kernel.problems import Problem
from tutela.service.databases import VARIABLE
from tutela.service.routes import Route, everything, operations, routes

if TYPE_CHECKING:
    from tutela.service.notices import Teller
    from tutela.service.sealer import Sealer
    from tutela.service.worker import Foreman

__all__ = ["Route", "everything", "operations", "routes", "serve"]

THREADS: Final = 8
MOST_WORKERS: Final = 4
"""Processes that answer, one for each processor up to so many, where PostgreSQL is behind them: Python computes on
one processor at a time in each. Over SQLite, which has one writer, one serves best."""

_NAME: Final = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")


def serve(host: str, port: int, home: Path | None, *, proxy: str = "", as_json: bool = False) -> None:
    """Serve the pages of this home until interrupted; prints where to look once they can be read."""
    from tutela.service.register import require_ready

    require_proxy(proxy, has_factor=require_ready(home))
    _Server(open_socket(host, port, to_others=bool(proxy)), home, proxy, as_json=as_json).run()


def require_proxy(proxy: str, *, has_factor: bool) -> None:
    """Refuse a name that is no plain host name, and any before somebody has a second factor."""
    if proxy and not has_factor:
        raise Problem(
            "host-not-loopback",
            "Nobody has a second factor in this home.",
            where="--behind-proxy",
            remedy="Make its register with tutela register create, and sign in once on this machine.",
        )
    if proxy and not _NAME.fullmatch(proxy):
        raise Problem(
            "option-invalid",
            "This is not the name under which a proxy shows the pages.",
            where="--behind-proxy",
            remedy="Write it in small letters, without https:// and without a port: tutela.example.org.",
        )


def open_socket(host: str, port: int, *, to_others: bool = False) -> socket.socket:
    """A listening address on this machine, or another one where that is allowed; all else are Problems."""
    address = "127.0.0.1" if host == "localhost" else host.strip("[]")
    if not _is_loopback(address) and not (to_others and _is_address(address)):
        raise Problem(
            "host-not-loopback",
            f"{host} can be reached from other machines.",
            where="--host",
            remedy="Use 127.0.0.1 or ::1. Another address needs a register in which somebody has a second factor,"
            " and --behind-proxy with the name under which a proxy with TLS shows the pages.",
        )
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
        listener.listen(64)
    except OverflowError:
        listener.close()
        raise Problem(
            "option-invalid", f"{port} is not a port.", where="--port", remedy="Use a number from 0 to 65535."
        ) from None
    except OSError as error:
        listener.close()
        raise _refused(address, port, error) from None
    return listener


def _refused(address: str, port: int, error: OSError) -> Problem:
    if error.errno == errno.EADDRINUSE:
        message = f"Another program listens on {address} port {port}."
    elif error.errno == errno.EACCES:
        message = f"This user may not open port {port}."
    else:
        message = f"{address} port {port} cannot be opened ({error.strerror})."
    return Problem(
        "port-taken", message, where="--port", remedy=f"Choose another one, for example --port {port + 1}."
    )


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _is_address(address: str) -> bool:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return True


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn over a socket that is already open, so that no second program can take the port in between."""

    def __init__(self, listener: socket.socket, home: Path | None, proxy: str, *, as_json: bool) -> None:
        host, port = listener.getsockname()[:2]
        self._address = f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
        self._descriptor = listener.detach()  # gunicorn takes it over, and closes it
        self._home = home
        self._proxy = proxy
        self._as_json = as_json
        self._helpers: list[Sealer | Foreman | Teller] = []
        self._one = tempfile.TemporaryFile()  # noqa: SIM115  held as long as the server runs
        super().__init__()

    def load_config(self) -> None:
        """Workers with threads: pages are short, and wait for the database."""
        settings = {
            "bind": f"fd://{self._descriptor}",
            "workers": _count_workers(),
            "worker_class": "gthread",
            "threads": THREADS,
            "loglevel": "warning",
            "control_socket_disable": True,
            "server_software": "tutela",
            "post_worker_init": lambda _worker: self._start_helpers(),
            "worker_exit": lambda _server, _worker: self._stop_helpers(),
            "when_ready": lambda _server: _announce(self._address, as_json=self._as_json),
        }
        for name, value in settings.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def _start_helpers(self) -> None:
        """Close the ledger, see that jobs are done, tell people: behind the requests, in one worker of all.

        The lock is of a process, and free again when it ends: the worker that replaces it takes it over.
        """
        try:
            fcntl.lockf(self._one, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return
        from tutela.service.notices import start_teller
        from tutela.service.sealer import start_sealer
        from tutela.service.worker import start_foreman

        started = (start_sealer(), start_foreman(), start_teller())
        self._helpers = [helper for helper in started if helper is not None]

    def _stop_helpers(self) -> None:
        for helper in self._helpers:
            helper.stop()

    def load(self) -> Any:
        """Build the application inside the worker."""
        from tutela.service.wsgi import build_application

        return build_application(self._home, self._proxy)


def _count_workers() -> int:
    return min(MOST_WORKERS, os.cpu_count() or 1) if os.environ.get(VARIABLE) else 1


def _announce(address: str, *, as_json: bool) -> None:
    line = json.dumps({"address": address}) if as_json else f"Tutela is at {address}  (Ctrl+C ends it)"
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
