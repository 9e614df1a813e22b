"""What reading the intent of a message takes: milliseconds and memory, in one process, offline.

Run from the project's folder: `.venv/bin/python benchmarks/intents.py`.
"""

import os
import platform
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportmesh.settings")

import django  # noqa: E402

django.setup()

from actors.intent_analyzer import intent_analyzer  # noqa: E402
from actors.intent_model import intent_model  # noqa: E402
from actors.message import Payload  # noqa: E402

ROUNDS = 5
MESSAGES = (
    "where is my order ORD-12345678?",
    "refund pls",
    "The blender arrived broken and I was charged twice. Can I get my money back?",
    "Hello, I bought a coffee machine from you in May. My sister has the same one and is happy with it, but mine "
    "stopped heating after a week. I have descaled it twice, as the manual says, and nothing helps. What can we do?",
    "asdf qwer",
)


def main() -> None:
    before = memory()
    intent_model()
    read(MESSAGES[0])
    loaded = memory()
    times = sorted(seconds(text) for _ in range(ROUNDS * 200) for text in MESSAGES)
    print(f"{platform.machine()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}; {len(times)} messages")
    print(f"p50 {times[len(times) // 2] * 1e3:.2f} ms, p99 {times[len(times) * 99 // 100] * 1e3:.2f} ms of CPU")
    print(f"model: {loaded - before:.1f} MB; scikit-learn loaded: {'sklearn' in sys.modules}")


def read(text: str) -> None:
    intent_analyzer(Payload(customer_message=text, customer_email=None, verified=False))


def seconds(text: str) -> float:
    start = time.process_time()
    read(text)
    return time.process_time() - start


def memory() -> float:
    """MB of this process that are resident (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


if __name__ == "__main__":
    main()
