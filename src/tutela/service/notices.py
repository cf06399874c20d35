"""Notices by e-mail: that something waits, and where to sign in. Nothing else ever stands in one.

An e-mail is read on the way. So the text is one of two per language, the same for everybody and for everything;
the hour at which it comes is all that it tells, and that is why nobody gets it who did not ask.
"""

from __future__ import annotations

import ipaddress
import logging
import secrets
import smtplib
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from tutela.kernel.problems import Problem

PAUSE_SECONDS: Final = 60.0
HOST: Final = "TUTELA_MAIL_HOST"
PORT: Final = "TUTELA_MAIL_PORT"
SECURITY: Final = "TUTELA_MAIL_SECURITY"
USER: Final = "TUTELA_MAIL_USER"
PASSWORD_FILE: Final = "TUTELA_MAIL_PASSWORD_FILE"  # noqa: S105  the name of a setting
SENDER: Final = "TUTELA_MAIL_FROM"
SITE: Final = "TUTELA_MAIL_SITE"

_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
_PATIENCE_SECONDS: Final = 20.0

_log = logging.getLogger("tutela.notices")


@dataclass(frozen=True, slots=True)
class Post:
    """The mail server, how to speak with it, from whom, and the address of the pages."""

    host: str
    port: int
    security: str
    user: str
    password: str
    sender: str
    site: str


def find_post(settings: Mapping[str, str]) -> Post | None:
    """What the settings name; None where no mail is set up, a Problem where it is set up wrongly."""
    host = settings.get(HOST, "").strip()
    if not host:
        return None
    security = settings.get(SECURITY, "starttls")
    if security not in _PORTS:
        raise _wrong(SECURITY, "This is no way to speak with a mail server.", "Write starttls, tls or none.")
    if security == "none" and not _is_here(host):
        raise _wrong(SECURITY, "Mail would cross the network in the clear.", "Write starttls or tls.")
    port = settings.get(PORT, "") or str(_PORTS[security])
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise _wrong(PORT, "This is no port.", "Write a number from 1 to 65535.")
    sender, site = settings.get(SENDER, "").strip(), settings.get(SITE, "").strip().rstrip("/")
    try:
        validate_email(sender)
    except ValidationError:
        raise _wrong(SENDER, "This is no e-mail address.", "Write it as name@organisation.") from None
    _require_site(site)
    password = _read(settings.get(PASSWORD_FILE, ""))
    return Post(host, int(port), security, settings.get(USER, ""), password, sender, site)


def compose(post: Post, to: str, language: str) -> EmailMessage:
    """The one message, in the reader's language; two people get the same but for their own address."""
    with override(language):
        subject = _("Something waits for you in Tutela")
        text = _("Something waits for you in Tutela. Sign in to see it:")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = post.sender, to, subject
    message["Date"] = format_datetime(datetime.now(UTC))
    # Not the machine's own name, which would say where the register stands.
    message["Message-ID"] = f"<{secrets.token_hex(16)}@{post.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    # As plain letters in every language: not every server on the way takes others.
    address = f"{post.site}{reverse('accounts:sign-in')}"
    message.set_content(f"{text}\n\n{address}\n", cte="quoted-printable")
    return message


def tell_people(post: Post, now: datetime) -> int:
    """Tell whoever chose it, for whom something came, and who was not told within the hour; gives how many."""
    from tutela.records.accounts.notices import TELLER, list_due, note_told, take_turn
    from tutela.records.accounts.principals import member_of
    from tutela.records.incidents.noticing import anything_waits

    told = 0
    for user, since in list_due(now):
        # With the rights of this moment; the turn is taken first, so that two at once send one message.
        if not anything_waits(by=member_of(user), since=since) or not take_turn(by=TELLER, user=user, now=now):
            continue
        try:
            _send(post, compose(post, user.email, user.language))
        except (OSError, smtplib.SMTPException) as error:
            # The kind of error alone: its text may hold an address.
            _log.warning("a notice could not be sent (%s); trying again in an hour", type(error).__name__)
            continue
        note_told(by=TELLER, user=user, now=now)
        told += 1
    return told


class Teller:
    """Tells people once a minute until it is stopped."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="teller", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the message under way."""
        self._stop.set()
        self._thread.join(10)

    def _run(self) -> None:
        from django.db import close_old_connections, connection

        while not self._stop.wait(PAUSE_SECONDS):
            try:
                close_old_connections()
                tell_people(self._post, datetime.now(UTC))
            except Exception as error:
                # The kind of error alone: its text may hold a value.
                _log.warning("nobody could be told (%s); trying again", type(error).__name__)
        connection.close()


def start_teller() -> Teller | None:
    """The teller of this process, where there is a register and mail is set up; whoever starts it stops it."""
    import os

    from django.db import connection

    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).is_file():
        return None
    try:
        post = find_post(os.environ)
    except Problem as problem:
        _log.warning("nobody will be told by e-mail: %s", problem)
        return None
    if post is None:
        return None
    teller = Teller(post)
    teller.start()
    return teller


def _send(post: Post, message: EmailMessage) -> None:
    name = post.sender.rpartition("@")[2]
    context = ssl.create_default_context()
    if post.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            post.host, post.port, name, timeout=_PATIENCE_SECONDS, context=context
        )
    else:
        server = smtplib.SMTP(post.host, post.port, name, timeout=_PATIENCE_SECONDS)
    with server:
        if post.security == "starttls":
            server.starttls(context=context)
        if post.user:
            server.login(post.user, post.password)
        server.send_message(message)


def _require_site(site: str) -> None:
    """Only where the pages are: no path, no query, nobody's name, and TLS unless it is this machine."""
    parts = urlsplit(site)
    plain = not (parts.path or parts.query or parts.fragment or "@" in parts.netloc)
    safe = parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname or ""))
    if not (plain and safe and parts.hostname) or any(sign.isspace() or ord(sign) < 32 for sign in site):
        raise _wrong(SITE, "This is not where the pages are.", "Write it as https://tutela.example.org.")


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _read(path: str) -> str:
    if not path:
        return ""
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise _wrong(PASSWORD_FILE, "This file cannot be read.", "Name a file that holds the password.") from None


def _wrong(setting: str, message: str, remedy: str) -> Problem:
    return Problem("option-invalid", message, where=setting, remedy=remedy)
