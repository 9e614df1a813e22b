"""Mistakes of an installation, as Django system checks: the web process does not start with one."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register

MINIMAL_SECRET = 50
MINIMAL_TOKEN = 32
PLACEHOLDERS = ("django-insecure", "changeme", "change-me")


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "[::1]", "testserver") or host.startswith("127.")


@register(Tags.security)
def check_debug(app_configs: Any, **kwargs: Any) -> list[Error]:
    """DEBUG shows settings and code to whoever meets an error."""
    public = [host for host in settings.ALLOWED_HOSTS if not _is_loopback(host)]
    if settings.DEBUG and public:
        hint = "Unset DEBUG, or leave ALLOWED_HOSTS at localhost."
        return [
            Error(f"DEBUG is on, but the server answers for {', '.join(public)}.", hint=hint, id="supportmesh.E001")
        ]
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
    if len(settings.SECRET_KEY) < MINIMAL_SECRET or settings.SECRET_KEY.lower().startswith(PLACEHOLDERS):
        text = f"SECRET_KEY is a placeholder or has fewer than {MINIMAL_SECRET} characters."
        errors.append(Error(text, hint=how, id="supportmesh.E004"))
    if len(settings.SERVICE_TOKEN) < MINIMAL_TOKEN or settings.SERVICE_TOKEN.lower().startswith(PLACEHOLDERS):
        text = f"SERVICE_TOKEN is a placeholder or has fewer than {MINIMAL_TOKEN} characters."
        errors.append(Error(text, hint=how, id="supportmesh.E005"))
    return errors


@register(Tags.security)
def check_identity_secret(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Who guesses it is any customer of the shop."""
    errors = []
    if any(len(secret.encode()) < MINIMAL_TOKEN for secret in settings.IDENTITY_SECRET):
        text = f"IDENTITY_SECRET has fewer than {MINIMAL_TOKEN} bytes."
        errors.append(Error(text, hint="Make one with: openssl rand -hex 32", id="supportmesh.E006"))
    if len(settings.IDENTITY_SECRET) > 2:
        text = "IDENTITY_SECRET holds more than two secrets."
        errors.append(Error(text, hint="The one in use, and the one that comes or goes.", id="supportmesh.E007"))
    return errors


@register(Tags.security, deploy=True)
def check_email(app_configs: Any, **kwargs: Any) -> list[Warning]:
    """Who reads the log could sign in as any customer."""
    if settings.EMAIL_URL:
        return []
    hint = "Set EMAIL_URL, such as smtp+tls://user:password@mail.example.com:587."
    return [Warning("Sign-in codes are printed into the worker's log.", hint=hint, id="supportmesh.W001")]
