"""The demo's conversations, as data: who says what, and what has to come of it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What must hold of one reply and of the way it took. An empty field asks for nothing.

    `says` and `never` are pieces of the reply's text, whatever their case; `hit` are rules of the decision;
    `through` and `around` are actors; `reason` is why it was escalated, `urgent` whether the desk hurries.
    """

    outcome: tuple[str, ...]
    intent: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    hit: tuple[str, ...] = ()
    through: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    reason: tuple[str, ...] = ()
    urgent: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One message of a customer, and what is expected of the answer."""

    message: str
    expected: Expected


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One conversation; without a customer it is a guest's."""

    name: str
    customer: str | None = None
    lines: tuple[Line, ...]


def one(name: str, message: str, *, expected: Expected, customer: str | None = None) -> Scenario:
    """A scenario of a single message."""
    return Scenario(name=name, customer=customer, lines=(Line(message=message, expected=expected),))


SCENARIOS: tuple[Scenario, ...] = (
    one(
        "Furious about a late order",
        "This is ridiculous! My order ORD-12345678 is late AGAIN and nobody cares. I am absolutely furious. "
        "I want it NOW or I want my money back!!!",
        customer="john.doe@example.com",
        expected=Expected(
            outcome=("escalated",),
            says=("ORD-12345678", "colleague"),
            hit=("escalate_now", "priority"),
            through=("escalation_router",),
            around=("response_generator",),
            urgent=True,
        ),
    ),
    one(
        "Polite question about an order",
        "Hi, could you please tell me the status of my order ORD-87654321? Thank you!",
        customer="sarah.wilson@example.com",
        expected=Expected(
            outcome=("answered",),
            intent=("order_inquiry",),
            says=("ORD-87654321", "TRK987654321", "UPS", "out for delivery"),
            through=("context_retriever", "response_generator", "guardrail_validator"),
            around=("execution_coordinator", "escalation_router"),
        ),
    ),
    one(
        "A VIP's unusual charge, in a hurry",
        "There is an unusual charge of $299 on my card. I'm in a hurry, please look into it right away!",
        customer="vip.customer@example.com",
        expected=Expected(
            outcome=("escalated",),
            intent=("billing_question",),
            says=("priority", "colleague"),
            hit=("escalate_now", "priority"),
            through=("escalation_router",),
            reason=("vip",),
            urgent=True,
        ),
    ),
    one(
        "Shoes that don't fit",
        "I'd like to return my order ORD-11111111, the shoes don't fit.",
        customer="returns.customer@example.com",
        expected=Expected(
            outcome=("question",),
            intent=("return_request",),
            says=("return", "ORD-11111111", "119.95", "Shall I do that?"),
            never=("is not possible",),
            hit=("act",),
            through=("execution_coordinator", "guardrail_validator"),
            around=("escalation_router",),
        ),
    ),
    one(
        "Several problems at once",
        "My blender from ORD-66666661 hasn't arrived, the frying pan in ORD-66666662 is scratched and I want a refund "
        "for it, and I also can't log in to my account.",
        customer="confused.customer@example.com",
        expected=Expected(
            outcome=("answered", "question", "escalated"),
            says=("ORD-66666661", "ORD-66666662", "TRK666666661", "refund", "account"),
            never=("refund for your order ORD-66666661",),
            through=("context_retriever",),
        ),
    ),
    one(
        "Opening hours",
        "Hello, what are your opening hours?",
        expected=Expected(
            outcome=("answered",),
            intent=("general_inquiry",),
            says=("Our team is here",),
            never=("sign in",),
            around=("execution_coordinator", "escalation_router"),
        ),
    ),
    Scenario(
        name="Cancel an order",
        customer="john.doe@example.com",
        lines=(
            Line(
                message="Cancel my order ORD-12345679",
                expected=Expected(
                    outcome=("question",),
                    intent=("cancellation_request",),
                    says=("cancel", "ORD-12345679", "$89.00", "Shall I do that?"),
                    never=("is not possible", "being prepared", "has been cancelled"),
                    hit=("act",),
                    through=("execution_coordinator",),
                    around=("escalation_router",),
                ),
            ),
            Line(
                message="No, I changed my mind",
                expected=Expected(
                    outcome=("answered",),
                    says=("left your order ORD-12345679",),
                    hit=("open_question",),
                    through=("execution_coordinator",),
                ),
            ),
        ),
    ),
    one(
        "Praise",
        "Thank you so much, your service is wonderful!",
        customer="jane.smith@example.com",
        expected=Expected(
            outcome=("answered",),
            intent=("compliment",),
            says=("thank you",),
            hit=("fast_path",),
            through=("response_generator",),
            around=("execution_coordinator", "escalation_router"),
        ),
    ),
    one(
        "A guest asks for an order",
        "Where is my order ORD-87654321?",
        expected=Expected(
            outcome=("verify",),
            says=("sign in",),
            never=("TRK987654321", "out for delivery", "UPS", "Sarah", "Boulder"),
            hit=("verify",),
            around=("execution_coordinator", "escalation_router"),
        ),
    ),
    one(
        "Somebody else's order",
        "Where is my order ORD-12345678?",
        customer="bob.wilson@example.com",
        expected=Expected(
            outcome=("answered",),
            says=("can't find ORD-12345678",),
            never=("TRK123456789", "in transit", "UPS", "Headphones", "John", "Portland"),
            around=("execution_coordinator", "escalation_router"),
        ),
    ),
    Scenario(
        name="Not understood, twice",
        lines=(
            Line(
                message="blarg fnord wibble",
                expected=Expected(outcome=("question",), says=("?",), hit=("clarify",), around=("escalation_router",)),
            ),
            Line(
                message="zork quux frobnicate",
                expected=Expected(
                    outcome=("escalated",),
                    says=("colleague",),
                    hit=("clarify",),
                    through=("escalation_router",),
                    reason=("low_confidence",),
                ),
            ),
        ),
    ),
    one(
        "A person, please",
        "I want to talk to a human.",
        customer="jane.smith@example.com",
        expected=Expected(
            outcome=("escalated",),
            says=("colleague",),
            hit=("escalate_now",),
            through=("escalation_router",),
            reason=("customer_request", "vip"),
        ),
    ),
)
