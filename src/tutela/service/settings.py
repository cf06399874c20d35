"""Django's settings: the pages of a home, and the register under them.

Whoever can start the application owns the home that it shows; until people sign in, nobody else reaches it.
"""

from __future__ import annotations

import os
import secrets
from importlib.resources import files
from typing import Final

from tutela.service.databases import describe_database

# Nothing outlives the process that would need a lasting key: no session, no signed cookie, no token.
SECRET_KEY: Final = secrets.token_urlsafe(50)

DEBUG: Final = False
ALLOWED_HOSTS: Final = ["127.0.0.1", "localhost", "[::1]"]
"""A page elsewhere that points its own name at this machine is refused by this list."""

INSTALLED_APPS: Final = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "tutela.records.ledger.apps.LedgerConfig",
    "tutela.records.accounts.apps.AccountsConfig",
    "tutela.records.vault.apps.VaultConfig",
    "tutela.web.shared",
    "tutela.web.front",
    "tutela.web.presences",
    "tutela.web.releases",
]
DATABASES: Final = {"default": describe_database(os.environ)}
KEYS_FOLDER: Final = os.environ.get("TUTELA_KEYS") or f"{os.environ.get('TUTELA_HOME') or 'build/home'}/keys"
DEFAULT_AUTO_FIELD: Final = "django.db.models.BigAutoField"
AUTH_USER_MODEL: Final = "accounts.User"
PASSWORD_HASHERS: Final = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

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
