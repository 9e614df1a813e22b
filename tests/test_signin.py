"""Signing in with a code: who gets one, what it opens, and what nobody learns from it."""

import asyncio
import smtplib
import time
import uuid
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import caches
from django.core.checks import run_checks
from django.test import Client
from django.utils import timezone

from actors import services
from actors.errors import Temporary
from actors.models import Conversation, Turn
from supportmesh import tasks
from supportmesh.gateway import limits, signin
from supportmesh.models import SignInCode
from tests.builders import customer
from tests.identities import OWN, auth, bearer, mailed_code, signed_in
from tests.test_api_chat import answer
from tests.test_identity import opened, read, say
from tests.test_websocket import OWN_ORIGIN, Socket

pytestmark = pytest.mark.django_db(transaction=True)

JOHN, SARAH, NOBODY = "john.doe@example.com", "sarah.wilson@example.com", "nobody@example.com"


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The shop knows John and Sarah; what it was asked."""
    addresses: list[str] = []

    def known(email: str) -> Any:
        addresses.append(email)
        return customer(email=email) if email in (JOHN, SARAH) else None

    monkeypatch.setattr(services, "customer", known)
    caches["process"].clear()
    return addresses


def waiting_question(client: Client) -> tuple[str, str]:
    """A guest of our own page asked for an order and was told to sign in: (session_id, message_id)."""
    client.get("/")
    body = say(OWN, client, message="Where is my order ORD-12345678?").json()
    answer(Turn.objects.get(pk=body["message_id"]), "Please sign in.")
    Turn.objects.filter(in_reply_to=body["message_id"]).update(metadata={"outcome": "verify"})
    return body["session_id"], body["message_id"]


# --- the way in -----------------------------------------------------------------------------------


def test_a_code_makes_the_browsers_session_the_customers() -> None:
    client = signed_in(JOHN)
    session_id = opened(OWN, client)
    turn = Turn.objects.get()
    assert (turn.customer_email, turn.verified) == (JOHN, True)
    assert read(session_id, OWN, client) == 200
    assert read(session_id, OWN) == 404
    assert read(session_id, {}, client) == 404, "a session counts with our own Origin only"
    assert read(session_id, OWN, signed_in(JOHN)) == 200, "the same customer in another browser"
    assert read(session_id, OWN, signed_in(SARAH)) == 404


def test_the_question_that_waited_is_asked_again_by_itself() -> None:
    client = Client()
    session_id, message_id = waiting_question(client)
    code = mailed_code(client, JOHN)
    told = auth(client, "verify", email=JOHN, code=code, session_id=session_id).json()
    again = Turn.objects.get(pk=told["message_id"])
    assert (again.text, again.customer_email, again.verified, again.status) == (
        "Where is my order ORD-12345678?",
        JOHN,
        True,
        "accepted",
    )
    assert str(again.conversation_id) == session_id
    guests = Turn.objects.get(pk=message_id)
    assert (guests.customer_email, guests.verified) == (None, False)
    assert Conversation.objects.get().customer_email == JOHN
    assert Turn.objects.count() == 4, "the transcript stands, and says that they signed in"


def test_a_question_is_not_asked_a_third_time() -> None:
    client = Client()
    session_id, _ = waiting_question(client)
    for expected in (True, False):
        code = mailed_code(client, JOHN)
        told = auth(client, "verify", email=JOHN, code=code, session_id=session_id).json()
        assert bool(told["message_id"]) is expected


def test_nothing_is_asked_again_where_a_person_answers(django_user_model: Any) -> None:
    client = Client()
    session_id, _ = waiting_question(client)
    Conversation.objects.update(owner=django_user_model.objects.create_user("agent", is_staff=True))
    code = mailed_code(client, JOHN)
    assert auth(client, "verify", email=JOHN, code=code, session_id=session_id).json()["message_id"] is None
    assert Conversation.objects.get().customer_email == JOHN


def test_an_answered_guest_becomes_a_customer_without_a_new_question() -> None:
    client = Client()
    client.get("/")
    session_id = opened(OWN, client)
    code = mailed_code(client, JOHN)
    assert auth(client, "verify", email=JOHN, code=code, session_id=session_id).json()["message_id"] is None
    assert Conversation.objects.get().customer_email == JOHN
    first, notice = Turn.objects.order_by("seq")
    assert (notice.role, notice.text) == ("system", "Signed in with a code sent by e-mail.")


@pytest.mark.parametrize("whose", ["a guest's", "a customer's", "nobody's"])
def test_signing_in_opens_no_conversation_of_somebody_else(whose: str) -> None:
    stranger = Client()
    stranger.get("/")
    session_id = {
        "a guest's": lambda: opened(OWN, stranger),
        "a customer's": lambda: opened(OWN, signed_in(SARAH)),
        "nobody's": lambda: str(uuid.uuid4()),
    }[whose]()
    before = list(Conversation.objects.values())
    client = Client()
    response = auth(client, "verify", email=JOHN, code=mailed_code(client, JOHN), session_id=session_id)
    assert response.json() == {"email": JOHN, "message_id": None}
    assert list(Conversation.objects.values()) == before
    assert read(session_id, OWN, client) == 404


def test_a_verified_conversation_is_closed_to_the_guest_it_was() -> None:
    client = Client()
    session_id, _ = waiting_question(client)
    auth(client, "verify", email=JOHN, code=mailed_code(client, JOHN), session_id=session_id)
    guest = {"X-Guest-Token": client.cookies["supportmesh_guest"].value}
    assert read(session_id, guest) == 404
    assert say(guest, session_id=session_id).status_code == 404
    auth(client, "logout")
    assert read(session_id, OWN, client) == 404
    auth(client, "verify", email=SARAH, code=mailed_code(client, SARAH), session_id=session_id)
    assert read(session_id, OWN, client) == 404


def test_a_code_does_not_open_what_belongs_to_a_sub(settings: Any) -> None:
    settings.IDENTITY_SECRET = ["a-secret-of-this-test-run-and-nobody-else"]
    session_id = opened(bearer())
    assert read(session_id, OWN, signed_in(JOHN)) == 404, "the address may be somebody else's by now"


def test_signing_out_ends_it_everywhere_in_the_browser() -> None:
    client = signed_in(JOHN)
    session_id = opened(OWN, client)
    stolen = client.cookies["sessionid"].value
    assert auth(client, "logout").status_code == 200
    assert read(session_id, OWN, client) == 404
    client.cookies["sessionid"] = stolen
    assert read(session_id, OWN, client) == 404


def test_the_sessions_name_changes_when_it_becomes_a_customers() -> None:
    client = signed_in(SARAH)
    before = client.cookies["sessionid"].value
    auth(client, "verify", email=JOHN, code=mailed_code(client, JOHN))
    assert client.cookies["sessionid"].value != before


def test_a_code_makes_nobody_staff(django_user_model: Any) -> None:
    django_user_model.objects.create_superuser("admin", email=JOHN)
    client = signed_in(JOHN)
    others = opened(OWN, signed_in(SARAH))
    assert read(others, OWN, client) == 404
    assert client.get("/admin/", headers=OWN).status_code == 302
    assert client.get("/api/customers/", headers=OWN).status_code in (401, 403)


def test_staff_who_sign_in_as_a_customer_stay_staff(django_user_model: Any) -> None:
    client = Client()
    client.force_login(django_user_model.objects.create_user("agent", is_staff=True))
    auth(client, "verify", email=JOHN, code=mailed_code(client, JOHN))
    opened(OWN, client)
    assert Turn.objects.get().customer_email == JOHN
    auth(client, "logout")
    assert client.get("/admin/").status_code == 200


async def test_a_socket_is_the_customers_with_our_own_origin_only() -> None:
    client = await sync_to_async(signed_in)(JOHN)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    async with Socket(**OWN_ORIGIN, Cookie=cookie) as socket:
        identity = (await socket.next("connected"))["identity"]
        assert (identity["kind"], identity["email"], identity["verified"]) == ("customer", JOHN, True)
    async with Socket(Cookie=cookie) as socket:
        assert (await socket.next("connected"))["identity"]["kind"] == "guest"


async def test_an_open_socket_hears_nothing_after_signing_out() -> None:
    client = await sync_to_async(signed_in)(JOHN)
    async with Socket(**OWN_ORIGIN, Cookie=f"sessionid={client.cookies['sessionid'].value}") as socket:
        await socket.next("connected")
        await socket.send("chat", message="Hi")
        sent = await socket.next("message_sent")
        await sync_to_async(auth)(client, "logout")
        await sync_to_async(answer)(await Turn.objects.aget(pk=sent["message_id"]))
        assert (await socket.app.receive_output(timeout=10))["type"] == "websocket.close"


# --- codes ----------------------------------------------------------------------------------------


def test_a_code_counts_once() -> None:
    client = Client()
    code = mailed_code(client, JOHN)
    assert auth(client, "verify", email=JOHN, code=code).status_code == 200
    response = auth(client, "verify", email=JOHN, code=code)
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


def test_a_code_is_read_with_its_spaces_and_any_case_of_the_address() -> None:
    client = Client()
    code = mailed_code(client, JOHN)
    response = auth(client, "verify", email="John.Doe@Example.com", code=f" {code[:4]} {code[4:]} ")
    assert response.status_code == 200


def test_five_tries_use_a_code_up() -> None:
    client = Client()
    code = mailed_code(client, JOHN)
    wrong = f"{(int(code) + 1) % 10**8:08}"
    for _ in range(5):
        assert auth(client, "verify", email=JOHN, code=wrong).status_code == 400
    assert auth(client, "verify", email=JOHN, code=code).status_code == 400


def test_a_code_expires() -> None:
    client = Client()
    code = mailed_code(client, JOHN)
    SignInCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert auth(client, "verify", email=JOHN, code=code).status_code == 400


def test_a_code_lives_ten_minutes() -> None:
    mailed_code(Client(), JOHN)
    left = SignInCode.objects.get().expires_at - timezone.now()
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)


def test_a_new_code_ends_the_old_one() -> None:
    client = Client()
    old, new = mailed_code(client, JOHN), mailed_code(client, JOHN)
    assert auth(client, "verify", email=JOHN, code=old).status_code == 400
    assert auth(client, "verify", email=JOHN, code=new).status_code == 200


def test_a_code_counts_in_the_browser_that_asked_and_nobody_uses_it_up() -> None:
    client, thief = Client(), Client()
    code = mailed_code(client, JOHN)
    auth(thief, "code", email=JOHN)
    for _ in range(6):
        assert auth(thief, "verify", email=JOHN, code=code).status_code == 400
    assert auth(Client(), "verify", email=JOHN, code=code).status_code == 400
    assert auth(client, "verify", email=JOHN, code=code).status_code == 200


def test_a_code_is_for_the_address_it_was_sent_to() -> None:
    client = Client()
    code = mailed_code(client, JOHN)
    assert auth(client, "verify", email=SARAH, code=code).status_code == 400


def test_an_empty_code_is_not_the_code_that_was_never_made() -> None:
    client = Client()
    auth(client, "code", email=NOBODY)
    for code in ("", " ", "0"):
        assert auth(client, "verify", email=NOBODY, code=code).status_code == 400


def test_the_database_and_the_queue_hold_no_code_and_the_log_no_address(caplog: Any) -> None:
    caplog.set_level("DEBUG")
    client = Client()
    code = mailed_code(client, JOHN)
    assert code not in str(SignInCode.objects.values())
    auth(client, "verify", email=JOHN, code=code)
    assert JOHN not in caplog.text
    assert code not in caplog.text


def test_a_task_that_comes_twice_sends_one_mail() -> None:
    mailed_code(Client(), JOHN)
    tasks.send_code(str(SignInCode.objects.get().pk))
    assert len(mail.outbox) == 1


def test_a_mail_server_that_is_away_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    auth(client, "code", email=JOHN)
    request_id = SignInCode.objects.get().pk
    with monkeypatch.context() as away:
        away.setattr(signin, "send_mail", _refused)
        with pytest.raises(Temporary) as told:
            signin.send_code(request_id)
    assert JOHN not in str(told.value)
    code = signin.send_code(request_id)
    assert auth(client, "verify", email=JOHN, code=code).status_code == 200


def _refused(*args: Any, **kwargs: Any) -> None:
    raise smtplib.SMTPRecipientsRefused({JOHN: (451, b"later")})


# --- what nobody learns -----------------------------------------------------------------------------


def test_known_and_unknown_addresses_look_alike(asked: list[str]) -> None:
    def seen(email: str) -> tuple[Any, ...]:
        client = Client()
        client.get("/")
        first = auth(client, "code", email=email)
        second = auth(client, "verify", email=email, code="00000000")
        return tuple((r.status_code, r.content, sorted(r.headers), sorted(r.cookies)) for r in (first, second))

    assert seen(JOHN) == seen(NOBODY)
    assert asked == [], "whether the shop knows an address is looked up after the answer"
    for row in SignInCode.objects.all():
        tasks.send_code(str(row.pk))
    assert [message.to for message in mail.outbox] == [[JOHN]]


def test_known_and_unknown_addresses_take_the_same_time() -> None:
    times: dict[str, list[float]] = {JOHN: [], NOBODY: []}
    client = Client()
    client.get("/")
    for _ in range(25):
        for email, took in times.items():
            caches["default"].clear()
            began = time.perf_counter()
            auth(client, "code", email=email)
            took.append(time.perf_counter() - began)
    known, unknown = (sorted(took)[12] for took in times.values())
    assert abs(known - unknown) < 0.5 * max(known, unknown)


# --- who may ask, and how often ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
@pytest.mark.parametrize("call", ["code", "verify", "logout"])
def test_another_sites_page_may_not_ask(call: str, headers: dict[str, str]) -> None:
    assert auth(Client(), call, headers, email=JOHN, code="12345678").status_code == 403
    assert not SignInCode.objects.exists()


@pytest.mark.parametrize("body", [{}, {"email": "nobody"}, {"email": 7}, {"email": None}])
def test_a_body_that_is_not_valid_names_its_field(body: dict[str, Any]) -> None:
    response = auth(Client(), "code", **body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "email"


def test_codes_of_an_address_are_limited_whoever_asks() -> None:
    for number in range(10):
        assert auth(Client(REMOTE_ADDR=f"192.0.2.{number}"), "code", email=JOHN).status_code == 202
    response = auth(Client(REMOTE_ADDR="192.0.2.99"), "code", email=JOHN)
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 3600
    assert auth(Client(REMOTE_ADDR="192.0.2.99"), "code", email=NOBODY).status_code == 202


def test_one_client_cannot_keep_the_owner_of_an_address_out() -> None:
    stranger = [auth(Client(REMOTE_ADDR="192.0.2.1"), "code", email=JOHN).status_code for _ in range(30)]
    assert stranger == [202] * 5 + [429] * 25
    assert auth(Client(REMOTE_ADDR="192.0.2.2"), "code", email=JOHN).status_code == 202


def test_codes_of_a_client_are_limited_whatever_the_address() -> None:
    for number in range(30):
        assert auth(Client(), "code", email=f"a{number}@example.com").status_code == 202
    assert auth(Client(), "code", email=JOHN).status_code == 429
    assert auth(Client(REMOTE_ADDR="192.0.2.7"), "code", email=JOHN).status_code == 202


def test_tries_of_a_client_are_limited() -> None:
    codes = [auth(Client(), "verify", email=JOHN, code="1").status_code for _ in range(61)]
    assert codes == [400] * 60 + [429]


def test_limits_hold_while_redis_is_away(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    away = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {**settings.CACHES, "default": away}
    codes = [auth(Client(), "verify", email=JOHN, code="1").status_code for _ in range(61)]
    assert codes == [400] * 60 + [429]


def test_a_broker_that_is_away_is_told_at_once(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signin.current_app, "send_task", _broker_away)
    response = auth(Client(), "code", email=JOHN)
    assert (response.status_code, response["Retry-After"]) == (503, "5")


def _broker_away(*args: Any, **kwargs: Any) -> None:
    raise signin.OperationalError


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_an_ipv6_subscriber_is_one_client(one: str, other: str, same: bool) -> None:
    assert (limits.network(one) == limits.network(other)) is same


# --- the demo ---------------------------------------------------------------------------------------


def test_who_tries_the_demo_may_sign_in_as_often_as_they_like(settings: Any) -> None:
    settings.DEBUG = settings.DEMO = True
    assert {auth(Client(), "code", email=JOHN).status_code for _ in range(31)} == {202}


def test_the_demo_says_the_code_on_this_machine_only(settings: Any) -> None:
    settings.DEBUG = settings.DEMO = True
    client = Client()
    code = auth(client, "code", email=JOHN).json()["demo_code"]
    assert auth(client, "verify", email=JOHN, code=code).status_code == 200
    assert auth(Client(), "code", email=NOBODY).json()["demo_code"] is None
    assert "demo_code" not in auth(Client(REMOTE_ADDR="192.0.2.7"), "code", email=JOHN).json()
    settings.DEMO = False
    assert "demo_code" not in auth(Client(), "code", email=JOHN).json()


async def test_many_redeem_a_code_at_once_and_one_gets_in() -> None:
    client = Client()
    code = await sync_to_async(mailed_code)(client, JOHN)
    browser = (await SignInCode.objects.aget()).browser
    redeem = sync_to_async(SignInCode.redeem, thread_sensitive=False)
    believed = await asyncio.gather(*(redeem(browser=browser, email=JOHN, code=code) for _ in range(5)))
    assert sum(believed) == 1


def test_what_is_over_is_purged_with_its_address() -> None:
    client = signed_in(JOHN)
    auth(client, "code", email=NOBODY)
    later = Client()
    auth(later, "code", email=SARAH)
    SignInCode.objects.filter(email=NOBODY).update(expires_at=timezone.now())
    Session.objects.update(expire_date=timezone.now())
    tasks.purge_sign_ins()
    assert [row.email for row in SignInCode.objects.all()] == [SARAH]
    assert not Session.objects.exists()


@pytest.mark.parametrize(("url", "told"), [("", ["supportmesh.W001"]), ("smtp://mail.example.com", [])])
def test_a_deployment_without_a_mail_server_is_warned(settings: Any, url: str, told: list[str]) -> None:
    settings.EMAIL_URL = url
    found = run_checks(include_deployment_checks=True)
    assert [warning.id for warning in found if warning.id == "supportmesh.W001"] == told
