"""The containers of docker-compose.yml as processes of this machine: their commands, their environment, their checks.

What differs from containers, and nothing else: a service's host name and port become localhost and a free port, VAR_DIR
becomes a folder of the service's own, and PostgreSQL and Redis are this machine's.
"""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.with_postgres import binaries, owner
from supportmesh.compose.file import Service, image_env, in_order
from supportmesh.preflight import HOST, free_port
from supportmesh.supervisor import TETHER, tail

IMAGE_PORTS = {"postgres": 5432, "redis": 6379}
PORT_OPTION = re.compile(r"--port[= ](\d+)")
HEALTHY_SECONDS = 90  # a slow machine starts ten Python processes at once
ONCE_SECONDS = 120


class Unhealthy(Exception):
    """A container that did not start, did not get healthy or did not stop: one sentence and the end of its log."""


@dataclass
class Running:
    """A container's process, and how it fared."""

    service: Service
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    healthy_after: float | None = None
    stopped_after: float | None = None


class Containers:
    """Starts the services in the order they wait for each other; `stop` ends them in the other direction."""

    def __init__(self, *, services: Mapping[str, Service], root: Path, folder: Path, tell: Callable[[str], None]):
        self.services = services
        self.root = root
        self.folder = folder
        self.tell = tell
        self.image_env = image_env(root / "Dockerfile")
        self.inside = {name: port for name in services if (port := own_port(services[name]))}
        self.outside = {name: free_port(port) for name, port in self.inside.items()}
        self.running: dict[str, Running] = {}
        self.tools: Path = binaries()
        for name in ("log", "home", *(f"var/{name}" for name in services)):
            (folder / name).mkdir(parents=True)

    def start(self) -> None:
        """Start everything and return when all of it is healthy. Raises Unhealthy."""
        for service in in_order(self.services):
            for name, condition in service.waits_for.items():
                if condition == "service_healthy":
                    self.wait_healthy(self.running[name])
            self.tell(f"Starting {service.name}.")
            if service.restarts:
                self._launch(service)
            else:
                self._finish(service)
        self.wait_healthy(*self.running.values())

    def run_in(self, name: str, *command: str) -> str:
        """What `docker compose exec NAME COMMAND` prints. Raises Unhealthy when it fails."""
        service = self.services[name]
        done = subprocess.run(
            command, cwd=self.root, env=self.env(service), capture_output=True, text=True, timeout=ONCE_SECONDS
        )
        if done.returncode:
            raise Unhealthy(f"{' '.join(command[:3])} in {name} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def wait_healthy(self, *running: Running) -> None:
        """Ask their own health checks in turn until each has said yes. Raises Unhealthy."""
        deadline = time.monotonic() + HEALTHY_SECONDS
        pending = [one for one in running if one.healthy_after is None]
        while pending:
            for one in pending:
                answer = self._ask(one)
                if answer is None:
                    one.healthy_after = time.monotonic() - one.started
                elif time.monotonic() > deadline:
                    raise Unhealthy(f"{one.service.name} is not healthy ({answer}):\n{self._log_tail(one.service)}")
            pending = [one for one in pending if one.healthy_after is None]
            time.sleep(0.3)

    def _ask(self, running: Running) -> str | None:
        """What its health check says while it is not healthy; None when it is."""
        service, process = running.service, running.process
        if process is None or process.poll() is not None:
            code = process.returncode if process else "never started"
            raise Unhealthy(f"{service.name} ended ({code}):\n{self._log_tail(service)}")
        try:
            asked = subprocess.run(
                self._localized(service, service.health),
                cwd=self.root,
                env=self.env(service),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=60,
            )
        except subprocess.TimeoutExpired:
            return "its health check does not end"
        return None if asked.returncode == 0 else asked.stdout.strip()[-300:]

    def stop(self) -> list[str]:
        """SIGTERM, as Docker sends it, to what waits before what is waited for. Returns who had to be killed."""
        killed = []
        for running in reversed(self.running.values()):
            process, service = running.process, running.service
            if process is None or process.poll() is not None:
                continue
            began = time.monotonic()
            # PostgreSQL's image asks Docker for SIGINT: on SIGTERM it waits for its clients.
            process.send_signal(signal.SIGINT if service.name == "postgres" else signal.SIGTERM)
            try:
                process.wait(timeout=service.grace)
            except subprocess.TimeoutExpired:
                killed.append(f"{service.name} did not stop within {service.grace:g} s")
            with contextlib.suppress(ProcessLookupError):  # what a killed worker leaves is in its group
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            running.stopped_after = time.monotonic() - began
        return killed

    def env(self, service: Service) -> dict[str, str]:
        """The container's environment, and only that: nothing of ours leaks in."""
        path = (str(Path(sys.executable).parent), str(self.tools), "/usr/local/bin", "/usr/bin", "/bin")
        ours = self.image_env if service.ours else {}
        env = {name: self._moved(value, service) for name, value in (ours | dict(service.env)).items()}
        return env | {
            "PATH": os.pathsep.join(path),
            "HOME": str(self.folder / "home"),
            "HOSTNAME": socket.gethostname(),
            "LANG": "C.UTF-8",
        }

    def url(self, name: str) -> str:
        """Where a service answers from outside its container."""
        return f"http://{HOST}:{self.outside[name]}"

    def log(self, name: str) -> Path:
        """Where a container's output goes."""
        return self.folder / "log" / f"{name}.log"

    def _launch(self, service: Service) -> None:
        self.running[service.name] = running = Running(service, started=time.monotonic())
        if service.name == "postgres":
            command, user = self._postgres(service), owner()
        elif service.name == "redis":
            command, user = self._redis(service), None
        else:
            command, user = self._localized(service, service.command), None
        if user is None:  # ends with us, however we end
            command = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), *command]
        with self.log(service.name).open("ab") as log:
            running.process = subprocess.Popen(
                command,
                cwd=self.folder if user else self.root,
                env=self.env(service),
                user=user,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _finish(self, service: Service) -> None:
        """Run a container that ends by itself."""
        running = self.running[service.name] = Running(service, started=time.monotonic())
        with self.log(service.name).open("ab") as log:
            code = subprocess.run(
                self._localized(service, service.command),
                cwd=self.root,
                env=self.env(service),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                timeout=ONCE_SECONDS,
            ).returncode
        if code:
            raise Unhealthy(f"{service.name} failed ({code}):\n{self._log_tail(service)}")
        running.healthy_after = running.stopped_after = time.monotonic() - running.started

    def _postgres(self, service: Service) -> list[str]:
        """What the image does: a cluster with the named user and database; over TCP only with the password."""
        user, data, secret = owner(), self.folder / "postgres", self.folder / "postgres-password"
        data.mkdir()
        secret.touch(mode=0o600)
        secret.write_text(service.env["POSTGRES_PASSWORD"])
        if user:
            self.folder.chmod(0o711)
            for path in (data, secret):
                shutil.chown(path, user, user)
        name = service.env["POSTGRES_USER"]
        initdb = [str(self.tools / "initdb"), "-D", str(data), "-U", name, "--pwfile", str(secret), "-E", "UTF8"]
        single = [str(self.tools / "postgres"), "--single", "-D", str(data), "template1"]
        for command, given in (
            ([*initdb, "--auth=scram-sha-256", "--no-sync"], ""),
            (single, f'CREATE DATABASE "{service.env["POSTGRES_DB"]}"\n'),
        ):
            done = subprocess.run(command, input=given, user=user, cwd=data, capture_output=True, text=True)
            if done.returncode:
                raise Unhealthy(f"{command[0]} failed: {done.stdout}{done.stderr}")
        port = str(self.outside["postgres"])
        options = ("-p", port, "-c", f"listen_addresses={HOST}", "-c", f"unix_socket_directories={data}")
        return [str(self.tools / "postgres"), "-D", str(data), *options, *service.command]

    def _redis(self, service: Service) -> list[str]:
        data = self.folder / "redis"
        data.mkdir()
        return [*service.command, "--bind", HOST, "--port", str(self.outside["redis"]), "--dir", str(data)]

    def _localized(self, service: Service, command: tuple[str, ...]) -> list[str]:
        """The command with its addresses moved to this machine, its own port also where it stands alone."""
        moved = [self._moved(part, service) for part in command]
        if service.name in self.inside:
            inside, outside = self.inside[service.name], self.outside[service.name]
            moved = [re.sub(rf"(?<![\d:]){inside}(?!\d)", str(outside), part) for part in moved]
        return moved

    def _moved(self, text: str, service: Service) -> str:
        text = text.replace(self.image_env["VAR_DIR"], str(self.folder / "var" / service.name))
        for name, port in self.inside.items():
            text = re.sub(rf"\b{name}:{port}\b", f"localhost:{self.outside[name]}", text)
        if service.name in self.inside:
            text = text.replace(f"localhost:{self.inside[service.name]}", f"localhost:{self.outside[service.name]}")
        return text.replace("0.0.0.0", HOST)  # noqa: S104  # nosec B104 -- nobody else may reach it

    def _log_tail(self, service: Service) -> str:
        return tail(self.log(service.name))


def own_port(service: Service) -> int:
    """The port a service listens on inside its container; 0 for one that listens on none."""
    option = PORT_OPTION.search(" ".join(service.command))
    return int(option[1]) if option else IMAGE_PORTS.get(service.name, 0)
