"""Three services whose every answer a test decides, and what they may say on a bad day."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

JOHN = "john.doe@example.com"
SARAH = "sarah.wilson@example.com"
MONEY = {"amount": "10.00", "currency": "USD"}


def customer(email=JOHN):
    return {"email": email, "first_name": "John", "last_name": "Doe", "tier": "premium", "customer_since": None}


def order(number, email=JOHN, **changes):
    return {
        "number": number,
        "customer_email": email,
        "status": "shipped",
        "placed_at": "2026-01-02T03:04:05Z",
        "items": [{"sku": "A", "name": "Lamp", "quantity": 1, "price": MONEY}],
        "total": MONEY,
        "refunded": MONEY,
    } | changes


def shipment(number, email=JOHN):
    return {
        "tracking_number": number,
        "order_number": "ORD-1",
        "customer_email": email,
        "carrier": "UPS",
        "status": "in_transit",
    }


class Shop(ThreadingHTTPServer):
    """Three services whose every answer a test decides: `answers[service]` is what to do with the request."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = []
        self.headers = []
        self.connections = 0
        self.answers = {
            "customers": page(customer()),
            "notes": page({"at": "2026-01-01T00:00:00Z", "text": "Called."}),
            "orders": page(order("ORD-1")),
            "tracking": page(shipment("TRK1")),
        }

    def handle_error(self, request, client_address):
        """A caller that gave up is what some tests are about."""

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        self.server.connections += 1

    def do_GET(self):
        url = urlsplit(self.path)
        self.server.asked.append(self.path)
        self.server.headers.append(self.headers)
        service = "notes" if url.path.endswith("/notes/") else url.path.split("/")[1]
        self.server.answers[service](self, parse_qs(url.query))

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def say(self, body, *, status=200, kind="application/json", **headers):
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def page(*rows):
    return lambda handler, query: handler.say(json.dumps({"count": len(rows), "results": rows}).encode())


def say(body, **how):
    return lambda handler, query: handler.say(body, **how)


def silence(handler, query):
    time.sleep(4)
    handler.close_connection = True


def drip(handler, query):
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    try:
        for _ in range(20):
            handler.wfile.write(b" ")
            time.sleep(0.2)
    except OSError:
        pass  # the caller gave up, as it should
    handler.close_connection = True


def half(handler, query):
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"count": 1, "results": [{"number": "ORD-')
    handler.close_connection = True


def hang_up(handler, query):
    handler.close_connection = True
    handler.connection.close()


BAD = {
    "half a JSON": half,
    "hung up": hang_up,
    "500": say(b"{}", status=500),
    "503 HTML": say(b"<html>down</html>", status=503, kind="text/html"),
    "HTML": say(b"<html>hello john.doe@example.com</html>", kind="text/html"),
    "404": say(b"{}", status=404),
    "400": say(b"{}", status=400),
    "empty": say(b""),
    "a list": say(b"[]"),
    "nested too deep": say(b"[" * 100_000),
    "not UTF-8": say(b"\xff\xfe\x00"),
    "too long": say(b" " * 2_100_000),
    "not what was compressed": say(b"plain", Content_Encoding="gzip"),
    "no results": say(b'{"count": 0}'),
    "rows that are no objects": page("ORD-1"),
    "row without an owner": page({"number": "ORD-1"}),
    "row of the wrong shape": page({**order("ORD-1"), "email": JOHN, "status": "lost", "total": "NaN", "tier": 7}),
    "redirect": lambda handler, query: handler.say(b"", status=302, Location=f"{handler.server.url}/elsewhere/"),
}


@contextmanager
def bad_shop(settings) -> Iterator[Shop]:
    """The mesh's settings point at a shop of a test's own."""
    server = Shop()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    for service in ("customers", "orders", "tracking"):
        setattr(settings, f"{service.upper()}_API_URL", f"{server.url}/{service}/")
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
