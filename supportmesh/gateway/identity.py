"""Who is speaking, and what they may see. Every endpoint and the socket ask here and nowhere else."""

import hashlib
import ipaddress
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http import cookies
from types import SimpleNamespace
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_api_key.models import APIKey

from actors.models import Conversation

GUEST_COOKIE = "supportmesh_guest"
GUEST_HEADER = "X-Guest-Token"
GUEST_TOKEN = re.compile(r"[A-Za-z0-9_-]{32,128}")


@dataclass(frozen=True)
class Identity:
    """Who speaks. `caller` is whose client_msg_ids these are; `email` is the customer spoken for, when known.

    `demo`: on this machine's own demo a session id alone owns a conversation.
    """

    kind: Literal["guest", "customer", "server", "staff"]
    caller: str
    email: str | None = None
    verified: bool = False
    guest_key: str = ""
    demo: bool = False

    @property
    def sees_details(self) -> bool:
        """May see the route taken and what each actor decided."""
        return self.demo or self.kind in ("server", "staff")


@dataclass(frozen=True)
class Credentials:
    """What a request or a handshake says about its sender, taken off the wire and not yet believed."""

    headers: Mapping[str, str]  # lower-case names
    cookies: Mapping[str, str]
    client: str  # the peer's address
    guest_token: str = ""  # given in a frame; a header or our own cookie otherwise

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
    def token_of_guest(self) -> str:
        """The guest's token from the frame, the header or our own page's cookie; empty when there is none."""
        token = self.guest_token or self.headers.get(GUEST_HEADER.lower(), "")
        if not token and self.same_origin:
            token = self.cookies.get(GUEST_COOKIE, "")
        return token if is_guest_token(token) else ""


def identify(credentials: Credentials, *, email: str | None = None) -> Identity:
    """The identity behind the credentials. `email` is the typed address: servers and the demo are believed it, nobody
    else. Raises AuthenticationFailed for a token that is wrong or revoked. Reads the database.
    """
    server = _server(credentials.headers.get("authorization", ""))
    if server is not None:
        return Identity(kind="server", caller=server, email=email, verified=email is not None)
    token = credentials.token_of_guest
    guest_key = key_of(token) if token else ""
    demo = credentials.in_demo
    staff = _staff(credentials)
    known = email is not None and demo
    return Identity(
        kind="staff" if staff else "customer" if known else "guest",
        caller=f"guest:{guest_key}" if guest_key else "demo" if demo else "",
        email=email if known else None,
        verified=known,
        guest_key=guest_key,
        demo=demo,
    )


def may_access(identity: Identity, conversation: Conversation, *, reading: bool = False) -> bool:
    """The one rule of who may read a conversation (`reading`) or speak in it.

    Staff read everything. Servers and the demo may join any conversation, but never under another address than the
    conversation's. A customer has their own; a guest has what their token opened, until it belongs to a customer.
    """
    if reading and identity.kind == "staff":
        return True
    address = conversation.customer_email
    if identity.email is not None and address is not None and identity.email != address:
        return False
    if identity.kind == "server" or identity.demo:
        return True
    if address is not None:
        return identity.verified and identity.email == address
    return bool(identity.guest_key) and secrets.compare_digest(identity.guest_key, conversation.guest_key)


def speaks_for(identity: Identity, conversation: Conversation | None) -> tuple[str | None, bool]:
    """(address, verified) as fixed on a turn. Who may join a customer's conversation speaks for that customer."""
    if identity.email is None and conversation is not None and conversation.customer_email is not None:
        return conversation.customer_email, True
    return identity.email, identity.verified


def _server(authorization: str) -> str | None:
    """The caller's name for a valid server token, None without an Authorization header."""
    if not authorization:
        return None
    scheme, _, token = authorization.partition(" ")
    scheme, token = scheme.lower(), token.strip()
    if scheme == "bearer" and is_service_token(token):
        return "service"
    if scheme in ("token", "api-key") and "\0" not in token:
        key = APIKey.objects.get_usable_keys().filter(prefix=token.partition(".")[0]).first()
        if key is not None and not key.has_expired and key.is_valid(token):
            return f"token:{key.prefix}"
    raise AuthenticationFailed("The token is not valid, or it was revoked.")


def _staff(credentials: Credentials) -> bool:
    key = credentials.cookies.get(settings.SESSION_COOKIE_NAME)
    if not key or not credentials.same_origin:
        return False
    user = get_user(SimpleNamespace(session=SessionStore(key)))
    return user.is_active and user.is_staff


def is_service_token(token: str) -> bool:
    """Compared in constant time."""
    return secrets.compare_digest(token.encode(), settings.SERVICE_TOKEN.encode())


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
    if is_guest_token(request.COOKIES.get(GUEST_COOKIE)):
        return
    response.set_cookie(
        GUEST_COOKIE,
        new_guest_token(),
        max_age=settings.GUEST_RETENTION_DAYS * 86_400,
        httponly=True,
        secure=settings.HTTPS,
        samesite="Lax",
    )


# --- DRF --------------------------------------------------------------------------------------


class Service:
    """The principal behind the service token. No row in the database."""

    is_authenticated = is_active = is_staff = True
    is_anonymous = is_superuser = False
    pk = id = None
    username = "service"

    def __str__(self) -> str:
        return self.username


class ServiceTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <SERVICE_TOKEN>`; any other value is left to other schemes."""

    def authenticate(self, request: Request) -> tuple[Service, None] | None:
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer" or not is_service_token(token.strip()):
            return None
        return Service(), None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class IdentityAuthentication(BaseAuthentication):
    """For the chat's own views: `request.auth` is the Identity, a guest's at least."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Identity]:
        return AnonymousUser(), identify(Credentials.of_request(request))

    def authenticate_header(self, request: Request) -> str:
        return "Token"
