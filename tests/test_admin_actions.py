"""Staff decide in the admin: with the evidence, once, and the customer is told."""

import csv
from decimal import Decimal
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actors.models import Action, AuditEvent, Policy
from actors.recovery import sweep
from orders.models import Order
from tests.bad_shop import BAD, bad_shop, say
from tests.identities import staff
from tests.test_admin_policy import login
from tests.test_flow import shop, travel  # noqa: F401  (a fixture)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shop")]

JOHN, SHIPPED = "john.doe@example.com", "ORD-12345678"


@pytest.fixture
def action() -> Action:
    """A refund of $149.97 that the customer confirmed and that is beyond the limit."""
    version = Policy.publish(by="test", levels={"process_refund": "confirm"})
    version.rules.filter(action="process_refund").update(limit_standard=50, limit_premium=100, limit_vip=250)
    first = travel(f"Please refund {SHIPPED}", JOHN)
    travel("yes", JOHN, session_id=first.conversation_id)
    found = Action.objects.get()
    assert found.status == "awaiting_approval"
    return found


@pytest.fixture
def maria(transactional_db: None) -> Client:
    client = login("view_action", "change_action", "view_auditevent", "view_conversation", "view_policy")
    staff("maria")  # may approve what the tests are about
    return client


def page(client: Client, action: Action) -> str:
    response = client.get(f"/admin/actors/action/{action.pk}/change/")
    assert response.status_code == 200
    return response.content.decode()


def decide(client: Client, action: Action, name: str, **given: str) -> str:
    """Press the button; what the page says then."""
    response = client.post(f"/admin/actors/action/{action.pk}/decide/{name}/", given, follow=True)
    assert response.redirect_chain == [(f"/admin/actors/action/{action.pk}/change/", 302)]
    return " ".join(str(message) for message in response.context["messages"])


def last_words(action: Action) -> str:
    return action.conversation.turns.last().text


def refunded() -> Decimal:
    return Order.objects.get(number=SHIPPED).refunded


def test_the_page_shows_the_evidence_and_the_three_buttons(maria: Client, action: Action) -> None:
    text = page(maria, action)
    for evidence in (SHIPPED, "149.97 USD", JOHN, f"Please refund {SHIPPED}", "Awaiting Approval"):
        assert evidence in text
    assert f'href="/admin/actors/conversation/{action.conversation_id}/change/"' in text
    assert f'href="/admin/actors/policy/{Policy.current().pk}/change/"' in text
    for button in ("Approve", "Reject", "Done in the shop"):
        assert f'value="{button}"' in text
    assert 'name="_save"' not in text


def test_approve_refunds_once_and_tells_the_customer(maria: Client, action: Action) -> None:
    assert "Done: Executed. The customer was told." in decide(maria, action, "approve")
    decide(maria, action, "approve")
    action.refresh_from_db()
    assert (action.status, action.decided_by, refunded()) == ("executed", "staff maria", Decimal("149.97"))
    assert "has been refunded" in last_words(action)
    assert action.conversation.turns.filter(role="system").count() == 1
    text = page(maria, action)
    assert "staff maria" in text
    assert action.result["reference"] in text
    assert 'value="Approve"' not in text


def test_reject_needs_a_reason_and_the_customer_reads_it(maria: Client, action: Action) -> None:
    for nothing in ({}, {"reason": "  "}):
        assert "Say why" in decide(maria, action, "reject", **nothing)
    assert "at most 300 characters" in decide(maria, action, "reject", reason="x" * 301)
    action.refresh_from_db()
    assert action.status == "awaiting_approval"
    assert "Done: Rejected" in decide(maria, action, "reject", reason="the parcel arrives tomorrow")
    assert "the parcel arrives tomorrow" in last_words(action)
    assert refunded() == 0


def test_done_in_the_shop_needs_its_reference_and_writes_nothing(maria: Client, action: Action) -> None:
    assert "Give the reference" in decide(maria, action, "done")
    assert "Done: Executed" in decide(maria, action, "done", reference="SHOP-77")
    assert "SHOP-77" in last_words(action)
    assert refunded() == 0


def test_the_second_decision_is_told_that_it_came_too_late(maria: Client, action: Action) -> None:
    decide(maria, action, "reject", reason="no")
    tom = login("view_action", "change_action", name="tom")
    assert "It was decided already: Rejected." in decide(tom, action, "approve")
    assert "It was decided already: Rejected." in decide(tom, action, "done", reference="X")
    assert refunded() == 0


def test_what_the_shop_refuses_is_told_to_both(maria: Client, action: Action) -> None:
    Order.objects.filter(number=SHIPPED).update(refunded=Decimal("100.00"))
    assert "The shop refused: that is more than what is left" in decide(maria, action, "approve")
    assert "that is more than what is left" in last_words(action)
    action.refresh_from_db()
    assert action.status == "failed"


def test_a_shop_that_does_not_answer_leaves_it_unknown_until_it_does(
    maria: Client, action: Action, settings: object
) -> None:
    urls = {name: getattr(settings, name) for name in ("CUSTOMERS_API_URL", "ORDERS_API_URL", "TRACKING_API_URL")}
    with bad_shop(settings) as down:
        down.answers["orders"] = BAD["hung up"]
        assert "It is unknown yet whether it was done" in decide(maria, action, "approve")
        action.refresh_from_db()
        assert action.status == "executing"
        text = page(maria, action)
        assert "its answer is awaited" in text
        assert 'value="Approve"' not in text
    for name, url in urls.items():
        setattr(settings, name, url)
    Action.objects.update(updated_at=timezone.now() - timezone.timedelta(minutes=2))
    sweep()
    action.refresh_from_db()
    assert (action.status, action.decided_by, refunded()) == ("executed", "staff maria", Decimal("149.97"))
    assert "has been refunded" in last_words(action)


def test_a_wrong_service_token_is_told_and_stops_no_sweeper(maria: Client, action: Action, settings: object) -> None:
    with bad_shop(settings) as other:
        other.answers["orders"] = say(b"{}", status=401)
        told = decide(maria, action, "approve")
        assert "not done yet" in told
        assert "SERVICE_TOKEN" in told
        Action.objects.update(updated_at=timezone.now() - timezone.timedelta(minutes=2))
        assert sweep() == 0
    action.refresh_from_db()
    assert action.status == "executing"


def test_a_very_long_login_decides_too(action: Action) -> None:
    name = "m" * 150
    client = login("view_action", "change_action", name=name)
    staff(name)
    decide(client, action, "approve")
    action.refresh_from_db()
    assert (action.status, action.decided_by) == ("executed", f"staff {name[:70]}")


def test_only_staff_with_the_permission_decide(action: Action) -> None:
    address = f"/admin/actors/action/{action.pk}/decide/approve/"
    viewer = login("view_action", name="viewer")
    assert 'value="Approve"' not in page(viewer, action)
    assert viewer.post(address).status_code == 403
    customer = Client()
    customer.force_login(User.objects.create_user("customer"))
    for stranger in (customer, Client()):
        assert stranger.post(address).status_code == 302  # to the login
    assert Client(enforce_csrf_checks=True).post(address).status_code in (302, 403)
    action.refresh_from_db()
    assert action.status == "awaiting_approval"


def test_a_look_decides_nothing_and_there_is_nothing_else_to_decide(maria: Client, action: Action) -> None:
    base = f"/admin/actors/action/{action.pk}"
    assert maria.get(f"{base}/decide/approve/").status_code == 404
    assert maria.post(f"{base}/decide/double/").status_code == 404
    assert maria.post(f"/admin/actors/action/{action.conversation_id}/decide/approve/").status_code == 404
    assert maria.post(f"{base}/change/", {"status": "executed"}).status_code == 403
    assert maria.post(f"{base}/delete/", {"post": "yes"}).status_code == 403
    action.refresh_from_db()
    assert action.status == "awaiting_approval"


def test_the_trail_is_searched_and_downloaded(maria: Client, action: Action) -> None:
    decide(maria, action, "approve")
    AuditEvent.objects.create(who="=cmd()", what="policy published")
    trail = "/admin/actors/auditevent/"
    found = maria.get(trail, {"q": SHIPPED}).context["cl"].queryset
    assert {event.who for event in found} >= {"staff maria"}
    assert {event.order for event in found} == {SHIPPED}
    chosen = list(AuditEvent.objects.values_list("pk", flat=True))
    response = maria.post(trail, {"action": "export_csv", "_selected_action": chosen})
    assert response["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(StringIO(response.getvalue().decode())))
    done = next(row for row in rows if row["what"] == "action executed")
    assert (done["who"], done["order"], done["amount"], done["action"]) == (
        "staff maria",
        SHIPPED,
        "149.97",
        str(action.pk),
    )
    assert rows[-1]["who"] == "'=cmd()"


def test_the_trail_says_which_action_it_was_without_a_question_for_each(maria: Client, action: Action) -> None:
    trail = "/admin/actors/auditevent/"
    named = f'<a class="text-link" href="/admin/actors/action/{action.pk}/change/">process_refund</a>'
    asked = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            page = maria.get(trail).content.decode()
        assert page.count(named) == AuditEvent.objects.filter(action=action.pk).count()
        asked.append(len(queries))
        decide(maria, action, "approve")
    assert page.count(named) == 3
    assert asked[0] == asked[1]
    event = AuditEvent.objects.filter(action=action.pk).first()
    assert named in maria.get(f"{trail}{event.pk}/change/").content.decode()


def test_the_trail_cannot_be_changed_by_anybody(maria: Client, action: Action) -> None:
    decide(maria, action, "approve")
    event = AuditEvent.objects.first()
    chief = Client()
    chief.force_login(User.objects.create_superuser("chief"))
    base = "/admin/actors/auditevent/"
    assert chief.get(f"{base}{event.pk}/change/").status_code == 200
    assert chief.post(f"{base}{event.pk}/change/", {"who": "nobody"}).status_code == 403
    assert chief.post(f"{base}{event.pk}/delete/", {"post": "yes"}).status_code == 403
    assert chief.get(f"{base}add/").status_code == 403
    chief.post(base, {"action": "delete_selected", "_selected_action": [event.pk], "post": "yes"})
    assert AuditEvent.objects.filter(pk=event.pk).exists()
