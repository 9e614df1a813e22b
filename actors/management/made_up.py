"""Made-up conversations for trying out the desk: what was said when, the cases that came of it, and how they went.

Nothing here touches the database: a `Story` holds rows that are not saved yet. The same dice tell the same stories,
with other ids."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User

from actors.message import Decision, Hop, Intent, Message, Metadata, Payload, Response, Route, Rule, Sentiment
from actors.models import Action, Conversation, Escalation, Turn, public_name
from actors.routes import FULL_PROCESSING_PIPELINE

MOST_TURNS_OF_A_CASE = 10
HOUR = 3600
DAY = 24 * HOUR
GUESTS_KEPT, OTHERS_KEPT = 28 * DAY, 90 * DAY  # a guest's transcript is deleted after a month

FIRST_NAMES = ["Maria", "John", "Sarah", "Ahmed", "Lena", "Tom", "Nora", "Viktor", "Chloe", "Mateo", "Yuki", "Ines"]
LAST_NAMES = ["Klein", "Doe", "Wilson", "Haddad", "Berg", "Novak", "Rossi", "Tanaka", "Silva", "Fischer", "Okafor"]
PRODUCTS = [
    f"{kind} {thing}"
    for kind in ("red", "walnut", "foldable", "wireless", "ceramic", "waterproof", "vintage", "solar")
    for thing in ("headphones", "lamp", "kettle", "backpack", "armchair", "keyboard", "tent", "speaker", "jacket")
]
CITIES = ["Portland", "Lisbon", "Gdansk", "Turin", "Malmo", "Ghent", "Bilbao", "Graz", "Tampere", "Leeds", "Rennes"]
# What a customer writes, by what it is about. Some words stand in most messages, order numbers in one.
OPENINGS = {
    "order_inquiry": [
        "Where is my order {order}? The {product} should have been here {days} days ago.",
        "Please tell me the status of order {order}, the {product} I bought for my daughter.",
    ],
    "delivery_issue": [
        "The parcel with my {product} went to {city} instead of my address, order {order}.",
        "The carrier says order {order} was delivered, but there is no parcel. Please check.",
    ],
    "refund_request": [
        "I want my money back for order {order}: {amount} for a {product} that never worked.",
        "Please refund the {product} of order {order}, I sent it back {days} days ago.",
    ],
    "cancellation_request": ["Please cancel order {order}, I found the {product} cheaper in {city}."],
    "product_complaint": [
        "The {product} of order {order} arrived broken. This is the second time in {days} weeks!",
        "I am very disappointed: the {product} smells of glue and the colour is wrong (order {order}).",
    ],
    "billing_question": ["I was charged {amount} twice for order {order}. Please explain the invoice."],
    "general_inquiry": ["Hello, do you ship the {product} to {city}, and how many days does it take?"],
    "compliment": ["Thank you, the {product} is wonderful and came after {days} days."],
}
MIDDLES = [
    "I have been a customer for years.",
    "My address is the one in {city}.",
    "I need it before the weekend, please.",
    "The invoice says {amount}.",
    "Nobody answers the phone.",
    "I can send photos of the {product}.",
    "",
    "",
]
ENDINGS = ["Thank you.", "Please hurry.", "What happens next?", "Kind regards", "", ""]
FOLLOW_UPS = [
    "Is there any news about {order}?",
    "It is the {product}, as I wrote.",
    "Yes, please do that.",
    "The parcel shop in {city} knows nothing about it.",
    "I paid {amount} and want to know what happens next.",
]
BOT = [
    "Your order {order} ({product}) shipped and should arrive within {days} days.",
    "I looked up order {order}: it holds a {product} for {amount}. What would you like to know about it?",
    "Returns are free within 30 days. Please use the label that came with the {product}.",
]
HANDED_OVER = "I've asked a colleague to take over. They can see everything you wrote and will answer in this chat."
STAFF = [
    "Hello, I have order {order} in front of me and am asking the carrier about the {product}.",
    "I am sorry about the {product}. We send a new one to {city} today; you need to do nothing.",
    "The refund of {amount} is on its way and reaches your account within {days} days.",
    "Could you send me a photo of the {product} and of the label, please?",
]
SIGNALS = ["the customer is angry", "a VIP customer", "it is urgent or about money", "asked for a person twice"]
COMMENTS = ["Quick and kind.", "Took too long.", "My question was not answered.", ""]
ACTION_KINDS = ("process_refund", "cancel_order")
RULES = ("open_question", "escalate", "fast_path", "clarify", "verify", "act", "answer")


@dataclass
class Course:
    """When things happened in a case, in seconds since its conversation began."""

    case: Escalation
    opened: float
    answered: float | None = None
    resolved: float | None = None
    pauses: list[list[float | None]] = field(default_factory=list)


class Story:
    """One conversation and all that came of it. Tell it step by step, then `end` it: only then it has its dates."""

    def __init__(self, dice: random.Random, *, staff: Sequence[User]) -> None:
        self.dice, self.staff = dice, staff
        name = f"{dice.choice(FIRST_NAMES)}.{dice.choice(LAST_NAMES)}{dice.randrange(1000)}".lower()
        email = None if dice.random() < 0.15 else f"{name}@example.com"
        channel = dice.choice(["web", "web", "widget", "api"])
        self.conversation = Conversation(channel=channel, customer_email=email, status=Conversation.Status.CLOSED)
        if dice.random() < 0.2:
            self.conversation.rating = dice.choice([1, 2, 3, 4, 4, 5, 5, 5])
            self.conversation.rating_comment = dice.choice(COMMENTS)
        self.turns: list[Turn] = []
        self.actions: list[Action] = []
        self._courses: list[Course] = []
        self._times: list[float] = []  # of the turns
        self._now = 0.0  # seconds since it began
        self._intent = dice.choice(list(OPENINGS))
        self._words: dict[str, str] = {
            "order": f"ORD-{dice.randrange(10**8):08}",
            "product": dice.choice(PRODUCTS),
            "city": dice.choice(CITIES),
            "days": str(dice.randrange(2, 20)),
            "amount": f"{dice.randrange(500, 50000) / 100:.2f} {settings.SHOP_CURRENCY}",
        }

    @property
    def cases(self) -> list[Escalation]:
        return [course.case for course in self._courses]

    # --- the steps ---

    def chat(self, turns: int) -> None:
        """So many turns of the customer and the bot."""
        for _ in range(turns // 2):
            self._ask(Turn.Status.ANSWERED)
        if turns % 2:
            self._say(Turn.Role.SYSTEM, "This chat was closed because nobody wrote for a while.", after=(600, HOUR))

    def open_case(self, status: str) -> None:
        """A case that by now has this status. It takes MOST_TURNS_OF_A_CASE turns at most."""
        dice, words = self.dice, self._words
        asked = self._ask(Turn.Status.ESCALATED)
        case = Escalation(
            conversation=self.conversation,
            turn=asked,
            status=status,
            reason=dice.choice(Escalation.Reason.values),
            priority=dice.choices(Escalation.PRIORITIES, weights=[2, 5, 2, 1])[0],
            signals=dice.sample(SIGNALS, dice.randrange(3)),
            summary=f"The customer wrote about the {words['product']} of order {words['order']}.",
            seen_seq=dice.choice([0, asked.seq]),
        )
        course = Course(case, opened=self._now)
        self._courses.append(course)
        if status == Escalation.Status.OPEN:
            self.conversation.status = Conversation.Status.WAITING
            self.chat(2 * dice.randrange(3))
        else:
            self._work(course)
        self._act(course)

    def end(self, now: datetime, *, age: float) -> None:
        """Date it and wind the clocks of its cases. `age`, 0 to 1: how long ago it ended, as a share of how long such a
        one is kept; one that still goes on had its last word as lately as fits how it stands."""
        start = now - timedelta(seconds=self._now + self._quiet(age))
        for turn, seconds in zip(self.turns, self._times, strict=True):
            turn.created_at = start + timedelta(seconds=seconds)
        for course in self._courses:
            _date(course, start, now)
        if self._courses:  # the desk shows it with a case; for all the others it would only take its time
            for turn in self.turns:
                turn.message = _envelope(self._intent, turn) if turn.answered_by else None
        self.conversation.last_seq = len(self.turns)
        self.conversation.seen_seq = self.dice.randint(0, len(self.turns))

    # --- their parts ---

    def _work(self, course: Course) -> None:
        """Somebody takes the case and answers; the customer may have the last word."""
        dice, case = self.dice, course.case
        case.assigned_to = owner = dice.choice(self.staff)
        name, resolved = public_name(owner), case.status == Escalation.Status.RESOLVED
        taken = f"{name} from our team is here now and reads what you wrote."
        self._say(Turn.Role.SYSTEM, taken, after=(60, 6 * HOUR), agent=name)
        answers = dice.randint(1 if resolved else 0, 3)
        for left in reversed(range(answers)):
            case.seen_seq = self._say(Turn.Role.AGENT, self._one_of(STAFF), after=(30, 900), agent=name).seq
            course.answered = course.answered or self._now
            course.pauses.append([self._now, None])
            if left or dice.random() < 0.4:
                self._hear(FOLLOW_UPS, Turn.Status.WITH_HUMAN)
                course.pauses[-1][1] = self._now
        if resolved:
            self._say(Turn.Role.SYSTEM, f"{name} has closed this conversation.", after=(30, 1800), agent=name)
            course.resolved, case.resolved_by = self._now, owner
            self.conversation.status = Conversation.Status.CLOSED
        else:
            self.conversation.owner, self.conversation.status = owner, Conversation.Status.HUMAN

    def _act(self, course: Course) -> None:
        """What the customer wanted done: decided with the case, and waiting in one for approval."""
        case, dice = course.case, self.dice
        waits = case.status != Escalation.Status.RESOLVED
        if self.conversation.customer_email is None or waits != (case.reason == Escalation.Reason.APPROVAL_NEEDED):
            return
        status = dice.choice([Action.Status.EXECUTED, Action.Status.REJECTED])
        kind = dice.choice(ACTION_KINDS)
        self.actions.append(
            Action(
                turn=case.turn,
                position=0,
                conversation=self.conversation,
                kind=kind,
                args={"wish": kind},
                order=self._words["order"],
                amount=Decimal(self._words["amount"].split()[0]),
                currency=settings.SHOP_CURRENCY,
                status=Action.Status.AWAITING_APPROVAL if waits else status,
                decided_by="" if waits else f"staff {case.assigned_to}",
                result=None if waits else {"reference": f"REF-{dice.randrange(10**6):06}"},
            )
        )

    def _ask(self, status: Turn.Status) -> Turn:
        """The customer asks and the bot replies."""
        asked = self._hear(FOLLOW_UPS if self.turns else OPENINGS[self._intent], status)
        escalated = status == Turn.Status.ESCALATED
        metadata = {
            "outcome": "escalated" if escalated else "answered",
            "intent": self._intent,
            "confidence": 0.9,
            "sources": [self._words["order"]],
        }
        text = HANDED_OVER if escalated else self._one_of(BOT)
        reply = self._say(Turn.Role.ASSISTANT, text, after=(0.5, 6), in_reply_to=asked, metadata=metadata)
        asked.answered_by = reply
        return asked

    def _hear(self, words: list[str], status: Turn.Status) -> Turn:
        text = " ".join(filter(None, (self._one_of(words), self._one_of(MIDDLES), self._one_of(ENDINGS))))
        verified = self.conversation.customer_email is not None
        return self._say(Turn.Role.CUSTOMER, text, after=(20, 2 * HOUR), status=status, verified=verified)

    def _say(self, role: Turn.Role, text: str, *, after: tuple[float, float], **fields: Any) -> Turn:
        """Somebody says it, between so many seconds after the word before."""
        if self.turns:
            self._now += min(after[0] + self.dice.expovariate(4 / after[1]), after[1])
        email, seq = self.conversation.customer_email, len(self.turns) + 1
        turn = Turn(conversation=self.conversation, seq=seq, role=role, text=text, customer_email=email, **fields)
        self.turns.append(turn)
        self._times.append(self._now)
        return turn

    def _one_of(self, texts: list[str]) -> str:
        return self.dice.choice(texts).format(**self._words)

    def _quiet(self, age: float) -> float:
        """Seconds since its last word."""
        kept = OTHERS_KEPT if self.conversation.customer_email else GUESTS_KEPT
        course = self._courses[-1] if self._courses else None
        if course is None or course.resolved is not None:
            return HOUR + age * (kept - HOUR)
        ours = not (course.pauses and course.pauses[-1][1] is None)
        if ours and course.case.status == Escalation.Status.CLAIMED:  # else the claim would have expired
            return self.dice.uniform(1, settings.CLAIM_IDLE)
        return min(self.dice.expovariate(1 / DAY), kept)


def _date(course: Course, start: datetime, now: datetime) -> None:
    def at(seconds: float | None) -> datetime | None:
        return None if seconds is None else start + timedelta(seconds=seconds)

    case = course.case
    case.created_at = start + timedelta(seconds=course.opened)
    case.first_response_at, case.resolved_at = at(course.answered), at(course.resolved)
    case.pauses = [[moment and moment.isoformat() for moment in map(at, pause)] for pause in course.pauses]
    if case.status == Escalation.Status.CLAIMED:
        case.agent_active_at = max(case.first_response_at or case.created_at, now - timedelta(seconds=60))
    case.aim()
    case.raised_at = now if case.breached else None


@cache
def _template(intent: str) -> dict[str, Any]:
    """A worked message about this intent, as it is kept with its turn."""
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    hops = [
        Hop(
            actor=actor,
            queued_at=begin,
            started_at=begin + timedelta(milliseconds=20 * number),
            finished_at=begin + timedelta(milliseconds=20 * number + 15),
            retries=0,
            outcome="ok",
        )
        for number, actor in enumerate(FULL_PROCESSING_PIPELINE)
    ]
    payload = Payload(
        customer_message="",
        customer_email=None,
        verified=False,
        sentiment=Sentiment(label="neutral", score=0, intensity=0.2, urgency="low", is_complaint=False),
        intent=Intent.model_validate({"category": intent, "confidence": 0.9}),
        decision=Decision(
            rules=tuple(Rule(rule=rule, hit=rule == "answer", because=f"{rule}: nothing else fits") for rule in RULES),
            outcome="answer",
        ),
        response=Response(text="What the customer was told stands in the reply.", tone="friendly"),
    )
    message = Message(
        message_id="",
        session_id="",
        attempt=1,
        epoch=0,
        route=Route(steps=FULL_PROCESSING_PIPELINE, current_step=len(FULL_PROCESSING_PIPELINE) - 1),
        payload=payload,
        metadata=Metadata(created_at=begin, queued_at=begin, hops=tuple(hops)),
    )
    return message.model_dump(mode="json")


def _envelope(intent: str, turn: Turn) -> dict[str, Any]:
    told = _template(intent)
    said = {"customer_message": turn.text, "customer_email": turn.customer_email, "verified": turn.verified}
    ids = {"message_id": str(turn.pk), "session_id": str(turn.conversation_id)}
    return {**told, **ids, "payload": {**told["payload"], **said}}
