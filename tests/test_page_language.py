"""Pages and conversations are in the language of the browser or the one that was chosen; the desk is in English."""

import pytest

from actors.doorbell import conversation_view
from actors.ledger import accept
from actors.models import Conversation
from tests.test_websocket import Socket

PAGES = ("/", "/widget")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("accepted", "language"),
    [("de-DE,de;q=0.9,en;q=0.8", "de"), ("de-AT", "de"), ("en-GB,de;q=0.5", "en"), ("fr", "en"), ("", "en")],
)
def test_the_browser_says_which_language(client, path: str, accepted: str, language: str) -> None:
    response = client.get(path, headers={"Accept-Language": accepted})
    assert f'<html lang="{language}">' in response.content.decode()
    assert response["Content-Language"] == language


@pytest.mark.parametrize("path", PAGES)
def test_a_choice_outweighs_the_browser_and_is_kept(client, path: str) -> None:
    german = {"Accept-Language": "de"}
    assert '<html lang="en">' in client.get(f"{path}?lang=en", headers=german).content.decode()
    assert '<html lang="en">' in client.get("/", headers=german).content.decode()
    cookie = client.cookies["django_language"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("en", True, "Lax")


def test_a_language_that_there_is_not_changes_nothing(client) -> None:
    assert '<html lang="en">' in client.get("/?lang=tlh").content.decode()
    assert "django_language" not in client.cookies


def test_the_desk_reads_english(client) -> None:
    response = client.get("/admin/login/", headers={"Accept-Language": "de"})
    assert response["Content-Language"] == "en"


def post(client, message: str, **more: object) -> Conversation:
    headers = more.pop("headers", {})
    body = {"message": message, **more}
    answer = client.post("/api/chat?wait=0", body, content_type="application/json", headers=headers)
    return Conversation.objects.get(pk=answer.json()["session_id"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("accepted", "message", "language"),
    [
        (None, "Refund", "en"),
        ("de", "Refund", "de"),
        ("de", "Where is my order?", "en"),
        ("en", "Wo ist meine Bestellung?", "de"),
        ("de", "Où est ma commande ?", "de"),
        ("fr", "Où est ma commande ?", "en"),
    ],
)
def test_a_conversation_is_in_the_language_of_its_customer(client, accepted, message: str, language: str) -> None:
    conversation = post(client, message, headers={"Accept-Language": accepted} if accepted else {})
    assert conversation.language == language
    assert conversation_view(conversation).language == language


@pytest.mark.django_db(transaction=True)
def test_the_language_chosen_on_the_page_counts_for_its_messages_and_for_no_other_sites(client) -> None:
    client.get("/?lang=de")
    assert post(client, "Refund", headers={"Sec-Fetch-Site": "same-origin"}).language == "de"
    assert post(client, "Refund").language == "en"


@pytest.mark.django_db(transaction=True)
def test_who_changes_the_language_is_answered_in_it() -> None:
    speaker = {"customer_email": None, "verified": False, "caller": "guest:x"}
    turn = accept(session_id=None, text="Hallo, wo ist mein Paket?", language="en", **speaker)
    assert turn.conversation.language == "de"
    accept(session_id=turn.conversation_id, text="ok", **speaker)
    assert Conversation.objects.get().language == "de"
    accept(session_id=turn.conversation_id, text="Where is my parcel?", **speaker)
    assert Conversation.objects.get().language == "en"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("query", "accepted", "language"), [("lang=de", "en", "de"), ("", "de-DE", "de"), ("lang=tlh", "en", "en")]
)
async def test_a_socket_has_the_language_of_its_page(query: str, accepted: str, language: str) -> None:
    async with Socket(query, Accept_Language=accepted) as socket:
        await socket.next("connected")
        await socket.send("chat", message="Refund")
        sent = await socket.next("message_sent")
    conversation = await Conversation.objects.aget(pk=sent["session_id"])
    assert conversation.language == language
