"""The JWT that a shop signs for its own customer: HS256, with `sub`, `email`, `exp` and, if it likes, `name`."""

import re
import time
from dataclasses import dataclass
from typing import Any

import jwt
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from rest_framework.exceptions import AuthenticationFailed

ALGORITHMS = ["HS256"]
REQUIRED = ["sub", "email", "exp"]
LONGEST = 86_400  # seconds a token may still have to live: a stolen one must die soon
LEEWAY = 10  # seconds that two clocks may differ
OPTIONS = {"require": REQUIRED, "verify_sub": False}  # the shape of sub is looked at here
SHAPE = re.compile(r"[\w-]+\.[\w-]*\.[\w-]*", re.ASCII)
MAX_SUB, MAX_EMAIL, MAX_NAME = 255, 254, 200


@dataclass(frozen=True)
class Claims:
    """Who the shop says this is. `sub` is the shop's own name for the customer, which no new address changes."""

    sub: str
    email: str
    name: str = ""


def looks_like_jwt(token: str) -> bool:
    return SHAPE.fullmatch(token) is not None


def read(token: str) -> Claims:
    """The claims of a token that the shop signed. Raises AuthenticationFailed, whose detail says what is wrong."""
    claims = _verified(token)
    if isinstance(claims["exp"], bool) or not isinstance(claims["exp"], int | float):
        raise AuthenticationFailed("The token's claim exp must be a number: seconds since 1970.")
    if claims["exp"] > time.time() + LONGEST + LEEWAY:
        raise AuthenticationFailed(f"The token lives too long: exp may lie {LONGEST // 3600} hours ahead at most.")
    sub, email, name = claims["sub"], claims["email"], claims.get("name")
    if not _is_text(sub, longest=MAX_SUB):
        raise AuthenticationFailed(f"The token's claim sub must be a text of 1 to {MAX_SUB} characters.")
    try:
        if not _is_text(email, longest=MAX_EMAIL):
            raise ValidationError("")
        validate_email(email)
    except ValidationError:
        raise AuthenticationFailed("The token's claim email is not an e-mail address.") from None
    return Claims(sub=sub, email=email.lower(), name=name if _is_text(name, longest=MAX_NAME) else "")


def _verified(token: str) -> dict[str, Any]:
    """Signature, expiry and presence of the claims, tried with each secret."""
    if not settings.IDENTITY_SECRET:
        raise AuthenticationFailed("This server takes no JWT: IDENTITY_SECRET is not set.")
    reason = ""
    for secret in settings.IDENTITY_SECRET:
        try:
            return jwt.decode(token, secret, algorithms=ALGORITHMS, leeway=LEEWAY, options=OPTIONS)
        except jwt.InvalidSignatureError:
            reason = "The token is not signed with this shop's key."
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
            raise AuthenticationFailed(_why(error)) from None
    raise AuthenticationFailed(reason)


def _why(error: Exception) -> str:
    match error:
        case jwt.ExpiredSignatureError():
            return "The token has expired."
        case jwt.InvalidAlgorithmError():
            return "The token must be signed with HS256."
        case jwt.MissingRequiredClaimError():
            return f"The token lacks the claim {error.claim}."
        case jwt.ImmatureSignatureError():
            return "The token is not valid yet."
        case jwt.InvalidAudienceError():
            return "The token is for somebody else: leave out the claim aud."
        case _:
            return "The token is not a valid JWT."


def _is_text(value: object, *, longest: int) -> bool:
    return isinstance(value, str) and len(value.strip()) > 0 and len(value) <= longest and value.isprintable()
