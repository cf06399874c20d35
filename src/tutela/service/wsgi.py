"""The application as a WSGI callable, for gunicorn and for tests."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

SETTINGS = "tutela.service.settings"


def build_application(home: Path | None) -> WSGIHandler:
    """The application over this home; a missing home shows as a page, not as a crash."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    application = get_wsgi_application()

    # The parts can only be joined once Django has read its settings.
    from tutela.service.wiring import connect

    connect(home)
    return application
