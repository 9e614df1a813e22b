"""A closed loop: so many clients, each of which asks again as soon as it is answered."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

Ask = Callable[[], None]  # one question, answered when it returns; an exception is an error


@dataclass
class Level:
    """What one number of clients measured. Times are seconds, one per answered question; `cpu` is by group of
    processes, the "client" among them."""

    clients: int
    seconds: float = 0
    times: list[float] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.times) / self.seconds if self.seconds else 0

    @property
    def failed(self) -> int:
        return sum(self.errors.values())

    @property
    def cpu_each(self) -> float:
        """CPU seconds per answer, the client's own left out."""
        others = sum(seconds for group, seconds in self.cpu.items() if group != "client")
        return others / len(self.times) if self.times else float("nan")

    def percentile(self, share: float) -> float:
        """The time within which this share of the answers came (nearest rank), in seconds."""
        if not self.times:
            return float("nan")
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def measure(make_client: Callable[[], Ask], *, clients: int, seconds: float, limit: int) -> Level:
    """Run the loop: no question begins after `seconds` or beyond `limit` of them. Threads, because a client only waits:
    128 of them cost less CPU than one worker."""
    level = Level(clients=clients)
    lock = threading.Lock()
    asks = [make_client() for _ in range(clients)]
    left = limit
    begin = time.perf_counter()

    def loop(ask: Ask) -> None:
        nonlocal left
        while time.perf_counter() - begin < seconds:
            with lock:
                if left <= 0:
                    return
                left -= 1
            asked = time.perf_counter()
            try:
                ask()
            except Exception as error:  # noqa: BLE001  an error is a result here
                with lock:
                    name = f"{type(error).__name__}: {error}"[:80]
                    level.errors[name] = level.errors.get(name, 0) + 1
                time.sleep(0.05)
            else:
                with lock:
                    level.times.append(time.perf_counter() - asked)

    threads = [threading.Thread(target=loop, args=(ask,), daemon=True) for ask in asks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    level.seconds = time.perf_counter() - begin
    return level
