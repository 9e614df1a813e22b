"""The databases that the scenarios run on, and what the checker reads in them: plain SQL, no code of the product."""

import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import psycopg

from scripts.with_postgres import binaries, owner
from supportmesh.preflight import HOST, free_port

ROOT = Path(__file__).resolve().parents[2]


class Database(Protocol):
    """One database of one stack."""

    kind: str

    def env(self) -> dict[str, str]:
        """What tells the stack where it is."""
        ...

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a query reads. Raises the driver's error while the database is away."""
        ...

    def outage(self, seconds: float) -> tuple[float, float]:
        """Nobody can write for so long; returns when it works again, and says from when to when it did not."""
        ...


class Server(Protocol):
    """Where databases come from: each a copy of one that is migrated and seeded."""

    kind: str
    token: str

    def open(self, env: dict[str, str]) -> None: ...

    def database(self, var: Path) -> Database: ...

    def close(self) -> None: ...


def prepare(env: dict[str, str]) -> str:
    """Migrate and seed the database that the environment names; returns the token to call with."""
    command = [sys.executable, "-m", "tests.chaos.seed"]
    return subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout


class SqliteDatabase:
    kind = "sqlite"

    def __init__(self, file: Path) -> None:
        self.file = file

    def env(self) -> dict[str, str]:
        return {"DATABASE_URL": f"sqlite:///{self.file}"}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(sql).fetchall()

    def outage(self, seconds: float) -> tuple[float, float]:
        with closing(sqlite3.connect(self.file, timeout=30, isolation_level=None)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            began = time.time()
            time.sleep(seconds)
            ended = time.time()
            connection.execute("ROLLBACK")
        return began, ended


class SqliteServer:
    kind = "sqlite"

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="supportmesh-chaos-sqlite-"))
        self.template = SqliteDatabase(self.folder / "template.sqlite3")

    def open(self, env: dict[str, str]) -> None:
        self.token = prepare(env | {"VAR_DIR": str(self.folder)} | self.template.env())

    def database(self, var: Path) -> SqliteDatabase:
        copy = SqliteDatabase(var / "db.sqlite3")
        with closing(sqlite3.connect(self.template.file)) as source, closing(sqlite3.connect(copy.file)) as target:
            source.backup(target)
        return copy

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


class PostgresDatabase:
    kind = "postgres"

    def __init__(self, server: "PostgresServer", name: str) -> None:
        self.server, self.name = server, name

    def url(self) -> str:
        return f"postgres://postgres@{HOST}:{self.server.port}/{self.name}"

    def env(self) -> dict[str, str]:
        return {"DATABASE_URL": self.url()}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url(), connect_timeout=3) as connection:
            return connection.execute(sql).fetchall()

    def outage(self, seconds: float) -> tuple[float, float]:
        self.server.control("stop", "-m", "immediate")
        began = time.time()
        time.sleep(seconds)
        ended = time.time()
        self.server.start()
        return began, ended


class PostgresServer:
    """A cluster of its own; as root it runs as the user of Debian's package."""

    kind = "postgres"

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="supportmesh-chaos-postgres-"))
        self.tools, self.user = binaries(), owner()
        self.port = free_port()
        self._made = 0
        if self.user:
            shutil.chown(self.folder, self.user, self.user)

    def open(self, env: dict[str, str]) -> None:
        self._tool("initdb", "-D", str(self.folder / "data"), "-U", "postgres", "--auth=trust", "-E", "UTF8")
        self.start()
        template = self._create("chaos_template")
        with tempfile.TemporaryDirectory(prefix="supportmesh-chaos-seed-") as var:
            self.token = prepare(env | {"VAR_DIR": var} | template.env())

    def start(self) -> None:
        """Start, and return when it answers."""
        options = f"-p {self.port} -c listen_addresses={HOST} -c unix_socket_directories={self.folder}"
        self.control("start", "-l", str(self.folder / "log"), "-o", options)

    def control(self, *arguments: str) -> None:
        """pg_ctl. Raises RuntimeError with what it said."""
        self._tool("pg_ctl", "-D", str(self.folder / "data"), "-w", *arguments)

    def _tool(self, name: str, *arguments: str) -> None:
        with (self.folder / f"{name}.out").open("ab") as output:  # the server keeps our pipes open
            done = subprocess.run(
                [self.tools / name, *arguments],
                user=self.user, group=self.user, cwd=self.folder, stdout=output, stderr=output,
            )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{name} failed: {(self.folder / f'{name}.out').read_text()[-500:]}")

    def _create(self, name: str, *, template: str = "template0") -> PostgresDatabase:
        with psycopg.connect(f"postgres://postgres@{HOST}:{self.port}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return PostgresDatabase(self, name)

    def database(self, var: Path) -> PostgresDatabase:
        self._made += 1
        return self._create(f"chaos_{self._made}", template="chaos_template")

    def close(self) -> None:
        with suppress(RuntimeError):  # it does not run
            self.control("stop", "-m", "immediate")
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def serving(kind: str, env: dict[str, str]) -> Iterator[Server]:
    """`sqlite` or `postgres`, with a migrated and seeded database to copy; gone afterwards."""
    server: Server = PostgresServer() if kind == "postgres" else SqliteServer()
    try:
        server.open(env)
        yield server
    finally:
        server.close()
