"""What an attacker's flood costs the others: customers' turns alone and beside it, in one run, as a ratio.

    python benchmarks/flood.py [--rounds 5] [--seconds 8]

A real stack behind the documented nginx (docs/nginx.conf). Customers of a shop's server ask one after the other.
Meanwhile, in every second round, one attacker sends from one address what a stranger can: messages under ever new
guests' names, guessed ids, frames over several sockets, and connections that never finish a request. The attacker is a
process of its own, at the lowest priority: it costs the machine what its requests cost the server, and little besides.
Exit code 1 when the median turn beside the flood takes more than 1.2 times as long as alone.
"""

import argparse
import json
import os
import platform
import secrets
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import uuid
from functools import cache
from pathlib import Path
from statistics import median

import redis
import urllib3

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.closed_loop import Level, measure  # noqa: E402
from benchmarks.turns import Chat, machine, manage  # noqa: E402
from supportmesh.preflight import CannotStart  # noqa: E402
from supportmesh.throwaway import Throwaway, throwaway_stack  # noqa: E402
from tests.nginx import NAME, nginx  # noqa: E402

ALLOWED = 1.2  # times as long as alone
SOCKETS = 8
LEAD = 5  # seconds of flood before anything is measured: a queue that grows is to be seen
DRAIN = 300  # seconds
ATTACKER = "127.0.0.2"  # where the flood comes from, as nginx sees it
PAUSE = 0.002  # seconds between two of the attacker's requests: some hundreds a second


# --- the attacker -------------------------------------------------------------------------------


def attack(port: int) -> None:
    """Flood the proxy on this port until killed."""
    os.nice(19)
    lines = [_connected(port) for _ in range(4)]
    sockets = [_websocket(port) for _ in range(SOCKETS)]
    half = [_connected(port) for _ in range(100)]
    for one in half:
        one.sendall(b"POST /api/chat HTTP/1.1\r\nHost: support.example.com\r\nX-Slow: ")
    number = 0
    while True:
        number += 1
        lines[number % 4] = _say(lines[number % 4], port, _request(number))
        sockets[number % SOCKETS] = _say(sockets[number % SOCKETS], port, _frame(), websocket=True)
        time.sleep(PAUSE)


def _connected(port: int) -> socket.socket:
    raw = socket.create_connection(("127.0.0.1", port), timeout=10, source_address=(ATTACKER, 0))
    return _tls().wrap_socket(raw, server_hostname=NAME)


@cache
def _tls() -> ssl.SSLContext:
    """Made once: it reads all the certificates of the machine, and that work is the attacker's, not the server's."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _websocket(port: int) -> socket.socket:
    one = _connected(port)
    one.sendall(
        f"GET /ws HTTP/1.1\r\nHost: {NAME}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n".encode()
        + b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    return one


def _request(number: int) -> bytes:
    """A message under a new guest's name, or a guessed id."""
    guest = f"X-Guest-Token: {secrets.token_urlsafe(32)}\r\n"
    if number % 3:
        body = json.dumps({"message": "I want to talk to a person! " * 20})
        head = f"POST /api/chat?wait=0 HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        return f"{head}Host: {NAME}\r\n{guest}\r\n{body}".encode()
    return f"GET /api/conversations/{uuid.uuid4()} HTTP/1.1\r\nHost: {NAME}\r\n{guest}\r\n".encode()


def _frame() -> bytes:
    text = b'{"type": "chat", "data": {"message": "I want to talk to a person!"}}'
    return bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text  # masked with zeros


def _say(one: socket.socket, port: int, data: bytes, *, websocket: bool = False) -> socket.socket:
    """Send it and read away what came; a line that was cut is opened again."""
    try:
        one.sendall(data)
        one.setblocking(False)
        try:
            if not one.recv(1 << 20):
                raise ConnectionError
        except (BlockingIOError, ssl.SSLWantReadError):
            pass
        one.settimeout(10)
    except OSError:
        one.close()
        return _websocket(port) if websocket else _connected(port)
    return one


# --- the others ---------------------------------------------------------------------------------


def run(stack: Throwaway, token: str, *, port: int, rounds: int, seconds: float) -> tuple[list[Level], list[Level]]:
    """Alone and beside the flood, by turns, so that what else the machine does hits both."""
    url = stack.url
    alone, beside = [], []

    def customers() -> Level:
        return measure(lambda: Chat(url, token=token).ask, clients=2, seconds=seconds, limit=10_000)

    customers()  # everything is loaded
    for _ in range(rounds):
        alone.append(customers())
        attacker = subprocess.Popen([sys.executable, __file__, "--attack", str(port)])
        try:
            time.sleep(LEAD)
            beside.append(customers())
            assert attacker.poll() is None, "the attacker died"
        finally:
            attacker.kill()
            attacker.wait()
        drained(stack)
    return alone, beside


def drained(stack: Throwaway) -> None:
    """Wait until what the attacker left in the queues is done: the next round begins alone."""
    address = json.loads((stack.var / "runtime.json").read_text())["redis_url"]
    with redis.Redis.from_url(address) as client:
        end = time.monotonic() + DRAIN
        while any(client.llen(queue) for queue in client.scan_iter("support.*")):
            if time.monotonic() > end:
                sys.exit(f"After {DRAIN} s the queues still hold what the attacker sent: it was not refused.")
            time.sleep(0.5)
    time.sleep(1)


def main() -> None:
    """Run it, print the table, and say whether the bound holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="of each kind (5)")
    parser.add_argument("--seconds", type=float, default=8, help="length of a round (8)")
    parser.add_argument("--attack", type=int, metavar="PORT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.attack:
        attack(options.attack)
    load = os.getloadavg()[0]
    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)  # nginx has a certificate of its own making
    try:
        hosts = f"{NAME},127.0.0.1"
        with (
            throwaway_stack(LOG_LEVEL="WARNING", ALLOWED_HOSTS=hosts, TRUSTED_PROXIES="127.0.0.1") as stack,
            tempfile.TemporaryDirectory(prefix="supportmesh-nginx-") as folder,
            nginx(Path(folder), upstream=int(stack.url.rpartition(":")[2])) as proxy,
        ):
            manage(stack, "seed_demo")
            token = manage(stack, "create_api_token", "flood").strip()
            alone, beside = run(stack, token, port=proxy.tls, rounds=options.rounds, seconds=options.seconds)
    except CannotStart as error:
        sys.exit(str(error))
    print(f"{machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load before {load:.2f}\n")
    print(f"{'round':>5}  {'alone ms':>9}  {'beside ms':>9}  {'ratio':>5}  failed")
    ratios = []
    for number, (one, other) in enumerate(zip(alone, beside, strict=True), start=1):
        took, slowed = (1000 * level.percentile(0.5) for level in (one, other))
        ratios.append(slowed / took)
        print(f"{number:>5}  {took:>9.0f}  {slowed:>9.0f}  {ratios[-1]:>5.2f}  {one.failed + other.failed}")
    ratio = median(ratios)
    failed = sum(level.failed for level in (*alone, *beside))
    print(f"\nA turn beside the flood takes {ratio:.2f} times as long as alone (median; at most {ALLOWED} is allowed).")
    sys.exit(int(ratio > ALLOWED or failed > 0))


if __name__ == "__main__":
    main()
