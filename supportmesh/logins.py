"""Logging in to the admin: how often it may be tried, by account and by address, and who tried."""

import secrets
import unicodedata
from collections.abc import Callable

from django.contrib.auth import get_user_model
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from unfold.forms import AuthenticationForm

from actors.models import AuditEvent
from supportmesh.gateway import limits
from supportmesh.gateway.limits import Limit, TooMany

QUARTER = 900  # seconds
OF_ACCOUNT = Limit("logins-of-account", 10, QUARTER)
OF_BROWSER = Limit("logins-of-browser", 10, QUARTER)  # where this account has logged in before
OF_ADDRESS = Limit("logins-of-address", 50, QUARTER)
BROWSER_COOKIE = "supportmesh_staff"
BROWSER_AGE = 90 * 86_400  # seconds
SALT = "supportmesh.logins"


class LoginForm(AuthenticationForm):
    """The theme's form; asks nobody for a password that comes too late."""

    def clean(self) -> dict[str, object]:
        refused = getattr(self.request, "login_refused", "")
        if refused:
            raise ValidationError(refused, code="locked")
        return super().clean()


def attempt(request: HttpRequest, try_it: Callable[[], HttpResponse]) -> HttpResponse:
    """One try to log in, counted before a password is looked at and audited afterwards.

    Beyond a limit the answer is 429, right password or not. A browser where this account has logged in before counts
    for itself: who tries somebody's password does not keep them out of where they work.
    """
    account = _normal(request.POST.get("username", ""))
    browser = _browser(request, account)
    address = limits.network(request.META.get("REMOTE_ADDR") or "")
    try:
        limits.spend([(OF_BROWSER, browser) if browser else (OF_ACCOUNT, account), (OF_ADDRESS, address)])
    except TooMany as told:
        request.login_refused = str(told.detail)
        response = try_it()
        response.status_code = told.status_code
        response.headers["Retry-After"] = told.headers["Retry-After"]
        if told.first:  # the others would fill the trail
            _audit("login locked", account, address)
        return response
    response = try_it()
    if not request.user.is_authenticated or response.status_code != 302:
        _audit("login failed", account, address)
        return response
    _audit("logged in", account, address)
    _remember(request, response, account, browser)
    return response


def _normal(username: str) -> str:
    return unicodedata.normalize("NFKC", username).strip().casefold()


def _audit(what: str, account: str, address: str) -> None:
    """A name that nobody has is not written down: it may be a password, in the wrong field."""
    known = get_user_model().objects.filter(username__iexact=account).first() if "\0" not in account else None
    who = f"staff {known.get_username()}" if known else "nobody we know"
    AuditEvent.objects.create(who=who[:150], what=what, fields=f"from {address}"[:200])


def _browser(request: HttpRequest, account: str) -> str:
    """The name of this browser when the account has logged in with it before; else empty."""
    try:
        name, whose = signing.loads(request.COOKIES.get(BROWSER_COOKIE, ""), salt=SALT, max_age=BROWSER_AGE)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return name if whose == account else ""


def _remember(request: HttpRequest, response: HttpResponse, account: str, browser: str) -> None:
    value = signing.dumps([browser or secrets.token_urlsafe(16), account], salt=SALT)
    response.set_cookie(
        BROWSER_COOKIE, value, max_age=BROWSER_AGE, httponly=True, secure=request.is_secure(), samesite="Lax"
    )
