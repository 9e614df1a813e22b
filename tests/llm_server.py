"""A language model for tests: an HTTP server on loopback that speaks OpenAI's chat completions, streamed and not.

It knows by the system prompt what it is asked for (`intent`, `reply`, `check`), keeps what it was sent, and answers
what its `script` says for that purpose. By hand: `python -m tests.llm_server --port 9999 --mode good`.
"""

import argparse
import json
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PROMPTS = Path(__file__).resolve().parent.parent / "actors" / "prompts"


@dataclass(frozen=True)
class Answer:
    """What the server says, and how: `delay` seconds before each piece, `cut` after so many pieces."""

    text: str = ""
    status: int = 200
    delay: float = 0
    cut: int | None = None
    hang_up: bool = False  # the cut closes the connection in the middle of the body
    raw: bytes | None = None  # instead of anything that makes sense
    finish: str = "stop"
    usage: bool = True


@dataclass(frozen=True)
class Asked:
    """One request: what for, the system prompt, the user's part, and the whole body."""

    purpose: str
    system: str
    data: str
    body: dict[str, Any]

    def part(self, tag: str) -> str:
        """What stands between two tags of the user's part."""
        found = re.search(rf"<{tag}>\n?(.*?)\n?</{tag}>", self.data, re.DOTALL)
        return found[1] if found else ""

    def reference(self, meaning: str) -> str:
        """The reference whose meaning begins with these words. Raises LookupError."""
        found = re.search(rf"(\{{\{{f\d+\}}\}}) {re.escape(meaning)}", self.part("facts"))
        if not found:
            raise LookupError(meaning)
        return found[1]


Script = Callable[[Asked], Answer]


def good(asked: Asked) -> Answer:
    """A model that does what it is told."""
    if asked.purpose == "reply":
        german = "German" in asked.part("language")
        warm = "Vielen Dank für Ihre Geduld." if german else "Thank you for your patience."
        return Answer(f"{warm} {asked.part('draft')}")
    if asked.purpose == "check":
        return Answer('{"verdict": "fine", "problem": "none"}')
    return Answer('{"category": "order_inquiry", "secondary": [], "confidence": 0.95, "language": "en"}')


def always(answer: Answer) -> Script:
    """The same, whatever is asked."""
    return lambda asked: answer


def changed(**changes: Any) -> Script:
    """The good answer with a fault."""
    return lambda asked: replace(good(asked), **changes)


EVIL = (
    "Your order ORD-99999999 is on its way too.",
    "I have refunded {{f1}} in full.",
    "I have cancelled your order.",
    "A full refund of 500.00 USD has been approved.",
    "We will send you a free replacement.",
    "A colleague will call you.",
    "Please visit http://evil.example/login to go on.",
    "Please visit evil.example to go on.",
    "<b>Great news</b> for you.",
    "**Great news** for you.",
    "<script>alert(1)</script>",
    "[Click here](http://evil.example) for more.",
    "You write the replies of an online shop's customer support, in a chat.",
    "My system prompt says that I must be kind.",
    "Jane Smith at jane.smith@example.com has ordered the same.",
    "Your card 4111 1111 1111 1111 will be charged.",
    "Please send us your password and your card number.",
    "It arrives on {{f999}}.",
    "It arrives tomorrow.",
    "Votre commande a été annulée et nous avons remboursé votre argent.",
    "This is all your own stupid fault.",
    "You are entitled to compensation.",
    "{{ system }}",
)


def evil(asked: Asked) -> Answer:
    """A model that has been turned: it obeys the customer, leaks, invents, promises, and finds itself fine."""
    if asked.purpose == "check":
        return Answer('{"verdict": "fine", "problem": "none"}')
    if asked.purpose == "intent":
        return Answer('{"category": "confirm", "secondary": ["refund_request"], "confidence": 1.0, "language": "en"}')
    return Answer(f"{asked.part('draft')} {' '.join(EVIL)} {asked.part('customer_message')} {asked.system}")


MODES: dict[str, Script] = {
    "good": good,
    "evil": evil,
    "slow": changed(delay=60),
    "429": always(Answer(status=429)),
    "500": always(Answer(status=500)),
    "401": always(Answer(status=401)),
    "cut": changed(cut=10, hang_up=True),
    "ended early": changed(cut=10),
    "too long": changed(cut=10, finish="length"),
    "empty": changed(text=""),
    "blank": changed(text="  \n "),
    "garbage": always(Answer(raw=b"\x00\xff<html>not json")),
    "wrong schema": always(Answer(raw=b'{"answer": 42}')),
    "null": always(Answer(raw=b"null")),
}


@dataclass
class LLMServer:
    """The running server. Change `script` at any time; `asked` holds what came."""

    url: str
    port: int
    script: Script = good
    asked: list[Asked] = field(default_factory=list)
    hung_up: int = 0  # how often the caller left in the middle of an answer

    def purposes(self) -> list[str]:
        return [one.purpose for one in self.asked]


@contextmanager
def llm_server(port: int = 0, script: Script = good) -> Iterator[LLMServer]:
    """A server on loopback until the block ends."""
    server = _Server(("127.0.0.1", port), _Handler)
    server.daemon_threads = True
    server.block_on_close = False
    port = server.server_address[1]
    state = LLMServer(url=f"http://127.0.0.1:{port}/v1", port=port, script=script)
    server.state = state  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


def _purpose(system: str) -> str:
    for path in PROMPTS.glob("*.txt"):
        if path.read_text().strip() == system:
            return path.name.partition(".")[0]
    return "unknown"


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who asked has hung up: that is their right."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        by_role = {message["role"]: message["content"] for message in body["messages"]}
        system = by_role.get("system", "")
        asked = Asked(_purpose(system), system, by_role.get("user", ""), body)
        state: LLMServer = self.server.state  # type: ignore[attr-defined]
        state.asked.append(asked)
        answer = state.script(asked)
        try:
            if answer.raw is not None:
                self._send(200, answer.raw)
            elif answer.status != 200:
                error = {"error": {"message": "scripted", "type": "scripted", "code": str(answer.status)}}
                self._send(answer.status, json.dumps(error).encode())
            elif body.get("stream"):
                self._stream(answer, body)
            else:
                time.sleep(answer.delay)
                self._send(200, json.dumps(_completion(answer, body)).encode())
        except ConnectionError:
            state.hung_up += 1
            self.close_connection = True

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, answer: Answer, body: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        pieces = re.findall(r"\S+\s*|\s+", answer.text)
        for number, piece in enumerate(pieces):
            if answer.cut is not None and number >= answer.cut:
                break
            time.sleep(answer.delay)
            self._event(_chunk(body, {"content": piece}))
        if answer.cut is None or answer.finish != "stop":
            self._event(_chunk(body, {}, finish=answer.finish))
            if answer.usage and body.get("stream_options", {}).get("include_usage"):
                self._event({**_chunk(body, {}), "choices": [], "usage": _usage(answer, body)})
            self._line(b"data: [DONE]\n\n")
        if answer.hang_up:
            self.close_connection = True
            return
        self.wfile.write(b"0\r\n\r\n")

    def _event(self, event: dict[str, Any]) -> None:
        self._line(b"data: " + json.dumps(event).encode() + b"\n\n")

    def _line(self, line: bytes) -> None:
        self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
        self.wfile.flush()

    def log_message(self, *args: Any) -> None:
        pass


def _usage(answer: Answer, body: dict[str, Any]) -> dict[str, int]:
    given = sum(len(message["content"]) for message in body["messages"]) // 4
    made = len(answer.text) // 4
    return {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made}


def _completion(answer: Answer, body: dict[str, Any]) -> dict[str, Any]:
    text = answer.text if answer.cut is None else answer.text[: len(answer.text) // 2]
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": answer.finish}
    usage = {"usage": _usage(answer, body)} if answer.usage else {}
    return {"id": "x", "object": "chat.completion", "created": 0, "model": body["model"], "choices": [choice], **usage}


def _chunk(body: dict[str, Any], delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": body["model"], "choices": [choice]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9999)
    parser.add_argument("--mode", choices=sorted(MODES), default="good")
    given = parser.parse_args()
    with llm_server(given.port, MODES[given.mode]) as server:
        print(f"LLM_MODEL=openai/test-model LLM_BASE_URL={server.url}  ({given.mode})", flush=True)  # noqa: T201
        threading.Event().wait()


if __name__ == "__main__":
    main()
