"""The one door to LiteLLM, which is imported with the first call and not before.

A call has one deadline for everything, no retries (they are the base's alone), and limits (actors/llm_limits.py). It
is made only while a hop works on a turn; anywhere else, and without LLM_MODEL, everything is answered offline. Errors
and logs name what went wrong, never what was said.
"""

import importlib
import logging
import os
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from queue import Empty, SimpleQueue
from typing import Any, Generic, Literal, TypeVar

from celery.signals import worker_process_init
from django.conf import settings
from pydantic import BaseModel, ValidationError

from actors import pauses
from actors.circuit import Circuit
from actors.current import CurrentTurn, current_turn
from actors.errors import Temporary
from actors.llm_limits import OverLimit, begin, settle
from actors.message import LLMCall
from actors.prompts.prompt import Prompt

logger = logging.getLogger(__name__)

Purpose = Literal["intent", "reply", "check"]
Answer = TypeVar("Answer", bound=BaseModel)
Outcome = Literal["timeout", "rate_limited", "refused", "error", "empty", "malformed", "cut"]

OPEN_FOR = 30.0  # seconds in which a model that failed is not asked; then one call tries
RESERVE = 2.0  # seconds of the lease that are left for the steps after the call
LEAST = 0.5  # seconds: less is not worth a call
MAX_TOKENS: dict[Purpose, int] = {"intent": 400, "reply": 1200, "check": 400}  # with what some models think before
BYTES_PER_TOKEN = 2  # fewer than real text has: what a call may cost at most is not guessed too low
BROKEN = ("timeout", "rate_limited", "error")  # the provider's fault: they open the circuit

CIRCUITS: dict[str, Circuit] = {}  # of this process, by model


class NotAsked(Exception):
    """No call was made; the text says why."""


class Failed(Exception):
    """A call that brought nothing usable: the text is its outcome, `call` its record."""

    def __init__(self, call: LLMCall) -> None:
        super().__init__(call.outcome)
        self.call = call


@dataclass(frozen=True)
class Answered(Generic[Answer]):
    value: Answer
    call: LLMCall


def is_on() -> bool:
    """Whether an LLM may be asked at all: one is set, and a turn is being worked on."""
    return bool(settings.LLM_MODEL) and current_turn() is not None


def ask(purpose: Purpose, prompt: Prompt, data: str, answer: type[Answer]) -> Answered[Answer]:
    """The fast model's answer of this shape. Raises NotAsked and Failed."""
    form = {"name": answer.__name__, "schema": {**answer.model_json_schema(), "additionalProperties": False}}
    stream = Stream(purpose, prompt, data, stream=False, response_format={"type": "json_schema", "json_schema": form})
    text = "".join(stream)
    try:
        return Answered(answer.model_validate_json(_json_of(text)), stream.call)
    except ValidationError:
        raise Failed(stream.call.model_copy(update={"outcome": "malformed"})) from None


def _json_of(text: str) -> str:
    """The JSON of an answer: some models wrap it in a code block."""
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if start >= 0 else text


def calls_in(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """Every call on a message, as it is stored, in the order they were made."""
    parts = (payload.get(name) or {} for name in ("intent", "response", "guardrail_check"))
    return [call for part in parts for call in part.get("calls", ())]


class Stream:
    """The words of one call, piece by piece. Iterate once; raises NotAsked before the first piece and Failed after any.

    `call` is the call's record, whole when the iteration has ended or was closed.
    """

    def __init__(self, purpose: Purpose, prompt: Prompt, data: str, *, stream: bool = True, **extra: Any) -> None:
        self._fast = purpose != "reply"
        self._model = settings.LLM_FAST_MODEL if self._fast else settings.LLM_MODEL
        self.call = LLMCall(purpose=purpose, model=self._model, prompt=prompt.name, outcome="ok", seconds=0)
        self._usage: Any = None
        self._most: Decimal | None = None
        self._finish: str | None = None
        self._stopped = threading.Event()
        self._arguments = {
            "model": self._model,
            "messages": [{"role": "system", "content": prompt.text}, {"role": "user", "content": data}],
            "temperature": settings.LLM_TEMPERATURE if purpose == "reply" else 0,
            "max_tokens": MAX_TOKENS[purpose],
            "api_key": settings.LLM_API_KEY or ("unset" if settings.LLM_BASE_URL else None),
            "base_url": settings.LLM_BASE_URL or None,
            "stream": stream,
            **({"stream_options": {"include_usage": True}} if stream else {}),
            "num_retries": 0,
            "max_retries": 0,
            "drop_params": True,
            **extra,
        }

    def __iter__(self) -> Generator[str, None, None]:
        turn = current_turn()
        if turn is None or not self._model:
            raise NotAsked("no LLM is set")
        if pauses.is_paused("llm"):
            raise NotAsked("the LLM is paused")
        if not load().wait(max(_left_of_lease(turn) / 2, 0)):
            raise NotAsked("the LLM's library is still being loaded")
        try:
            with _circuit(self._model).asking():
                yield from self._counted(turn)
        except Temporary as error:
            if isinstance(error.__cause__, Failed):
                raise error.__cause__ from None
            raise NotAsked("the LLM failed a few times and is left alone for a while") from None

    def _counted(self, turn: CurrentTurn) -> Iterator[str]:
        timeout = settings.LLM_FAST_TIMEOUT if self._fast else settings.LLM_TIMEOUT
        seconds = min(timeout, _left_of_lease(turn))
        if seconds < LEAST:
            raise NotAsked("too little of the lease is left")
        try:
            left = begin(turn.message_id)
        except OverLimit as limit:
            raise NotAsked(str(limit)) from None
        seconds = min(seconds, left.seconds)
        began, outcome = time.monotonic(), "stopped"
        try:
            yield from _within(seconds, lambda: self._asked(seconds, left.cost), self._stopped)
            outcome = {"length": "cut", "content_filter": "refused"}.get(self._finish or "", "ok")
        except NotAsked:
            raise
        except Exception as error:  # noqa: BLE001  whatever a provider's client raises is one of our outcomes
            outcome = _outcome(error)
            logger.warning("LLM %s for %s: %s (%s)", self._model, self.call.purpose, outcome, type(error).__name__)
        finally:  # also when nobody wants to hear the rest
            self._stopped.set()
            self._record(outcome, time.monotonic() - began)
            # Who does not say what was used is taken to have used the most.
            cost = self._most if self.call.cost is None else self.call.cost
            settle(turn.message_id, seconds=self.call.seconds, cost=cost)
        if self.call.outcome in BROKEN:
            raise Temporary(self.call.outcome) from Failed(self.call)
        if self.call.outcome != "ok":
            raise Failed(self.call)

    def _asked(self, seconds: float, money: Decimal) -> Generator[str, None, None]:
        """Runs in a thread of its own."""
        given = sum(len(message["content"].encode()) for message in self._arguments["messages"]) // BYTES_PER_TOKEN
        most = _price(self._model, given, self._arguments["max_tokens"])
        if most is not None and most > money:
            raise NotAsked("it could cost more than is left of the turn's or the day's money")
        self._most = most
        answer = importlib.import_module("litellm").completion(**self._arguments, timeout=seconds)
        said = False
        try:
            for part in answer if self._arguments["stream"] else [answer]:
                self._usage = getattr(part, "usage", None) or self._usage
                for choice in part.choices[:1]:
                    self._finish = choice.finish_reason or self._finish
                    text = (choice.delta if self._arguments["stream"] else choice.message).content
                    said = said or bool(text and text.strip())
                    if text:
                        yield text
        finally:
            _hang_up(answer)
        if not said:
            raise _Empty

    def _record(self, outcome: str, seconds: float) -> None:
        given, made = (getattr(self._usage, f"{kind}_tokens", None) for kind in ("prompt", "completion"))
        changes: dict[str, Any] = {"outcome": outcome, "seconds": round(seconds, 3)}
        if isinstance(given, int) and isinstance(made, int) and given > 0:
            changes |= {"input_tokens": given, "output_tokens": made, "cost": _price(self._model, given, made)}
        self.call = self.call.model_copy(update=changes)


class _Empty(Exception):
    pass


def _hang_up(answer: Any) -> None:
    """End a stream that nobody reads to its end. Left to the garbage collector, it is closed in whatever thread that
    runs in: one that holds the HTTP client's lock waits for itself, and every later call for it."""
    close = getattr(getattr(answer, "completion_stream", None), "close", None)
    if close is not None:
        close()


def _left_of_lease(turn: CurrentTurn) -> float:
    if turn.deadline_at is None:
        return float(settings.MESH_LEASE)
    return (turn.deadline_at - datetime.now(UTC)).total_seconds() - RESERVE


# --- the clock --------------------------------------------------------------------------------


def _within(
    seconds: float, pieces: Callable[[], Generator[str, None, None]], stopped: threading.Event
) -> Iterator[str]:
    """The pieces as they come, and TimeoutError when they are not through in time. A client's own timeout is for each
    read: one byte every few seconds would go on for ever."""
    deadline = time.monotonic() + seconds
    arrived: SimpleQueue[str | Exception | None] = SimpleQueue()

    def fetch() -> None:
        try:
            with closing(pieces()) as coming:
                for piece in coming:
                    if stopped.is_set():
                        return
                    arrived.put(piece)
            arrived.put(None)
        except Exception as error:  # noqa: BLE001  raised again where it is waited for
            arrived.put(error)

    threading.Thread(target=fetch, name="llm", daemon=True).start()
    while True:
        try:
            piece = arrived.get(timeout=max(deadline - time.monotonic(), 0))
        except Empty:
            raise TimeoutError from None
        if piece is None:
            return
        if isinstance(piece, Exception):
            raise piece
        yield piece


# --- LiteLLM ----------------------------------------------------------------------------------

_loading = threading.Lock()
_loaded: dict[int, threading.Event] = {}  # by process: a thread does not survive a fork


@worker_process_init.connect
def _load_early(**_: Any) -> None:
    """A worker that has an LLM imports the library when it starts, so that no customer waits for it."""
    if settings.LLM_MODEL:
        load()


def load() -> threading.Event:
    """Begin to import the library (it takes seconds); what is returned is set when it is there."""
    with _loading:
        there = _loaded.get(os.getpid())
        if there is None:
            there = _loaded[os.getpid()] = threading.Event()
            threading.Thread(target=_import, args=(there,), name="llm-import", daemon=True).start()
        return there


def _import(there: threading.Event) -> None:
    """Import it, set so that it calls nobody but the model: no price map, tokenizer, .env file or telemetry."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    os.environ["LITELLM_MODE"] = "PRODUCTION"
    litellm: Any = importlib.import_module("litellm")
    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.disable_hf_tokenizer_download = True
    litellm.turn_off_message_logging = True
    # The client for LLM_BASE_URL: a redirect would hand the customer's words to an address that nobody set.
    litellm.client_session = importlib.import_module("httpx").Client(follow_redirects=False)
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "openai", "httpcore"):
        logging.getLogger(name).setLevel(logging.ERROR)
    importlib.import_module("openai.resources.chat")  # what the first call to most providers would import
    there.set()


def _price(model: str, given: int, made: int) -> Decimal | None:
    """USD for these tokens; None for a model whose price nobody knows."""
    try:
        costs = importlib.import_module("litellm").cost_per_token(
            model=model, prompt_tokens=given, completion_tokens=made
        )
    except Exception:  # noqa: BLE001  the library raises whatever it likes for a model it does not know
        return None
    return sum((Decimal(str(cost)) for cost in costs), Decimal(0))


_OUTCOMES: dict[str, Outcome] = {
    "TimeoutError": "timeout",
    "Timeout": "timeout",
    "RateLimitError": "rate_limited",
    "ContentPolicyViolationError": "refused",
    "_Empty": "empty",
}


def _outcome(error: Exception) -> Outcome:
    return _OUTCOMES.get(type(error).__name__, "error")


def _circuit(model: str) -> Circuit:
    return CIRCUITS.get(model) or CIRCUITS.setdefault(model, Circuit(model, open_for=OPEN_FOR))
