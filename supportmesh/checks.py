"""Mistakes of an installation, as Django system checks: no process of ours starts with one."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import ERROR, Error, Tags, Warning, register, run_checks

MINIMAL_SECRET = 50
MINIMAL_TOKEN = 32
MINIMAL_VARIETY = 8  # different characters: fewer were typed, not drawn
PLACEHOLDERS = ("django-insecure", "changeme", "change-me")


def mistakes() -> str:
    """What keeps this installation from starting, a sentence for each mistake; empty when there is none."""
    errors = [error for error in run_checks() if error.is_serious(ERROR)]
    return "\n".join(f"{error.msg} {error.hint or ''}".strip() for error in errors)


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "::1", "[::1]", "testserver") or host.startswith("127.")


@register(Tags.security)
def check_debug(app_configs: Any, **kwargs: Any) -> list[Error]:
    """DEBUG shows settings and code to whoever meets an error."""
    if not settings.DEBUG:
        return []
    public = [host for host in settings.ALLOWED_HOSTS if not _is_loopback(host)]
    if public:
        hint = "Unset DEBUG, or leave ALLOWED_HOSTS at localhost."
        return [
            Error(f"DEBUG is on, but the server answers for {', '.join(public)}.", hint=hint, id="supportmesh.E001")
        ]
    if settings.HTTPS or settings.TRUSTED_PROXIES:
        hint = "Unset DEBUG, or HTTPS and TRUSTED_PROXIES."
        return [Error("DEBUG is on, but the server stands behind a proxy.", hint=hint, id="supportmesh.E001")]
    return []


@register(Tags.security)
def check_hosts(app_configs: Any, **kwargs: Any) -> list[Error]:
    """With any host allowed, a foreign name that points here passes for our own Origin."""
    if "*" in settings.ALLOWED_HOSTS:
        hint = "Set ALLOWED_HOSTS to the names of this server, separated by commas."
        return [Error("ALLOWED_HOSTS allows every host.", hint=hint, id="supportmesh.E002")]
    return []


@register(Tags.security)
def check_demo(app_configs: Any, **kwargs: Any) -> list[Error]:
    """The demo believes a typed address."""
    if settings.DEMO and not settings.DEBUG:
        hint = "Unset DEMO, or set DEBUG=1 on your own machine."
        return [Error("DEMO is on without DEBUG.", hint=hint, id="supportmesh.E003")]
    return []


@register(Tags.security)
def check_secrets(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Who guesses SECRET_KEY makes sessions and messages; who guesses SERVICE_TOKEN speaks for every customer."""
    errors = []
    how = "Unset it, and one is made and kept in VAR_DIR; or set 64 random characters."
    retired = "A secret that is still believed is as good as the one in use: take it out, or wait until it is one."
    for name, secrets, minimum, hint, number in (
        ("SECRET_KEY", [settings.SECRET_KEY], MINIMAL_SECRET, how, 4),
        ("SECRET_KEY_FALLBACKS", settings.SECRET_KEY_FALLBACKS, MINIMAL_SECRET, retired, 4),
        ("SERVICE_TOKEN", [settings.SERVICE_TOKEN], MINIMAL_TOKEN, how, 5),
        ("SERVICE_TOKEN_FALLBACKS", settings.SERVICE_TOKEN_FALLBACKS, MINIMAL_TOKEN, retired, 5),
    ):
        if any(_is_guessable(secret, minimum) for secret in secrets):
            text = f"{name} is a placeholder or has fewer than {minimum} characters."
            errors.append(Error(text, hint=hint, id=f"supportmesh.E00{number}"))
    return errors


def _is_guessable(secret: str, minimum: int) -> bool:
    return len(secret) < minimum or len(set(secret)) < MINIMAL_VARIETY or secret.lower().startswith(PLACEHOLDERS)


@register(Tags.security)
def check_identity_secret(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Who guesses it is any customer of the shop."""
    errors = []
    if any(len(secret.encode()) < MINIMAL_TOKEN or _is_guessable(secret, 0) for secret in settings.IDENTITY_SECRET):
        text = f"IDENTITY_SECRET is a placeholder or has fewer than {MINIMAL_TOKEN} bytes."
        errors.append(Error(text, hint="Set one made with: openssl rand -hex 32", id="supportmesh.E006"))
    if len(settings.IDENTITY_SECRET) > 2:
        text = "IDENTITY_SECRET holds more than two secrets."
        errors.append(Error(text, hint="The one in use, and the one that comes or goes.", id="supportmesh.E007"))
    return errors


@register(Tags.security)
def check_redis(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Who reads Redis reads what customers write; who writes there can stop the mesh."""
    url = urlsplit(settings.REDIS_URL)
    if url.password or _is_loopback(url.hostname or ""):
        return []
    hint = "Set REDIS_URL=redis://:password@host:6379/0, and the same password (requirepass) in Redis."
    return [Error(f"REDIS_URL has no password for {url.hostname}.", hint=hint, id="supportmesh.E008")]


@register(Tags.security, deploy=True)
def check_email(app_configs: Any, **kwargs: Any) -> list[Warning]:
    """Who reads the log could sign in as any customer."""
    if settings.EMAIL_URL:
        return []
    hint = "Set EMAIL_URL, such as smtp+tls://user:password@mail.example.com:587."
    return [Warning("Sign-in codes are printed into the worker's log.", hint=hint, id="supportmesh.W001")]


@register()
def check_llm(app_configs: Any, **kwargs: Any) -> list[Warning]:
    """A model that is half set up answers nobody, and nobody notices."""
    found = []
    if not settings.LLM_MODEL and (settings.LLM_FAST_MODEL or settings.LLM_API_KEY or settings.LLM_BASE_URL):
        hint = "Set LLM_MODEL, or unset the others to stay offline."
        found.append(Warning("LLM settings without LLM_MODEL: no model is asked.", hint=hint, id="supportmesh.W002"))
    if settings.LLM_MODEL and settings.MESH_LEASE <= settings.LLM_TIMEOUT + 2:
        text = f"MESH_LEASE={settings.MESH_LEASE} leaves no room for a reply of LLM_TIMEOUT={settings.LLM_TIMEOUT}."
        hint = "Raise MESH_LEASE, or lower LLM_TIMEOUT."
        found.append(Warning(text, hint=hint, id="supportmesh.W003"))
    return found
