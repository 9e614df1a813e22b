"""Customers: seeded conversations over REST, sent the way a good client does: the same message again, with the same
client_msg_id, until it was taken."""

import random
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.chaos import seed

THREADS = 12
REFUNDS = 0.3  # of the conversations
AMOUNT = "$20"
PAUSE = 0.3  # seconds before a message is sent again
TIMEOUT = (2, 15)  # seconds to connect, and for an answer

QUESTIONS = (
    "What are your opening hours?",
    "How do returns work?",
    "Which payment methods do you take?",
    "Thank you, great service!",
)
POISON = ("poisonraise", "poisonexit", "poisonhang", "poisoneat")


@dataclass
class Sent:
    """One message that was accepted. `confirms` is the action that it says yes to."""

    message_id: str
    session_id: str
    confirms: str = ""
    at: float = 0.0


@dataclass
class Load:
    """So many conversations in about so many seconds; `start`, then `end`. Everything it does follows from the seed,
    but the ids."""

    url: str
    token: str
    conversations: int
    seconds: float
    seed: int
    first: int = 0  # the number of the first customer
    same_id: bool = True  # off: a client that makes a new id for every try
    poison_every: int = 0  # each so manieth conversation is a poisonous message
    refunds: float = REFUNDS
    patience: float = 240  # seconds a client tries to get a message taken
    answer_within: float = 240  # seconds a customer waits for the question of the bot
    sent: list[Sent] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)  # what went wrong on the way, by name
    unsent: int = 0
    begun: int = 0

    def start(self) -> "Load":
        """Start the threads."""
        self._next = iter(range(self.conversations))
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(THREADS)]
        for thread in self._threads:
            thread.start()
        return self

    def reach(self, share: float, *, within: float = 120) -> None:
        """Return when this share of the conversations has begun. AssertionError when it does not come so far."""
        deadline = time.monotonic() + within
        while self.begun < share * self.conversations:
            assert time.monotonic() < deadline, f"only {self.begun} conversations began within {within} s"
            time.sleep(0.02)

    @property
    def talking(self) -> bool:
        """Whether somebody still has something to say."""
        return any(thread.is_alive() for thread in self._threads)

    def end(self) -> None:
        """Nobody says anything more."""
        self._stop.set()
        for thread in self._threads:
            thread.join(2 * sum(TIMEOUT))

    def _work(self) -> None:
        session = requests.Session()
        session.trust_env = False
        session.headers["Authorization"] = f"Token {self.token}"
        while not self._stop.is_set():
            with self._lock:
                number = next(self._next, None)
                if number is None:
                    return
            due = self._began + self.seconds * number / self.conversations
            self._stop.wait(max(0.0, due - time.monotonic()))
            with self._lock:
                self.begun += 1
            self._talk(session, number)

    def _talk(self, session: requests.Session, number: int) -> None:
        dice = random.Random(f"{self.seed} {number}")
        customer = (self.first + number) % seed.CUSTOMERS
        email, order = seed.email(customer), seed.order(customer)
        kind, button = dice.random(), dice.random() < 0.5
        if self.poison_every and number % self.poison_every == self.poison_every - 1:
            word = POISON[number // self.poison_every % len(POISON)]
            self._say(session, f"Where is my order {order}? {word}", email)
        elif kind < self.refunds:
            asked = self._say(session, f"Please refund {AMOUNT} for {order}", email)
            question = self._question(session, asked)
            if asked is not None and question is not None:
                action = question["action_id"]
                self._say(session, "yes", email, to=asked, confirms=action, action_id=action if button else None)
        elif kind < 0.65:
            first = self._say(session, f"Where is my order {order}?", email)
            if first is not None and dice.random() < 0.3:
                self._say(session, dice.choice(QUESTIONS[:3]), email, to=first)
        else:
            self._say(session, dice.choice(QUESTIONS), email if dice.random() < 0.5 else None)

    def _say(
        self,
        session: requests.Session,
        text: str,
        email: str | None,
        *,
        to: Sent | None = None,
        confirms: str = "",
        action_id: str | None = None,
    ) -> Sent | None:
        """Send until it is taken. None when that did not happen in time."""
        body: dict[str, Any] = {"message": text, "customer_email": email, "action_id": action_id}
        body |= {"client_msg_id": str(uuid.uuid4()), "session_id": to.session_id if to else None}
        deadline = time.monotonic() + self.patience
        while not self._stop.is_set() and time.monotonic() < deadline:
            try:
                answer = session.post(f"{self.url}/api/chat?wait=0", json=body, timeout=TIMEOUT)
                if answer.status_code in (200, 202):
                    taken = answer.json()
                    sent = Sent(taken["message_id"], taken["session_id"], confirms, time.time())
                    with self._lock:
                        self.sent.append(sent)
                    return sent
                self._count(f"status {answer.status_code}")
            except (requests.RequestException, ValueError) as error:
                self._count(type(error).__name__)
            if not self.same_id:
                body["client_msg_id"] = str(uuid.uuid4())
            self._stop.wait(PAUSE)
        self._count("unsent")
        with self._lock:
            self.unsent += 1
        return None

    def _question(self, session: requests.Session, asked: Sent | None) -> dict[str, Any] | None:
        """What the bot asks back, if it does."""
        deadline = time.monotonic() + self.answer_within
        while asked is not None and not self._stop.is_set() and time.monotonic() < deadline:
            try:
                answer = session.get(f"{self.url}/api/messages/{asked.message_id}", timeout=TIMEOUT)
                if answer.status_code == 200 and (reply := answer.json()["reply"]) is not None:
                    question = reply["metadata"].get("question")
                    if not question:
                        self._count(f"no question: {reply['metadata'].get('outcome')}")
                    return question if question and question.get("action_id") else None
            except (requests.RequestException, ValueError) as error:
                self._count(type(error).__name__)
            self._stop.wait(PAUSE)
        return None

    def _count(self, what: str) -> None:
        with self._lock:
            self.seen[what] += 1
