"""What stands between two processes when a connection goes bad: bytes that vanish, answers that never come."""

import contextlib
import http.client
import socket
import threading
import time
import uuid
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

from supportmesh.preflight import HOST, free_port

What = Literal["pass", "cut", "500", "late"]
LATE = 7.0  # seconds: longer than the mesh waits for a service


class SwallowingProxy:
    """TCP. While `swallowing` is set, what is sent on a connection goes nowhere, and such a connection stays dead
    when it is over, as after a firewall that has forgotten it: nobody is told, new ones work."""

    def __init__(self, upstream_port: int) -> None:
        self.port = free_port()
        self.swallowing = threading.Event()
        self.swallowed = 0
        self._upstream = upstream_port
        self._listener = socket.create_server((HOST, self.port), backlog=128)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(client,), daemon=True).start()

    def _join(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection((HOST, self._upstream), timeout=5)
        except OSError:
            client.close()
            return
        server.settimeout(None)
        dead = threading.Event()
        for source, target in ((client, server), (server, client)):
            threading.Thread(target=self._pump, args=(source, target, dead), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, dead: threading.Event) -> None:
        with contextlib.suppress(OSError):  # the other half is gone: so is this one
            while data := source.recv(65_536):
                if self.swallowing.is_set():
                    dead.set()
                if dead.is_set():
                    self.swallowed += len(data)
                else:
                    target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


class HttpProxy:
    """HTTP, one request at a time per connection. `decide` says what becomes of the answer of a request that was
    done; `new_keys` destroys the Idempotency-Key and every memory of one."""

    def __init__(self, decide: Callable[[str, str], What] | None = None) -> None:
        self.port = free_port()
        self.upstream_port = 0  # set as soon as it is known
        self.decide = decide or (lambda method, path: "pass")
        self.new_keys = False
        self.spoiled = 0
        self.url = f"http://{HOST}:{self.port}"
        self._server = ThreadingHTTPServer((HOST, self.port), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(proxy) -> type[BaseHTTPRequestHandler]:  # noqa: N805  the handler has a self of its own
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_: object) -> None:
                pass

            def handle(self) -> None:
                with contextlib.suppress(OSError):  # the client is gone
                    super().handle()

            def do_GET(self) -> None:
                proxy._forward(self)

            do_POST = do_GET

        return Handler

    def _forward(self, handler: BaseHTTPRequestHandler) -> None:
        if self.new_keys and "/requests/" in handler.path:
            return _answer(handler, 404, b"{}", [("Content-Type", "application/json")])
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        headers = {name: value for name, value in handler.headers.items() if name.lower() != "connection"}
        if self.new_keys and "Idempotency-Key" in headers:
            headers["Idempotency-Key"] = str(uuid.uuid4())
        try:
            status, content, answered = self._ask(handler, body, headers)
        except (OSError, http.client.HTTPException):
            handler.close_connection = True
            return None
        what = self.decide(handler.command, handler.path)
        if what == "pass":
            return _answer(handler, status, content, answered)
        self.spoiled += 1
        if what == "500":
            return _answer(handler, 500, b"", [])
        if what == "late":
            time.sleep(LATE)
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)
        return None

    def _ask(
        self, handler: BaseHTTPRequestHandler, body: bytes, headers: dict[str, str]
    ) -> tuple[int, bytes, list[tuple[str, str]]]:
        upstream = http.client.HTTPConnection(HOST, self.upstream_port, timeout=30)
        try:
            upstream.request(handler.command, handler.path, body=body or None, headers=headers)
            response = upstream.getresponse()
            return response.status, response.read(), response.getheaders()
        finally:
            upstream.close()


def _answer(handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: list[tuple[str, str]]) -> None:
    handler.send_response_only(status)
    for name, value in headers:
        if name.lower() not in ("content-length", "transfer-encoding", "connection"):
            handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
