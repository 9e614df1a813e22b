"""What must hold after every fault, read from the tables: one outcome for each accepted message, one effect for each
confirmed action, nothing left open."""

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from tests.chaos.databases import Database
from tests.chaos.load import Load, Sent

TURNS = """SELECT t.id, t.conversation_id, t.role, t.status, t.in_reply_to_id, t.answered_by_id, t.created_at, t.text
    FROM actors_turn t JOIN actors_conversation c ON c.id = t.conversation_id WHERE c.channel <> 'probe'"""
ACTIONS = 'SELECT id, status, "order", conversation_id FROM actors_action'
WAITING_CASES = "SELECT conversation_id FROM actors_escalation WHERE status <> 'resolved'"
REFUNDS = """SELECT o.number, COUNT(*) FROM orders_orderhistory h JOIN orders_order o ON o.id = h.order_id
    WHERE h.what = 'refunded' GROUP BY o.number"""
EXPIRED = "has expired, and nothing was changed"
TOLD = "has been refunded"  # in the reply to a confirmation that was carried out
OVERPAID = "SELECT COUNT(*) FROM orders_order WHERE refunded > paid"
OPEN_TURNS = "SELECT COUNT(*) FROM actors_turn WHERE status IN ('accepted', 'processing')"
OPEN_ACTIONS = "SELECT COUNT(*) FROM actors_action WHERE status = 'executing'"


def ident(value: Any) -> str:
    """An id, however the database writes it."""
    return uuid.UUID(str(value)).hex if value is not None else ""


def moment(value: Any) -> float:
    """A time, however the database writes it, as seconds since 1970."""
    read = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


@dataclass(frozen=True)
class Turn:
    """A row of the transcript."""

    id: str
    session: str
    role: str
    status: str
    in_reply_to: str
    answered_by: str
    at: float
    text: str

    @classmethod
    def read(cls, database: Database) -> list[Self]:
        """All but the probes'."""
        return [cls.of(row) for row in database.rows(TURNS)]

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> Self:
        """A row of TURNS."""
        key, session, role, status, to, by, at, text = row
        return cls(ident(key), ident(session), role, status, ident(to), ident(by), moment(at), text)


@dataclass(frozen=True)
class Before:
    """What stood in the tables before a trial."""

    customers: int
    assistants: int
    refunds: Counter[str]

    @classmethod
    def read(cls, database: Database) -> Self:
        """Now."""
        roles = Counter(turn.role for turn in Turn.read(database))
        return cls(roles["customer"], roles["assistant"], Counter(dict(database.rows(REFUNDS))))


@dataclass
class Verdict:
    """What the tables say about one trial."""

    accepted: int = 0
    answered_once: int = 0
    lost: int = 0
    doubled: int = 0
    expected: int = 0
    done: int = 0
    handed_over: int = 0  # confirmed actions that a person carries on, untouched by the bot
    open_rows: int = 0
    unsent: int = 0
    longest: float = 0.0
    recovered: float = 0.0
    wrong: list[str] = field(default_factory=list)

    @property
    def broken(self) -> bool:
        """Whether a promise is."""
        return bool(self.lost or self.doubled or self.wrong or self.expected != self.done)

    @property
    def good(self) -> bool:
        """Whether all is kept, everybody got through, and there was something to keep."""
        return self.expected > 0 and not (self.broken or self.open_rows or self.unsent)


def open_rows(database: Database) -> int:
    """Messages and actions that are not finished. Raises while the database is away."""
    return sum(database.rows(sql)[0][0] for sql in (OPEN_TURNS, OPEN_ACTIONS))


def verdict(database: Database, load: Load, before: Before, *, healed: float, true_time: bool) -> Verdict:
    """Judge a trial whose last message was sent, by what the tables hold. Without `true_time` a question may have
    expired under its customer, who then has to be told so."""
    turns = Turn.read(database)
    by_id = {turn.id: turn for turn in turns}
    replies = Counter(turn.in_reply_to for turn in turns if turn.in_reply_to)
    first_reply = {turn.in_reply_to: turn for turn in reversed(turns) if turn.in_reply_to}
    result = Verdict(accepted=len(load.sent), unsent=load.unsent, open_rows=open_rows(database))
    sessions = {ident(sent.session_id) for sent in load.sent}
    for sent in load.sent:
        turn = by_id.get(ident(sent.message_id))
        outcomes = _outcomes(turn, replies)
        result.answered_once += outcomes == 1
        result.lost += outcomes == 0
        result.doubled += outcomes > 1
        reply = first_reply.get(ident(sent.message_id)) or (by_id.get(turn.answered_by) if turn else None)
        if turn is not None and reply is not None:
            result.longest = max(result.longest, reply.at - turn.at)
            if turn.at < healed:
                result.recovered = max(result.recovered, reply.at - healed)
    # A reply that answers nothing is one too many, and so is a message that nobody knows to have sent.
    result.doubled += sum(
        turn.session in sessions and turn.role == "assistant" and not turn.in_reply_to for turn in turns
    )
    customers = sum(turn.role == "customer" for turn in turns) - before.customers
    result.doubled += max(0, customers - len(load.sent) - load.unsent)
    _effects(database, load.sent, before, result, by_id, true_time=true_time)
    return result


def _outcomes(turn: Turn | None, replies: Counter[str]) -> int:
    """How many visible outcomes a message has."""
    if turn is None:
        return 0
    if turn.status == "with_human":
        return 1
    return replies[turn.id] or (1 if turn.answered_by else 0)


def _effects(
    database: Database,
    sent: Iterable[Sent],
    before: Before,
    result: Verdict,
    turns: dict[str, Turn],
    *,
    true_time: bool,
) -> None:
    """Confirmed actions against refunds, order by order."""
    actions = {ident(key): (status, order, ident(session)) for key, status, order, session in database.rows(ACTIONS)}
    waiting = {ident(session) for (session,) in database.rows(WAITING_CASES)}
    expected: Counter[str] = Counter()
    told, expired = (
        {turn.session for turn in turns.values() if turn.role != "customer" and words in turn.text}
        for words in (TOLD, EXPIRED)
    )
    for each in sent:
        if not each.confirms:
            continue
        status, order, session = actions[ident(each.confirms)]
        turn = turns.get(ident(each.message_id))
        # The answer to the yes may be the hand-over, or say that a colleague approves: a case has to wait in both.
        handed_over = status == "awaiting_approval" or (turn is not None and turn.status == "escalated")
        if status not in ("executed", "executing") and handed_over and session in waiting:
            result.handed_over += 1
            continue
        if status == "expired" and not true_time and turn is not None and turn.session in expired:
            continue
        expected[order] += 1
        if status not in ("executed", "executing"):
            result.wrong.append(f"{order}: confirmed, but the action is {status}")
        elif turn is not None and turn.status == "answered" and turn.session not in told:
            result.wrong.append(f"{order}: refunded, but the customer was told something else")
    done = Counter(dict(database.rows(REFUNDS))) - before.refunds
    result.expected, result.done = expected.total(), done.total()
    for order in expected.keys() | done.keys():
        if expected[order] != done[order]:
            result.wrong.append(f"{order}: {done[order]} refunds for {expected[order]} confirmations")
    if overpaid := database.rows(OVERPAID)[0][0]:
        result.wrong.append(f"{overpaid} orders with more refunded than paid")
