"""Every setting, once. Runs with no environment at all; a value that does not parse stops the start."""

import json
import os
import re
import secrets
from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static

from actors.desk.hours import OpeningHours

BASE_DIR = Path(__file__).resolve().parent.parent


def env_str(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def env_int(name: str, default: int, *, minimum: int) -> int:
    value = env_str(name)
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None
    if number < minimum:
        raise ImproperlyConfigured(f"{name} must be {minimum} or more, not {number}.")
    return number


def env_decimal(name: str, default: str, *, maximum: str = "1000000") -> Decimal:
    """A number from 0 to `maximum`."""
    value = env_str(name, default)
    if not re.fullmatch(r"\d{1,10}(\.\d{1,6})?", value) or Decimal(value) > Decimal(maximum):
        raise ImproperlyConfigured(f"{name} must be a number from 0 to {maximum}, not {value!r}.")
    return Decimal(value)


def env_bool(name: str, default: bool = False) -> bool:
    value = env_str(name).lower()
    if not value:
        return default
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in env_str(name, default).split(",") if part.strip()]


def env_choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    value = env_str(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def env_pattern(name: str, default: str) -> str:
    """A regular expression that can stand alone and inside a larger one."""
    value = env_str(name, default)
    try:
        re.compile(value)
        re.compile(f"-(?:{value})")
    except re.error as error:
        raise ImproperlyConfigured(f"{name} is no regular expression: {error}.") from None
    return value


def env_zone(name: str, default: str) -> str:
    value = env_str(name, default)
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):  # unknown, no such form, a folder of zones
        raise ImproperlyConfigured(f"{name} must be a time zone such as Europe/Berlin, not {value!r}.") from None
    return value


def env_currency(name: str, default: str) -> str:
    value = env_str(name, default)
    if not re.fullmatch("[A-Z]{3}", value):
        raise ImproperlyConfigured(f"{name} must be three capital letters such as EUR, not {value!r}.")
    return value


def env_url(name: str, default: str) -> str:
    """An address without a path, and without a slash at its end."""
    value = env_str(name, default).rstrip("/")
    if not re.fullmatch(r"https?://[^/\s]+", value):
        raise ImproperlyConfigured(f"{name} must look like https://support.example.com, not {value!r}.")
    return value


def env_endpoint(name: str) -> str:
    """The address of an API, with its path and without a slash at its end; empty when unset."""
    value = env_str(name).rstrip("/")
    if value and not re.fullmatch(r"https?://[^/\s]+(/\S*)?", value):
        raise ImproperlyConfigured(f"{name} must look like http://127.0.0.1:11434/v1, not {value!r}.")
    return value


def env_origins(name: str) -> list[str]:
    """Origins as browsers write them: scheme and host in small letters, a port only where it is not the usual one."""
    origins = env_list(name)
    for origin in origins:
        parts = re.fullmatch(r"(https?)://(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::(\d{1,5}))?", origin)
        if not parts or parts.groups() in (("http", "80"), ("https", "443")):
            raise ImproperlyConfigured(f"{name} must hold origins such as https://shop.example.com, not {origin!r}.")
    return origins


def env_networks(name: str) -> list[str]:
    """Addresses and networks; one that holds every address would believe everybody."""
    networks = env_list(name)
    for network in networks:
        try:
            wide = ip_network(network).prefixlen == 0
        except ValueError:
            wide = True
        if wide:
            raise ImproperlyConfigured(
                f"{name} must hold addresses or networks such as 127.0.0.1 or 10.1.0.0/24, not {network!r}."
            )
    return networks


def env_hours(name: str, default: str, *, zone: str) -> OpeningHours:
    try:
        return OpeningHours.parse(env_str(name, default), ZoneInfo(zone))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}.") from None


def env_targets(name: str, default: str) -> dict[str, int]:
    """Seconds by priority: `urgent=900,high=3600,normal=14400,low=28800`."""
    priorities = ("urgent", "high", "normal", "low")
    pairs = dict(part.partition("=")[::2] for part in env_list(name, default))
    if set(pairs) != set(priorities) or not all(value.isdecimal() and int(value) for value in pairs.values()):
        raise ImproperlyConfigured(f"{name} must give seconds for each of {', '.join(priorities)}: {default}.")
    return {priority: int(value) for priority, value in pairs.items()}


def env_money(name: str, default: str) -> Decimal:
    """An amount in SHOP_CURRENCY."""
    value = env_str(name, default)
    if not re.fullmatch(r"\d{1,10}(\.\d{1,2})?", value):
        raise ImproperlyConfigured(f"{name} must be an amount such as 100.00, not {value!r}.")
    return Decimal(value)


# --- where the data lives ---------------------------------------------------------------------

VAR_DIR = Path(env_str("VAR_DIR", str(BASE_DIR / "var")))


def kept_secret(name: str) -> str:
    """A random secret of this installation: made once, readable by its owner alone, kept in VAR_DIR."""
    path = VAR_DIR / name
    try:
        if not path.exists():
            VAR_DIR.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f"{name}.{os.getpid()}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(48))
            try:
                os.link(draft, path)  # fails when another process was first: then its secret counts
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text()
    except OSError as error:
        raise ImproperlyConfigured(f"Cannot keep {name} in {VAR_DIR}: {error.strerror}. Set VAR_DIR.") from None


def running_stack() -> dict[str, str]:
    """Addresses that `manage.py up` noted, so that a plain `celery -A supportmesh worker` finds them."""
    try:
        return json.loads((VAR_DIR / "runtime.json").read_text())
    except (OSError, ValueError):
        return {}


_running = running_stack()

# --- security ---------------------------------------------------------------------------------

DEBUG = env_bool("DEBUG")
DEMO = env_bool("DEMO")
SECRET_KEY = env_str("SECRET_KEY") or kept_secret("secret_key")
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")
# What the mesh presents to the shop's services.
SERVICE_TOKEN = env_str("SERVICE_TOKEN") or kept_secret("service_token")
SERVICE_TOKEN_FALLBACKS = env_list("SERVICE_TOKEN_FALLBACKS")
# What the shop signs its customers' JWTs with; two at a time while a new one comes into use.
IDENTITY_SECRET = env_list("IDENTITY_SECRET")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
# Plain http is for loopback only; a server behind TLS sets HTTPS=1.
HTTPS = env_bool("HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# By https no other host of the domain can plant a cookie of such a name (RFC 6265bis, 4.1.3.2).
OWN_HOST = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{OWN_HOST}sessionid", f"{OWN_HOST}csrftoken"
GUEST_COOKIE_NAME = f"{OWN_HOST}supportmesh_guest"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^api/(livez|readyz|health)$", r"^(livez|readyz)$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
# Who may say, in X-Forwarded-For and X-Forwarded-Proto, who a client is and that it came by https: see asgi.py.
TRUSTED_PROXIES = env_networks("TRUSTED_PROXIES")
SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
# The shop's pages that may hold the widget; every other page is framed by nobody.
WIDGET_ORIGINS = env_origins("WIDGET_ORIGINS")
# Of every page; supportmesh/gateway/csp.py names the few that differ. 'self' covers the socket, too.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "connect-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- Django -----------------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # the admin's theme; the site itself is ours
    "supportmesh.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "rest_framework",
    "rest_framework_api_key",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "supportmesh",
    "actors",
    "shop",
    "customers",
    "orders",
    "tracking",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "supportmesh.gateway.static.StaticFiles",
    "supportmesh.gateway.csp.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "supportmesh.gateway.language.LanguageOfBrowser",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "supportmesh.urls"
ASGI_APPLICATION = "supportmesh.asgi.application"
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
            ]
        },
    }
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]  # each with a folder in locale/, see docs/languages.md
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 31_536_000  # seconds
TIME_ZONE = "UTC"
USE_TZ = True
FORMAT_MODULE_PATH = "supportmesh.formats"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# --- the admin's theme: the colours of the logo and the chat page -------------------------------

LOGIN_REDIRECT_URL = "admin:index"  # the theme's login page forgets where to
UNFOLD = {
    "SITE_TITLE": "SupportMesh",
    "SITE_HEADER": "SupportMesh",
    "SITE_ICON": lambda request: static("brand/logo.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("brand/logo.svg")}],
    "STYLES": [lambda request: static("admin/theme.css")],
    "SCRIPTS": [lambda request: static("desk/desk.js")],
    "BORDER_RADIUS": "8px",
    "SHOW_BACK_BUTTON": True,
    "DASHBOARD_CALLBACK": "actors.desk.dashboard.dashboard",
    "SIDEBAR": {"show_search": True, "command_search": True, "navigation": "supportmesh.admin_site.sidebar"},
    "COLORS": {
        "primary": {
            "50": "#eef8f5",
            "100": "#dff0ec",
            "200": "#bfe2d9",
            "300": "#8fd0c2",
            "400": "#6fd3bf",
            "500": "#4cc2ab",
            "600": "#0f6b5c",
            "700": "#0b5448",
            "800": "#0b4d42",
            "900": "#143b34",
            "950": "#06231e",
        },
        "base": {
            "50": "#f6f8f8",
            "100": "#eef2f1",
            "200": "#d9e1df",
            "300": "#c1ccc9",
            "400": "#9fb0ac",
            "500": "#637370",
            "600": "#4a5956",
            "700": "#36423f",
            "800": "#26312f",
            "900": "#141c1b",
            "950": "#0c1211",
        },
    },
}

# --- e-mail: sign-in codes ---------------------------------------------------------------------

EMAIL_URL = env_str("EMAIL_URL")
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"  # printed into the log of the process that sends
if EMAIL_URL:
    _mail = urlsplit(EMAIL_URL)
    try:
        EMAIL_HOST, EMAIL_PORT = _mail.hostname, _mail.port
    except ValueError:
        EMAIL_HOST = None
    if _mail.scheme not in ("smtp", "smtp+tls", "smtps") or not EMAIL_HOST:
        raise ImproperlyConfigured("EMAIL_URL does not parse; it looks like smtp+tls://user:password@host:587.")
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_PORT = EMAIL_PORT or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[_mail.scheme]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.scheme == "smtp+tls", _mail.scheme == "smtps"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env_str("EMAIL_FROM", "support@localhost")

# --- the ledger -------------------------------------------------------------------------------

DATABASE_URL = env_str("DATABASE_URL")
if DATABASE_URL:
    if DATABASE_URL.partition("://")[0] not in ("postgres", "postgresql", "sqlite"):
        raise ImproperlyConfigured("DATABASE_URL must begin with postgres:// or sqlite://.")
    try:
        DATABASES = {"default": dj_database_url.parse(DATABASE_URL)}
    except (ValueError, KeyError, dj_database_url.ParseError, dj_database_url.UnknownSchemeError):
        raise ImproperlyConfigured(
            "DATABASE_URL does not parse; it looks like postgres://user:password@host/name."
        ) from None
else:
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": VAR_DIR / "db.sqlite3"}}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Tests use a file too: in memory, two threads do not wait for each other but fail at once.
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        transaction_mode="IMMEDIATE",
        timeout=20,
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    )
else:
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
# Seconds a process keeps its connection; the workers set it, the web process lends connections per call.
DATABASES["default"]["CONN_MAX_AGE"] = env_int("DATABASE_CONN_MAX_AGE", 0, minimum=0)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# --- Redis: the doorbell, the cache, the sockets' channel layer --------------------------------

REDIS_URL = env_str("REDIS_URL") or _running.get("redis_url", "redis://127.0.0.1:6379/0")
try:
    _redis = urlsplit(REDIS_URL)
    _redis_is_one = _redis.scheme in ("redis", "rediss") and bool(_redis.hostname) and _redis.port != 0
except ValueError:
    _redis_is_one = False
if not _redis_is_one:
    raise ImproperlyConfigured("REDIS_URL must look like redis://host:port/0.")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "supportmesh",
        "OPTIONS": {
            "socket_timeout": 1,
            "socket_connect_timeout": 1,
            # The default unpickles: whoever can write to Redis could run code here.
            "serializer": "django.core.signing.JSONSerializer",
        },
    },
    # Counts while Redis is away.
    "process": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # beyond it some counts are forgotten
    },
}
CHANNEL_LAYERS = {
    "default": {
        # Pub/sub: keeps idle sockets and is back within seconds after Redis restarts empty.
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_connect_timeout": 1}], "prefix": "supportmesh"},
    }
}

# --- Celery -----------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False  # True requeues a killer task for ever; the sweeper retries with a count
CELERY_TASK_CREATE_MISSING_QUEUES = False  # a queue name comes from one place; a stranger's is an error
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,  # longer than any hop: the broker is no second retrier
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 2,
    "health_check_interval": 5,
    "queue_order_strategy": "priority",
    "priority_steps": [0],
}
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 25
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 4
CELERY_WORKER_CONSUMER = "actors.consumer:Consumer"  # parks what no task can take
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = True
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")

# --- the mesh ---------------------------------------------------------------------------------

# Seconds a claimed turn may take before the sweeper starts it again, and how often it may start.
MESH_LEASE = env_int("MESH_LEASE", 20, minimum=1)
MESH_MAX_ATTEMPTS = env_int("MESH_MAX_ATTEMPTS", 3, minimum=1)
MESH_HOP_RETRIES = env_int("MESH_HOP_RETRIES", 3, minimum=0)
MESSAGE_MAX_LENGTH = env_int("MESSAGE_MAX_LENGTH", 4000, minimum=1)  # characters
CONVERSATION_MAX_TURNS = env_int("CONVERSATION_MAX_TURNS", 2000, minimum=2)
# So many messages that no worker has taken yet are a queue: who comes now is told that it takes longer.
MESH_BACKLOG = env_int("MESH_BACKLOG", 100, minimum=1)
GUEST_RETENTION_DAYS = env_int("GUEST_RETENTION_DAYS", 30, minimum=1)
CUSTOMER_RETENTION_DAYS = env_int("CUSTOMER_RETENTION_DAYS", 365, minimum=1)

# --- the language model -------------------------------------------------------------------------

# Any name that LiteLLM knows; unset: everything is answered offline.
LLM_MODEL = env_str("LLM_MODEL")
LLM_FAST_MODEL = env_str("LLM_FAST_MODEL") or LLM_MODEL  # for intents and checks
LLM_API_KEY = env_str("LLM_API_KEY")
LLM_BASE_URL = env_endpoint("LLM_BASE_URL")
LLM_TEMPERATURE = float(env_decimal("LLM_TEMPERATURE", "0.3", maximum="2"))
LLM_TIMEOUT = env_int("LLM_TIMEOUT", 12, minimum=1)  # seconds for a whole reply
LLM_FAST_TIMEOUT = env_int("LLM_FAST_TIMEOUT", 5, minimum=1)  # seconds for an intent or a check
LLM_INTENT = env_choice("LLM_INTENT", "unsure", ("unsure", "always", "never"))
LLM_TURN_CALLS = env_int("LLM_TURN_CALLS", 4, minimum=0)
LLM_TURN_SECONDS = env_int("LLM_TURN_SECONDS", 45, minimum=1)
LLM_TURN_COST = env_decimal("LLM_TURN_COST", "0.05")  # USD
LLM_DAY_CALLS = env_int("LLM_DAY_CALLS", 5000, minimum=0)
LLM_DAY_COST = env_decimal("LLM_DAY_COST", "10.00")  # USD

# --- the shop ---------------------------------------------------------------------------------

SHOP_NAME = env_str("SHOP_NAME", "SupportMesh Demo Shop")
SHOP_CURRENCY = env_currency("SHOP_CURRENCY", "USD")
SHOP_TIME_ZONE = env_zone("SHOP_TIME_ZONE", "UTC")
SHOP_HOURS = env_str("SHOP_HOURS", "Monday to Friday, 9:00 to 18:00")
SHOP_OPENING_HOURS = env_hours("SHOP_HOURS", "Monday to Friday, 9:00 to 18:00", zone=SHOP_TIME_ZONE)
RETURN_WINDOW_DAYS = env_int("RETURN_WINDOW_DAYS", 30, minimum=0)
ORDER_NUMBER_PATTERN = env_pattern("ORDER_NUMBER_PATTERN", r"ORD-\d{8}")
TRACKING_NUMBER_PATTERN = env_pattern("TRACKING_NUMBER_PATTERN", r"TRK\d{9}")

_services_url = _running.get("services_url", "http://127.0.0.1:8001")
CUSTOMERS_API_URL = env_str("CUSTOMERS_API_URL", f"{_services_url}/api/customers")
ORDERS_API_URL = env_str("ORDERS_API_URL", f"{_services_url}/api/orders")
TRACKING_API_URL = env_str("TRACKING_API_URL", f"{_services_url}/api/tracking")

# --- the desk ---------------------------------------------------------------------------------

# Seconds of business time (SHOP_HOURS) until the first response and until it is solved, by priority.
SLA_FIRST_RESPONSE = env_targets("SLA_FIRST_RESPONSE", "urgent=900,high=3600,normal=14400,low=28800")
SLA_RESOLUTION = env_targets("SLA_RESOLUTION", "urgent=14400,high=28800,normal=86400,low=172800")
# Seconds after which a claim whose customer waits for an answer goes back to the queue.
CLAIM_IDLE = env_int("CLAIM_IDLE", 1800, minimum=60)
# What a member of the group may approve in SHOP_CURRENCY, unless their own limit says otherwise.
AGENT_APPROVAL_LIMIT = env_money("AGENT_APPROVAL_LIMIT", "100.00")
SUPERVISOR_APPROVAL_LIMIT = env_money("SUPERVISOR_APPROVAL_LIMIT", "1000.00")
# Hours after it was resolved in which a new message reopens a case.
CASE_REOPEN_HOURS = env_int("CASE_REOPEN_HOURS", 72, minimum=0)
# Minutes without a word after which a chat with the bot is closed.
IDLE_CLOSE_MINUTES = env_int("IDLE_CLOSE_MINUTES", 60, minimum=1)
# Where customers find the chat page; mails link to it.
PUBLIC_URL = env_url("PUBLIC_URL", _running.get("web_url", "http://127.0.0.1:8000"))

# --- REST -------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    # The shop's services: the service token or a logged-in member of staff. The chat's own views say their own.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "supportmesh.gateway.identity.ServiceTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["supportmesh.gateway.identity.ServiceOrReader"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 20,
    "EXCEPTION_HANDLER": "supportmesh.gateway.problems.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "SupportMesh",
    "DESCRIPTION": "Chat with the support mesh, read what it did, and the shop's services it works with.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "OrderStatus": "orders.models.Order.Status",
        "ShipmentStatus": "tracking.models.Shipment.Status",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "supportmesh.gateway.openapi.describe_chat",
    ],
}

# --- logs: ids, never the customer's words ----------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "supportmesh.logs.LogFormatter", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env_choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))},
    "loggers": {
        "httpx": {"level": "WARNING"},
        "uvicorn.error": {"handlers": ["stderr"], "propagate": False},  # its own handler quotes exceptions
        "django.request": {"level": "ERROR"},  # it names paths, and some hold an address
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
