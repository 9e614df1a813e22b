"""The WebSocket chat. Frames are {type, data, timestamp}; events are hints, and what is sent is read from the table."""

import asyncio
import json
import logging
import uuid
from collections.abc import Coroutine
from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer
from django.core.serializers.json import DjangoJSONEncoder
from rest_framework import exceptions

from actors import ledger
from actors.models import Conversation, Turn
from supportmesh.gateway import chat, limits, serializers, sockets
from supportmesh.gateway.credentials import Credentials, is_guest_token, new_guest_token
from supportmesh.gateway.identity import Identity, identify
from supportmesh.gateway.language import CHOSEN
from supportmesh.gateway.problems import DATABASE_AWAY, NotFound, Problem, field_errors, invalid
from supportmesh.gateway.waiting import Watch, in_database, lookout

logger = logging.getLogger(__name__)

FRAME_LIMIT = 49_152  # bytes of a client's frame: 4000 characters however JSON escapes them (an emoji: 12 bytes)
FRAMES_PER_SECOND = 10
BURST = 20  # frames a client may send at once before the rate counts
CODES = {400: "invalid", 401: "unauthorized", 404: "not_found", 409: "conflict", 429: "too_fast"}
NOT_YOURS = 4401  # close code: the conversation is not (any more) this caller's
TOO_MANY = 4429  # close code: this caller has enough sockets open
COMMANDS = ("chat", "identify", "resume", "seen", "human", "rating", "ping")
OLD_COMMANDS = ("chat", "ping")  # who sends no other knows no `agent_message` either


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
        self.standing = chat.Standing()  # as told on this connection
        self.staff = False
        self.old = True  # as far as this client's frames tell
        self.guest_token: str | None = None  # one that was made for this connection
        self.watch: Watch | None = None
        self.watching = ExitStack()
        self.seat = ExitStack()  # among the caller's sockets
        self.pace: sockets.Pace | None = None  # common to the address; None: of a server, of staff, of this machine
        self.tasks: list[asyncio.Task[None]] = []
        self.sending = asyncio.Lock()
        self.sent: set[int] = set()  # seqs told on this connection
        self.answered: set[str] = set()  # message_ids whose reply was told

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Whatever ends the connection, a failed send as well as a `websocket.disconnect`, nothing of it stays."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._unfollow()
            self.seat.close()
            if self.pace:  # kept until it has rested: who closes and opens again has no new burst
                loop = asyncio.get_running_loop()
                loop.call_later(self.pace.rested_in(loop.time()), id, self.pace)

    async def connect(self) -> None:
        self.credentials = Credentials.of_scope(self.scope)
        if self.credentials.foreign:
            await self.close()
            return
        self.bucket = Bucket(asyncio.get_running_loop().time())
        query = parse_qs(self.scope["query_string"].decode("latin1"))
        self.asked_for = query.get("session_id", [""])[0]
        self.credentials = replace(self.credentials, page_language=query.get(CHOSEN, [""])[0])
        self.channel = Conversation.Channel.WEB if self.credentials.same_origin else Conversation.Channel.API
        if query.get("channel") == [Conversation.Channel.WIDGET]:
            self.channel = Conversation.Channel.WIDGET
            self.credentials = replace(self.credentials, cookies={})
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
            self.staff = identity.kind == "staff"
            self._take_seat(identity)
            if self.asked_for:
                await self._join(identity, _session_id(self.asked_for))
        except sockets.TooMany:
            await self._error("too_many", f"At most {sockets.TABS} sockets at once. Close one, or use REST.")
            await self._to_client(self.close(code=TOO_MANY))
            return
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
        standing = asdict(self.standing)
        await self._frame("connected", session_id=self.session_id, last_seq=last_seq, identity=told, **standing)
        if self.watch:
            self.watch.wake.set()

    def _take_seat(self, identity: Identity) -> None:
        self.seat.close()
        client = self.credentials.client
        many = self.staff or identity.is_shared  # they speak for many
        self.pace = None if many or limits.at_home(client) else sockets.pace_of(limits.network(client))
        if not many:
            self.seat.enter_context(sockets.one_of(identity.caller))

    # --- frames from the client -----------------------------------------------------------------

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """One frame. Whatever is wrong with it is told in an `error` frame; the socket stays open."""
        if self.pace:
            await asyncio.sleep(self.pace.wait(asyncio.get_running_loop().time()))
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
        self.old = self.old and name in OLD_COMMANDS
        await getattr(self, f"_on_{name}")(data)

    async def _on_chat(self, data: dict[str, Any]) -> None:
        message = _valid(serializers.ChatSerializer, data)
        async with self.sending:  # the pump must not tell of this turn before `message_sent` does
            accepted = await self._accept(message)
            turn = accepted.turn
            if turn.conversation_id != self.session_id:
                self._follow(turn.conversation_id, seq=turn.seq)
                self.standing = accepted.standing
            self.sent.add(turn.seq)
            await self._frame("message_sent", seq=turn.seq, client_msg_id=turn.client_msg_id, **accepted.receipt())
        await lookout().joined(self.watch)
        await self._tell_repeated(turn)
        self.watch.waiting = True
        self.watch.wake.set()

    async def _accept(self, message: dict[str, Any]) -> chat.Accepted:
        """Into the ledger. A conversation that this message opens is followed before its first actor can be at work:
        what it shows would be over before we look."""
        opens = None
        if self.session_id is None and message["session_id"] is None:
            opens = uuid.uuid4()
            self._follow(opens, seq=0)
            await lookout().joined(self.watch)
        try:
            accepted = await in_database(
                chat.accept,
                self.credentials,
                message,
                channel=self.channel,
                session_id=None if opens else self.session_id,
                opens=opens,
            )
        except BaseException:
            if opens:
                self._unfollow()
            raise
        if opens == accepted.turn.conversation_id:
            self.watch.seq, self.standing = accepted.turn.seq, accepted.standing
        return accepted

    async def _tell_repeated(self, turn: Turn) -> None:
        """A message sent again may have been answered before this socket began to look."""
        if turn.seq >= self.watch.seq:
            return
        reply = await in_database(chat.reply_to, turn.pk)
        async with self.sending:
            if reply is not None and reply.seq <= self.watch.seq:
                await self._tell(reply)

    async def _on_identify(self, data: dict[str, Any]) -> None:
        """Who this is: by the shop's JWT (`token`), by a guest's own `guest_token`, or by both: a guest who has become
        a customer since.

        A guest who turns out to be a customer goes on in their conversation, and its waiting question is asked again.
        """
        token, guest_token = data.get("token"), data.get("guest_token")
        given = {}
        if isinstance(token, str) and token:
            given["jwt"] = token
        if is_guest_token(guest_token):
            given["guest_token"] = guest_token
        if not given:
            raise invalid("token", "Send the JWT that your shop signed, or the guest_token that this server gave you.")
        credentials = replace(self.credentials, **given)
        identity = await in_database(identify, credentials)
        self.credentials, self.guest_token = credentials, None
        self.asked_for = str(self.session_id or self.asked_for)
        self._unfollow()
        await self._start()
        if self.session_id is not None and identity.kind == "customer":
            await in_database(chat.ask_again, identity, self.session_id)

    async def _on_resume(self, data: dict[str, Any]) -> None:
        last_seq = _seq(data, "last_seq")
        watch = await self._mine(reading=True)
        watch.seq = min(watch.seq, last_seq)
        watch.wake.set()

    async def _on_seen(self, data: dict[str, Any]) -> None:
        seq = _seq(data, "seq")
        if self.session_id is None:
            raise NotFound
        await in_database(chat.seen, self.credentials, self.session_id, seq)

    async def _on_human(self, data: dict[str, Any]) -> None:
        await self._mine()
        await in_database(ledger.request_human, session_id=self.session_id)

    async def _on_rating(self, data: dict[str, Any]) -> None:
        rating = _valid(serializers.RatingSerializer, data)
        await self._mine()
        await in_database(ledger.rate, session_id=self.session_id, **rating)
        await self._frame("status", **{**asdict(self.standing), "rated": True}, rating=rating["score"])

    async def _on_ping(self, data: dict[str, Any]) -> None:
        await self._frame("pong")
        if self.standing.waiting and self.watch:  # others were served meanwhile
            self.watch.wake.set()

    async def _mine(self, *, reading: bool = False) -> Watch:
        """The conversation's watch, after counting the call and asking again whether it is (still) theirs."""
        if self.session_id is None:
            raise NotFound
        await in_database(chat.called, self.credentials, self.session_id, reading=reading)
        return self.watch

    # --- following a conversation ---------------------------------------------------------------

    async def _join(self, identity: Identity, session_id: uuid.UUID) -> None:
        conversation, standing = await in_database(chat.opened, identity, session_id)
        self._follow(conversation.pk, seq=conversation.last_seq)
        self.standing = standing
        await lookout().joined(self.watch)

    def _follow(self, session_id: uuid.UUID, *, seq: int) -> None:
        self._unfollow()
        self.session_id = session_id
        hints: asyncio.Queue[dict[str, Any]] = asyncio.Queue(sockets.HINTS)

        def hint(event: dict[str, Any]) -> None:
            if not hints.full():  # else the client is slow, and can do without: what counts is read from the table
                hints.put_nowait(event)

        self.watch = self.watching.enter_context(lookout().watch(session_id, seq=seq, on_event=hint))
        self.tasks = [asyncio.create_task(self._deliver(self.watch)), asyncio.create_task(self._forward(hints))]

    def _unfollow(self) -> None:
        for task in self.tasks:
            task.cancel()
        self.tasks = []
        self.watching.close()
        self.session_id = self.watch = None
        self.standing = chat.Standing()
        self.sent, self.answered = set(), set()

    async def _deliver(self, watch: Watch) -> None:
        """Send what the table has beyond `watch.seq`, and how it stands now, whenever there may be something."""
        while True:
            await watch.wake.wait()
            watch.wake.clear()
            seq = watch.seq
            try:
                news = await in_database(chat.news, self.credentials, self.session_id, seq, standing=self.standing)
            except exceptions.APIException:  # signed out, expired, or a customer's by now: connect again to be asked
                await self._to_client(self.close(code=NOT_YOURS))
                return
            except DATABASE_AWAY as error:
                logger.warning("session %s: %s while following", self.session_id, type(error).__name__)
                watch.waiting = True
                continue
            watch.waiting = news.more
            async with self.sending:
                for turn in news.turns:
                    await self._tell(turn)
                if news.turns and watch.seq == seq:  # else a `resume` came in between, and is served next
                    watch.seq = news.turns[-1].seq
                if len(news.turns) == chat.TURNS_AT_ONCE:
                    watch.wake.set()
                if news.standing != self.standing:
                    self.standing = news.standing
                    await self._frame("status", **asdict(self.standing))

    async def _forward(self, hints: "asyncio.Queue[dict[str, Any]]") -> None:
        """Progress and the growing answer are shown as they come; those of an answered message come too late."""
        while True:
            event = await hints.get()
            if event["type"] == "mesh.progress" and event.get("message_id") not in self.answered:
                fields = {name: event.get(name) for name in ("message_id", "actor", "index", "total")}
                await self._frame("progress", **fields)
            elif event["type"] == "mesh.token" and event.get("message_id") not in self.answered:
                fields = {name: event.get(name) for name in ("message_id", "attempt", "index", "delta")}
                await self._frame("token", **fields)
            elif event["type"] == "status.changed" and self.staff:  # at the desk notes and drafts ring, too
                await self._frame("status", **asdict(self.standing))

    # --- frames to the client -------------------------------------------------------------------

    async def _tell(self, turn: Turn) -> None:
        """One turn, once: a reply, a person's words, or (`turn`) what another tab and the system said."""
        if turn.seq in self.sent:
            return
        self.sent.add(turn.seq)
        said = {"text": turn.text, "session_id": turn.conversation_id, "seq": turn.seq, "created_at": turn.created_at}
        if turn.in_reply_to is not None:
            covers = await in_database(chat.covered, turn.in_reply_to, turn)
            self.answered |= {str(turn.in_reply_to_id), *covers}
            reply = chat.answer(turn.in_reply_to, turn)
            await self._frame("chat_response", seq=turn.seq, created_at=turn.created_at, covers=covers, **reply)
        elif turn.role == Turn.Role.AGENT:
            await self._frame("agent_message", agent=turn.agent, **said)
            asked = await in_database(chat.asked_before, turn) if self.old else None
            if asked is not None:
                await self._frame("chat_response", seq=turn.seq, created_at=turn.created_at, **chat.answer(asked, turn))
        else:
            about = {"message_id": turn.pk, "status": turn.status, "agent": turn.agent}
            if turn.metadata.get("outcome") == "verify":  # asked to sign in with the code that was mailed there
                about["verify"] = turn.metadata["email"]
            await self._frame("turn", role=turn.role, **about, **said)

    async def _refuse(self, error: Exception) -> None:
        """An exception as an `error` frame, in the words that REST uses."""
        if isinstance(error, limits.TooMany) and self.pace:
            self.pace.wait(asyncio.get_running_loop().time(), frames=sockets.REFUSED - 1)
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
        await self._to_client(self.send(text_data=json.dumps(frame, cls=DjangoJSONEncoder)))

    async def _to_client(self, sending: Coroutine[Any, Any, None]) -> None:
        """Wait until the network has taken it: that is the only buffer. Who takes nothing for too long is cut off."""
        try:
            async with asyncio.timeout(sockets.SEND_SECONDS):
                await sending
        except TimeoutError:
            logger.info("session %s: its client takes nothing", self.session_id)
            sockets.cut_off(self.base_send)
        except OSError:
            pass  # the client is gone, and `websocket.disconnect` on its way


def _valid(serializer_class: type, data: dict[str, Any]) -> dict[str, Any]:
    serializer = serializer_class(data=data)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


def _seq(data: dict[str, Any], field: str) -> int:
    value = data.get(field)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31:
        raise invalid(field, "Must be a whole number, 0 or more.")
    return value


def _session_id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound from None
