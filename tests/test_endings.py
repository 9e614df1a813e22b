"""After the end of a case: an "ok", a thank-you or a goodbye opens nothing; anything with more in it does."""

import pytest
from django.test import Client

from actors.endings import is_ending, is_mere_greeting
from actors.entities import find_entities
from actors.models import Conversation, Escalation
from tests.colleagues import done, press
from tests.test_case_claims import case, mine, reply, stands, writes  # noqa: F401  (fixtures)
from tests.test_flow import shop, travel  # noqa: F401  (a fixture)
from tests.test_ledger import JOHN

ENDINGS = (
    *(
        "ok",
        "Ok.",
        "ok great",
        "Alright!",
        "got it",
        "perfect, bye",
        "Great, thanks a lot",
        "OK 👍",
        "thanks",
        "Cool 😊",
    ),
    *("that's all, thank you", "Understood, thanks for your quick help", "Have a nice day!"),
    *("No thanks, bye", "👍🏽"),
    *("danke", "ok danke", "alles klar", "Alles klar!", "passt", "Super", "Vielen Dank!", "Passt so, danke schön"),
    *(
        "Danke für die schnelle Hilfe",
        "super, tschüss",
        "Prima, vielen lieben Dank 🙏",
        "Schönen Tag noch!",
        "nein danke",
    ),
)
MORE = (
    *("ok but where is my refund", "thanks, and the other order?", "ok?", "no", "not ok", "thanks but that is wrong"),
    *("great, another lie", "Thanks. It is still not here", "perfect timing to lose my parcel", "ok cancel it"),
    *("nicht ok", "ok, und mein Geld?", "danke, aber wo ist mein Paket", "alles klar, und die andere Bestellung"),
    *("nein", "danke für nichts", "super, schon wieder kaputt", "👎", "?", "passt nicht"),
    *("gut zu wissen, wann kommt es",),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("Hello", True),
        ("Hi there, can you help me?", True),
        ("good morning!! I have a question", True),
        ("Hey, anybody there?", True),
        ("Good morning, are you hiring?", False),
        ("Hi, do you sell gift cards?", False),
        ("Hello again, where is it", False),
        ("where is it", False),
    ],
)
def test_greeting_is_alone_when_nothing_is_asked_beside_it(text: str, alone: bool) -> None:
    greetings = [entity.value for entity in find_entities(text) if entity.type == "greeting"]
    assert is_mere_greeting(text, greetings) is alone


@pytest.mark.parametrize("text", ENDINGS)
def test_an_ending_is_one(text: str) -> None:
    assert is_ending(text)


@pytest.mark.parametrize("text", MORE)
def test_what_says_more_is_none(text: str) -> None:
    assert not is_ending(text)


@pytest.fixture
def solved(mine: Escalation, maria: Client) -> Escalation:  # noqa: F811
    done(press(maria, mine, "resolve"))
    return mine


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("text", [*ENDINGS, "Thank you Maria, you are the best"])
def test_an_ending_opens_neither_case_nor_conversation(solved: Escalation, text: str) -> None:
    assert writes(solved, text).status == "accepted"
    assert stands(solved) == ("resolved", "maria", "closed", None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("text", MORE)
def test_anything_more_opens_it_again(solved: Escalation, text: str) -> None:
    assert writes(solved, text).status == "with_human"
    assert stands(solved) == ("claimed", "maria", "human", "maria")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("text", ["ok", "perfect, bye", "Vielen Dank!", "alles klar, danke"])
def test_an_ending_is_answered_and_opens_no_other_case(text: str) -> None:
    turn = travel("Where is my order ORD-12345678?", JOHN)
    Conversation.objects.update(status="closed")
    last = travel(text, JOHN, session_id=turn.conversation_id)
    assert (last.status, last.conversation.status) == ("answered", "closed")
    assert any(word in last.reply.text for word in ("You're welcome", "Gern geschehen")), last.reply.text
    assert not Escalation.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("shop")
def test_an_ok_in_an_open_case_may_be_an_answer(mine: Escalation, maria: Client) -> None:  # noqa: F811
    for text, waits_for_us in (("ok", True), ("Thanks!", False)):
        reply(maria, mine)
        writes(mine, text)
        mine.refresh_from_db()
        assert mine.owes_answer is waits_for_us
