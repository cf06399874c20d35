"""Where the parts meet: which home the pages show, to whom, and what day it is."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from tutela.api.entrance import open_entrance
from tutela.data.store.homes import require_home
from tutela.records.accounts.key_files import SESSION_KEY, open_key_file
from tutela.service.register import is_for_members
from tutela.studies.intake import today_utc
from tutela.studies.shelf import Shelf, open_shelf
from tutela.web.shared.reader import ReadingRoom, open_room


def connect(home: Path | None, proxy: str = "") -> None:
    """Let the pages show this home (None: the one that TUTELA_HOME or the usual places name).

    Where it has a register, and is not the demonstration, people sign in, and each reads as a member of the
    register. Without a register the reader is whoever owns the home; in the demonstration, an outsider.
    `proxy` is the name under which a proxy with TLS shows the pages.
    """

    def shelf() -> Shelf:
        return open_shelf(require_home(home))

    # A register that vanishes while it is served must not lay the home open.
    members = is_for_members(home)

    def asks_sign_in() -> bool:
        return members or is_for_members(home)

    open_room(ReadingRoom(open_shelf=shelf, today=today_utc, asks_sign_in=asks_sign_in))
    open_entrance(asks_sign_in)
    if proxy:
        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, proxy]
        settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.LANGUAGE_COOKIE_SECURE = True
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    if members:
        # Sessions outlive the process; the key is read here and never where a module is imported.
        settings.SECRET_KEY = open_key_file(Path(settings.KEYS_FOLDER), SESSION_KEY).hex()
