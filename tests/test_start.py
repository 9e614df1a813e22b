"""No process starts in an installation that is open: the real commands, their exit codes and their sentences."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.stack import ROOT, clean_env

pytestmark = pytest.mark.timeout(300)  # a start takes seconds, on a busy machine more
CELERY = (sys.executable, "-m", "celery", "-A", "supportmesh")
MANAGE = (sys.executable, "manage.py")
PROCESSES = {
    "web": (sys.executable, "-m", "uvicorn", "supportmesh.asgi:application", "--port", "1"),
    "worker": (*CELERY, "worker"),
    "beat": (*CELERY, "beat"),
    "flower": (*CELERY, "flower", "--address=127.0.0.1"),
    "sweeper": (*MANAGE, "sweep"),
    "up": (*MANAGE, "up"),
}
OPEN = {
    "DEBUG": "1",
    "ALLOWED_HOSTS": "support.example.com,*",
    "SECRET_KEY": "s3cr3t-k3y",
    "SERVICE_TOKEN": "changeme-changeme-changeme-changeme",
    "IDENTITY_SECRET": "0123456789012345678901234567890",
    "REDIS_URL": "redis://redis.example.com:6379/0",
}
TOLD = {
    "DEBUG is on, but the server answers for support.example.com, *.": "Unset DEBUG",
    "ALLOWED_HOSTS allows every host.": "Set ALLOWED_HOSTS to the names of this server",
    "SECRET_KEY is a placeholder or has fewer than 50 characters.": "set 64 random characters",
    "SERVICE_TOKEN is a placeholder or has fewer than 32 characters.": "set 64 random characters",
    "IDENTITY_SECRET is a placeholder or has fewer than 32 bytes.": "Set one made with: openssl rand -hex 32",
    "REDIS_URL has no password for redis.example.com.": "Set REDIS_URL=redis://:password@host:6379/0",
}


def run(command: tuple[str, ...], var: Path, **env: str) -> tuple[int, str]:
    """The exit code and everything that was printed."""
    done = subprocess.run(
        command, cwd=ROOT, env=clean_env(var, **env), capture_output=True, text=True, timeout=280, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("process", PROCESSES)
def test_no_process_starts_in_an_open_installation_and_each_says_what_to_set(process: str, tmp_path: Path) -> None:
    code, text = run(PROCESSES[process], tmp_path, **OPEN)
    assert code == 1
    assert "Traceback" not in text
    for sentence, remedy in TOLD.items():
        assert sentence in text
        assert remedy in text


@pytest.mark.parametrize(("address", "login"), [((), ""), (("--address=0.0.0.0",), "operator:")])
def test_flower_without_a_login_listens_on_this_machine_only(
    address: tuple[str, ...], login: str, tmp_path: Path
) -> None:
    code, text = run((*CELERY, "flower", *address), tmp_path, **({"FLOWER_BASIC_AUTH": login} if login else {}))
    assert code == 1
    assert "Flower has no login, but listens on " in text
    assert "Set FLOWER_BASIC_AUTH=user:password, or --address=127.0.0.1." in text
