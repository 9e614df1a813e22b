"""General questions are answered from the shop's articles, word for word; without one, honestly not."""

import pytest
from django.core.management import call_command
from django.test import Client

from actors.articles import articles_for
from actors.guardrail_validator import check_text
from actors.message import Article
from actors.models import AuditEvent, KnowledgeArticle
from tests import builders
from tests.test_flow import shop, travel  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db


@pytest.fixture
def articles() -> None:
    call_command("seed_demo", verbosity=0)


def titles(question: str, language: str = "en") -> list[str]:
    return [article.title for article in articles_for(question, language=language)]


@pytest.mark.usefixtures("articles")
@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("How much does shipping cost?", "Shipping costs and times"),
        ("how long does standard delivery take", "Shipping costs and times"),
        ("do u have free shipping", "Shipping costs and times"),
        ("Do you ship to Canada?", "Countries we ship to"),
        ("Can you deliver internationally, e.g. to Mexico", "Countries we ship to"),
        ("What is your return policy?", "Returning an item"),
        ("Do I have to pay for the return label?", "Returning an item"),
        ("How long until a refund arrives on my card?", "When a refund arrives"),
        ("Which payment methods do you accept?", "Ways to pay"),
        ("can i pay with paypal", "Ways to pay"),
        ("Is there a warranty on the headphones?", "Warranty"),
        ("Do your gift cards expire?", "Gift cards and vouchers"),
        ("where do I enter my promo code", "Gift cards and vouchers"),
        ("Can you gift wrap it?", "Gift wrapping and messages"),
        ("I forgot my password", "Your password and signing in"),
        ("How do I delete my account?", "Changing or deleting your account"),
        ("please unsubscribe me from your newsletter", "Newsletter"),
        ("How many points do I get per order?", "Reward points"),
        ("do your shoes run small? which size should i take", "Sizes and fit"),
        ("When will the blue lamp be back in stock?", "Products that are out of stock"),
        ("Do you have a physical store I can visit?", "Picking up an order"),
        ("do you price match", "Prices and price matching"),
    ],
)
def test_question_finds_its_article(question: str, title: str) -> None:
    assert titles(question)[:1] == [title]


@pytest.mark.usefixtures("articles")
@pytest.mark.parametrize(
    "question",
    [
        "Do you sell elephants?",
        "Who won the football match yesterday?",
        "What is the meaning of life?",
        "Are you hiring software developers?",
        "Is the lamp made of oak or pine?",
        "Can I talk to your boss about a partnership?",
        "",
        "???",
    ],
)
def test_question_about_something_else_finds_none(question: str) -> None:
    assert titles(question) == []


@pytest.mark.usefixtures("articles")
def test_two_questions_find_two_articles() -> None:
    assert titles("Do you ship to Canada? And can I pay with PayPal?") == ["Countries we ship to", "Ways to pay"]


@pytest.mark.usefixtures("articles")
def test_german_question_finds_the_german_article() -> None:
    assert titles("Wie hoch sind die Versandkosten?", "de") == ["Versandkosten und Lieferzeiten"]
    assert titles("Wie kann ich mein Passwort zurücksetzen?", "de") == ["Passwort und Anmeldung"]


@pytest.mark.usefixtures("articles")
def test_article_that_is_not_published_is_not_found() -> None:
    KnowledgeArticle.objects.filter(title="Countries we ship to").update(published=False)
    assert "Countries we ship to" not in titles("Do you ship to Canada?")


# --- the reply ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("articles", "shop")
@pytest.mark.parametrize("email", [None, "john.doe@example.com"])
def test_reply_quotes_the_article_word_for_word_with_its_title(email: str | None) -> None:
    reply = travel("Do you ship to Canada?", email=email).reply
    article = KnowledgeArticle.objects.get(title="Countries we ship to")
    assert f'From our article "{article.title}":\n{article.text}' in reply.text
    assert reply.metadata["outcome"] == "answered"
    assert article.title in reply.metadata["sources"]


@pytest.mark.usefixtures("articles", "shop")
def test_question_without_an_article_gets_an_honest_no_and_the_offer_of_a_colleague() -> None:
    reply = travel("What is the weather in your warehouse?", email=None).reply
    assert "From our article" not in reply.text
    assert "colleague" in reply.text or reply.metadata["outcome"] == "question"


@pytest.mark.usefixtures("articles", "shop")
def test_greeting_before_a_question_does_not_swallow_it() -> None:
    assert "From our article" in travel("Hello! Which payment methods do you accept?", email=None).reply.text


def test_other_words_than_the_articles_own_are_held_back() -> None:
    article = Article(id=1, title="Back in 30 days", text="Items come back within 30 days for $5.00.")
    of = builders.payload(context=builders.context(articles=(article,)))
    assert check_text(f'From our article "{article.title}":\n{article.text}', of) == ()
    assert check_text("From our article: Items come back within 60 days for $5.00.", of)
    assert check_text(f"{article.text} It costs $7.00.", of)


# --- the admin ------------------------------------------------------------------------------------

LIST, ADD = "/admin/actors/knowledgearticle/", "/admin/actors/knowledgearticle/add/"
WRITTEN = {"title": "Parking", "text": "There is none.", "keywords": "car park", "language": "en", "published": "on"}


def test_supervisor_writes_an_article_and_the_next_question_finds_it(susan: Client) -> None:
    assert susan.post(ADD, WRITTEN).status_code == 302
    assert titles("Where can I park my car?") == ["Parking"]
    article = KnowledgeArticle.objects.get()
    susan.post(f"{LIST}{article.pk}/change/", {**WRITTEN, "text": "Behind the house."})
    assert articles_for("Where can I park my car?", language="en")[0].text == "Behind the house."
    assert [event.what for event in AuditEvent.objects.order_by("pk")] == ["article written", "article changed"]


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("text", "See <b>here</b>.", "Customers would see the marks"),
        ("title", 'The "best" park', "write it without quotation marks"),
        ("text", "", "Write what customers read."),
        ("language", "fr", "fr is not one of the available choices"),
    ],
)
def test_article_that_no_reply_could_quote_is_refused(susan: Client, field: str, value: str, told: str) -> None:
    page = susan.post(ADD, {**WRITTEN, field: value})
    assert told in page.content.decode()
    assert not KnowledgeArticle.objects.exists()


def test_agent_reads_articles_and_changes_none(maria: Client) -> None:
    article = KnowledgeArticle.objects.create(title="Parking", text="There is none.")
    assert maria.get(f"{LIST}{article.pk}/change/").status_code == 200
    assert maria.post(f"{LIST}{article.pk}/change/", WRITTEN).status_code == 403
    assert maria.post(ADD, WRITTEN).status_code == 403
