"""What a message asks to have done, and what it only speaks of."""

import pytest

from actors.entities import find_entities
from actors.intent_features import clauses_of, plain
from actors.spoken_of import asks_for

NAMES = {"c": "cancellation_request", "r": "refund_request", "e": "return_request"}

ONLY_SPOKEN_OF = [
    ("Please don't cancel ORD-12345679", "c"),
    ("I don't want to cancel my order, just want to know when it comes", "c"),
    ("no, I do not want to cancel the garden hose, I want to know when it ships", "c"),
    ("Do not refund my headphones, I want them delivered", "r"),
    ("I don't want a refund, I want a replacement for the headphones", "r"),
    ("Did my refund for the mugs go through?", "r"),
    ("Why was my order for the camping mugs cancelled?", "c"),
    ("When will I get my refund for the backpack?", "r"),
    ("Is it possible to get a refund if I don't like the smart watch?", "r"),
    ("My friend cancelled his order, how long does that take?", "c"),
    ("I already sent the tent back last week, where is my refund?", "r"),
    ("why was order ORD-33333332 cancelled?", "c"),
    ("Did you refund ORD-12345600?", "r"),
    ("When does my refund for the frying pan arrive?", "r"),
    ("where is my refund for ORD-12345678?", "r"),
    ("what is the status of my return?", "e"),
    ("I registered a return for ORD-11111111, what is the status of my return?", "e"),
    ("has my order been cancelled?", "c"),
    ("was it already refunded?", "r"),
    ("I have not received my refund yet", "r"),
    ("you still haven't refunded me", "r"),
    ("Can I cancel later too?", "c"),
    ("how long until I have my money?", "r"),
    ("How long do refunds take?", "r"),
    ("I don't want it refunded, I want a new one", "r"),
    ("has my return arrived?", "e"),
    ("what happens if I cancel?", "c"),
    ("I never asked for a refund", "r"),
    ("is my order cancelled?", "c"),
    ("I returned the shoes two weeks ago", "e"),
]
ASKED_FOR = [
    ("I got the wrong size refund please", "r"),
    ("I received a broken lamp return please", "e"),
    ("Please cancel ORD-12345679", "c"),
    ("I want to cancel my order", "c"),
    ("refund me", "r"),
    ("I want my money back", "r"),
    ("why don't you refund me?", "r"),
    ("why not cancel it", "c"),
    ("If you do not refund I will sue", "r"),
    ("I don't like it, refund me", "r"),
    ("I did not order this please cancel", "c"),
    ("can you cancel it?", "c"),
    ("Is it possible to cancel my order?", "c"),
    ("how do I cancel my order?", "c"),
    ("can I return the shoes?", "e"),
    ("I'd like my order cancelled", "c"),
    ("I want it refunded", "r"),
    ("please have it refunded", "r"),
    ("can I get a refund?", "r"),
    ("Can I get refunded for the lamp", "r"),
    ("it doesn't fit, I want to return it", "e"),
    ("I can't cancel my order, please do it for me", "c"),
    ("the item arrived broken and I want a refund", "r"),
    ("When I opened it it was broken, I want my money back", "r"),
    ("I got the wrong size and want to exchange it", "e"),
    ("I returned it already, refund me now", "r"),
    ("My order should be cancelled please", "c"),
    ("not what I ordered, return it", "e"),
    ("I have never been so angry, refund me", "r"),
    ("I want to send it back", "e"),
    ("I don't want my order any more, cancel it", "c"),
    ("is a refund possible?", "r"),
    ("give me my money back", "r"),
    ("where do I send it back?", "e"),
    ("I don't need it anymore please cancel the order", "c"),
]


def asked(text: str, kind: str) -> bool:
    return asks_for(NAMES[kind], clauses_of(plain(text, find_entities(text))))  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "kind"), ONLY_SPOKEN_OF)
def test_what_is_not_wanted_or_was_done_is_not_asked_for(text: str, kind: str) -> None:
    assert not asked(text, kind)


@pytest.mark.parametrize(("text", "kind"), ASKED_FOR)
def test_a_wish_is_heard_in_whatever_words(text: str, kind: str) -> None:
    assert asked(text, kind)


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "words", ["has my ", "i have ", "don't want ", "if it ", "can i ", "when will ", "waiting for "]
)
def test_a_long_message_takes_no_long_time(words: str) -> None:
    assert isinstance(asked(words * 600 + "refund", "r"), bool)
