"""`manage.py up`: what it refuses, what it restarts, what it gives up on, and that nothing survives it."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from supportmesh.preflight import free_port
from supportmesh.supervisor import Child, KeepsDying, Patience, Supervisor
from tests.stack import ROOT, Stack, clean_env

SLEEPER = "import time; print('up', flush=True); time.sleep(60)"


def toy(code: str, *, name: str = "toy") -> Child:
    return Child(name=name, command=(sys.executable, "-c", code), env=dict(os.environ))


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 0)
            return not Path("/proc/self").exists()
        return False
    return state != "Z"


async def eventually(condition: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        await asyncio.sleep(0.02)


def pid_of(var: Path, name: str = "toy") -> int | None:
    with contextlib.suppress(FileNotFoundError, ValueError):
        return int((var / "run" / f"{name}.pid").read_text())
    return None


# --- the supervisor, with toy commands ----------------------------------------------------------


async def test_child_killed_with_9_comes_back_and_the_operator_hears_of_it(tmp_path: Path) -> None:
    told: list[str] = []
    supervisor = Supervisor(var=tmp_path, tell=told.append, patience=Patience(first_pause=0.05))
    supervisor.start(toy(SLEEPER))
    await eventually(lambda: pid_of(tmp_path))
    first = pid_of(tmp_path)
    assert first
    os.kill(first, signal.SIGKILL)
    await eventually(lambda: pid_of(tmp_path) not in (None, first))
    await supervisor.stop([(5, ["toy"])])
    assert len(told) == 1
    assert "toy died (SIGKILL)" in told[0]
    assert str(tmp_path / "log" / "toy.log") in told[0]


async def test_child_that_keeps_dying_ends_it_loudly_with_its_last_words(tmp_path: Path) -> None:
    told: list[str] = []
    supervisor = Supervisor(var=tmp_path, tell=told.append, patience=Patience(deaths=3, first_pause=0.01))
    supervisor.start(toy("import sys; sys.exit('the disk is on fire')"))
    with pytest.raises(KeepsDying, match="toy keeps dying") as given_up:
        await asyncio.wait_for(supervisor.failure, 10)
    assert "the disk is on fire" in str(given_up.value)
    assert [line.split("starts again in ")[1].split(";")[0] for line in told] == ["0.01 s", "0.02 s", "0.04 s"]
    await supervisor.stop([(1, ["toy"])])


async def test_child_that_lives_long_between_deaths_is_never_given_up_on(tmp_path: Path) -> None:
    told: list[str] = []
    patience = Patience(deaths=2, steady=0.2, first_pause=0.01)
    supervisor = Supervisor(var=tmp_path, tell=told.append, patience=patience)
    supervisor.start(toy("import time; time.sleep(0.3)"))
    await eventually(lambda: len(told) >= 4)
    assert not supervisor.failure.done()
    assert all("in 0.01 s" in line for line in told)  # the pause starts anew, too
    await supervisor.stop([(5, ["toy"])])


async def test_what_has_run_well_is_started_again_for_ever(tmp_path: Path) -> None:
    """A disk that is full for a minute kills every process a few times, and then nobody would answer any more."""
    told: list[str] = []
    supervisor = Supervisor(
        var=tmp_path, tell=told.append, patience=Patience(deaths=2, first_pause=0.01, longest_pause=0.02)
    )
    supervisor.give_nothing_up()
    supervisor.start(toy("import sys; sys.exit('no space left')"))
    await eventually(lambda: len(told) >= 6)
    assert not supervisor.failure.done()
    await supervisor.stop([(5, ["toy"])])


async def test_a_pid_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    told: list[str] = []
    supervisor = Supervisor(var=tmp_path, tell=told.append)
    (tmp_path / "run" / "toy.pid").mkdir()
    supervisor.start(toy("import time; time.sleep(60)"))
    await eventually(lambda: bool(told))
    assert "could not be written" in told[0]
    assert not supervisor.failure.done()
    (tmp_path / "run" / "toy.pid").rmdir()
    await supervisor.stop([(5, ["toy"])])


async def test_command_that_does_not_exist_says_so_in_its_log(tmp_path: Path) -> None:
    supervisor = Supervisor(var=tmp_path, tell=lambda line: None, patience=Patience(deaths=1, first_pause=0.01))
    supervisor.start(Child(name="toy", command=("/no/such/program",), env={}))
    with pytest.raises(KeepsDying, match="cannot start /no/such/program"):
        await asyncio.wait_for(supervisor.failure, 10)


async def test_log_of_the_run_before_is_kept(tmp_path: Path) -> None:
    for word in ("older", "newer"):
        supervisor = Supervisor(var=tmp_path, tell=lambda line: None)
        supervisor.start(toy(f"import time; print('{word}', flush=True); time.sleep(60)"))
        log = supervisor.log("toy")
        await eventually(lambda log=log, word=word: log.exists() and word in log.read_text())
        await supervisor.stop([(5, ["toy"])])
    assert log.read_text() == "newer\n"
    assert Path(f"{log}.1").read_text() == "older\n"


async def test_children_stop_stage_by_stage(tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    code = (
        "import pathlib, signal, sys, time\n"
        f"def end(*_):\n    time.sleep(0.2); open({str(ends)!r}, 'a').write(NAME + ' '); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); print('up', flush=True)\n"
        "while True: time.sleep(60)"
    )
    supervisor = Supervisor(var=tmp_path, tell=lambda line: None)
    names = ("broker", "rest", "worker", "web")
    for name in names:
        supervisor.start(toy(f"NAME = {name!r}\n{code}", name=name))
    await eventually(lambda: all(supervisor.log(name).exists() and supervisor.log(name).read_text() for name in names))
    await supervisor.stop([(9, ["web"]), (9, ["worker", "never_started"]), (9, ["rest"]), (9, ["broker"])])
    assert ends.read_text().split() == ["web", "worker", "rest", "broker"]


async def test_stop_signals_the_main_process_only_and_kills_what_stays(tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    code = (
        "import os, signal, time\n"
        f"signal.signal(signal.SIGTERM, lambda *_: open({str(heard)!r}, 'a').write(str(os.getpid()) + ' '))\n"
        "pid = os.fork()\n"
        "if pid: print(pid, flush=True)\n"
        "while True: time.sleep(60)"
    )
    told: list[str] = []
    supervisor = Supervisor(var=tmp_path, tell=told.append)
    supervisor.start(toy(code))
    log = supervisor.log("toy")
    await eventually(lambda: log.exists() and log.read_text().strip())
    main, helper = pid_of(tmp_path), int(log.read_text())
    assert main
    await supervisor.stop([(3, ["toy"])])
    assert heard.read_text().split() == [str(main)]
    assert told == ["toy did not stop within 3 s and was killed."]
    await eventually(lambda: not alive(main) and not alive(helper))


async def test_stop_while_a_child_waits_for_its_restart_starts_nothing(tmp_path: Path) -> None:
    told: list[str] = []
    supervisor = Supervisor(var=tmp_path, tell=told.append, patience=Patience(first_pause=60))
    supervisor.start(toy("import sys; sys.exit(3)"))
    await eventually(lambda: told)
    await asyncio.wait_for(supervisor.stop([(5, ["toy"])]), 2)
    assert pid_of(tmp_path) is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
async def test_nothing_survives_a_kill_9_of_the_supervisor(tmp_path: Path) -> None:
    program = (
        "import asyncio, os, pathlib\n"
        "from supportmesh.supervisor import Child, Supervisor\n"
        "async def main():\n"
        f"    supervisor = Supervisor(var=pathlib.Path({str(tmp_path)!r}), tell=print)\n"
        f"    command = ({sys.executable!r}, '-c', {SLEEPER!r})\n"
        "    supervisor.start(Child(name='toy', command=command, env=dict(os.environ)))\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    log = tmp_path / "log" / "toy.log"
    await eventually(lambda: log.exists() and log.read_text())
    child = pid_of(tmp_path)
    assert child
    assert alive(child)
    parent.kill()
    parent.wait()
    await eventually(lambda: not alive(child))


# --- what `up` refuses ---------------------------------------------------------------------------


def refused(var: Path, *options: str, **env: str) -> str:
    """Run `up`, which must end at once with one sentence on stderr; return that."""
    done = subprocess.run(
        [sys.executable, "manage.py", "up", "--port", str(free_port()), *options],
        cwd=ROOT,
        env=clean_env(var, **env),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert done.stdout == ""
    assert not (var / "runtime.json").exists()
    return done.stderr.strip()


def test_port_in_use_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        sentence = refused(tmp_path, "--port", str(port))
    assert sentence == f"Port {port} cannot be used (Address already in use): choose another with --port."


def test_port_that_is_none_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, "--port", "70000").startswith("Port 70000 cannot be used")


def test_unreachable_redis_is_refused_without_telling_its_password(tmp_path: Path) -> None:
    port = free_port()
    sentence = refused(tmp_path, REDIS_URL=f"redis://:geheim@127.0.0.1:{port}/0")
    assert sentence.startswith(f"Cannot reach Redis at 127.0.0.1:{port} (REDIS_URL): ")
    assert "geheim" not in sentence


@pytest.mark.parametrize("url", ["localhost", "http://localhost:6379/0", "redis:///0", "redis://:geheim@localhost:x/0"])
def test_redis_url_that_is_none_is_refused(tmp_path: Path, url: str) -> None:
    assert refused(tmp_path, REDIS_URL=url) == "REDIS_URL must look like redis://host:port/0."


def test_unsafe_installation_is_refused_in_a_sentence(tmp_path: Path) -> None:
    assert refused(tmp_path, SECRET_KEY="short").startswith("SECRET_KEY is a placeholder or has fewer than 50 char")


def test_unreachable_database_is_refused_without_telling_its_password(tmp_path: Path) -> None:
    port = free_port()
    sentence = refused(tmp_path, DATABASE_URL=f"postgres://me:geheim@127.0.0.1:{port}/shop")
    assert sentence.startswith(f"Cannot reach the database at 127.0.0.1:{port} (DATABASE_URL): ")
    assert "geheim" not in sentence


def test_unwritable_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    sentence = refused(tmp_path / "file" / "var")
    assert "Not a directory" in sentence
    assert "VAR_DIR" in sentence


def test_unwritable_folder_is_refused_when_the_secrets_come_from_outside(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    sentence = refused(tmp_path / "file" / "var", SECRET_KEY="k3y-0f-7he" * 6, SERVICE_TOKEN="70ken-0f-us" * 6)
    assert sentence.startswith("Cannot write to ")


def test_fresh_never_touches_a_database_of_somebody_else(tmp_path: Path) -> None:
    database = tmp_path / "other.sqlite3"
    database.write_bytes(b"")
    assert "--fresh" in refused(tmp_path, "--fresh", DATABASE_URL=f"sqlite:///{database}")
    assert database.exists()


def test_no_worker_at_all_is_refused(tmp_path: Path) -> None:
    assert "--workers" in refused(tmp_path, "--workers", "0")


# --- the whole stack -----------------------------------------------------------------------------

CHILDREN = {"broker", "web", "services", "worker1", "worker2", "sweeper", "beat"}


def token(stack: Stack) -> str:
    return (stack.var / "service_token").read_text()


def chat(stack: Stack, message: str = "Hello", *, wait: int = 20) -> requests.Response:
    return requests.post(
        f"{stack.url}/api/chat?wait={wait}",
        json={"message": message},
        headers={"Authorization": f"Bearer {token(stack)}"},
        timeout=30,
    )


def processes_of(var: Path) -> set[int]:
    """Every process that was started for this folder, whoever its parent is now (Linux).

    By its environment; the broker writes its title over that, but works inside the folder.
    """
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            ours = f"VAR_DIR={var}\0".encode() in (process / "environ").read_bytes()
            if ours or (process / "cwd").readlink().is_relative_to(var):
                found.add(int(process.name))
    return {pid for pid in found if alive(pid)}


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(workers=2, DEMO="1", DEBUG="1") as running:
        yield running


def test_up_prints_where_everything_is_and_notes_it_for_others(stack: Stack) -> None:
    assert f"{stack.url}/admin/" in stack.output()
    assert "admin / admin" in stack.output()
    assert set(stack.pids()) == CHILDREN
    assert stack.runtime() == {
        "redis_url": stack.redis_url,
        "services_url": stack.services_url,
        "web_url": stack.url,
    }
    assert requests.get(f"{stack.services_url}/livez", timeout=5).status_code == 200
    assert chat(stack).status_code == 200


def test_admin_opens_with_the_login_that_was_printed(stack: Stack) -> None:
    with requests.Session() as session:
        session.get(f"{stack.url}/admin/login/", timeout=10)
        fields = {"username": "admin", "password": "admin", "csrfmiddlewaretoken": session.cookies["csrftoken"]}
        answer = session.post(f"{stack.url}/admin/login/?next=/admin/", data=fields, timeout=10)
    assert answer.url == f"{stack.url}/admin/"


def test_second_up_on_the_same_folder_is_refused(stack: Stack) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "up", "--port", str(free_port())],
        cwd=ROOT,
        env=clean_env(stack.var),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.strip() == f"SupportMesh is already running with {stack.var}: stop it or set VAR_DIR."
    assert chat(stack).status_code == 200


@pytest.mark.parametrize("name", ["worker1", "broker", "web", "sweeper"])
async def test_process_killed_with_9_comes_back_and_messages_are_answered(stack: Stack, name: str) -> None:
    before = stack.pids()[name]
    os.kill(before, signal.SIGKILL)
    await eventually(lambda: stack.pids().get(name) not in (None, before))

    def answered() -> bool:
        with contextlib.suppress(requests.ConnectionError):
            return chat(stack).status_code == 200
        return False

    await eventually(answered, seconds=40)
    assert f"{name} died (SIGKILL)" in stack.output()


@pytest.mark.slow  # its seconds count: nothing else may run beside it
@pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
async def test_sigterm_ends_an_idle_stack_within_five_seconds_and_nothing_is_left(stack: Stack) -> None:
    for chance in (1, 2):  # another program may have had the processors
        # The children, `up`, and each worker's two.
        await eventually(lambda: len(processes_of(stack.var)) >= len(CHILDREN) + 1 + 4, seconds=30)
        seconds = stack.stop()
        assert processes_of(stack.var) == set()
        assert stack.process
        assert stack.process.returncode == 0
        assert not (stack.var / "runtime.json").exists()
        assert stack.pids() == {}
        assert "was killed" not in stack.output()
        if seconds < 5:
            return
        if chance == 1:
            stack.start()
    pytest.fail(f"it took {seconds:.1f} s")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
async def test_sigterm_under_load_ends_within_fifteen_seconds_and_the_next_start_answers_all(tmp_path: Path) -> None:
    with Stack(workers=1, var=tmp_path) as stack:
        accepted = [chat(stack, f"Hello number {number}", wait=0).json()["message_id"] for number in range(40)]
        assert stack.stop() < 15
        assert processes_of(tmp_path) == set()
        stack.start()

        def statuses() -> set[str]:
            headers = {"Authorization": f"Bearer {token(stack)}"}
            urls = [f"{stack.url}/api/messages/{message_id}" for message_id in accepted]
            return {requests.get(url, headers=headers, timeout=10).json()["status"] for url in urls}

        await eventually(lambda: statuses() <= {"answered", "escalated"}, seconds=60)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
async def test_nothing_of_the_stack_survives_a_kill_9_of_up(tmp_path: Path) -> None:
    with Stack(workers=1, var=tmp_path) as stack:
        assert stack.process
        stack.process.kill()
        stack.process.wait()
        await eventually(lambda: not processes_of(tmp_path), seconds=20)
        stack.start()  # the note it left behind misleads nobody
        assert chat(stack).status_code == 200
