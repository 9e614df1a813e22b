"""Behind a TLS proxy: nginx with the documented file before a real stack, and whom the server believes."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from websockets.exceptions import InvalidStatus

from supportmesh.gateway.signin import CODES_PER_CLIENT
from supportmesh.preflight import free_port
from tests.nginx import NAME, Proxy, nginx, programs
from tests.stack import ROOT, Stack, clean_env

OWN_PAGE = {"Origin": f"https://{NAME}"}


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    programs()
    hosts = f"{NAME},127.0.0.1"
    with (
        Stack(HTTPS="1", ALLOWED_HOSTS=hosts, TRUSTED_PROXIES="127.0.0.1") as stack,
        nginx(tmp_path_factory.mktemp("nginx"), upstream=stack.port) as running,
    ):
        yield running


pytestmark = [
    pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning"),
    pytest.mark.timeout(300),  # the first one starts a stack
]


@pytest.mark.parametrize("host", [NAME, "evil.example"])
def test_plain_http_is_sent_to_https(host: str, proxy: Proxy) -> None:
    url = f"http://127.0.0.1:{proxy.plain}/api/docs/?a=b"
    answer = requests.get(url, headers={"Host": host}, allow_redirects=False, timeout=20)
    assert (answer.status_code, answer.headers["Location"]) == (301, f"https://{NAME}/api/docs/?a=b")


@pytest.mark.parametrize("path", ["/", "/widget", "/admin/login/", "/api/health", "/api/nothing", "/static/widget.js"])
def test_every_answer_has_the_headers_that_https_needs(proxy: Proxy, path: str) -> None:
    headers = proxy.ask(path).headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    if path.startswith("/static/"):
        return
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    frames = re.search(r"frame-ancestors ([^;]+)", headers["Content-Security-Policy"])[1].strip()
    assert frames == ("'self'" if path == "/widget" else "'none'")
    assert headers.get("X-Frame-Options") == (None if path == "/widget" else "DENY")


def test_cookies_are_for_https_and_this_host_alone_and_no_script_reads_them(proxy: Proxy) -> None:
    (guest,) = proxy.ask("/").raw.headers.getlist("Set-Cookie")
    assert guest.startswith("__Host-supportmesh_guest=")
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= set(guest.split("; "))
    (csrf,) = proxy.ask("/admin/login/").raw.headers.getlist("Set-Cookie")
    assert csrf.startswith("__Host-csrftoken=")
    assert {"Secure", "SameSite=Lax", "Path=/"} <= set(csrf.split("; "))


def test_a_message_goes_through_and_is_answered(proxy: Proxy) -> None:
    answer = proxy.ask("/api/chat", method="POST", json={"message": "Hello"}, headers=OWN_PAGE)
    assert (answer.status_code, bool(answer.json()["response"])) == (200, True)


def test_the_websocket_opens_for_our_own_page_alone(proxy: Proxy) -> None:
    with proxy.chat(origin=f"https://{NAME}") as chat:
        assert json.loads(chat.recv(timeout=20))["type"] == "connected"
        chat.send(json.dumps({"type": "chat", "data": {"message": "Hello"}}))
        told = ""
        while told != "chat_response":
            told = json.loads(chat.recv(timeout=30))["type"]
    for foreign in ("https://evil.example", f"http://{NAME}"):
        with pytest.raises(InvalidStatus, match="403"):
            proxy.chat(origin=foreign)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8 without asking")
def test_a_client_is_counted_by_its_own_address_whatever_it_says(proxy: Proxy) -> None:
    def code(number: int, address: str) -> int:
        """Ask for a sign-in code, each time as somebody else by one's own words."""
        said = {"X-Forwarded-For": f"198.51.100.{number}", "Forwarded": "for=198.51.100.1", "X-Real-IP": "198.51.100.1"}
        body = {"email": f"somebody{number}@example.com"}
        return proxy.ask(
            "/api/auth/code", method="POST", json=body, headers=OWN_PAGE | said, address=address
        ).status_code

    told = [code(number, "127.0.0.8") for number in range(CODES_PER_CLIENT + 1)]
    assert told[:-1] == [202] * CODES_PER_CLIENT
    assert told[-1] == 429
    assert code(99, "127.0.0.9") == 202, "another client of the same proxy is another client"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8 without asking")
def test_a_flood_of_one_address_ends_at_the_proxy_and_the_shops_server_is_not_counted(proxy: Proxy) -> None:
    told = proxy.codes("/livez", count=400, address="127.0.0.10")
    assert set(told[:100]) == {200}
    assert 429 in told
    assert set(proxy.codes("/livez", count=400, address="127.0.0.1")) == {200}, "named in the file"
    assert proxy.ask("/livez", address="127.0.0.11").status_code == 200


# --- without a proxy: whom the server believes --------------------------------------------------


@contextmanager
def server(var: Path, **env: str) -> Iterator[int]:
    """The web process alone, by its port."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "supportmesh.asgi:application", "--port", str(port)]
    with (var / "web.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--no-proxy-headers"], cwd=ROOT, env=clean_env(var, **env), stdout=log, stderr=log
        )
    try:
        deadline = time.monotonic() + 100
        while "Uvicorn running" not in (told := (var / "web.log").read_text()):
            assert process.poll() is None, told
            assert time.monotonic() < deadline, told
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_nobody_but_a_trusted_proxy_is_believed_that_a_client_came_by_https(tmp_path: Path) -> None:
    with server(tmp_path, HTTPS="1", TRUSTED_PROXIES="10.0.0.0/8") as port:
        headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.0.0.7"}
        answer = requests.get(f"http://127.0.0.1:{port}/", headers=headers, allow_redirects=False, timeout=20)
        assert answer.status_code == 301
