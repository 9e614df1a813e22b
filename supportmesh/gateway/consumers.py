"""The WebSocket chat. Frames are {type, data, timestamp}; events are hints, and what is sent is read from the table."""

import asyncio
import json
import logging
import uuid
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer
from django.core.serializers.json import DjangoJSONEncoder
from rest_framework import exceptions

from actors import ledger
from actors.models import Conversation, Turn
from supportmesh.gateway import chat, serializers
from supportmesh.gateway.credentials import Credentials, is_guest_token, new_guest_token
from supportmesh.gateway.identity import Identity, identify
from supportmesh.gateway.problems import DATABASE_AWAY, NotFound, Problem, field_errors, invalid
from supportmesh.gateway.waiting import Watch, in_database, lookout

logger = logging.getLogger(__name__)

FRAME_LIMIT = 16_384  # bytes of a client's frame
FRAMES_PER_SECOND = 10
BURST = 20  # frames a client may send at once before the rate counts
CODES = {400: "invalid", 401: "unauthorized", 404: "not_found", 409: "conflict"}
NOT_YOURS = 4401  # close code: the conversation is not (any more) this caller's
COMMANDS = ("chat", "identify", "resume", "human", "rating", "ping")


class Bucket:
    """A token bucket: BURST at once, FRAMES_PER_SECOND in the long run."""

    def __init__(self, now: float) -> None:
        self.left, self.at = float(BURST), now

    def take(self, now: float) -> bool:
        self.left = min(BURST, self.left + (now - self.at) * FRAMES_PER_SECOND)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


class ChatConsumer(AsyncWebsocketConsumer):
    """One customer's socket. Every reply of its conversation is sent once, in the order of `seq`."""

    # No layer of its own: the handshake must not need Redis. Hints come through the process's lookout.
    channel_layer_alias = "none"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session_id: uuid.UUID | None = None
        self.status: str | None = None
        self.guest_token: str | None = None  # one that was made for this connection
        self.watch: Watch | None = None
        self.watching = ExitStack()
        self.tasks: list[asyncio.Task[None]] = []
        self.sending = asyncio.Lock()
        self.sent: set[int] = set()  # seqs told on this connection
        self.answered: set[str] = set()  # message_ids whose reply was told

    async def connect(self) -> None:
        self.credentials = Credentials.of_scope(self.scope)
        if self.credentials.foreign:
            await self.close()
            return
        self.bucket = Bucket(asyncio.get_running_loop().time())
        query = parse_qs(self.scope["query_string"].decode("latin1"))
        self.asked_for = query.get("session_id", [""])[0]
        self.channel = Conversation.Channel.WEB if self.credentials.same_origin else Conversation.Channel.API
        if query.get("channel") == [Conversation.Channel.WIDGET]:
            self.channel = Conversation.Channel.WIDGET
        try:
            identity = await in_database(identify, self.credentials)
        except exceptions.AuthenticationFailed:
            await self.close()
            return
        except DATABASE_AWAY:
            identity = Identity(kind="guest", caller="")
        await self.accept()
        if not identity.caller:  # a new guest: the token goes into the first frame
            self.guest_token = new_guest_token()
            self.credentials = replace(self.credentials, guest_token=self.guest_token)
        await self._start()

    async def _start(self) -> None:
        """Open the conversation that was asked for, if it is theirs, and say `connected`."""
        identity = None
        try:
            identity = await in_database(identify, self.credentials)
            if self.asked_for:
                await self._join(identity, _session_id(self.asked_for), reading=True)
        except (exceptions.APIException, *DATABASE_AWAY) as error:
            await self._refuse(error)
        told = {
            "kind": identity.kind if identity else "guest",
            "email": identity.email if identity else None,
            "verified": bool(identity and identity.verified),
            "name": identity.name if identity else "",
        }
        if self.guest_token:
            told["guest_token"] = self.guest_token
        last_seq = self.watch.seq if self.watch else 0
        await self._frame("connected", session_id=self.session_id, last_seq=last_seq, identity=told, status=self.status)
        if self.watch:
            self.watch.wake.set()

    async def disconnect(self, code: int) -> None:
        self._unfollow()

    # --- frames from the client -----------------------------------------------------------------

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """One frame. Whatever is wrong with it is told in an `error` frame; the socket stays open."""
        try:
            if not self.bucket.take(asyncio.get_running_loop().time()):
                await self._error("too_fast", f"At most {FRAMES_PER_SECOND} frames a second.")
                return
            if text_data is None:
                await self._error("invalid", "A frame is text.")
                return
            if len(text_data.encode(errors="replace")) > FRAME_LIMIT:
                await self._error("too_long", f"A frame may have {FRAME_LIMIT} bytes.")
                return
            await self._obey(text_data)
        except (exceptions.APIException, *DATABASE_AWAY) as error:
            await self._refuse(error)

    async def _obey(self, text: str) -> None:
        frame = serializers.read_object(text)
        name, data = frame.get("type"), frame.get("data", {})
        if name not in COMMANDS:
            raise invalid("type", f"Must be one of: {', '.join(COMMANDS)}.")
        if data is None:
            data = {}
        if not isinstance(data, dict):
            raise invalid("data", "Must be an object.")
        await getattr(self, f"_on_{name}")(data)

    async def _on_chat(self, data: dict[str, Any]) -> None:
        message = _valid(serializers.ChatSerializer, data)
        async with self.sending:  # the pump must not tell of this turn before `message_sent` does
            accepted = await in_database(
                chat.accept, self.credentials, message, channel=self.channel, session_id=self.session_id
            )
            turn = accepted.turn
            if turn.conversation_id != self.session_id:
                self._follow(turn.conversation_id, seq=turn.seq)
                self.status = turn.conversation.status
            self.sent.add(turn.seq)
            await self._frame(
                "message_sent",
                message_id=turn.pk,
                session_id=turn.conversation_id,
                seq=turn.seq,
                status=turn.status,
                client_msg_id=turn.client_msg_id,
            )
        await lookout().joined(self.watch)
        await self._tell_repeated(turn)
        self.watch.waiting = True
        self.watch.wake.set()

    async def _tell_repeated(self, turn: Turn) -> None:
        """A message sent again may have been answered before this socket began to look."""
        if turn.seq >= self.watch.seq:
            return
        reply = await in_database(chat.reply_to, turn.pk)
        async with self.sending:
            if reply is not None and reply.seq <= self.watch.seq:
                await self._tell(reply)

    async def _on_identify(self, data: dict[str, Any]) -> None:
        """Who this is: by the shop's JWT (`token`), or by the token this server gave to a guest (`guest_token`).

        A guest who turns out to be a customer goes on in their conversation, and its waiting question is asked again.
        """
        token, guest_token = data.get("token"), data.get("guest_token")
        if isinstance(token, str) and token:
            credentials = replace(self.credentials, jwt=token)
        elif is_guest_token(guest_token):
            credentials = replace(self.credentials, guest_token=guest_token)
        else:
            raise invalid("token", "Send the JWT that your shop signed, or the guest_token that this server gave you.")
        identity = await in_database(identify, credentials)
        self.credentials, self.guest_token = credentials, None
        self.asked_for = str(self.session_id or self.asked_for)
        self._unfollow()
        await self._start()
        if self.session_id is not None and identity.kind == "customer":
            await in_database(chat.ask_again, identity, self.session_id)

    async def _on_resume(self, data: dict[str, Any]) -> None:
        last_seq = data.get("last_seq")
        if not isinstance(last_seq, int) or isinstance(last_seq, bool) or not 0 <= last_seq < 2**31:
            raise invalid("last_seq", "Must be a whole number, 0 or more.")
        watch = await self._mine(reading=True)
        watch.seq = min(watch.seq, last_seq)
        watch.wake.set()

    async def _on_human(self, data: dict[str, Any]) -> None:
        await self._mine()
        await in_database(ledger.request_human, session_id=self.session_id)

    async def _on_rating(self, data: dict[str, Any]) -> None:
        rating = _valid(serializers.RatingSerializer, data)
        await self._mine()
        await in_database(ledger.rate, session_id=self.session_id, **rating)
        await self._frame("status", status=self.status, rating=rating["score"])

    async def _on_ping(self, data: dict[str, Any]) -> None:
        await self._frame("pong")

    async def _mine(self, *, reading: bool = False) -> Watch:
        """The conversation's watch, after asking again whether it is (still) theirs."""
        if self.session_id is None:
            raise NotFound
        await in_database(chat.find_again, self.credentials, self.session_id, reading=reading)
        return self.watch

    # --- following a conversation ---------------------------------------------------------------

    async def _join(self, identity: Identity, session_id: uuid.UUID, *, reading: bool) -> None:
        conversation = await in_database(chat.find, identity, session_id, reading=reading)
        self._follow(conversation.pk, seq=conversation.last_seq)
        self.status = conversation.status
        await lookout().joined(self.watch)

    def _follow(self, session_id: uuid.UUID, *, seq: int) -> None:
        self._unfollow()
        self.session_id = session_id
        hints: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.watch = self.watching.enter_context(lookout().watch(session_id, seq=seq, on_event=hints.put_nowait))
        self.tasks = [asyncio.create_task(self._deliver(self.watch)), asyncio.create_task(self._forward(hints))]

    def _unfollow(self) -> None:
        for task in self.tasks:
            task.cancel()
        self.tasks = []
        self.watching.close()
        self.session_id = self.watch = self.status = None
        self.sent, self.answered = set(), set()

    async def _deliver(self, watch: Watch) -> None:
        """Send what the table has beyond `watch.seq`, whenever there may be something."""
        while True:
            await watch.wake.wait()
            watch.wake.clear()
            try:
                turns, watch.waiting = await in_database(chat.news, self.credentials, self.session_id, watch.seq)
            except exceptions.APIException:  # signed out, expired, or a customer's by now: connect again to be asked
                await self.close(code=NOT_YOURS)
                return
            except DATABASE_AWAY as error:
                logger.warning("session %s: %s while following", self.session_id, type(error).__name__)
                watch.waiting = True
                continue
            async with self.sending:
                for turn in turns:
                    await self._tell(turn)
                    watch.seq = max(watch.seq, turn.seq)

    async def _forward(self, hints: "asyncio.Queue[dict[str, Any]]") -> None:
        """Progress and status are shown as they come; progress of an answered message comes too late."""
        while True:
            event = await hints.get()
            if event["type"] == "mesh.progress" and event.get("message_id") not in self.answered:
                fields = {name: event.get(name) for name in ("message_id", "actor", "index", "total")}
                await self._frame("progress", **fields)
            elif event["type"] == "status.changed":
                self.status = event.get("status")
                await self._frame("status", status=self.status)

    # --- frames to the client -------------------------------------------------------------------

    async def _tell(self, turn: Turn) -> None:
        """One turn, once: a reply, a person's words, or (`turn`) what another tab and the system said."""
        if turn.seq in self.sent:
            return
        self.sent.add(turn.seq)
        said = {"text": turn.text, "session_id": turn.conversation_id, "seq": turn.seq, "created_at": turn.created_at}
        if turn.in_reply_to is not None:
            self.answered.add(str(turn.in_reply_to_id))
            reply = chat.answer(turn.in_reply_to, turn)
            await self._frame("chat_response", seq=turn.seq, created_at=turn.created_at, **reply)
        elif turn.role == Turn.Role.AGENT:
            await self._frame("agent_message", **said)
        else:
            await self._frame("turn", role=turn.role, message_id=turn.pk, status=turn.status, **said)

    async def _refuse(self, error: Exception) -> None:
        """An exception as an `error` frame, in the words that REST uses."""
        if isinstance(error, Problem):
            await self._error(CODES.get(error.status_code, "invalid"), str(error.detail), error.errors)
        elif isinstance(error, exceptions.ValidationError):
            await self._error("invalid", "The frame is not valid.", field_errors(error.detail))
        elif isinstance(error, exceptions.APIException):
            await self._error(CODES.get(error.status_code, "invalid"), str(error.detail))
        else:
            logger.error("database away: %s", type(error).__name__)
            await self._error("unavailable", "The database does not answer. Nothing was accepted; please try again.")

    async def _error(self, code: str, detail: str, errors: list[dict[str, str]] | None = None) -> None:
        await self._frame("error", error=code, details=errors or [{"field": "", "detail": detail}])

    async def _frame(self, name: str, /, **data: Any) -> None:
        frame = {"type": name, "data": data, "timestamp": datetime.now(UTC)}
        await self.send(text_data=json.dumps(frame, cls=DjangoJSONEncoder))


def _valid(serializer_class: type, data: dict[str, Any]) -> dict[str, Any]:
    serializer = serializer_class(data=data)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


def _session_id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound from None
