"""The application as a WSGI callable, for gunicorn and for tests."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

from tutela.data.store.homes import find_home

SETTINGS = "tutela.service.settings"


def build_application(home: Path | None, proxy: str = "") -> WSGIHandler:
    """The application over this home; a missing home shows as a page, not as a crash.

    `proxy` is the name under which a proxy with TLS shows it to others, where there is one.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    application = get_wsgi_application()

    # The parts can only be joined once Django has read its settings.
    from tutela.service.register import point_at
    from tutela.service.wiring import connect

    if find_home(home) is not None:
        point_at(home)
    connect(home, proxy)
    return application
