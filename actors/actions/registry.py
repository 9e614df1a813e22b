"""Everything the mesh can do, by name. Adding an action is one entry and one function: see `shop.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from actors.message import Context, Money, Order, Shipment

Level = Literal["off", "draft", "confirm", "auto"]
Need = Literal["order", "shipment", "address", "phone", "text", "tier"]


@dataclass(frozen=True)
class Subject:
    """What an action is about: the customer's own order, its shipment when there is one, and what the shop knows.
    `open_return`: the number of the order's registered return ("" when it has none), None without a return."""

    order: Order | None
    shipment: Shipment | None
    context: Context
    return_window_days: int
    open_return: str | None = None


@dataclass(frozen=True)
class Request:
    """One action to carry out. `key` is its Idempotency-Key for ever; `requested_by` is who asked, for the shop's
    history; the address is the customer's."""

    key: str
    order: str
    email: str
    amount: Money | None
    args: dict[str, Any]
    requested_by: str


@dataclass(frozen=True)
class ActionType:
    """What an action needs, when it is allowed, whether it must be confirmed, and how it is undone."""

    name: str
    title: str  # "cancellation"
    needs: tuple[Need, ...]
    level: Level  # where no policy says otherwise
    describe: str  # the question's first sentence, with {order}, {amount}, {address}; [left out without an amount]
    done: str  # "has been cancelled", after "Your order X"
    undo: str  # how a person takes it back
    objection: Callable[[Subject], str | None]  # why it is not allowed now; None: it is
    amount: Callable[[Subject], Money | None]  # what it is worth, for the limits
    writes: bool  # changes something in the shop
    by_chat: bool  # a customer's message may start it; else staff only
    by_hand: bool  # a person does it; the approval says that it was done
    partial: bool  # a part of the amount can be asked for
    run: Callable[[Request], dict[str, Any]]

    @property
    def for_supervisor(self) -> bool:
        """Whether only a supervisor may say yes: a tier lifts the limits of all that the customer asks for later."""
        return "tier" in self.needs


ACTIONS: dict[str, ActionType] = {}


def always_allowed(_: Subject) -> str | None:
    return None


def worth_nothing(_: Subject) -> Money | None:
    return None


def action(
    *,
    title: str,
    needs: tuple[Need, ...],
    level: Level,
    undo: str,
    describe: str = "",
    done: str = "",
    objection: Callable[[Subject], str | None] = always_allowed,
    amount: Callable[[Subject], Money | None] = worth_nothing,
    writes: bool = True,
    by_chat: bool = True,
    by_hand: bool = False,
    partial: bool = False,
) -> Callable[[Callable[[Request], dict[str, Any]]], Callable[[Request], dict[str, Any]]]:
    """Register a function as the action of its name and return it unchanged. Raises ValueError for a second one of a
    name, and for an action a customer must confirm that has no words to ask with."""

    def register(function: Callable[[Request], dict[str, Any]]) -> Callable[[Request], dict[str, Any]]:
        name = function.__name__
        if name in ACTIONS:
            raise ValueError(f"two actions are called {name}")
        if level == "confirm" and not describe:
            raise ValueError(f"{name} must be confirmed, but does not say how it is described")
        ACTIONS[name] = ActionType(
            name=name,
            title=title,
            needs=needs,
            level=level,
            describe=describe,
            done=done,
            undo=undo,
            objection=objection,
            amount=amount,
            writes=writes,
            by_chat=by_chat,
            by_hand=by_hand,
            partial=partial,
            run=function,
        )
        return function

    return register
