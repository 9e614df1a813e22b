"""The worst day: a supervisor publishes a notice, and every reply it fits quotes it, while it lasts."""

from datetime import datetime, timedelta
from typing import Any, get_args

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.utils import timezone

from actors.admin.incidents import ABOUT
from actors.escalation_router import escalation_router
from actors.guardrail_validator import check_text, guardrail_validator
from actors.message import ConversationView, Entity, IntentName, Notice, Payload, RecentTurn, Response
from actors.models import AuditEvent, Incident
from supportmesh.roles import create_groups
from tests import builders
from tests.test_flow import shop, travel  # noqa: F401  (a fixture)
from tests.test_response_generator import CONTEXTS, DELIVERED, SHIPPED, STUCK, entity, known, make, replied

LIST, ADD = "/admin/actors/incident/", "/admin/actors/incident/add/"
STRIKE = "UPS is on strike from 3 to 5 December 2031. Parcels will be late; nothing is lost."
# Everything that the guardrail holds back in the bot's own words.
LOUD = (
    "Please note — 4,711 parcels are held up since 9:30 on Monday. You will get a $5.00 voucher within 3 weeks.\n"
    "We have asked UPS and DHL. Write to parcels@shop.example, call +1 555 010 9999 or see https://shop.example/strike\n\n"
    "Our policy: the refund of ORD-99999999 has been issued."
)


def notice(text: str = STRIKE, **changes: Any) -> Notice:
    return Notice(**{"id": 7, "text": text, "intents": ("delivery_issue", "order_inquiry"), **changes})


def told(of: Payload, *notices: Notice, before: tuple[RecentTurn, ...] = ()) -> Payload:
    """The payload, in a conversation that these notices travel with."""
    return of.model_copy(update={"conversation": ConversationView(notices=notices, recent_turns=before)})


def quotes(of: Payload, *notices: Notice, text: str = STRIKE) -> int:
    return replied(told(of, *notices)).text.count(text)


# --- the reply ------------------------------------------------------------------------------------


def test_notice_is_quoted_as_a_paragraph_after_the_greeting_and_named_as_a_source() -> None:
    reply = replied(told(make("delivery_issue", context=known(SHIPPED), tone="apologetic"), notice()))
    greeting, sorry, quoted, *_ = reply.text.split("\n\n")
    assert (greeting, quoted) == ("Hello John,", STRIKE)
    assert sorry.startswith("I'm sorry")
    assert [(fact.kind, fact.value) for fact in reply.facts if fact.source == "incident-7"] == [("policy", STRIKE)]


def test_notice_is_quoted_once_whatever_it_fits() -> None:
    assert quotes(make("delivery_issue", "order_inquiry"), notice()) == 1
    assert quotes(make("delivery_issue"), notice(), notice(id=8)) == 1


def test_two_notices_are_both_quoted() -> None:
    reply = replied(told(make("order_inquiry"), notice(), notice("Our hotline is down.", id=8)))
    assert STRIKE in reply.text
    assert "Our hotline is down." in reply.text


@pytest.mark.parametrize("intent", [name for name in ABOUT if name != "escalation_request"])
def test_notice_is_quoted_to_the_intents_it_names_and_to_no_other(intent: IntentName) -> None:
    assert quotes(make(intent), notice(intents=(intent,))) == 1
    assert quotes(make(intent), notice(intents=tuple(set(ABOUT) - {intent}))) == 0
    other = next(name for name in ABOUT if name != intent)
    assert quotes(make(other, intent), notice(intents=(intent,))) == 1  # a second wish


@pytest.mark.parametrize("outcome", ["clarify", "fast_path"])
def test_a_courtesy_and_a_question_back_stay_short(outcome: str) -> None:
    assert quotes(make("general_inquiry", outcome=outcome), notice(intents=ABOUT)) == 0


def test_a_yes_is_told_only_of_what_else_was_asked() -> None:
    assert quotes(make("confirm", outcome="open_question"), notice()) == 0
    assert quotes(make("confirm", "delivery_issue", outcome="open_question"), notice()) == 1


@pytest.mark.parametrize("name", ["UPS", "ups", "Ups"])
def test_a_carrier_s_notice_is_told_about_its_parcels(name: str) -> None:
    assert quotes(make("order_inquiry", context=known(SHIPPED)), notice(carrier=name)) == 1


@pytest.mark.parametrize(
    "of",
    [
        make("order_inquiry", context=known(STUCK)),  # FedEx has it
        make("order_inquiry", context=known(DELIVERED)),  # nobody says who had it
        make("order_inquiry", context=known(SHIPPED, STUCK), entities=(entity("order_number", STUCK.number),)),
        make("order_inquiry", context=known(SHIPPED), entities=(entity("order_number", "ORD-99999999"),)),
        make("general_inquiry", context=known(SHIPPED)),
        make("order_inquiry", context=CONTEXTS["no_tracking"]),
        make("order_inquiry", context=CONTEXTS["no_orders"]),
        make("order_inquiry", context=known(SHIPPED), verified=False),
        make("order_inquiry", context=known(SHIPPED), verified=False, outcome="verify"),
    ],
    ids=["other carrier", "no shipment", "other order named", "unknown order named", "about no order",
         "no tracking", "no orders", "guest", "guest told to sign in"],
)  # fmt: skip
def test_a_carrier_s_notice_is_not_told_about_anything_else(of: Payload) -> None:
    fits = notice(carrier="UPS", intents=("order_inquiry", "delivery_issue", "general_inquiry"))
    assert quotes(of, fits) == 0


def test_a_carrier_s_notice_is_told_about_the_order_that_is_named() -> None:
    named = (entity("order_number", SHIPPED.number),)
    assert quotes(make("order_inquiry", context=known(SHIPPED, STUCK), entities=named), notice(carrier="UPS")) == 1


def test_a_guest_is_told_what_concerns_everybody() -> None:
    assert quotes(make("order_inquiry", verified=False, outcome="verify"), notice()) == 1
    assert quotes(make("general_inquiry", verified=False), notice(intents=("general_inquiry",))) == 1


def test_notice_that_stands_just_above_is_not_repeated() -> None:
    def asked_after(*turns: tuple[str, str]) -> str:
        before = tuple(RecentTurn(role=role, text=text) for role, text in turns)
        return replied(told(make("order_inquiry"), notice(), before=before)).text

    assert STRIKE not in asked_after(("assistant", f"Hello,\n\n{STRIKE}\n\nIt is late."), ("customer", "And now?"))
    assert STRIKE in asked_after(("assistant", STRIKE), ("customer", "Thanks"), ("assistant", "You're welcome."))


def test_the_hand_over_tells_it_too() -> None:
    order = Entity(type="order_number", value="ORD-12345678", span=(0, 12))
    of = builders.payload(
        sentiment=builders.sentiment(),
        intent=builders.intent("delivery_issue", entities=(order,)),
        context=builders.context(orders=(builders.order(),), tracking=(builders.shipment(),)),
        decision=builders.decision("escalate", reason="angry_customer"),
    )

    def handed_over(*notices: Notice) -> str:
        there = builders.message(at="escalation_router", of=told(of, *notices))
        return escalation_router(there).enrichment.notice

    assert f" {STRIKE} " in handed_over(notice(carrier="UPS"))
    assert "late. They can see" not in handed_over(notice("All is late"))
    assert " All is late. " in handed_over(notice("All is late"))
    assert STRIKE not in handed_over(notice(carrier="FedEx"))
    assert STRIKE not in handed_over(notice(intents=("refund_request",)))


# --- the guardrail --------------------------------------------------------------------------------


def test_what_staff_published_passes_whatever_it_says() -> None:
    assert len(check_text(LOUD, make("order_inquiry"))) > 5
    assert quotes(make("order_inquiry"), notice(LOUD), text=LOUD) == 1


@pytest.mark.parametrize(
    "invented",
    [
        "Your order ORD-12345678 arrives on 5 December 2031.",
        "Your order ORD-12345678 is held up since 9:30.",
        "DHL has your order ORD-12345678.",
        "You will get a $5.00 voucher within 3 weeks.",  # half of it is not the notice
        "We have asked UPS.",
        "See https://shop.example/strike.",
    ],
)
def test_notice_lets_nothing_pass_outside_of_it(invented: str) -> None:
    of = told(make("order_inquiry", context=known(SHIPPED)), notice(), notice(LOUD, id=8))
    text = f"Hello John,\n\n{STRIKE}\n\n{LOUD}\n\n{invented}"
    check = guardrail_validator(of.model_copy(update={"response": Response(text=text, tone="neutral")}))
    assert not check.passed


def test_notice_put_into_a_sentence_is_no_quotation() -> None:
    of = told(make("order_inquiry", context=known(SHIPPED)), notice("on 5 December 2031"))
    assert check_text("Your order ORD-12345678 arrives on 5 December 2031.", of)


# --- the whole way ---------------------------------------------------------------------------------


def publish(text: str = STRIKE, *, begins: float = -1, ends: float = 1, **changes: Any) -> Incident:
    """A notice that counts from and to these hours from now."""
    now = timezone.now()
    times = {"starts_at": now + timedelta(hours=begins), "ends_at": now + timedelta(hours=ends)}
    return Incident.objects.create(
        **{"title": "Strike", "text": text, "intents": ["order_inquiry"], **times, **changes}
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("shop")
def test_customer_is_told_what_a_supervisor_published_and_counts_now() -> None:
    login("supervisor").post(ADD, filled(text=LOUD, carrier="ups"))
    running = Incident.objects.get()
    publish("Over.", begins=-2, ends=-1)
    publish("Not yet.", begins=1, ends=2)
    publish("Of FedEx.", carrier="FedEx")
    publish("Of refunds.", intents=["refund_request"])
    publish("Of nothing.", intents=["no_such_intent"])
    turn = travel("Where is my order ORD-12345678?", "john.doe@example.com")
    assert turn.reply.text.count(LOUD) == 1
    assert "TRK123456789" in turn.reply.text
    assert f"incident-{running.pk}" in turn.reply.metadata["sources"]
    assert not [
        text for text in ("Over.", "Not yet.", "Of FedEx.", "Of refunds.", "Of nothing.") if text in turn.reply.text
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("shop")
def test_a_notice_that_ended_is_no_longer_told() -> None:
    incident = publish()
    first = travel("Where is my order ORD-12345678?", "john.doe@example.com")
    Incident.objects.filter(pk=incident.pk).update(ends_at=timezone.now())
    second = travel("Where is my order ORD-12345678?", "john.doe@example.com")
    assert STRIKE in first.reply.text
    assert STRIKE not in second.reply.text


# --- the desk --------------------------------------------------------------------------------------


def login(group: str, name: str = "") -> Client:
    create_groups(Group.objects, Permission.objects)
    user = User.objects.create_user(name or group, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def supervisor(db: None) -> Client:
    return login("supervisor", "susan")


def split(name: str, moment: datetime) -> dict[str, str]:
    return {f"{name}_0": f"{moment:%Y-%m-%d}", f"{name}_1": f"{moment:%H:%M:%S}"}


def filled(*, begins: float = 0, ends: float = 48, **changes: Any) -> dict[str, Any]:
    """The page as a supervisor would send it; times in hours from now."""
    now = timezone.now()
    return {
        "title": "Strike at UPS",
        "text": STRIKE,
        "carrier": "UPS",
        "intents": ["order_inquiry", "delivery_issue"],
        **split("starts_at", now + timedelta(hours=begins)),
        **split("ends_at", now + timedelta(hours=ends)),
        **changes,
    }


def errors(response: Any) -> str:
    assert response.status_code == 200, "it was accepted"
    return " ".join(map(str, response.context["errors"]))


def page_of(incident: Incident) -> str:
    return f"{LIST}{incident.pk}/change/"


def test_supervisor_publishes_a_notice_in_their_own_name(supervisor: Client) -> None:
    assert supervisor.post(ADD, filled()).status_code == 302
    incident = Incident.current().get()
    assert (incident.text, incident.carrier, incident.published_by) == (STRIKE, "UPS", "susan")
    assert sorted(incident.intents) == ["delivery_issue", "order_inquiry"]
    event = AuditEvent.objects.get()
    assert (event.who, event.what) == ("staff susan", "incident published")


def test_the_page_offers_what_a_notice_can_be_about(supervisor: Client) -> None:
    form = supervisor.get(ADD).context["adminform"].form
    assert set(form["intents"].value()) == {"delivery_issue", "order_inquiry"}
    assert set(ABOUT) < set(get_args(IntentName))
    assert not {"confirm", "deny", "compliment"} & set(ABOUT)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ends": 0, "begins": 1}, "It has to end after it starts."),
        ({"ends": 1, "begins": 1}, "It has to end after it starts."),
        ({"begins": -2, "ends": -1}, "This is over already: no customer would read it."),
        ({"intents": []}, "Choose at least one"),
        ({"intents": ["compliment"]}, "Select a valid choice"),
        ({"text": ""}, "Write what customers read."),
        ({"text": " \n "}, "Write what customers read."),
        ({"text": "<b>Strike</b>"}, "write it without HTML and Markdown"),
        ({"text": "See [here](https://shop.example)"}, "write it without HTML and Markdown"),
        ({"text": "x" * 1001}, "at most 1000 characters"),
        ({"title": ""}, "This field is required"),
        ({"ends_at_0": "", "ends_at_1": ""}, "Say until when customers are told."),
    ],
)
def test_a_notice_that_makes_no_sense_is_refused_with_the_reason(
    supervisor: Client, changes: dict[str, Any], reason: str
) -> None:
    assert reason in errors(supervisor.post(ADD, filled(**changes)))
    assert not Incident.objects.exists()
    assert not AuditEvent.objects.exists()


def test_text_is_kept_in_the_form_in_which_it_can_be_quoted(supervisor: Client) -> None:
    supervisor.post(ADD, filled(text=" Strike\u200b at UPS. \r\n\r\nSorry! "))
    text = Incident.objects.get().text
    assert text == "Strike at UPS.\n\nSorry!"
    assert quotes(make("order_inquiry"), notice(text), text=text) == 1


def test_a_notice_is_extended_and_the_trail_names_what_was_changed(supervisor: Client) -> None:
    incident = publish(ends=1)
    data = filled(ends=72, title=incident.title, carrier="", intents=["order_inquiry"])
    data |= split("starts_at", incident.starts_at) | split("initial-starts_at", incident.starts_at)  # as it was shown
    assert supervisor.post(page_of(incident), data).status_code == 302
    before, incident = incident, Incident.objects.get()
    assert incident.ends_at > before.ends_at
    assert incident.published_by == before.published_by
    event = AuditEvent.objects.get()
    assert (event.who, event.what, event.fields) == ("staff susan", "incident changed", "ends_at")


def test_a_running_notice_is_ended_from_the_list(supervisor: Client) -> None:
    running, coming = publish(), publish(begins=1, ends=2)
    chosen = {"action": "end_now", "_selected_action": [running.pk, coming.pk]}
    assert supervisor.post(LIST, chosen).status_code == 302
    assert not Incident.current().exists()
    assert Incident.objects.get(pk=coming.pk).ends_at == coming.ends_at
    event = AuditEvent.objects.get()
    assert (event.what, event.fields) == ("incident changed", "ends_at")


def test_the_list_shows_which_count_now(supervisor: Client) -> None:
    rows = {publish(begins=-2, ends=-1), publish(), publish(begins=1, ends=2)}
    admin = supervisor.get(LIST).context["cl"].model_admin
    assert [admin.counts_now(row) for row in sorted(rows, key=lambda row: row.starts_at)] == [False, True, False]


def test_a_notice_is_never_deleted(supervisor: Client) -> None:
    incident = publish()
    assert supervisor.post(f"{LIST}{incident.pk}/delete/", {"post": "yes"}).status_code == 403
    supervisor.post(LIST, {"action": "delete_selected", "_selected_action": [incident.pk], "post": "yes"})
    assert Incident.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("group", ["agent", "auditor"])
def test_others_read_notices_and_change_none(group: str) -> None:
    client, incident = login(group), publish()
    page = client.get(page_of(incident)).content.decode()
    assert STRIKE in page
    assert "Order inquiry" in page
    assert client.get(ADD).status_code == 403
    assert client.post(ADD, filled()).status_code == 403
    assert client.post(page_of(incident), filled()).status_code == 403
    client.post(LIST, {"action": "end_now", "_selected_action": [incident.pk]})
    assert Incident.current().get() == incident
    assert not AuditEvent.objects.exists()
