"""The REST chat. `POST /api/chat` is a plain async view: a request that waits holds no thread and no connection."""

import asyncio
import logging
import uuid
from dataclasses import asdict
from functools import wraps
from typing import Any

from asgiref.sync import SyncToAsync
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.permissions import SAFE_METHODS, AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from actors import ledger
from actors.explain import explain
from actors.llm import calls_in
from actors.models import Conversation, Turn
from supportmesh.gateway import chat, limits, serializers
from supportmesh.gateway.credentials import GUEST_HEADER, Credentials
from supportmesh.gateway.identity import Identity, IdentityAuthentication, identify, speaks_for
from supportmesh.gateway.problems import DATABASE_AWAY, NotFound, Problem, exception_handler, invalid
from supportmesh.gateway.waiting import in_database, lookout

logger = logging.getLogger(__name__)


# --- POST /api/chat ---------------------------------------------------------------------------


def _problems(view: Any) -> Any:
    """What DRF does for its own views: an exception becomes a problem."""

    @wraps(view)
    async def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return kept_by_nobody(await view(request, *args, **kwargs))
        except (exceptions.APIException, *DATABASE_AWAY) as error:
            response = exception_handler(error, {})
            if response is None:
                raise
            return kept_by_nobody(response)

    return answered


def kept_by_nobody(response: HttpResponse) -> HttpResponse:
    """A customer's words stay in no cache on the way, and in no browser after they have signed out."""
    patch_cache_control(response, private=True, no_store=True)
    return response


@csrf_exempt  # cookies count with our own Origin only, which is checked in identity.py
@_problems
async def post_chat(request: HttpRequest) -> HttpResponse:
    """Accept a message and wait for its reply: 200 with the reply, or 202 and where it will stand."""
    data, wait = _read(request)
    credentials = Credentials.of_request(request)
    accepted = await in_database(chat.accept, credentials, data, channel=_channel(request, credentials))
    turn = accepted.turn
    reply = await _wait_for_reply(turn, seconds=wait if accepted.delay is None else 0)
    if reply is not None:
        response = JsonResponse(chat.answer(turn, reply))
        await in_database(chat.told, accepted.identity, turn.conversation, reply.seq)
    else:
        headers = {"Location": reverse("message", args=[turn.pk])}
        response = JsonResponse(accepted.receipt(), status=202, headers=headers)
    if accepted.guest_token:
        response.headers[GUEST_HEADER] = accepted.guest_token
    for name, value in limits.headers(accepted.allowed).items():
        response.headers[name] = value
    return response


def _read(request: HttpRequest) -> tuple[dict[str, Any], float]:
    """The validated body and the seconds to wait."""
    if request.method != "POST":
        raise Problem(405, "Only POST is allowed here.", headers={"Allow": "POST"})
    if request.content_type != "application/json":
        raise Problem(415, "The body must be application/json.")
    body = serializers.ObjectParser().parse(request)
    serializer = serializers.ChatSerializer(data=body)
    serializer.is_valid(raise_exception=True)
    query = serializers.WaitSerializer(data=request.GET.dict())
    query.is_valid(raise_exception=True)
    data = serializer.validated_data
    if key := request.headers.get("Idempotency-Key"):
        data["client_msg_id"] = _same_id(key, data["client_msg_id"])
    return data, query.validated_data["wait"]


def _same_id(key: str, given: uuid.UUID | None) -> uuid.UUID:
    try:
        value = uuid.UUID(key.strip('" '))
    except ValueError:
        raise invalid("Idempotency-Key", "Must be a valid UUID.") from None
    if given is not None and given != value:
        raise invalid("Idempotency-Key", "Differs from client_msg_id.")
    return value


def _channel(request: HttpRequest, credentials: Credentials) -> str:
    """Where the message came in. Only the service token may say that it is a probe (see chat.accept)."""
    said = request.headers.get("X-Channel", "").lower()
    if said in (Conversation.Channel.PROBE, Conversation.Channel.WIDGET):
        return said
    return Conversation.Channel.WEB if credentials.same_origin else Conversation.Channel.API


async def _wait_for_reply(turn: Turn, *, seconds: float) -> Turn | None:
    """The turn's reply as soon as it stands, None when the time is over or nobody but a person will reply.

    Brings `turn.status` up to date. The message is accepted: a database that goes away now only means "later".
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    with lookout().watch(turn.conversation_id, seq=turn.seq) as watch:
        if seconds:
            _let_go_of_thread()
            await lookout().joined(watch)
        while True:
            try:
                status, watch.seq, reply = await in_database(_look, turn.pk)
            except DATABASE_AWAY as error:
                logger.warning("message %s: %s while waiting", turn.pk, type(error).__name__)
            else:
                turn.status = status
                if reply is not None or status not in Turn.OPEN:
                    return reply
            left = end - loop.time()
            if left <= 0:
                return None
            await watch.woken(left)


def _look(message_id: uuid.UUID) -> tuple[str, int, Turn | None]:
    turn = Turn.objects.select_related("conversation", "reply", "answered_by").get(pk=message_id)
    return turn.status, turn.conversation.last_seq, chat.reply_of(turn)


def _let_go_of_thread() -> None:
    """End the thread that Django keeps for the sync middleware of this request; it gets a new one when it needs it.

    Else 500 waiting requests would hold 500 idle threads.
    """
    context = SyncToAsync.thread_sensitive_context.get(None)
    executor = SyncToAsync.context_to_thread_executor.pop(context, None) if context is not None else None
    if executor is not None:
        executor.shutdown(wait=False)


# --- the rest, in plain DRF -------------------------------------------------------------------


class ChatView(APIView):
    """What the chat's own views share: identity instead of a login, JSON objects only."""

    authentication_classes = [IdentityAuthentication]
    permission_classes = [AllowAny]
    parser_classes = [serializers.ObjectParser]

    def http_method_not_allowed(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        raise Problem(405, f"{request.method} is not allowed here.", headers={"Allow": ", ".join(self.allowed_methods)})

    allowed: list[limits.Allowance] = []

    def identity(self) -> Identity:
        return self.request.auth

    def check_throttles(self, request: Request) -> None:
        """Whoever this is reads and calls so often, and no more. What one wrote can be read while Redis is away."""
        reading = request.method in SAFE_METHODS
        counted = limits.of_call(self.identity(), Credentials.of_request(request).client, reading=reading)
        self.allowed = limits.spend(counted, open_while_away=reading)

    def finalize_response(self, request: Request, response: HttpResponse, *args: Any, **kwargs: Any) -> HttpResponse:
        for name, value in limits.headers(self.allowed).items():
            response.headers.setdefault(name, value)
        return kept_by_nobody(super().finalize_response(request, response, *args, **kwargs))

    def valid(self, serializer_class: type, data: Any) -> dict[str, Any]:
        serializer = serializer_class(data=data)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data


def documented(summary: str, answer: type, **more: Any) -> Any:
    """The schema of a call, its errors included."""
    problem = serializers.ProblemAnswer
    codes = {*more.pop("errors", (401, 404, 503)), 429}
    errors = {(code, "application/problem+json"): problem for code in sorted(codes)}
    return extend_schema(summary=summary, responses={200: answer, **errors}, tags=["chat"], **more)


class MessageView(ChatView):
    @documented("A message's status and reply", serializers.MessageAnswer)
    def get(self, request: Request, message_id: uuid.UUID) -> Response:
        """For staff, service tokens and the demo also the way it took."""
        rows = Turn.objects.filter(pk=message_id, role=Turn.Role.CUSTOMER)
        # Nothing of it is read before it is theirs, and an unknown id is looked up as often as a foreign one: the time
        # until the answer tells nobody whether there is such a message.
        session_id = rows.values_list("conversation", flat=True).first()
        conversation = chat.find(self.identity(), session_id or message_id, reading=True)
        turn = rows.select_related("conversation", "reply", "answered_by").first()
        if turn is None:
            raise NotFound
        reply = chat.reply_of(turn)
        if reply is not None:
            chat.told(self.identity(), conversation, reply.seq)
        return Response(_message(turn, details=self.identity().sees_details))


def _message(turn: Turn, *, details: bool) -> dict[str, Any]:
    reply = chat.reply_of(turn)
    told = None
    if reply is not None:
        told = {
            "response": reply.text,
            "seq": reply.seq,
            "created_at": reply.created_at,
            "processing_time": chat.seconds_between(turn, reply),
            "metadata": reply.metadata,
            "covers": chat.covered(turn, reply),
        }
    body = {
        "message_id": turn.pk,
        "session_id": turn.conversation_id,
        "seq": turn.seq,
        "status": turn.status,
        "created_at": turn.created_at,
        "reply": told,
        "sources": reply.metadata.get("sources", []) if reply else [],
    }
    if details:
        envelope = turn.message or {}
        payload = envelope.get("payload", {})
        body["route"] = envelope.get("route", {}).get("steps", [])
        body["hops"] = envelope.get("metadata", {}).get("hops", [])
        body |= {name: payload.get(name) for name in ("decision", "sentiment", "intent")}
        body["llm_calls"] = calls_in(payload)
    return body


class ConversationView(ChatView):
    @documented(
        "A conversation's transcript",
        serializers.ConversationAnswer,
        parameters=[serializers.AfterSerializer],
        errors=(400, 401, 404, 503),
    )
    def get(self, request: Request, session_id: uuid.UUID) -> Response:
        """Oldest first; `after` leaves out what the caller has seen."""
        conversation, standing = chat.opened(self.identity(), session_id)
        after = self.valid(serializers.AfterSerializer, request.query_params.dict())["after"]
        turns = conversation.turns.filter(seq__gt=after, seq__lte=conversation.last_seq).order_by("seq")
        body = {
            "session_id": conversation.pk,
            **asdict(standing),
            "last_seq": conversation.last_seq,
            "turns": list(turns.values("seq", "role", "text", "created_at", "in_reply_to", "agent")),
        }
        chat.told(self.identity(), conversation, conversation.last_seq)
        return Response(body)


class RatingView(ChatView):
    @documented(
        "Rate a conversation",
        serializers.RatingSerializer,
        request=serializers.RatingSerializer,
        errors=(400, 401, 404, 413, 415, 503),
    )
    def post(self, request: Request, session_id: uuid.UUID) -> Response:
        """1 to 5. A later rating replaces an earlier one; rating never closes a conversation."""
        conversation = chat.find(self.identity(), session_id)
        rating = self.valid(serializers.RatingSerializer, request.data)
        ledger.rate(session_id=conversation.pk, **rating)
        return Response(rating)


class HumanView(ChatView):
    @documented("Ask for a person", serializers.HumanAnswer, request=None)
    def post(self, request: Request, session_id: uuid.UUID) -> Response:
        """Opens a case for a person and says so in the conversation."""
        conversation = chat.find(self.identity(), session_id)
        notice = ledger.request_human(session_id=conversation.pk)
        return Response({"session_id": conversation.pk, "seq": notice.seq, "text": notice.text})


class ExplainView(ChatView):
    @documented(
        "What the mesh would do with a message",
        serializers.ExplainAnswer,
        request=serializers.ExplainSerializer,
        errors=(400, 401, 403, 404, 413, 415, 503),
    )
    def post(self, request: Request) -> Response:
        """What every offline actor and rule would say. Changes nothing. Staff, server tokens and the demo only."""
        if not self.identity().sees_details:
            raise Problem(403, "Only staff and server tokens may ask this.")
        data = self.valid(serializers.ExplainSerializer, request.data)
        identity = identify(Credentials.of_request(request), email=data["customer_email"])
        conversation = chat.find(identity, data["session_id"], reading=True) if data["session_id"] else None
        speaker = speaks_for(identity, conversation)
        told = explain(
            text=data["message"],
            customer_email=speaker.email,
            verified=speaker.verified,
            conversation=conversation,
        )
        return Response(told)
