"""Signing in on our own page with a one-time code by e-mail.

The request looks the same for every address: it writes one row and leaves the rest to a worker, which asks the shop
whether it knows the address and only then makes a code. There is no user behind a customer: what a code opens is this
browser's session, as that customer and never as staff.
"""

import logging
import uuid
from dataclasses import replace
from smtplib import SMTPException
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import get_language, gettext_noop, override
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from kombu.exceptions import OperationalError
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from actors import services
from actors.errors import Permanent, Temporary
from supportmesh.gateway import chat, limits
from supportmesh.gateway.api import ChatView
from supportmesh.gateway.credentials import Credentials, key_of, new_guest_token, set_guest_cookie
from supportmesh.gateway.identity import SESSION_CUSTOMER, Identity
from supportmesh.gateway.problems import NotFound, Problem
from supportmesh.gateway.serializers import ProblemAnswer, StrictChar, StrictEmail, StrictUUID
from supportmesh.models import CODE_LIFETIME, SignInCode

logger = logging.getLogger(__name__)

SEND_CODE = "supportmesh.send_code"  # the task in supportmesh/tasks.py
HOUR = 3600
CODES_PER_ADDRESS, CODES_PER_CLIENT, TRIES_PER_CLIENT = 10, 30, 60  # in an hour
CODES_PER_PAIR = 5  # so that one client cannot use up what a mailbox may get, and keep its owner out
SENT = gettext_noop("If we know this address, a code is on its way to it.")
NO_CODE = gettext_noop("No code can be sent now. Please try again.")
WRONG = gettext_noop("The code is wrong or has expired.")
MAIL = gettext_noop("""Your code to sign in at {shop}:

{code}

It counts for {minutes} minutes, once, and only in the browser that asked for it. Nobody from our team will ever ask
you for it. If it was not you who asked, you can ignore this mail.
""")


def send_code(request_id: uuid.UUID, *, language: str = settings.LANGUAGE_CODE) -> str | None:
    """Mail a code to the address of this request, when the shop knows it; returns the code that was sent.

    Raises Temporary when the shop or the mail server does not answer: nothing was sent, and it may be tried again.
    """
    row = SignInCode.objects.filter(pk=request_id).first()
    if row is None or services.customer(row.email) is None:
        return None
    code = row.issue()
    if code is None:
        return None
    shown = f"{code[:4]} {code[4:]}"
    minutes = int(CODE_LIFETIME.total_seconds() // 60)
    with override(language):
        text = _(MAIL).format(shop=settings.SHOP_NAME, code=shown, minutes=minutes)
        subject = _("{code} is your code for {shop}").format(code=shown, shop=settings.SHOP_NAME)
    try:
        send_mail(subject, text, None, [row.email])
    except (SMTPException, OSError) as error:
        row.withdraw()
        raise Temporary(f"the mail server: {type(error).__name__}") from None  # its own text names the address
    logger.info("sign-in %s: a code was sent", row.pk)
    return code


# --- the calls --------------------------------------------------------------------------------


class CodeSerializer(drf.Serializer):
    email = StrictEmail(max_length=254)


class VerifySerializer(CodeSerializer):
    code = StrictChar(max_length=20, help_text="As in the mail; spaces do not matter.")
    session_id = StrictUUID(
        required=False, allow_null=True, default=None, help_text="This guest's conversation, to go on in it."
    )


class CodeAnswer(drf.Serializer):
    detail = drf.CharField()
    demo_code = drf.CharField(required=False, allow_null=True, help_text="On the demo alone: it sends no mail.")


class SignedInAnswer(drf.Serializer):
    email = drf.EmailField()
    message_id = drf.UUIDField(allow_null=True, help_text="The waiting question, asked again.")


class SignedOutAnswer(drf.Serializer):
    detail = drf.CharField()


def _documented(summary: str, status: int, answer: type, *, request: type | None, errors: tuple[int, ...]) -> Any:
    problems = {(code, "application/problem+json"): ProblemAnswer for code in errors}
    return extend_schema(
        summary=summary, request=request, responses={status: answer, **problems}, auth=[], tags=["sign-in"]
    )


class OwnPageView(ChatView):
    """Called by our own pages alone: a session is the browser's, and no other site may begin or end one."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.credentials = Credentials.of_request(request)
        if not self.credentials.same_origin:
            raise Problem(403, "Only this server's own pages may ask this: the Origin must be its own.")
        self.client = limits.network(self.credentials.client)


class CodeView(OwnPageView):
    @_documented(
        "Ask for a code by e-mail", 202, CodeAnswer, request=CodeSerializer, errors=(400, 401, 403, 413, 415, 429, 503)
    )
    def post(self, request: Request) -> Response:
        """The same answer for every address. The code counts in this browser for ten minutes, until the next one."""
        email = self.valid(CodeSerializer, request.data)["email"]
        if not self.identity().demo:  # which sends no mail: there is nobody to bother or to keep out
            limits.count("codes-of-client", self.client, limit=CODES_PER_CLIENT, seconds=HOUR)
            limits.count("codes-of-pair", f"{self.client} {email}", limit=CODES_PER_PAIR, seconds=HOUR)
            limits.count("codes-of-address", email, limit=CODES_PER_ADDRESS, seconds=HOUR)
        guest_token = None if self.identity().guest_key else new_guest_token()
        row = SignInCode.asked(browser=key_of(guest_token) if guest_token else self.identity().guest_key, email=email)
        body = {"detail": _(SENT)}
        language = get_language()
        try:
            if self.identity().demo:
                body["demo_code"] = send_code(row.pk, language=language)
            else:
                # Low on patience: a broker that is away is told to the customer, who can ask again.
                args = [str(row.pk), language]
                current_app.send_task(SEND_CODE, args=args, retry=True, retry_policy={"max_retries": 0})
        except (OperationalError, Temporary, Permanent):
            raise Problem(503, _(NO_CODE), headers={"Retry-After": "5"}) from None
        response = Response(body, status=202)
        if guest_token:
            set_guest_cookie(response, guest_token)
        return response


class VerifyView(OwnPageView):
    @_documented(
        "Sign in with a code",
        200,
        SignedInAnswer,
        request=VerifySerializer,
        errors=(400, 401, 403, 413, 415, 429, 503),
    )
    def post(self, request: Request) -> Response:
        """Makes this browser's session the customer's. A guest's conversation becomes theirs, and what waited there
        for the sign-in is asked again by itself.
        """
        data = self.valid(VerifySerializer, request.data)
        limits.count("sign-ins-of-client", self.client, limit=TRIES_PER_CLIENT, seconds=HOUR)
        email, code = data["email"], "".join(data["code"].split())
        browser = self.identity().guest_key
        if not browser or not SignInCode.redeem(browser=browser, email=email, code=code):
            raise Problem(400, _(WRONG), errors=[{"field": "code", "detail": _(WRONG)}])
        request.session[SESSION_CUSTOMER] = email
        request.session.cycle_key()  # who knew the name of the session before does not know it now
        customer = replace(
            self.identity(), kind="customer", caller=f"customer:{key_of(email)}", email=email, verified=True
        )
        return Response({"email": email, "message_id": _asked_again(customer, data["session_id"])})


def _asked_again(customer: Identity, session_id: uuid.UUID | None) -> uuid.UUID | None:
    if session_id is None:
        return None
    try:
        turn = chat.ask_again(customer, session_id)
    except NotFound:  # signed in all the same; that conversation is somebody else's, or never was
        return None
    return turn.pk if turn is not None else None


class LogoutView(OwnPageView):
    @_documented("Sign out", 200, SignedOutAnswer, request=None, errors=(401, 403, 429, 503))
    def post(self, request: Request) -> Response:
        """This browser is nobody's again. A login to the admin in the same browser stays."""
        if request.session.pop(SESSION_CUSTOMER, None) is not None:
            request.session.cycle_key()
        return Response({"detail": _("Signed out.")})
