"""What every actor shares (draft; see below in the history)."""

from collections.abc import Callable
from typing import Any, Literal


def actor(kind: Literal["processor", "router"], *, takes: Literal["payload", "message"] | None = None) -> Callable[[Any], Any]:
    def register(function: Any) -> Any:
        return function

    return register
