"""Container health checks. `healthy.py page URL`: it answers 200. `healthy.py alive worker`: one of this host beats.

The image has neither curl nor redis-cli, and `celery inspect ping` costs seconds of CPU a time.
"""

import os
import socket
import sys
import urllib.request
from pathlib import Path

SECONDS = 4


def page(url: str) -> bool:
    """Whether the page is there. Takes no proxy from the environment: a container asks itself."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=SECONDS) as answer:
        return bool(answer.status == 200)


def alive(kind: str) -> bool:
    """Whether a process of this kind (worker, sweeper) on this host has lately said that it lives."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportmesh.settings")
    from actors import heartbeat  # reads the settings, which the other check does not need

    return any(name.endswith(f"@{socket.gethostname()}") for name in heartbeat.alive(kind))


if __name__ == "__main__":
    question, subject = sys.argv[1:]
    sys.exit(0 if {"page": page, "alive": alive}[question](subject) else f"no {question} for {subject}")
