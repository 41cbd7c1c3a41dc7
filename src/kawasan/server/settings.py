"""Settings of the Django project; what an operator may change comes from the environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from django.contrib.messages import constants as message_levels
from psycopg.conninfo import conninfo_to_dict

from kawasan.core.cipher import secrets_of

PACKAGE = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("KAWASAN_DATA", "kawasan-data")).resolve()
TESTING = "pytest" in sys.modules


def _database(url: str) -> dict[str, object]:
    """Turn a libpq address into Django's settings."""
    given: dict[str, Any] = dict(conninfo_to_dict(url))
    name = given.pop("dbname", "kawasan")
    return {
        "ENGINE": "kawasan.platform.database",
        "NAME": name,
        "USER": given.pop("user", ""),
        "PASSWORD": given.pop("password", ""),
        "HOST": given.pop("host", ""),
        "PORT": str(given.pop("port", "")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": given | {"assume_role": "kawasan_app"},
        "TEST": {"NAME": name},
    }


# Given, or made once and kept in the data folder.
SECRET_KEY, *SECRET_KEY_FALLBACKS = secrets_of(os.environ, DATA) or ["only-for-tests-and-checks-" + "x" * 40]
DEBUG = False
ALLOWED_HOSTS = ["*"]  # the directory of zones decides which host names are known (platform.schemas)
DATABASES = {"default": _database(os.environ.get("DATABASE_URL", "postgresql:///kawasan"))}
ROOT_URLCONF = "kawasan.server.urls"
WSGI_APPLICATION = "kawasan.server.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"  # for third-party tables; ours have UUIDs
AUTH_USER_MODEL = "zone.Person"

ROOMS = [
    "authority",
    "invoices",
    "books",
    "trace",
    "commerce",
    "sensors",
    "payments",
    "exchange",
    "log",
    "zone",
    "ledger",
]
INSTALLED_APPS = [
    "kawasan.server",
    *[f"kawasan.rooms.{room}" for room in ROOMS],
    "kawasan.platform",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django.contrib.humanize",  # used by the pages of allauth.usersessions
    "procrastinate.contrib.django",
]
MIGRATION_MODULES = {"procrastinate": None}  # its tables live in `public`, see platform/roles.py

MIDDLEWARE = [
    "kawasan.server.middleware.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kawasan.server.middleware.ZoneOfHost",
    "kawasan.server.middleware.RequestLog",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "kawasan.server.middleware.BodyLimit",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kawasan.server.middleware.WhoAsks",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "kawasan.server.middleware.Refusals",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "server" / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "kawasan.platform.templating.Loader",
                    ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kawasan.server.context.everywhere",
            ],
        },
    }
]
MESSAGE_TAGS = {message_levels.ERROR: "error", message_levels.SUCCESS: "success"}

# Language and time
LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [PACKAGE / "platform" / "locale", PACKAGE / "core" / "locale"]
LANGUAGE_COOKIE_NAME = "kawasan_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Jakarta"

# Static files
STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING
        else "kawasan.server.storage.StaticFiles"
    },
}
WHITENOISE_USE_FINDERS = TESTING
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# Sessions and cookies
SECURE = os.environ.get("KAWASAN_HTTPS", "") == "1"
# What mails link to where a zone has no host name of its own; `kawasan serve` tells it to the processes it starts.
KAWASAN_ADDRESS = os.environ.get("KAWASAN_ADDRESS", "") or "http://127.0.0.1:8000"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 30 * 24 * 3600
CSRF_COOKIE_HTTPONLY = False  # htmx reads it for its header
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("KAWASAN_ORIGINS", "").split(",") if origin]
CSRF_FAILURE_VIEW = "kawasan.server.views.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Sign-in (allauth)
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if TESTING
    else ["django.contrib.auth.hashers.Argon2PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = os.environ.get("KAWASAN_EMAIL_VERIFICATION", "optional")
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SIGNUP_FORM_CLASS = "kawasan.rooms.zone.forms.SignUpForm"
ACCOUNT_SESSION_REMEMBER = True


def ACCOUNT_USER_DISPLAY(person: Any) -> str:  # noqa: N802 - the name of the setting
    """Return how mails and pages of sign-in call a person."""
    return str(person.name or person.email)


ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {} if TESTING else {"login_failed": "10/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
MFA_TOTP_ISSUER = "Kawasan"

# Mail: into the data folder until an operator gives a server
EMAIL_BACKEND = os.environ.get("KAWASAN_EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = DATA / "mail"
EMAIL_HOST = os.environ.get("KAWASAN_EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("KAWASAN_EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("KAWASAN_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("KAWASAN_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("KAWASAN_EMAIL_TLS", "") == "1"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("KAWASAN_EMAIL_FROM", "kawasan@localhost")

# One table of the zone for all processes, so that limits on signing in hold however many there are.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "platform_cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}
LOGGING_CONFIG = None  # platform/telemetry.py

PROCRASTINATE_ON_APP_READY = None
KAWASAN_WIRING = "kawasan.server.wiring"
# The sandbox provider and its bank: on in the demo and in tests, off where real money moves.
KAWASAN_SANDBOX = os.environ.get("KAWASAN_SANDBOX", "1" if TESTING else "") == "1"
# Where messages to subscribers at names under .example go, which no name server knows: the demo's own receiver.
KAWASAN_HOOKS_SANDBOX = os.environ.get("KAWASAN_HOOKS_SANDBOX", "")
KAWASAN_METRICS_TOKEN = os.environ.get("KAWASAN_METRICS_TOKEN", "")
SILENCED_SYSTEM_CHECKS = [
    "models.W042",
    "urls.W002",  # a room's list of addresses is included without a slash at its end: its first page has none
]
NINJA_PAGINATION_MAX_LIMIT = 100

# Who keeps the log's checkpoints: a timestamp authority, and whose certificates its answers must lead to.
KAWASAN_TSA_URL = os.environ.get("KAWASAN_TSA_URL", "")
KAWASAN_TSA_ROOTS = os.environ.get("KAWASAN_TSA_ROOTS", "")
KAWASAN_EVM_RPC = os.environ.get("KAWASAN_EVM_RPC", "")
KAWASAN_EVM_CHAIN_ID = int(os.environ.get("KAWASAN_EVM_CHAIN_ID", "0"))  # 0: whichever chain the node is of
KAWASAN_EVM_CONTRACT = os.environ.get("KAWASAN_EVM_CONTRACT", "").lower()
KAWASAN_EVM_KEY = os.environ.get("KAWASAN_EVM_KEY", "")
KAWASAN_ANCHOR_MINUTES = int(os.environ.get("KAWASAN_ANCHOR_MINUTES", "60"))

# Exchange rates: a file that something of the operator's keeps up to date, whose rates they are, how old they may be.
KAWASAN_RATES_FILE = os.environ.get("KAWASAN_RATES_FILE", "")
KAWASAN_RATES_SOURCE = os.environ.get("KAWASAN_RATES_SOURCE", "ECB")
KAWASAN_RATES_DAYS = int(os.environ.get("KAWASAN_RATES_DAYS", "5"))
