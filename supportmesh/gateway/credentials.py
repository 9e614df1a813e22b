"""What a request or a handshake brings along: headers, cookies, a guest's token. Nothing here is believed yet."""

import hashlib
import ipaddress
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http import cookies
from typing import Any, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host

from supportmesh.gateway.language import language_asked_for

GUEST_HEADER = "X-Guest-Token"
GUEST_TOKEN = re.compile(r"[A-Za-z0-9_-]{32,128}")


@dataclass(frozen=True)
class Credentials:
    """What a request or a handshake says about its sender, taken off the wire and not yet believed."""

    headers: Mapping[str, str]  # lower-case names
    cookies: Mapping[str, str]
    client: str  # the peer's address
    guest_token: str = ""  # given in a frame; a header or our own cookie otherwise
    jwt: str = ""  # given in a frame; the Authorization header otherwise
    page_language: str = ""  # given in the socket's address; our own cookie or the browser's otherwise

    @classmethod
    def of_request(cls, request: HttpRequest) -> Self:
        """Of an HTTP request."""
        headers = {name.lower(): value for name, value in request.headers.items()} | {"host": request.get_host()}
        return cls(headers=headers, cookies=request.COOKIES, client=request.META.get("REMOTE_ADDR") or "")

    @classmethod
    def of_scope(cls, scope: dict[str, Any]) -> Self:
        """Of a WebSocket handshake."""
        headers = {name.decode("latin1").lower(): value.decode("latin1") for name, value in scope["headers"]}
        jar: cookies.SimpleCookie = cookies.SimpleCookie()
        try:
            jar.load(headers.get("cookie", ""))
        except cookies.CookieError:
            jar.clear()
        client = scope.get("client") or ("",)
        return cls(
            headers=headers, cookies={name: morsel.value for name, morsel in jar.items()}, client=client[0] or ""
        )

    @property
    def foreign(self) -> bool:
        """Sent by a page of another site."""
        origin = self.headers.get("origin")
        return origin is not None and not self._is_own(origin)

    @property
    def same_origin(self) -> bool:
        """Sent by one of our own pages (or typed into the address bar): only then do cookies count."""
        origin = self.headers.get("origin")
        if origin is not None:
            return self._is_own(origin)
        return self.headers.get("sec-fetch-site") in ("same-origin", "none")

    def _is_own(self, origin: str) -> bool:
        if origin in settings.CSRF_TRUSTED_ORIGINS:
            return True
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        host = self.headers.get("host", "").lower()
        domain, _ = split_domain_port(host)
        if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
            return False
        return parts.netloc.lower() == host and parts.scheme in (("https",) if settings.HTTPS else ("http", "https"))

    @property
    def in_demo(self) -> bool:
        """The demo's trust holds for this sender: this machine, nothing forwarded, no foreign page."""
        if not (settings.DEMO and settings.DEBUG) or self.foreign:
            return False
        if any(name == "forwarded" or name.startswith("x-forwarded-") for name in self.headers):
            return False
        try:
            return ipaddress.ip_address(self.client).is_loopback
        except ValueError:
            return False

    @property
    def language(self) -> str:
        """What the sender reads: one of LANGUAGES."""
        if self.page_language in dict(settings.LANGUAGES):
            return self.page_language
        cookies = self.cookies if self.same_origin else {}
        return language_asked_for(cookies=cookies, accepted=self.headers.get("accept-language", ""))

    @property
    def token_of_guest(self) -> str:
        """The guest's token from the frame, the header or our own page's cookie; empty when there is none."""
        token = self.guest_token or self.headers.get(GUEST_HEADER.lower(), "")
        if not token and self.same_origin:
            token = self.cookies.get(settings.GUEST_COOKIE_NAME, "")
        return token if is_guest_token(token) else ""


# --- guests -----------------------------------------------------------------------------------


def new_guest_token() -> str:
    return secrets.token_urlsafe(32)


def is_guest_token(token: object) -> bool:
    return isinstance(token, str) and GUEST_TOKEN.fullmatch(token) is not None


def key_of(guest_token: str) -> str:
    """What the database keeps of a guest's token: enough to recognize it, useless to a thief."""
    return hashlib.sha256(guest_token.encode()).hexdigest()


def ensure_guest_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Give a visitor of our own pages the http-only cookie that owns their conversations, unless they have one."""
    if not is_guest_token(request.COOKIES.get(settings.GUEST_COOKIE_NAME)):
        set_guest_cookie(response, new_guest_token())


def set_guest_cookie(response: HttpResponse, token: str) -> None:
    """No script reads it, and no other site's page sends it along."""
    response.set_cookie(
        settings.GUEST_COOKIE_NAME,
        token,
        max_age=settings.GUEST_RETENTION_DAYS * 86_400,
        httponly=True,
        secure=settings.HTTPS,
        samesite="Lax",
    )
