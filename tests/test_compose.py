"""The containers: what the files say exists in the project, and each mistake that matters is found."""

import socket
import subprocess
import sys

import pytest

from actors import heartbeat
from supportmesh.compose.file import ComposeError, image_env, in_order, read, read_env_file, variables
from supportmesh.compose.proxy import rewritten
from supportmesh.management.commands.compose_check import example_values
from tests.compose_rules import ROOT, SECRETS, dockerfile_faults, faults, settings_env

COMPOSE = (ROOT / "docker-compose.yml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
EXAMPLE = read_env_file((ROOT / ".env.example").read_text())
VALUES = EXAMPLE | example_values()


def test_everything_the_compose_file_names_exists() -> None:
    assert faults(COMPOSE, VALUES) == []


BROKEN = [
    ("supportmesh.asgi:application", "supportmesh.asgi:app", "supportmesh.asgi has no app"),
    ("supportmesh.asgi:application", "supportmesh.asgy:application", "supportmesh.asgy is no module"),
    ("--ws-max-size", "--ws-maximum", "No such option"),
    ("manage.py, sweep]", "manage.py, sweeper]", "manage.py has no sweeper"),
    ("--noinput]", "--no-questions]", "manage.py migrate"),
    ("celery, -A, supportmesh, worker", "celery, -A, supportmesh, workers", "celery has no workers"),
    ("celery, -A, supportmesh, beat", "celery, -A, mesh, beat", "mesh is no Celery app"),
    ("--without-gossip", "--without-rumour", "celery worker has no --without-rumour"),
    ("--address=0.0.0.0", "--adress=0.0.0.0", "flower has no --adress"),
    ("scripts/healthy.py, alive, worker", "scripts/health.py, alive, worker", "scripts/health.py is not there"),
    ("alive, sweeper", "alive, sweep", "knows no alive sweep"),
    ("[CMD, python, scripts/healthy.py, alive, worker]", "[CMD, curl, localhost]", "the image has no curl"),
    ("http://localhost:8002/readyz", "http://localhost:8002/ready", "there is no page /ready"),
    ("http://localhost:8002/readyz", "http://localhost:8003/readyz", "does not lead to localhost:8002"),
    ("5555/healthcheck", "5555/health-check", "Flower has no /health-check"),
    ("celery -A supportmesh inspect", "celery -A supportmesh inspekt", "celery has no inspekt"),
    ("http://orders:8002/api/orders", "http://orders:8002/api/order", "there is no page /api/order/"),
    ("http://orders:8002/api/orders", "http://orders:8001/api/orders", "does not lead to orders:8002"),
    ("http://orders:8002/api/orders", "http://order:8002/api/orders", "ORDERS_API_URL leads to no service"),
    ('--port, "8003"', '--port, "8004"', "tracking is not on 8003"),
    ("ALLOWED_HOSTS: tracking,localhost", "ALLOWED_HOSTS: localhost", "ALLOWED_HOSTS lacks tracking"),
    ("ALLOWED_HOSTS: tracking,localhost", 'ALLOWED_HOSTS: "*"', "ALLOWED_HOSTS is open"),
    ("@postgres:5432/", "@database:5432/", "DATABASE_URL leads to no service"),
    ("@redis:6379/0", "@redis:6380/0", "REDIS_URL leads to no service"),
    ("POSTGRES_USER: supportmesh", "POSTGRES_USER: postgres", "another login than PostgreSQL"),
    ("REDISCLI_AUTH:", "REDIS_CLI_AUTH:", "nobody reads REDIS_CLI_AUTH"),
    ("MESH_LEASE:", "MESH_LEASES:", "nobody reads MESH_LEASES"),
    ("  MESH_LEASE: ${MESH_LEASE:-}\n", "", "MESH_LEASE is a setting, but no container gets it"),
    ("FLOWER_BASIC_AUTH: ${", "FLOWER_LOGIN: ${", "Flower has no login"),
    ('DEBUG: "0"', 'DEBUG: "1"', "DEBUG is on"),
    ('DEMO: "0"', 'DEMO: "1"', "DEMO is on"),
    ("127.0.0.1:${WEB_PORT:-8000}:8000", "${WEB_PORT:-8000}:8000", "is open to the network"),
    ("127.0.0.1:${FLOWER_PORT:-5555}:5555", "127.0.0.1:${FLOWER_PORT:-5555}:5556", "does not lead to its port"),
    ('volumes: ["redis-data:/data"]', 'ports: ["127.0.0.1:6379:6379"]', "redis: it is published"),
    ('--appendonly, "yes"', '--appendonly, "no"', "--appendonly is no"),
    (', --requirepass, "${REDIS_PASSWORD}"', "", "--requirepass is not set"),
    ("stop_grace_period: 30s", "stop_grace_period: 20s", "killed before its soft shutdown ends"),
    ("pg_isready", "pg_ready", "the image has no pg_ready"),
    ("migrate: {condition: service_completed_successfully}", "migrate: {condition: service_started}", "is migrated"),
    ("redis: {condition: service_healthy}", "valkey: {condition: service_healthy}", "waits for valkey"),
    (
        "${SECRET_KEY:?set SECRET_KEY in .env to 64 random characters}",
        "${SECRET_KEY:-secret}",
        "SECRET_KEY has a default",
    ),
]


@pytest.mark.parametrize(("right", "wrong", "told"), BROKEN, ids=[f"{wrong or right}" for right, wrong, _ in BROKEN])
def test_mistake_in_the_compose_file_is_found(right: str, wrong: str, told: str) -> None:
    assert right in COMPOSE
    assert told in "\n".join(faults(COMPOSE.replace(right, wrong), VALUES))


def test_service_without_health_check_is_found() -> None:
    without = COMPOSE.replace("      test: [CMD, python, scripts/healthy.py, alive, sweeper]\n", "")
    assert "sweeper: it has no health check" in faults(without, VALUES)


def test_dockerfile_runs_what_exists_as_nobody_special() -> None:
    assert dockerfile_faults(DOCKERFILE) == []
    assert image_env(ROOT / "Dockerfile")["VAR_DIR"] == "/var/lib/supportmesh"


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("USER supportmesh\n", "", "it runs as root"),
        ("USER supportmesh", "USER root", "it runs as root"),
        ("-r requirements.lock", "-r requirements-dev.lock", "what only developers need"),
        ("--require-hashes ", "", "without hashes"),
        ("COPY requirements.lock", "COPY requirement.lock", "requirement.lock is not there"),
        ("manage.py collectstatic", "manage.py collect", "manage.py has no collect"),
        ("asgi:application", "wsgi:application", "supportmesh.wsgi is no module"),
        ("-o supportmesh", "-o root", "nobody gives VAR_DIR"),
    ],
)
def test_mistake_in_the_dockerfile_is_found(right: str, wrong: str, told: str) -> None:
    assert right in DOCKERFILE
    assert told in "\n".join(dockerfile_faults(DOCKERFILE.replace(right, wrong)))


def test_env_example_names_every_variable_and_no_other() -> None:
    assert set(EXAMPLE) == set(variables(COMPOSE))
    assert not any(EXAMPLE[name] for name in SECRETS)


@pytest.mark.parametrize("name", SECRETS)
def test_compose_refuses_to_start_without_its_secrets(name: str) -> None:
    with pytest.raises(ComposeError, match=name):
        read(COMPOSE, VALUES | {name: ""})


def test_image_holds_no_secrets_and_no_data_of_the_machine() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".env", ".env.*", ".git", ".venv", "var", "tests"} <= set(ignored)
    # What the containers run is not ignored.
    assert not {"scripts", "supportmesh", "templates", "static", "manage.py", "requirements.lock"} & set(ignored)


def test_settings_names_are_found() -> None:
    assert {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "SHOP_NAME"} <= settings_env()


def test_values_are_filled_in_as_compose_does() -> None:
    text = "services: {x: {image: i, command: ['$$HOME', '${A:-b}', '${C:-d}', '$E', '${F:?say f}']}}"
    services = read(text, {"C": "c", "E": "e", "F": "f"})
    assert services["x"].command == ("$HOME", "b", "c", "e", "f")


def test_services_that_wait_for_each_other_are_refused() -> None:
    wait = "{image: i, depends_on: {%s: {condition: service_healthy}}}"
    with pytest.raises(ComposeError, match="waits for itself"):
        in_order(read(f"services: {{a: {wait % 'b'}, b: {wait % 'a'}}}", {}))


# --- health checks and the proxy that compose_check uses ----------------------------------------


def healthy(*arguments: str) -> int:
    return subprocess.run([sys.executable, "scripts/healthy.py", *arguments], cwd=ROOT, capture_output=True).returncode


def test_health_check_of_a_worker_tells_a_living_one_from_a_silent_one(redis_url: str) -> None:
    assert healthy("alive", "worker") != 0
    heartbeat.beat("worker", "celery@some-other-host")
    assert healthy("alive", "worker") != 0
    heartbeat.beat("worker", f"celery@{socket.gethostname()}")
    assert healthy("alive", "worker") == 0


def test_health_check_of_a_page_fails_without_one() -> None:
    assert healthy("page", "http://localhost:1/readyz") != 0


def test_stand_in_of_the_tls_proxy_says_who_was_asked_for_and_believes_no_client() -> None:
    head = b"GET / HTTP/1.1\r\nHost: 127.0.0.1:9\r\nX-Forwarded-Proto: http\r\nConnection: keep-alive\r\nA: b\r\n\r\n"
    assert rewritten(head, "support.example.com").split(b"\r\n") == [
        b"GET / HTTP/1.1", b"A: b", b"Host: support.example.com", b"X-Forwarded-Proto: https", b"Connection: close",
        b"", b"",
    ]  # fmt: skip


def test_stand_in_of_the_tls_proxy_lets_a_websocket_open() -> None:
    head = b"GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    assert b"Connection: Upgrade\r\nUpgrade: websocket" in rewritten(head, "support.example.com")
    assert b"close" not in rewritten(head, "support.example.com")
