"""A shop's pages on an origin of their own, with a policy as strict as a shop's can be and styles that meddle."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><link rel="stylesheet" href="/shop.css">
<script src="{support}/static/widget.js"{identity} async></script></head>
<body><h1>Headphones</h1><p><a href="/">Home</a> <button id="buy">Buy</button></p></body></html>"""
STYLE = "dialog, iframe, div, span { display: none !important } button { background: red; position: relative }"


class Shop:
    """One line of the page is the widget's. `/?jwt=…` signs the customer in; `/evil` is an empty page."""

    def __init__(self, port: int) -> None:
        self.url = f"http://localhost:{port}"  # of another site than 127.0.0.1, where the support server is
        self.support = ""

    def answer(self, path: str) -> tuple[str, str]:
        parts = urlsplit(path)
        if parts.path == "/shop.css":
            return "text/css", STYLE
        if parts.path != "/":
            return "text/html", "<!doctype html><title>Empty</title>"
        jwt = parse_qs(parts.query).get("jwt", [""])[0]
        return "text/html", PAGE.format(support=self.support, identity=f' data-identity="{jwt}"' if jwt else "")


@contextmanager
def shop_on_a_free_port() -> Iterator[Shop]:
    """Set its `support` before a page is asked for."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, text = shop.answer(self.path)
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header(
                "Content-Security-Policy",
                f"default-src 'none'; script-src {shop.support}; style-src 'self'; img-src data:; "
                f"frame-src {shop.support} http://localhost:*; base-uri 'none'",
            )
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *args: object) -> None:
            """Not into the test's output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        shop = Shop(server.server_port)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield shop
        server.shutdown()
