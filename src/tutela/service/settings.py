"""Django's settings: the pages of a home, and the register under them.

Whoever can start the application owns the home that it shows; until people sign in, nobody else reaches it.
"""

from __future__ import annotations

import os
import secrets
from importlib.resources import files
from typing import Final

from tutela.service.databases import describe_database

# The server puts the lasting key of the keys folder in its place where people sign in; here, nothing outlives
# the process.
SECRET_KEY = secrets.token_urlsafe(50)

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
    "tutela.records.files.apps.FilesConfig",
    "tutela.records.jobs.apps.JobsConfig",
    "tutela.records.exports.apps.ExportsConfig",
    "tutela.records.missions.apps.MissionsConfig",
    "tutela.records.incidents.apps.IncidentsConfig",
    "tutela.records.outlooks.apps.OutlooksConfig",
    "tutela.web.shared",
    "tutela.web.front",
    "tutela.web.presences",
    "tutela.web.releases",
    "tutela.web.reach",
    "tutela.web.accounts",
    "tutela.web.administration",
    "tutela.web.incidents",
    "tutela.web.missions",
    "tutela.web.siting",
    "tutela.web.threats",
    "tutela.web.outlook",
    "tutela.web.operations",
    "tutela.web.exports",
    "tutela.web.maps",
    "tutela.web.finding",
]
DATABASES: Final = {"default": describe_database(os.environ)}
KEYS_FOLDER: Final = os.environ.get("TUTELA_KEYS") or f"{os.environ.get('TUTELA_HOME') or 'build/home'}/keys"
PRACTICE: Final = os.environ.get("TUTELA_PRACTICE") == "1"
"""Whether everything in this register is invented, for training: every page says so beside its marking."""

FILES_FOLDER: Final = os.environ.get("TUTELA_FILES") or f"{os.environ.get('TUTELA_HOME') or 'build/home'}/files"
DEFAULT_AUTO_FIELD: Final = "django.db.models.BigAutoField"
AUTH_USER_MODEL: Final = "accounts.User"
PASSWORD_HASHERS: Final = ["tutela.records.accounts.hashing.PasswordHasher"]
AUTH_PASSWORD_VALIDATORS: Final = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
]

SESSION_ENGINE: Final = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME: Final = "tutela_session"
SESSION_COOKIE_HTTPONLY: Final = True
SESSION_COOKIE_SAMESITE: Final = "Strict"
SESSION_EXPIRE_AT_BROWSER_CLOSE: Final = True
SESSION_COOKIE_AGE: Final = 12 * 60 * 60
"""At the latest; web.shared.sessions ends a session that nobody used for half an hour."""
CSRF_COOKIE_NAME: Final = "tutela_form"
CSRF_COOKIE_HTTPONLY: Final = True
CSRF_COOKIE_SAMESITE: Final = "Strict"
CSRF_COOKIE_AGE: Final = None
CSRF_FAILURE_VIEW: Final = "tutela.web.shared.errors.foreign_form"
DATA_UPLOAD_MAX_MEMORY_SIZE: Final = 1_000_000

MIDDLEWARE: Final = [
    "tutela.web.shared.middleware.send_safe_headers",
    "tutela.api.refusals.answer_as_json",
    "tutela.web.shared.middleware.refuse_what_is_not_reading",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "tutela.web.shared.middleware.ProblemPages",
    "tutela.web.shared.sessions.KnowTheReader",
]
ROOT_URLCONF: Final = "tutela.service.urls"

TEMPLATES: Final = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["tutela.web.shared.context.describe_room"],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "tutela.web.shared.templatetags.told",
            ],
        },
    }
]

STATIC_URL: Final = "/static/"
STATIC_ROOT: Final = str(files("tutela.web") / "static")
WHITENOISE_MAX_AGE: Final = 0
WHITENOISE_ALLOW_ALL_ORIGINS: Final = False

# A language joins this list when it has been written, not before.
LANGUAGE_CODE: Final = "en"
LANGUAGES: Final = [("en", "English"), ("fr", "Français")]
LANGUAGE_COOKIE_NAME: Final = "tutela_language"
LANGUAGE_COOKIE_HTTPONLY: Final = True
LANGUAGE_COOKIE_SAMESITE: Final = "Strict"
LANGUAGE_COOKIE_AGE: Final = 365 * 24 * 60 * 60
LOCALE_PATHS: Final = [str(files("tutela.web") / "locale")]
USE_I18N: Final = True
USE_TZ: Final = True
TIME_ZONE: Final = "UTC"

LOGGING: Final = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"errors": {"class": "logging.StreamHandler", "level": "ERROR"}},
    "loggers": {"django": {"handlers": ["errors"], "level": "ERROR", "propagate": False}},
}
