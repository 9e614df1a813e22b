"""`make bench`: replies per second and their times, from the HTTP request to the reply, on a stack of its own.

Beside it, in the same run, a bare Celery chain of as many no-op tasks on the same broker: the floor.
"""

import argparse
import http.client
import itertools
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import report  # noqa: E402
from benchmarks.closed_loop import Ask, Level, measure  # noqa: E402
from benchmarks.processes import cpu_seconds, leaders  # noqa: E402
from supportmesh.preflight import CannotStart  # noqa: E402
from supportmesh.throwaway import Throwaway, throwaway_stack  # noqa: E402

QUESTIONS = (
    ("john.doe@example.com", "Could you tell me where my order ORD-12345678 is?"),
    ("sarah.wilson@example.com", "Please tell me the status of my order ORD-87654321."),
    ("jane.smith@example.com", "Where is my order ORD-22222222?"),
    ("bob.wilson@example.com", "What is the status of my order ORD-33333333?"),
)  # each takes the full pipeline
WAIT = 30  # seconds a reply may take
WARM_UP = 3  # seconds


class Chat:
    """One client: a connection that is kept, a new conversation with every question."""

    def __init__(self, url: str, *, token: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=WAIT + 10)
        self._headers = {"Content-Type": "application/json", "Authorization": f"Token {token}"}
        self._questions: Iterator[tuple[str, str]] = itertools.cycle(QUESTIONS)

    def ask(self) -> None:
        """Ask the next question; raises when there is no reply."""
        email, message = next(self._questions)
        self.reply({"message": message, "customer_email": email})

    def reply(self, body: dict[str, str]) -> dict[str, object]:
        """The reply to a message."""
        return self._exchange("POST", f"/api/chat?wait={WAIT}", json.dumps(body))

    def details(self, message_id: object) -> dict[str, object]:
        """The way a message took."""
        return self._exchange("GET", f"/api/messages/{message_id}")

    def _exchange(self, method: str, path: str, body: str | None = None) -> dict[str, object]:
        try:
            self._connection.request(method, path, body=body, headers=self._headers)
            response = self._connection.getresponse()
            content = response.read()
        except (http.client.HTTPException, OSError):
            self._connection.close()  # the next request opens a new one
            raise
        if response.status != 200:
            raise RuntimeError(f"status {response.status}")
        return json.loads(content)


def main() -> None:
    """Run everything and print the report; with --write also into a file."""
    if sys.platform != "linux":
        sys.exit("The benchmark reads CPU times from /proc: it needs Linux.")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 32, 128], help="clients at once, per level")
    parser.add_argument("--seconds", type=float, default=15, help="length of a level (15)")
    parser.add_argument("--limit", type=int, default=3000, help="questions per level at most (3000)")
    parser.add_argument("--workers", type=int, default=2, help="Celery workers of the stack (2)")
    parser.add_argument(
        "--database",
        action="store_true",
        help="use DATABASE_URL, which then holds thousands of conversations; without it, SQLite in a folder of its own",
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the report there as well")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    database = {"DATABASE_URL": os.environ["DATABASE_URL"]} if options.database else {}
    try:
        with throwaway_stack(workers=options.workers, LOG_LEVEL="WARNING", **database) as stack:
            text = run(stack, options, load=load)
    except CannotStart as error:
        sys.exit(str(error))
    print(text)
    if options.write:
        report.put(options.write, turns=text)


def run(stack: Throwaway, options: argparse.Namespace, *, load: float) -> str:
    """Measure the chat, then the chain, and report on both."""
    manage(stack, "seed_demo")
    token = manage(stack, "create_api_token", "benchmark").strip()
    chat = Chat(stack.url, token=token)
    email, message = QUESTIONS[0]
    route = chat.details(chat.reply({"message": message, "customer_email": email})["message_id"])["route"]
    assert isinstance(route, list)
    measure(lambda: Chat(stack.url, token=token).ask, clients=8, seconds=WARM_UP, limit=500)
    groups = leaders(stack.var / "run")
    turns = [
        level(lambda: Chat(stack.url, token=token).ask, "replies", clients=clients, groups=groups, options=options)
        for clients in options.clients
    ]
    chains = run_chain(stack, options, length=len(route))
    return report.markdown(
        turns=turns,
        chains=chains,
        route=route,
        machine=f"{machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        load=load,
        day=date.today().isoformat(),
        command=" ".join(["python", "benchmarks/turns.py", *sys.argv[1:]]),
        database="the database of DATABASE_URL" if options.database else "SQLite (WAL, synchronous=FULL)",
        workers=options.workers,
    )


def run_chain(stack: Throwaway, options: argparse.Namespace, *, length: int) -> list[Level]:
    """The same levels for a bare chain. The stack stays up, idle: its broker is the chain's."""
    # The settings are read when the chain is imported: only now is it known where the broker is.
    runtime = json.loads((stack.var / "runtime.json").read_text())
    env = {**stack.env, "REDIS_URL": runtime["redis_url"], "BENCH_CHAIN": str(length), "PYTHONPATH": str(ROOT)}
    os.environ.update(env)
    from benchmarks import chain

    groups = leaders(stack.var / "run")
    like = sorted(pid for pid, group in groups.items() if group == "workers")
    broker = {pid: group for pid, group in groups.items() if group == "broker"}
    with chain.workers(like, env=env, log=stack.var / "log" / "chain.log") as pids:
        groups = broker | dict.fromkeys(pids, "workers")
        measure(chain.client, clients=8, seconds=WARM_UP, limit=500)
        return [
            level(chain.client, "chains", clients=clients, groups=groups, options=options)
            for clients in options.clients
        ]


def level(
    make_client: Callable[[], Ask], what: str, *, clients: int, groups: Mapping[int, str], options: argparse.Namespace
) -> Level:
    """One level and the CPU it took, with a line on how it went."""
    before = cpu_seconds(groups)
    measured = measure(make_client, clients=clients, seconds=options.seconds, limit=options.limit)
    measured.cpu = {name: seconds - before[name] for name, seconds in cpu_seconds(groups).items()}
    print(
        f"{clients:4} clients: {measured.rate:7.1f} {what}/s, p50 {measured.percentile(0.5) * 1000:.0f} ms, "
        f"p99 {measured.percentile(0.99) * 1000:.0f} ms, {measured.failed} errors {measured.errors or ''}",
        file=sys.stderr,
    )
    return measured


def manage(stack: Throwaway, *arguments: str) -> str:
    """What a `manage.py` command of this stack prints."""
    return subprocess.run(
        (sys.executable, str(ROOT / "manage.py"), *arguments),
        env=dict(stack.env),
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ).stdout


def machine() -> str:
    """The processor's name."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


if __name__ == "__main__":
    main()
