"""Django's settings for the first room: no database, no accounts, this machine only.

Whoever can start the application owns the home that it shows; until there are accounts, nobody else reaches it.
"""

from __future__ import annotations

import secrets
from importlib.resources import files
from typing import Any, Final

# Nothing outlives the process that would need a lasting key: no session, no signed cookie, no token.
SECRET_KEY: Final = secrets.token_urlsafe(50)

DEBUG: Final = False
ALLOWED_HOSTS: Final = ["127.0.0.1", "localhost", "[::1]"]
"""A page elsewhere that points its own name at this machine is refused by this list."""

INSTALLED_APPS: Final = ["tutela.web.shared", "tutela.web.front", "tutela.web.presences"]
DATABASES: Final[dict[str, Any]] = {}

MIDDLEWARE: Final = [
    "tutela.web.shared.middleware.send_safe_headers",
    "tutela.web.shared.middleware.refuse_what_is_not_reading",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "tutela.web.shared.middleware.ProblemPages",
]
ROOT_URLCONF: Final = "tutela.service.urls"

TEMPLATES: Final = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["tutela.web.shared.context.describe_room"],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

STATIC_URL: Final = "/static/"
STATIC_ROOT: Final = str(files("tutela.web") / "static")
WHITENOISE_MAX_AGE: Final = 0
WHITENOISE_ALLOW_ALL_ORIGINS: Final = False

# A language joins this list when it has been written, not before.
LANGUAGE_CODE: Final = "en"
LANGUAGES: Final = [("en", "English")]
USE_I18N: Final = True
USE_TZ: Final = True
TIME_ZONE: Final = "UTC"

LOGGING: Final = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"errors": {"class": "logging.StreamHandler", "level": "ERROR"}},
    "loggers": {"django": {"handlers": ["errors"], "level": "ERROR", "propagate": False}},
}
