"""What is read back: messages, transcripts; ratings, asking for a person, explaining."""

import json
import uuid
from typing import Any

import pytest
from django.conf import settings as project
from django.test import Client

from actors.models import Conversation, Escalation, Turn
from tests.identities import overseer
from tests.test_api_chat import answer

pytestmark = pytest.mark.django_db(transaction=True)

SERVICE = {"Authorization": f"Bearer {project.SERVICE_TOKEN}"}


@pytest.fixture
def guest() -> dict[str, str]:
    return {"X-Guest-Token": "g" * 43}


def post(path: str, headers: dict[str, str], body: Any) -> Any:
    return Client().post(path, json.dumps(body), content_type="application/json", headers=headers)


def say(headers: dict[str, str], **body: Any) -> dict[str, Any]:
    response = post("/api/chat?wait=0", headers, {"message": "Hi", **body})
    assert response.status_code == 202, response.content
    return response.json()


def test_a_message_tells_its_status_reply_and_sources(guest: dict[str, str]) -> None:
    message_id = say(guest)["message_id"]
    before = Client().get(f"/api/messages/{message_id}", headers=guest).json()
    assert (before["status"], before["reply"], before["sources"]) == ("accepted", None, [])
    answer(Turn.objects.get())
    after = Client().get(f"/api/messages/{message_id}", headers=guest).json()
    assert after["status"] == "answered"
    assert after["reply"]["response"] == "It ships tomorrow."
    assert after["reply"]["metadata"]["intent"] == "order_inquiry"
    assert after["sources"] == ["ORD-12345678"]


def test_how_it_was_answered_is_for_servers_and_staff(guest: dict[str, str]) -> None:
    message_id = say(guest)["message_id"]
    answer(Turn.objects.get())
    details = {"route", "hops", "decision", "sentiment", "intent", "llm_calls"}
    path = f"/api/messages/{message_id}"
    assert not details & Client().get(path, headers=guest).json().keys()
    staff = Client()
    staff.force_login(overseer())
    seen_by_staff = staff.get(path, headers={"Origin": "http://testserver"}).json()
    for seen in (Client().get(path, headers=SERVICE).json(), seen_by_staff):
        assert details <= seen.keys()
        assert seen["route"] == ["intent_analyzer"]
        assert seen["intent"] == {"category": "order_inquiry"}


def test_a_reply_is_not_a_message_of_its_own(guest: dict[str, str]) -> None:
    say(guest)
    reply = answer(Turn.objects.get())
    assert Client().get(f"/api/messages/{reply.pk}", headers=guest).status_code == 404


def test_a_transcript_begins_after_the_seq_that_was_seen(guest: dict[str, str]) -> None:
    sent = say(guest)
    answer(Turn.objects.get())
    path = f"/api/conversations/{sent['session_id']}"
    whole = Client().get(path, headers=guest).json()
    assert (whole["status"], whole["last_seq"]) == ("bot", 2)
    assert [(turn["seq"], turn["role"]) for turn in whole["turns"]] == [(1, "customer"), (2, "assistant")]
    assert whole["turns"][1]["in_reply_to"] == sent["message_id"]
    assert [turn["seq"] for turn in Client().get(f"{path}?after=1", headers=guest).json()["turns"]] == [2]


@pytest.mark.parametrize("after", ["-1", "x", "1.5", str(2**40)])
def test_a_seq_that_is_none_is_refused(guest: dict[str, str], after: str) -> None:
    session_id = say(guest)["session_id"]
    response = Client().get(f"/api/conversations/{session_id}?after={after}", headers=guest)
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "after"


def test_a_rating_is_kept_and_closes_nothing(guest: dict[str, str]) -> None:
    path = f"/api/conversations/{say(guest)['session_id']}/rating"
    assert post(path, guest, {"score": 2}).status_code == 200
    response = post(path, guest, {"score": 5, "comment": "Quick!"})
    assert response.json() == {"score": 5, "comment": "Quick!"}
    conversation = Conversation.objects.get()
    assert (conversation.rating, conversation.rating_comment, conversation.status) == (5, "Quick!", "bot")


@pytest.mark.parametrize("body", [{}, {"score": 0}, {"score": 6}, {"score": "5"}, {"score": True}, {"score": 4.5}])
def test_a_rating_out_of_bounds_is_refused(guest: dict[str, str], body: dict[str, Any]) -> None:
    response = post(f"/api/conversations/{say(guest)['session_id']}/rating", guest, body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "score"
    assert Conversation.objects.get().rating is None


def test_asking_for_a_person_opens_one_case(guest: dict[str, str]) -> None:
    path = f"/api/conversations/{say(guest)['session_id']}/human"
    for _ in range(2):
        response = post(path, guest, {})
        assert response.status_code == 200
        assert response.json()["text"]
    assert Escalation.objects.get().reason == "customer_request"
    assert Conversation.objects.get().status == "waiting"


@pytest.mark.parametrize("call", ["", "/rating", "/human"])
def test_a_strangers_conversation_and_an_unknown_one_look_alike(guest: dict[str, str], call: str) -> None:
    session_id = say(guest)["session_id"]
    stranger = {"X-Guest-Token": "s" * 43}
    answers = []
    for name in (session_id, uuid.uuid4()):
        path = f"/api/conversations/{name}{call}"
        answers.append(post(path, stranger, {"score": 1}) if call else Client().get(path, headers=stranger))
    assert [response.status_code for response in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert not Escalation.objects.exists()


def test_deeply_nested_json_is_a_problem_not_a_crash(guest: dict[str, str]) -> None:
    path = f"/api/conversations/{say(guest)['session_id']}/rating"
    response = Client().post(path, b"[" * 60_000, content_type="application/json", headers=guest)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_explaining_is_for_servers_staff_and_the_demo(settings: Any) -> None:
    assert post("/api/route/explain", {}, {"message": "Hi"}).status_code == 403
    told = post("/api/route/explain", SERVICE, {"message": "Hello, what are your opening hours?"})
    assert told.status_code == 200
    assert told.json().keys() == {"sentiment", "intent", "input_check", "decision", "route"}
    settings.DEBUG = settings.DEMO = True
    assert post("/api/route/explain", {}, {"message": "Hi"}).status_code == 200
    assert not Turn.objects.exists(), "explaining changes nothing"


def test_explaining_keeps_to_the_identity_rule() -> None:
    session_id = say(SERVICE, customer_email="john.doe@example.com")["session_id"]
    body = {"message": "Hi", "session_id": session_id, "customer_email": "sarah.wilson@example.com"}
    assert post("/api/route/explain", SERVICE, body).status_code == 404
    assert post("/api/route/explain", SERVICE, {"message": ""}).status_code == 400


@pytest.mark.parametrize(
    "path", ["/api/route/explain", "/api/conversations/13037cb0-b5ae-4fab-8858-95c1d133ac39/rating"]
)
def test_a_method_that_does_not_exist_is_a_problem(path: str) -> None:
    response = Client().get(path)
    assert response.status_code == 405
    assert response["Content-Type"] == "application/problem+json"
    assert "POST" in response["Allow"]


def test_a_post_to_an_address_that_is_not_there_is_a_problem_and_no_page() -> None:
    """Django's check for forged forms would answer first, in HTML."""
    answer = Client(enforce_csrf_checks=True).post(
        "/api/conversations/nobody/human", headers={"Origin": "http://x.test"}
    )
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
