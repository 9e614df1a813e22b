"""nginx with the documented file, before a stack that runs."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from websockets.sync.client import connect

from supportmesh.preflight import free_port
from tests.stack import ROOT

NAME = "support.example.com"
CONF = (ROOT / "docs" / "nginx.conf").read_text()


@dataclass(frozen=True)
class Proxy:
    """A running nginx, by its two ports."""

    plain: int
    tls: int

    def ask(self, path: str, *, method: str = "GET", address: str = "127.0.0.1", **options: Any) -> requests.Response:
        """A request over https from this address of this machine, as the public name."""
        with self.session(address) as session:
            headers = {"Host": NAME, **options.pop("headers", {})}
            url = f"https://127.0.0.1:{self.tls}{path}"
            return session.request(
                method, url, headers=headers, verify=False, allow_redirects=False, timeout=30, **options
            )

    def codes(self, path: str, *, count: int, address: str) -> list[int]:
        """What so many GETs on one connection are answered with, in turn."""
        with self.session(address) as session:
            url = f"https://127.0.0.1:{self.tls}{path}"
            asked = (session.get(url, headers={"Host": NAME}, verify=False, timeout=30) for _ in range(count))
            return [answer.status_code for answer in asked]

    def session(self, address: str) -> requests.Session:
        """Requests from this address of this machine. Use it in a `with`."""
        session = requests.Session()
        session.trust_env = False
        session.mount("https://", _From(address))
        return session

    def chat(self, *, origin: str) -> Any:
        """The chat's WebSocket over TLS, as a page of this origin opens it."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        url = f"wss://{NAME}:{self.tls}/ws"
        raw = socket.create_connection(("127.0.0.1", self.tls), timeout=20)
        return connect(url, sock=raw, ssl=context, origin=origin, proxy=None)  # type: ignore[arg-type]


class _From(HTTPAdapter):
    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options, source_address=(self.address, 0))


def programs() -> None:
    """Skip without nginx and openssl; in CI that is a failure."""
    for name in ("nginx", "openssl"):
        if shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") is None:
            if os.environ.get("CI") == "true":
                pytest.fail(f"CI has no {name}")
            pytest.skip(f"{name} is not installed")


@contextmanager
def nginx(folder: Path, *, upstream: int) -> Iterator[Proxy]:
    """nginx with the documented file; replaced are only ports, certificate and where it keeps its own files."""
    proxy = Proxy(plain=free_port(), tls=free_port())
    subject = ("-subj", f"/CN={NAME}", "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"))
    made = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject)
    subprocess.run(made, check=True, capture_output=True, timeout=60)
    text = CONF
    for pattern, value in (
        (r"127\.0\.0\.1:8000;", f"127.0.0.1:{upstream};"),
        (r"listen 80;", f"listen 127.0.0.1:{proxy.plain};"),
        (r"listen 443 ssl;", f"listen 127.0.0.1:{proxy.tls} ssl;"),
        (r"/etc/letsencrypt/\S+/fullchain\.pem", str(folder / "cert.pem")),
        (r"/etc/letsencrypt/\S+/privkey\.pem", str(folder / "key.pem")),
    ):
        text, found = re.subn(pattern, value, text)
        assert found == 1, pattern
    (folder / "site.conf").write_text(text)
    kept = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"{'user root;' if os.geteuid() == 0 else ''}\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\n"
        f"daemon off;\nworker_processes 1;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{kept}include {folder}/site.conf;\n}}\n"
    )
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    with (folder / "nginx.out").open("wb") as output:
        process = subprocess.Popen(
            [program, "-p", str(folder), "-c", str(folder / "nginx.conf")], stdout=output, stderr=output
        )
    try:
        deadline = time.monotonic() + 20
        while not _answers(proxy):
            told = (folder / "nginx.out").read_text()
            assert process.poll() is None, told
            assert time.monotonic() < deadline, told
            time.sleep(0.05)
        yield proxy
    finally:
        process.terminate()
        process.wait(timeout=20)


def _answers(proxy: Proxy) -> bool:
    try:
        return proxy.ask("/livez").status_code == 200
    except requests.ConnectionError:
        return False
