"""All settings, read from the environment. `.env.example` lists every variable with a sentence.

A wrong or missing value fails at start with what to do; nothing else in the project reads the environment.
"""

import os
import zoneinfo
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

# Morocco has kept UTC+0 all year since 20 September 2026; many system copies of the zone data are older,
# and Python prefers the system's. The pinned `tzdata` package is the only source here.
zoneinfo.reset_tzpath(to=[])

import django_stubs_ext  # noqa: E402
import environ  # noqa: E402
from csp.constants import NONCE, NONE, SELF  # noqa: E402
from django.core.exceptions import ImproperlyConfigured  # noqa: E402
from psycopg.conninfo import make_conninfo  # noqa: E402

from portal.base import logs, openapi  # noqa: E402
from portal.run import postgres  # noqa: E402

# Django's own generic classes (ModelAdmin, Manager, …) take type parameters at run time too.
django_stubs_ext.monkeypatch()

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
if (BASE_DIR / ".env").is_file():
    env.read_env(str(BASE_DIR / ".env"))

QAFILA_HOME = Path(env("QAFILA_HOME", default=str(BASE_DIR / ".qafila"))).resolve()
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY", default="") or postgres.secret_key(QAFILA_HOME)
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Run `make run` once, or set SECRET_KEY to 50 random characters."
    )
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env("SITE_URL", default=f"http://127.0.0.1:{env.int('PORT', default=8000)}")

# --- Data stores -----------------------------------------------------------------------------------------------------

DATABASE_URL = env("DATABASE_URL", default="") or postgres.database_url(QAFILA_HOME)
if not DATABASE_URL:
    raise ImproperlyConfigured(
        "No database. Start the portal's own PostgreSQL with `make run`, or set DATABASE_URL, "
        "for example DATABASE_URL=postgresql://user:password@host:5432/qafila"
    )
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
# What the URL asks of the connection (sslmode, sslrootcert, …) holds for pages and for the queue.
DATABASE_OPTIONS: dict[str, Any] = DATABASES["default"].get("OPTIONS", {})
DATABASES["default"]["HOST"] = unquote(DATABASE_OPTIONS.pop("host", "")) or DATABASES["default"]["HOST"]
# A connection that a restarted server has dropped is replaced before a page meets it.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["OPTIONS"] = {
    **DATABASE_OPTIONS,
    # Below PostgreSQL's own 0.6 a misspelt word is still found; above 0.3 it is not drowned in others.
    "options": f"{DATABASE_OPTIONS.get('options', '')} -c pg_trgm.word_similarity_threshold=0.4".strip(),
    "pool": {
        "min_size": 1,
        "max_size": env.int("DATABASE_POOL", default=12),
        "timeout": 10,
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHE_URL = env("CACHE_URL", default="")
CACHES = {
    "default": env.cache_url_config(CACHE_URL)
    if CACHE_URL
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "base_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}


def private_storage(url: str) -> dict[str, Any]:
    """The alias without an address: a folder (`file://…`) or a bucket (`s3://BUCKET?endpoint_url=…`).

    A bucket needs the extra `s3`; its credentials come from the environment as boto3 reads them.
    """
    scheme, _, rest = url.partition("://")
    if scheme == "file" and rest.startswith("/"):
        return {"BACKEND": "portal.base.storage.PrivateFiles", "OPTIONS": {"location": rest}}
    bucket, _, query = rest.partition("?")
    if scheme != "s3" or not bucket:
        raise ImproperlyConfigured(
            "STORAGE_URL must be file:///an/absolute/folder or s3://BUCKET?option=value"
        )
    options = {"bucket_name": bucket.strip("/"), "default_acl": None, "querystring_auth": True}
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {**options, **dict(parse_qsl(query))}}


STORAGES = {
    "default": {
        "BACKEND": "portal.base.storage.PrivateFiles",
        "OPTIONS": {"location": str(QAFILA_HOME / "files")},
    },
    # Uploads, rejects and parts live here.
    "private": private_storage(env("STORAGE_URL", default="") or f"file://{QAFILA_HOME / 'private'}"),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

EMAIL_URL = env("EMAIL_URL", default="")
if EMAIL_URL:
    vars().update(env.email_url_config(EMAIL_URL))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(QAFILA_HOME / "mail")
EMAIL_TIMEOUT = 30  # a mail server that says nothing must not hold a worker
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Qafila <no-reply@qafila.example>")

# --- Applications ----------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "portal.home",
    "trade",
    "reference",
    "portal.accounts",
    "portal.base",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "pgtrigger",
    "pghistory",
    "pghistory.admin",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "django_htmx",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.accounts.middleware.AccessMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
ASGI_APPLICATION = "portal.asgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
                "portal.base.context.page",
            ],
            "builtins": ["portal.base.templatetags.qafila"],
        },
    }
]

# --- People ----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator", "NumericPasswordValidator")
] + [{"NAME": "portal.accounts.forms.MinimumLengthValidator"}]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
ACCOUNT_ADAPTER = "portal.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_FORMS = {
    "login": "portal.accounts.forms.LoginForm",
    "signup": "portal.accounts.forms.SignupForm",
    "add_email": "portal.accounts.forms.AddEmailForm",
    "change_password": "portal.accounts.forms.ChangePasswordForm",
    "set_password": "portal.accounts.forms.SetPasswordForm",
    "reset_password": "portal.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "portal.accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "portal.accounts.forms.ReauthenticateForm",
}
MFA_FORMS = {
    "authenticate": "portal.accounts.forms.CodeForm",
    "reauthenticate": "portal.accounts.forms.CodeAgainForm",
    "activate_totp": "portal.accounts.forms.ActivateForm",
}
MFA_ADAPTER = "portal.accounts.adapter.SecondFactorAdapter"
# A view that nobody marked raises while developing and is missing on a server.
ACCESS_STRICT = DEBUG
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
# Without it everybody behind the proxy would share its address in the rate limits.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Qafila"
MFA_TOTP_TOLERANCE = 1
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_URL.startswith("https://")
SESSION_COOKIE_NAME = "qafila_session"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
LANGUAGE_COOKIE_SECURE = SESSION_COOKIE_SECURE

# --- Languages and clock ---------------------------------------------------------------------------------------------

LANGUAGES = [("fr", "Français"), ("ar", "العربية"), ("en", "English")]
LANGUAGE_CODE = "fr"
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Africa/Casablanca"

# --- Files and answers -----------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = QAFILA_HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "portal.base.bundle.BundleFinder",
    "trade.charts.bundle.ExploreFinder",
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (
    "map", "png", "jpg", "gif", "ico", "woff", "woff2", "gz", "br", "txt", "md",
)  # fmt: skip
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2**20
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_HSTS_SECONDS = 31_536_000 if SESSION_COOKIE_SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_standardized_errors.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "portal.base.api.exception_handler",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_PAGINATION_CLASS": "portal.base.api.Pagination",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"],
    # Without a proxy of ours X-Forwarded-For is the reader's own invention: it must not name another reader.
    "NUM_PROXIES": 1 if BEHIND_PROXY else 0,
    "DEFAULT_THROTTLE_RATES": {"anon": env("API_RATE", default="600/min")},
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = openapi.SETTINGS

# --- Jobs ------------------------------------------------------------------------------------------------------------

CELERY_APP = "portal.celery.app"
CELERY_BROKER_URL = env("CELERY_BROKER_URL", default="")
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
if not CELERY_BROKER_URL:
    CELERY_BROKER_URL = "pgmq://"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        # The package reads a URI's host only from its usual place, so it is given libpq's own form.
        "conn_string": make_conninfo(
            host=DATABASES["default"]["HOST"] or "localhost",
            port=DATABASES["default"]["PORT"] or 5432,
            dbname=DATABASES["default"]["NAME"],
            user=DATABASES["default"]["USER"],
            password=DATABASES["default"]["PASSWORD"],
            **DATABASE_OPTIONS,
        ),
        "init_extension": False,
        "use_notify": True,
        "polling_interval": 0.1,
        # Long polling would hold the notify wake-up back; the waiter between polls is enough.
        "wait_time_seconds": 0,
        "visibility_timeout": 6 * 3600,
        "pool_size": 3,
        "pool_timeout": 5,
    }
WORKER_HEARTBEAT_SECONDS = 5
HEARTBEAT_STALE_SECONDS = 20
# The one schedule. Each entry is idempotent and short.
CELERY_BEAT_SCHEDULE = {
    "runs-sweep": {"task": "trade.tasks.runs_sweep", "schedule": 10.0, "options": {"expires": 10}},
    "events-sweep": {"task": "portal.base.tasks.events_sweep", "schedule": 15.0},
    "mail-sweep": {"task": "portal.base.tasks.mail_sweep", "schedule": 60.0},
    "webhooks-sweep": {"task": "portal.accounts.tasks.webhooks_sweep", "schedule": 30.0},
    "releases-due": {"task": "trade.tasks.releases_due", "schedule": 10.0, "options": {"expires": 10}},
    "releases-daily": {"task": "trade.tasks.releases_daily", "schedule": 24 * 3600.0},
    "fetches-sweep": {"task": "trade.tasks.fetches_sweep", "schedule": 60.0, "options": {"expires": 60}},
    "uploads-sweep": {"task": "trade.tasks.uploads_sweep", "schedule": 3600.0},
}

# --- What travels up without an import -------------------------------------------------------------------------------

# Event name -> tasks by dotted name; each listener is idempotent by event id.
EVENTS = {
    "trade.run_ended": ["trade.tasks.run_announce"],
    "trade.release_published": ["trade.tasks.charts_warm", "trade.tasks.release_announce"],
    "trade.release_withdrawn": ["trade.tasks.charts_warm", "trade.tasks.release_announce_withdrawn"],
}
# Slot -> panels; a panel is a selector `(request, context) -> dict | None` and the template that draws it.
PANELS: dict[str, list[dict[str, str]]] = {
    "home.figures": [{"selector": "trade.panels.headline", "template": "trade/panels/headline.html"}],
    "staff.front": [{"selector": "trade.panels.runs", "template": "trade/panels/runs.html"}],
    "desk.front": [
        {"selector": "portal.accounts.panels.account", "template": "accounts/panels/account.html"}
    ],
}

# The first operator of an embedded portal, drawn at random by `portal.run`; never set on a server.
STAFF_EMAIL = env("QAFILA_STAFF_EMAIL", default="")
STAFF_PASSWORD = env("QAFILA_STAFF_PASSWORD", default="")
STAFF_TOTP = env("QAFILA_STAFF_TOTP", default="")
CNDP_NUMBER = env("CNDP_NUMBER", default="")
CONTACT_EMAIL = env("CONTACT_EMAIL", default="")
WEBHOOKS_PRIVATE = env.bool("WEBHOOKS_PRIVATE", default=False)

# --- Trade -----------------------------------------------------------------------------------------------------------

TRADE_DUCKDB_MEMORY = env("TRADE_DUCKDB_MEMORY", default="512MB")
TRADE_DUCKDB_THREADS = env.int("TRADE_DUCKDB_THREADS", default=2)
# Questions to the facts' files: at once in one process, seconds until a place is free, seconds of one question.
TRADE_QUESTIONS = env.int("TRADE_QUESTIONS", default=3)
TRADE_QUESTION_WAIT = env.float("TRADE_QUESTION_WAIT", default=2.0)
TRADE_QUESTION_SECONDS = env.float("TRADE_QUESTION_SECONDS", default=20.0)
TRADE_ENGINE = env("TRADE_ENGINE", default="duckdb")  # or clickhouse: docs/engines.md
CLICKHOUSE_URL = env("CLICKHOUSE_URL", default="")
CLICKHOUSE_PARTS = env("CLICKHOUSE_PARTS", default="file('{files}', 'Parquet')")
# Who may read what of single firms: a function of a room above; while it is empty nobody may.
CONFIDENTIAL_SCOPE = ""
CONFIDENTIAL_THRESHOLD = env.int("CONFIDENTIAL_THRESHOLD", default=10_000_000)  # dirhams of exports a year
COMTRADE_API_KEY = env("COMTRADE_API_KEY", default="")
COMTRADE_API_URL = env("COMTRADE_API_URL", default="https://comtradeapi.un.org")
TRADE_DEMO_ROWS = env.int("TRADE_DEMO_ROWS", default=120_000)
# Bytes: of one file that staff hand in, and of all that one person has not handed in yet.
TRADE_UPLOAD_MAX = env.int("TRADE_UPLOAD_MAX", default=2 * 2**30)
TRADE_UPLOAD_QUOTA = env.int("TRADE_UPLOAD_QUOTA", default=8 * 2**30)

LOGGING = logs.configuration(env("LOG_LEVEL", default="INFO"))
os.environ.setdefault("PYTHONTZPATH", "")
