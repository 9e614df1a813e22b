"""Callers for tests: a shop's JWT, and a browser that signs in with a code."""

import json
import re
import time
from typing import Any

import jwt
from django.contrib.auth.models import Permission, User
from django.core import mail
from django.test import Client

from actors.models import Agent
from supportmesh import tasks
from supportmesh.models import SignInCode

SECRET = "a-secret-of-this-test-run-and-nobody-else"
OWN = {"Origin": "http://testserver"}


def shop_jwt(sub: str = "42", email: str = "john.doe@example.com", *, secret: str = SECRET, **claims: Any) -> str:
    """A token as the shop signs it; a claim that is None is left out."""
    body = {"sub": sub, "email": email, "exp": int(time.time()) + 300, **claims}
    return jwt.encode({name: value for name, value in body.items() if value is not None}, secret, algorithm="HS256")


def bearer(*args: Any, **claims: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {shop_jwt(*args, **claims)}"}


def auth(client: Client, call: str, headers: dict[str, str] = OWN, **body: Any) -> Any:
    """POST /api/auth/<call>."""
    return client.post(f"/api/auth/{call}", json.dumps(body), content_type="application/json", headers=headers)


def mailed_code(client: Client, email: str) -> str:
    """Ask for a code, let the worker do its part, and read the mail."""
    mail.outbox.clear()
    assert auth(client, "code", email=email).status_code == 202
    tasks.send_code(str(SignInCode.objects.latest("expires_at").pk))
    (message,) = mail.outbox
    assert message.to == [email]
    return "".join(re.search(r"^(\d{4} \d{4})$", message.body, re.MULTILINE)[1].split())


def signed_in(email: str) -> Client:
    client = Client()
    assert auth(client, "verify", email=email, code=mailed_code(client, email)).status_code == 200
    return client


def staff(name: str = "maria", *, limit: int | None = 10_000) -> User:
    """A member of staff who may approve up to this amount; None: what their group may."""
    user, _ = User.objects.get_or_create(username=name, defaults={"is_staff": True})
    Agent.objects.update_or_create(user=user, defaults={"available": True, "approval_limit": limit})
    return user


def overseer(name: str = "chief") -> User:
    """A member of staff who may read every conversation."""
    user = staff(name)
    codenames = ("view_conversation", "view_escalation", "see_all_cases")
    user.user_permissions.add(*Permission.objects.filter(content_type__app_label="actors", codename__in=codenames))
    return user
