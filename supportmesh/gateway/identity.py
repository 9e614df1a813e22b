"""Who is speaking, and what they may see. Every endpoint and the socket ask here and nowhere else."""

import secrets
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Literal, NamedTuple

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends.db import SessionStore
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from actors.desk.access import may_read
from actors.models import Conversation
from supportmesh.gateway import shop_jwt
from supportmesh.gateway.credentials import Credentials, key_of
from supportmesh.models import ApiToken

TOKEN_SCHEMES = ("token", "api-key")
NOT_VALID = "The token is not valid, or it was revoked."
DEMO_CALLER = "demo"
SESSION_CUSTOMER = "supportmesh_customer"  # in a browser's session: the address that was proved by a code


@dataclass(frozen=True)
class Identity:
    """Who speaks. `caller` is whose client_msg_ids these are; `email` is the customer spoken for, when known.

    `sub`: the shop's own name for the customer, from its JWT. `demo`: on this machine's own demo a session id alone
    owns a conversation.
    """

    kind: Literal["guest", "customer", "server", "staff"]
    caller: str
    email: str | None = None
    verified: bool = False
    sub: str = ""
    name: str = ""
    guest_key: str = ""
    demo: bool = False
    user: User | None = None  # the member of staff

    @property
    def sees_details(self) -> bool:
        """May see the route taken and what each actor decided."""
        return self.demo or self.kind in ("server", "staff")

    @property
    def is_shared(self) -> bool:
        """Many speak under this name: a server's customers, or whoever tries the demo without a browser."""
        return self.kind == "server" or self.caller == DEMO_CALLER


def identify(credentials: Credentials, *, email: str | None = None) -> Identity:
    """The identity behind the credentials. `email` is the typed address: servers and the demo are believed it, nobody
    else. Raises AuthenticationFailed for a token that is wrong, expired or revoked. Reads the database.
    """
    token = credentials.token_of_guest
    guest_key = key_of(token) if token else ""
    if jwt := _shop_jwt(credentials):
        return _customer_of_shop(jwt, guest_key=guest_key)
    server = _server(credentials.headers.get("authorization", ""))
    if server is not None:
        return Identity(kind="server", caller=server, email=email, verified=email is not None)
    demo = credentials.in_demo
    staff, signed_in = _session(credentials)
    customer = email if email is not None and demo else signed_in
    if signed_in is not None and customer == signed_in:
        caller = f"customer:{key_of(signed_in)}"
    else:
        caller = f"guest:{guest_key}" if guest_key else DEMO_CALLER if demo else ""
    return Identity(
        kind="staff" if staff is not None else "customer" if customer else "guest",
        user=staff,
        caller=caller,
        email=customer,
        verified=customer is not None,
        guest_key=guest_key,
        demo=demo,
    )


def may_access(identity: Identity, conversation: Conversation, *, reading: bool = False) -> bool:
    """The one rule of who may read a conversation (`reading`) or speak in it.

    Staff read what their role lets them see (actors.desk.access). Servers and the demo may join any conversation, but
    never under another address than the conversation's. A customer has their own, by the shop's `sub` where it has one
    and by their address where not; a guest has what their token opened, until it belongs to a customer.
    """
    if reading and identity.user is not None and may_read(identity.user, conversation):
        return True
    address = conversation.customer_email
    if identity.kind == "server" or identity.demo:
        return identity.email is None or address is None or identity.email == address
    if address is not None:
        return identity.verified and conversation.belongs_to(email=identity.email, sub=identity.sub)
    return bool(identity.guest_key) and secrets.compare_digest(identity.guest_key, conversation.guest_key)


class Speaker(NamedTuple):
    """Whom a message is from, as fixed on its turn; `sub` as the conversation keeps it."""

    email: str | None
    verified: bool
    sub: str


def speaks_for(identity: Identity, conversation: Conversation | None) -> Speaker:
    """Who may join a customer's conversation speaks for that customer."""
    if conversation is None or conversation.customer_email is None:
        return Speaker(identity.email, identity.verified, identity.sub)
    if identity.email is None:
        return Speaker(conversation.current_email(), True, conversation.customer_sub)
    return Speaker(identity.email, identity.verified, conversation.customer_sub)


def _shop_jwt(credentials: Credentials) -> str:
    if credentials.jwt:
        return credentials.jwt
    scheme, _, token = credentials.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and shop_jwt.looks_like_jwt(token.strip()) else ""


def _customer_of_shop(token: str, *, guest_key: str) -> Identity:
    claims = shop_jwt.read(token)
    return Identity(
        kind="customer",
        caller=f"sub:{key_of(claims.sub)}",
        email=claims.email,
        verified=True,
        sub=claims.sub,
        name=claims.name,
        guest_key=guest_key,
    )


def _server(authorization: str) -> str | None:
    """The caller's name for a valid server token, None without an Authorization header."""
    if not authorization:
        return None
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() == "bearer" and is_service_token(token.strip()):
        return "service"
    if scheme.lower() in TOKEN_SCHEMES:
        return f"token:{_api_token(token.strip(), scope=ApiToken.Scope.CHAT).prefix}"
    raise AuthenticationFailed(NOT_VALID)


def _api_token(token: str, *, scope: str) -> ApiToken:
    row = ApiToken.believed(token)
    if row is None:
        raise AuthenticationFailed(NOT_VALID)
    if row.scope != scope:
        raise AuthenticationFailed(f"This token is for {row.scope}, not for {scope}.")
    return row


def _session(credentials: Credentials) -> tuple[User | None, str | None]:
    """(the member of staff, the customer's address) of our own page's session; neither without one."""
    key = credentials.cookies.get(settings.SESSION_COOKIE_NAME)
    if not key or not credentials.same_origin:
        return None, None
    session = SessionStore(key)
    user = get_user(SimpleNamespace(session=session))
    return user if user.is_active and user.is_staff else None, session.get(SESSION_CUSTOMER)


def is_service_token(token: str) -> bool:
    """The one in use or one that is still believed. Compared in constant time."""
    believed = [settings.SERVICE_TOKEN, *settings.SERVICE_TOKEN_FALLBACKS]
    return any(secrets.compare_digest(token.encode(), known.encode()) for known in believed)


# --- DRF --------------------------------------------------------------------------------------


class Service:
    """The principal behind a service token: no user of the database, and staff to the shop's services."""

    is_authenticated = is_active = is_staff = True
    is_anonymous = is_superuser = False
    pk = id = None

    def __init__(self, username: str = "service") -> None:
        self.username = username

    def __str__(self) -> str:
        return self.username


class ServiceTokenAuthentication(BaseAuthentication):
    """For the shop's services: `Bearer <SERVICE_TOKEN>`, or `Token <key>` with the scope `services`."""

    def authenticate(self, request: Request) -> tuple[Service, None] | None:
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() == "bearer" and is_service_token(token.strip()):
            return Service(), None
        if scheme.lower() in TOKEN_SCHEMES:
            row = _api_token(token.strip(), scope=ApiToken.Scope.SERVICES)
            return Service(f"token:{row.prefix}"), None
        return None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class ServiceOrReader(BasePermission):
    """The shop's services: a service token does everything; staff do what they may in the admin, too: look at what
    their role shows them, and change rows only with the permission to. (The desk changes them through actions.)"""

    def has_permission(self, request: Request, view: Any) -> bool:
        if isinstance(request.user, Service):
            return True
        if not request.user.is_staff:
            return False
        app = type(view).__module__.partition(".")[0]
        if request.method in SAFE_METHODS:
            return request.user.has_module_perms(app)
        return request.user.has_perm(f"{app}.change_{view.rows._meta.model_name}")


class IdentityAuthentication(BaseAuthentication):
    """For the chat's own views: `request.auth` is the Identity, a guest's at least."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Identity]:
        return AnonymousUser(), identify(Credentials.of_request(request))

    def authenticate_header(self, request: Request) -> str:
        return "Token"
