"""The page of a case: what it says when a button is refused or the case is lost, and what it shows."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from actors.desk import cases
from actors.desk.queue import place_of
from actors.ledger import request_human
from actors.models import Action, AuditEvent, Conversation, Escalation
from tests.colleagues import at_desk, done, member, page_of, press, refused
from tests.test_ledger import say

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(transactional_db: None) -> Escalation:
    """John asked for a person."""
    request_human(session_id=say().conversation_id)
    return Escalation.objects.get()


def to(case: Escalation, name: str) -> None:
    cases.reassign(case.pk, to=member(name), by=User.objects.get(username="susan"))


def live_of(page: Any) -> str:
    """Where the open page asks what is new."""
    text = page.content.decode()
    return text.split('data-live="')[1].split('"')[0].replace("&amp;", "&")


# --- refused, and lost ----------------------------------------------------------------------------


def test_a_refused_note_goes_back_to_the_notes_and_not_into_the_reply(case: Escalation, maria: Client) -> None:
    done(press(maria, case, "claim"))
    response = press(maria, case, "note", text="x" * 4001)
    refused(response, 400)
    page = response.content.decode()
    assert f'The customer does not see this">{"x" * 4001}</textarea>' in page
    assert page.count("x" * 4001) == 1


def test_a_decision_beyond_the_limit_in_a_case_of_nobody_speaks_of_no_lost_case(
    case: Escalation, susan: Client
) -> None:
    action = an_action(case, status="awaiting_approval", amount=5000, currency="USD")
    response = press(susan, case, "done", action=action.pk, reference="SHOP-7")
    assert "is beyond your limit" in refused(response)
    page = response.content.decode()
    assert "You do not have this case" not in page
    assert 'aria-label="Your text, not used">SHOP-7</textarea>' in page


def test_a_decision_in_a_case_that_is_a_colleagues_says_who_has_it(case: Escalation, susan: Client) -> None:
    action = an_action(case, status="awaiting_approval")
    to(case, "tom")
    response = press(susan, case, "done", action=action.pk, reference="SHOP-7")
    assert '<b id="lost-why">Tom has this case.</b>' in refused(response) + response.content.decode()


def test_the_open_page_of_a_lost_case_is_told_who_has_it_and_nobody_else_is(
    case: Escalation, maria: Client, susan: Client
) -> None:
    live = live_of(maria.get(page_of(case)))
    to(case, "tom")
    response = maria.get(live)
    assert (response.status_code, response.json()) == (404, {"why": "Tom has this case."})
    lisa = at_desk(member("lisa"))
    for address in (live, live.partition("?")[0]):
        response = lisa.get(address)
        assert response.status_code == 404
        assert "Tom" not in response.content.decode()


def test_a_colleagues_case_and_one_that_never_was_open_with_the_same_words(
    case: Escalation, maria: Client, susan: Client
) -> None:
    to(case, "tom")
    for number in (case.pk, 987_654_321):
        response = maria.get(f"/admin/actors/escalation/{number}/change/")
        assert response.status_code == 404
        page = response.content.decode()
        assert f"Case #{number} is not yours to see: a colleague may have claimed it." in page
        assert "Tom" not in page


# --- who is who -----------------------------------------------------------------------------------


def test_colleagues_are_shown_by_name_and_two_of_one_name_by_login_too(case: Escalation, maria: Client) -> None:
    for login, name in (("t.one", "Tom"), ("t.two", "Tom"), ("l.one", "Lisa"), ("nameless", "")):
        member(login)
        User.objects.filter(username=login).update(first_name=name)
    done(press(maria, case, "claim"))
    assert re.findall('<option value="[0-9]+">([^<]*)<', shown(maria, case)) == [
        "Lisa",
        "nameless",
        "Tom (t.one)",
        "Tom (t.two)",
    ]
    assert ">Maria</td>" in shown_queue(maria)
    done(press(maria, case, "reassign", to=User.objects.get(username="l.one").pk))


# --- what it shows --------------------------------------------------------------------------------


def shown(client: Client, case: Escalation) -> str:
    """The page's words, without the breaks between them."""
    return " ".join(client.get(page_of(case)).content.decode().split())


def an_action(case: Escalation, **fields: Any) -> Action:
    given = {"kind": "schedule_callback", "args": {"phone": "+1 555 0199", "due": "2026-11-24T15:30+00:00"}}
    turn = case.conversation.turns.get(role="customer")
    return Action.objects.create(turn=turn, position=0, conversation=case.conversation, **given, **fields)


def test_what_a_colleague_started_names_them_and_no_words_of_the_customer(case: Escalation, maria: Client) -> None:
    action = an_action(case)
    assert "Asked with" in shown(maria, case)
    AuditEvent.objects.create(who="staff maria", what="action started", action=action.pk)
    page = shown(maria, case)
    assert "<dt>Started by</dt><dd>Maria" in page
    assert "Asked with" not in page


def test_a_time_is_told_as_people_say_it(case: Escalation, maria: Client, settings: Any) -> None:
    settings.SHOP_TIME_ZONE = "UTC"
    an_action(case)
    page = shown(maria, case)
    assert "<dd>24 Nov 15:30</dd>" in page
    assert "2026-11-24T15:30" not in page


def test_the_summary_says_how_its_actions_stand_by_now(case: Escalation, maria: Client) -> None:
    an_action(case, status="executed")
    assert re.search("<b>Now</b> [^<:]+: executed</p>", shown(maria, case))


def test_the_newest_findings_are_all_there_and_the_newest_that_says_something_is_open(
    case: Escalation, maria: Client
) -> None:
    first = case.conversation.turns.get(role="customer")
    for turn, intent in ((first, "refund_request"), (say("Yes", session_id=case.conversation_id), "confirm")):
        turn.message = {"payload": {"intent": {"category": intent, "confidence": 1}}, "metadata": {"hops": []}}
        turn.save()
    page = shown(maria, case)
    yes, wish = page.index('<details class="found"><summary'), page.index('<details class="found" open><summary')
    assert yes < page.index("confirm at 1.00") < wish < page.index("refund_request at 1.00")


def test_a_case_page_leads_back_to_the_queue(case: Escalation, maria: Client) -> None:
    page = shown(maria, case)
    assert f"<title> Case #{case.pk} |" in page
    assert f'<a class="link" href="/admin/actors/escalation/">Cases</a> › #{case.pk}</p>' in page


def test_a_case_that_was_late_and_waits_for_its_customer_says_both(case: Escalation, maria: Client) -> None:
    Escalation.objects.update(breached=True)
    assert "· was late</span>" in shown_queue(maria)


def test_of_what_is_due_together_the_oldest_comes_first_for_staff_and_customer(maria: Client) -> None:
    waiting = [say().conversation for _ in range(4)]
    for conversation in waiting:
        request_human(session_id=conversation.pk)
    due, (first, *_, last) = timezone.now(), Escalation.objects.order_by("pk")
    Escalation.objects.update(sla_due_at=due, created_at=due)
    Escalation.objects.filter(pk=last.pk).update(created_at=due - timedelta(hours=1))
    Escalation.objects.filter(pk=first.pk).update(sla_due_at=due - timedelta(hours=1))
    listed = [case.conversation for case in maria.get("/admin/actors/escalation/").context["cl"].result_list]
    assert listed == [waiting[0], waiting[3], waiting[1], waiting[2]]
    assert [place_of(Conversation.objects.get(pk=one.pk))["position"] for one in listed] == [1, 2, 3, 4]


def found(client: Client, **asked: str) -> list[Escalation]:
    return list(client.get("/admin/actors/escalation/", asked).context["cl"].result_list)


def test_a_search_finds_a_resolved_case_too_unless_a_queue_was_chosen(case: Escalation, maria: Client) -> None:
    other = say(customer_email="jane.smith@example.com").conversation
    request_human(session_id=other.pk)
    done(press(maria, case, "claim"))
    done(press(maria, case, "resolve"))
    assert found(maria) == [other.escalations.get()]
    for words in (str(case.pk), f"#{case.pk}", case.conversation.customer_email):
        assert found(maria, q=words) == [case]
        assert found(maria, q=words, show="free") == []
        assert found(maria, q=words, status__exact="open") == []
    page = maria.get("/admin/actors/escalation/", {"q": f"#{case.pk}"}).content.decode()
    assert '<a class="button" href="?show=all" aria-current="page">All</a>' in page
    assert "All that were found" in page


def shown_queue(client: Client) -> str:
    return client.get("/admin/actors/escalation/").content.decode()
