"""A case at the desk: whose it is, what is said in it, how its clock runs, and how it ends."""

import uuid
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from actors.admin.case_page import PARTS
from actors.base import queue_depth
from actors.desk import watch
from actors.desk.hours import OpeningHours
from actors.ledger import request_human
from actors.models import Action, Agent, AuditEvent, CannedReply, Conversation, Escalation, Note, Turn
from tests.colleagues import at_desk, done, member, page_of, press, refused, told
from tests.test_flow import shop  # noqa: F401  (a fixture)
from tests.test_ledger import JOHN, say
from tests.test_ledger import answer as commit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _never_closed(settings: Any) -> None:
    settings.SHOP_OPENING_HOURS = OpeningHours.parse("Monday to Sunday, 0:00 to 24:00", ZoneInfo("UTC"))


@pytest.fixture
def case() -> Escalation:
    """John had his answer from the bot, and asked for a person."""
    turn = say()
    turn.claim()
    answer(turn)
    request_human(session_id=turn.conversation_id)
    return Escalation.objects.get()


@pytest.fixture
def tom(transactional_db: None) -> Client:
    return at_desk(member("tom"))


@pytest.fixture
def mine(case: Escalation, maria: Client) -> Escalation:
    """Maria has the case."""
    done(press(maria, case, "claim"))
    return now(case)


def answer(turn: Turn, **changes: Any) -> Turn | None:
    """The bot's reply, when it was not too late for it."""
    return commit(turn, **{"envelope": None, **changes})


def now(case: Escalation) -> Escalation:
    return Escalation.objects.select_related("conversation", "assigned_to").get(pk=case.pk)


def stands(case: Escalation) -> tuple[str, str | None, str, str | None]:
    """(case, with whom, conversation, its owner)."""
    case = now(case)
    names = [str(user) if user else None for user in (case.assigned_to, case.conversation.owner)]
    return case.status, names[0], case.conversation.status, names[1]


def writes(case: Escalation, text: str = "Are you there?") -> Turn:
    """The customer writes."""
    return say(text, session_id=case.conversation_id)


def reply(client: Client, case: Escalation, text: str = "I am on it.", **given: Any) -> Any:
    return press(client, case, "reply", **{"text": text, "key": str(uuid.uuid4()), **given})


def resolve(client: Client, case: Escalation) -> None:
    """Answered and solved, the way it usually ends."""
    done(press(client, case, "reply-and-resolve", text="All done.", key=uuid.uuid4()))


def texts(case: Escalation, role: str) -> list[str]:
    return list(case.conversation.turns.filter(role=role).values_list("text", flat=True))


def trail(case: Escalation) -> list[tuple[str, str]]:
    """Who did what, oldest first, since it was opened."""
    opened, *rest = AuditEvent.objects.filter(case=case.pk).order_by("pk").values_list("who", "what")
    assert opened[1] == "case opened"
    return rest


def queued() -> int:
    return queue_depth("support.sentiment_analyzer")


def pass_time(**span: float) -> None:
    """All that was done so far is longer ago."""
    span_ = timedelta(**span)

    def earlier(moment: str | None) -> str | None:
        return (datetime.fromisoformat(moment) - span_).isoformat() if moment else None

    for case in Escalation.objects.all():
        for name in ("created_at", "agent_active_at", "first_response_at", "resolved_at", "sla_due_at"):
            if (moment := getattr(case, name)) is not None:
                setattr(case, name, moment - span_)
        case.pauses = [[earlier(start), earlier(end)] for start, end in case.pauses]
        case.save()


# --- whose it is ----------------------------------------------------------------------------------


def test_claiming_takes_the_conversation_and_tells_the_customer(case: Escalation, maria: Client) -> None:
    before = case.conversation.epoch
    assert "The case is yours" in done(press(maria, case, "claim"))
    assert stands(case) == ("claimed", "maria", "human", "maria")
    assert now(case).conversation.epoch == before + 1
    notice = case.conversation.turns.last()
    assert (notice.role, notice.agent) == ("system", "Maria")
    assert notice.text == "Maria from our team is here now and reads what you wrote."
    assert trail(case) == [("staff maria", "case claimed")]


def test_the_second_to_claim_is_told_who_holds_it(mine: Escalation, tom: Client) -> None:
    """His page still shows the button."""
    response = press(tom, mine, "claim")
    assert "Maria has this case." in refused(response)
    assert "Where is my order" not in response.content.decode(), "it is not his to read any more"
    assert stands(mine) == ("claimed", "maria", "human", "maria")
    assert len(texts(mine, "system")) == 2  # the hand-over and the one claim


def test_claiming_ones_own_case_changes_nothing(mine: Escalation, maria: Client) -> None:
    done(press(maria, mine, "claim"))
    assert now(mine).conversation.epoch == mine.conversation.epoch
    assert trail(mine) == [("staff maria", "case claimed")]


def test_who_claims_while_away_stays_away_and_is_told_so(case: Escalation, maria: Client, susan: Client) -> None:
    Agent.objects.update(available=False)
    assert "You still count as away" in done(press(maria, case, "claim"))
    assert not Agent.objects.filter(available=True).exists()
    done(press(maria, case, "release"))
    Agent.objects.update(available=True)
    assert "away" not in done(press(susan, case, "claim"))


def test_a_resolved_case_is_nobodys_to_claim(mine: Escalation, maria: Client, susan: Client) -> None:
    resolve(maria, mine)
    assert "This case is resolved." in refused(press(susan, mine, "claim"))


def test_released_it_is_back_in_the_queue_and_the_customer_is_told(
    mine: Escalation, maria: Client, tom: Client
) -> None:
    assert "back in the queue" in done(press(maria, mine, "release"))
    assert stands(mine) == ("open", None, "waiting", None)
    assert texts(mine, "system")[-1] == "Maria cannot stay. Another colleague will go on with this."
    assert trail(mine)[-1] == ("staff maria", "case released")
    done(press(tom, mine, "claim"))
    assert stands(mine)[1] == "tom"


def test_only_its_owner_releases_it(mine: Escalation, tom: Client, susan: Client) -> None:
    for client in (tom, susan):
        assert "Maria has this case." in refused(press(client, mine, "release"))
    assert stands(mine)[1] == "maria"


@pytest.mark.parametrize("who", ["its owner", "a supervisor"])
def test_reassigned_it_is_the_colleagues(mine: Escalation, maria: Client, tom: Client, susan: Client, who: str) -> None:
    client, name = (maria, "maria") if who == "its owner" else (susan, "susan")
    to = User.objects.get(username="tom")
    assert "Tom has the case now" in done(press(client, mine, "reassign", to=to.pk))
    assert stands(mine) == ("claimed", "tom", "human", "tom")
    assert now(mine).conversation.epoch == mine.conversation.epoch + 1
    assert texts(mine, "system")[-1] == "Tom from our team takes over from here."
    assert trail(mine)[-1] == (f"staff {name}", "case reassigned")
    done(reply(tom, mine))


def test_a_supervisor_assigns_what_nobody_has(case: Escalation, tom: Client, susan: Client) -> None:
    done(press(susan, case, "reassign", to=User.objects.get(username="tom").pk))
    assert stands(case)[1] == "tom"


def test_another_agent_reassigns_nothing(mine: Escalation, tom: Client) -> None:
    to = User.objects.get(username="tom")
    assert "Maria has this case." in refused(press(tom, mine, "reassign", to=to.pk))
    assert stands(mine)[1] == "maria"


def test_a_case_goes_to_members_of_the_desk_only(mine: Escalation, maria: Client) -> None:
    for nobody in (User.objects.create_user("clerk", is_staff=True), member("ada", "auditor")):
        assert "Choose a colleague." in refused(press(maria, mine, "reassign", to=nobody.pk), 400)
    assert stands(mine)[1] == "maria"


# --- claims that expire ---------------------------------------------------------------------------


def test_a_claim_expires_while_its_owner_owes_the_answer(mine: Escalation, maria: Client, tom: Client) -> None:
    pass_time(minutes=29)
    assert watch.expire_claims() == 0
    pass_time(minutes=2)
    assert [watch.expire_claims(), watch.expire_claims()] == [1, 0]
    assert stands(mine) == ("open", None, "waiting", None)
    assert texts(mine, "system")[-1] == "Maria could not stay. Another colleague will go on with this."
    assert trail(mine)[-1] == ("desk", "claim expired")
    done(press(tom, mine, "claim"))


def test_a_claim_lasts_while_the_customer_is_waited_for(mine: Escalation, maria: Client) -> None:
    reply(maria, mine)
    pass_time(days=2)
    assert watch.expire_claims() == 0
    assert stands(mine)[1] == "maria"


def test_a_fresh_message_after_a_long_silence_leaves_time_to_answer(mine: Escalation, maria: Client) -> None:
    reply(maria, mine)
    pass_time(days=2)
    writes(mine)
    assert watch.expire_claims() == 0
    pass_time(minutes=29)
    writes(mine, "Hello?")  # does not begin it anew
    pass_time(minutes=2)
    assert watch.expire_claims() == 1


def test_who_works_on_the_page_keeps_the_case(mine: Escalation, maria: Client) -> None:
    pass_time(minutes=40)
    live = f"/admin/actors/escalation/{mine.pk}/live/"
    maria.get(live)  # an open page that nobody looks at
    assert now(mine).agent_active_at < timezone.now() - timedelta(minutes=39)
    maria.get(live, {"active": "1"})
    assert watch.expire_claims() == 0


# What its owner presses, and what goes with it.
WORK: dict[str, dict[str, Any]] = {
    "note": {"text": "I know this one."},
    "suggest": {},
    "discard-draft": {},
    "approve": {},
    "reject": {"reason": "it is worn"},
    "edit": {"amount": "20.00"},
    "start": {"kind": "add_customer_note", "text": "Prefers mornings."},
}


@pytest.mark.parametrize("button", WORK)
def test_whatever_its_owner_does_keeps_the_case(mine: Escalation, maria: Client, button: str, shop: None) -> None:  # noqa: F811
    action = waiting_action(mine)
    writes(mine, "Where is my order ORD-12345678?")
    Escalation.objects.update(draft_reply="It is on its way.")
    pass_time(minutes=40)
    given = {"action": action.pk, "key": uuid.uuid4(), "draft": now(mine).draft_key, **WORK[button]}
    done(press(maria, mine, button, **given))
    assert now(mine).agent_active_at > timezone.now() - timedelta(minutes=1)
    assert watch.expire_claims() == 0


def test_what_a_colleague_notes_is_no_work_of_its_owner(mine: Escalation, susan: Client) -> None:
    pass_time(minutes=40)
    done(press(susan, mine, "note", text="Maria went home."))
    assert watch.expire_claims() == 1


def test_no_claim_expires_while_the_shop_is_closed(mine: Escalation, settings: Any) -> None:
    """Claimed last thing in the evening: only the minutes since it opened count."""
    moment = timezone.now()
    noon = ZoneInfo(
        f"Etc/GMT{moment.hour - 12:+}"
    )  # where it is between 12 and 13 o'clock; its signs are the other way
    pass_time(hours=10)
    for minutes, expired in ((25, 0), (32, 1)):
        opened = (moment - timedelta(minutes=minutes)).astimezone(noon)
        settings.SHOP_OPENING_HOURS = OpeningHours.parse(f"Monday to Sunday, {opened:%H:%M} to 24:00", noon)
        assert watch.expire_claims() == expired


def test_claims_that_wait_for_their_customers_keep_none_from_expiring(
    mine: Escalation, maria: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_human(session_id=say(customer_email="jane.smith@example.com").conversation_id)
    newer = Escalation.objects.exclude(pk=mine.pk).get()
    press(maria, newer, "claim")
    reply(maria, newer)
    pass_time(hours=1)
    monkeypatch.setattr(watch, "BATCH", 1)
    assert watch.expire_claims() == 1
    assert (stands(mine)[0], stands(newer)[0]) == ("open", "claimed")


# --- what is said ---------------------------------------------------------------------------------


def test_a_reply_is_sent_once_per_key(mine: Escalation, maria: Client) -> None:
    key = str(uuid.uuid4())
    for _ in range(2):
        assert "Sent." in done(reply(maria, mine, key=key))
    (turn,) = mine.conversation.turns.filter(role="agent")
    assert (turn.text, turn.agent, turn.caller) == ("I am on it.", "Maria", f"staff:{mine.assigned_to_id}")
    assert trail(mine)[-1] == ("staff maria", "reply sent")
    done(reply(maria, mine))
    assert len(texts(mine, "agent")) == 2


def test_other_words_under_a_key_that_is_used_are_kept_not_swallowed(mine: Escalation, maria: Client) -> None:
    """The browser's back button brings the old page, with its key."""
    key = str(uuid.uuid4())
    done(reply(maria, mine, key=key))
    response = reply(maria, mine, "And one more thing.", key=key)
    assert "sent already" in refused(response)
    assert ">And one more thing.</textarea>" in response.content.decode()
    assert f'value="{key}"' not in response.content.decode(), "the kept text can be sent from there"
    assert texts(mine, "agent") == ["I am on it."]


@pytest.mark.parametrize(("text", "why"), [("", "Write what"), (" \n ", "Write what"), ("x" * 10_000, "characters")])
def test_what_is_no_reply_is_not_sent(mine: Escalation, maria: Client, text: str, why: str) -> None:
    assert why in refused(reply(maria, mine, text), 400)
    assert "Load the page again" in refused(press(maria, mine, "reply", text="Hi"), 400)
    assert texts(mine, "agent") == []


def test_who_has_not_claimed_cannot_reply(case: Escalation, maria: Client) -> None:
    response = reply(maria, case, "Here I am.")
    assert "Claim it first." in refused(response)
    assert "Here I am." in response.content.decode()
    assert texts(case, "agent") == []


LOST = {
    "to a colleague, by a supervisor": lambda case, susan, tom: press(
        susan, case, "reassign", to=User.objects.get(username="tom").pk
    ),
    "to the queue": lambda case, susan, tom: (pass_time(hours=1), watch.expire_claims()),
    "to the queue, and from there to a colleague": lambda case, susan, tom: (
        pass_time(hours=1),
        watch.expire_claims(),
        press(tom, case, "claim"),
    ),
}


@pytest.mark.parametrize("button", ["reply", "reply-and-resolve", "send-draft"])
@pytest.mark.parametrize("way", LOST)
def test_who_has_lost_the_case_says_nothing_and_keeps_the_text(
    mine: Escalation, maria: Client, tom: Client, susan: Client, way: str, button: str
) -> None:
    LOST[way](mine, susan, tom)
    before = Turn.objects.count()
    response = press(maria, mine, button, text="A long & careful answer.", key=uuid.uuid4())
    why = refused(response)
    assert ("it is back in the queue" if way == "to the queue" else "Tom has this case.") in why
    page = response.content.decode()
    assert "Your text is kept here" in page
    assert ">A long &amp; careful answer.</textarea>" in page
    assert ("Where is my order" in page) is (way == "to the queue"), "a colleague's case is not read"
    assert Turn.objects.count() == before


def test_a_case_that_never_was_keeps_no_text(maria: Client, case: Escalation) -> None:
    case.pk = 999_999
    assert reply(maria, case).status_code == 404


def test_an_answer_ends_what_the_customer_waited_for(mine: Escalation, maria: Client) -> None:
    asked = [writes(mine), writes(mine, "Please.")]
    done(reply(maria, mine))
    (said,) = mine.conversation.turns.filter(role="agent")
    for turn in asked:
        turn.refresh_from_db()
        assert (turn.status, turn.answered_by) == ("with_human", said)
    later = writes(mine)
    assert later.answered_by is None


def test_what_a_customer_writes_to_a_person_wakes_no_actor(mine: Escalation) -> None:
    before = queued()
    turn = writes(mine)
    assert turn.status == "with_human"
    assert turn.claim() is None
    assert queued() == before


def test_the_open_page_gets_what_has_changed_and_nothing_else(mine: Escalation, maria: Client) -> None:
    def live(have: str = "") -> dict[str, Any]:
        return maria.get(f"/admin/actors/escalation/{mine.pk}/live/", {"have": have}).json()

    first = live()
    have = ",".join(first["parts"][part]["digest"] for part in PARTS)
    assert set(live(have)["parts"]) <= {"head"}, "which tells the time"
    writes(mine, "It was <b>blue</b>.")
    second = live(have)
    assert set(second["parts"]) - {"head"} == {"transcript"}
    assert "It was &lt;b&gt;blue&lt;/b&gt;." in second["parts"]["transcript"]["html"]
    assert (second["last_seq"], second["state"]) == (first["last_seq"] + 1, first["state"])
    press(maria, mine, "release")
    assert live(have)["state"] != first["state"]


def test_reply_and_resolve_is_both_or_neither(mine: Escalation, maria: Client) -> None:
    promise = waiting_action(mine)
    given = {"text": "All done.", "key": uuid.uuid4()}
    response = press(maria, mine, "reply-and-resolve", **given)
    assert "Decide first: process_refund ORD-12345678" in refused(response)
    assert "All done." in response.content.decode()
    assert (texts(mine, "agent"), stands(mine)[0]) == ([], "claimed")
    Action.objects.filter(pk=promise.pk).update(status="executed")
    for _ in range(2):  # pressed twice
        assert "Sent, and the case is resolved." in done(press(maria, mine, "reply-and-resolve", **given))
    assert texts(mine, "agent") == ["All done."]
    assert stands(mine) == ("resolved", "maria", "closed", None)
    assert trail(mine)[-2:] == [("staff maria", "reply sent"), ("staff maria", "case resolved")]


def waiting_action(case: Escalation, status: str = "awaiting_approval") -> Action:
    turn = case.conversation.turns.filter(role="customer").first()
    return Action.objects.create(
        turn=turn,
        position=0,
        conversation=case.conversation,
        kind="process_refund",
        order="ORD-12345678",
        amount=20,
        currency="USD",
        status=status,
    )


# --- unread ---------------------------------------------------------------------------------------


def unread(client: Client) -> int:
    """As the queue shows it."""
    return client.get("/admin/actors/escalation/").context["cl"].result_list[0].unread


def test_what_the_customer_wrote_is_unread_until_its_owner_opens_the_case(mine: Escalation, maria: Client) -> None:
    assert unread(maria) == 0
    writes(mine)
    writes(mine, "Hello?")
    assert unread(maria) == 2
    assert "2 new" in maria.get("/admin/actors/escalation/").content.decode()
    maria.get(page_of(mine))
    assert unread(maria) == 0
    writes(mine)
    maria.get(f"/admin/actors/escalation/{mine.pk}/live/")
    assert unread(maria) == 0


def test_what_a_supervisor_or_auditor_reads_stays_unread_for_its_owner(mine: Escalation, susan: Client) -> None:
    writes(mine)
    for client in (susan, at_desk(member("ada", "auditor"))):
        client.get(page_of(mine))
        client.get(f"/admin/actors/escalation/{mine.pk}/live/")
        assert unread(client) == 1


def test_everything_is_unread_to_whom_the_case_is_handed(mine: Escalation, tom: Client, susan: Client) -> None:
    press(susan, mine, "reassign", to=User.objects.get(username="tom").pk)
    assert unread(tom) == 1


# --- for colleagues -------------------------------------------------------------------------------


def test_a_note_is_for_colleagues_and_never_for_the_customer(mine: Escalation, maria: Client, susan: Client) -> None:
    assert "The customer does not see it" in done(press(maria, mine, "note", text="Second time this month."))
    note = Note.objects.get()
    assert (note.author.username, note.text, note.escalation) == ("maria", "Second time this month.", mine)
    assert "Second time this month." in susan.get(page_of(mine)).content.decode()
    assert not Turn.objects.filter(text__contains="this month").exists()
    assert trail(mine)[-1] == ("staff maria", "note written")
    assert "Write the note first." in refused(press(maria, mine, "note", text=" "), 400)


def test_a_note_needs_no_claim(case: Escalation, tom: Client) -> None:
    done(press(tom, case, "note", text="I know this one."))
    assert stands(case)[0] == "open"


# --- the draft ------------------------------------------------------------------------------------


@pytest.fixture
def drafted(maria: Client) -> Escalation:
    """Maria took over while the bot was writing: its reply is a draft."""
    turn = say()
    turn.claim()
    request_human(session_id=turn.conversation_id)
    case = Escalation.objects.get()
    done(press(maria, case, "claim"))
    assert answer(turn, text="It is on its way.\n\nAnything else?") is None
    return now(case)


def test_a_draft_is_sent_as_it_is(drafted: Escalation, maria: Client) -> None:
    page = maria.get(page_of(drafted)).content.decode()
    assert "It is on its way." in page
    assert f'name="draft" value="{drafted.draft_key}"' in page
    # As a browser posts it.
    sent = {"text": drafted.draft_reply.replace("\n", "\r\n"), "key": uuid.uuid4()}
    assert "The draft was sent." in done(press(maria, drafted, "send-draft", **sent))
    (turn,) = drafted.conversation.turns.filter(role="agent")
    assert (turn.agent, turn.text.splitlines()) == ("Maria", ["It is on its way.", "", "Anything else?"])
    assert now(drafted).draft_reply == ""


def test_a_draft_is_sent_once_however_often_the_button_is_pressed(drafted: Escalation, maria: Client) -> None:
    """The page makes a new key for each press of this button."""
    for _ in range(2):
        response = press(maria, drafted, "send-draft", text=drafted.draft_reply, key=uuid.uuid4())
    assert "no longer the draft" in refused(response)
    assert texts(drafted, "agent") == [drafted.draft_reply]


def discard(client: Client, case: Escalation) -> Any:
    """Press Discard on the page as it was when this draft stood there."""
    return press(client, case, "discard-draft", draft=case.draft_key)


def test_an_old_page_sends_and_throws_away_no_newer_draft(drafted: Escalation, maria: Client) -> None:
    for newer in (f"{drafted.draft_reply}\n\nThe bot's second answer.", "Another one."):
        Escalation.objects.update(draft_reply=newer)
        response = press(maria, drafted, "send-draft", text=drafted.draft_reply, key=uuid.uuid4())
        assert "no longer the draft" in refused(response)
        assert "no longer the draft" in refused(discard(maria, drafted))
        assert (texts(drafted, "agent"), now(drafted).draft_reply) == ([], newer)


@pytest.mark.parametrize("text", ["It left our house on Monday.", "It is on its way.\n\nAnything else?"])
def test_a_reply_uses_up_the_draft_for_what_it_answers(drafted: Escalation, maria: Client, text: str) -> None:
    """Sent through the box: edited, or as it was, or in other words."""
    done(reply(maria, drafted, text))
    assert texts(drafted, "agent") == [text]
    assert now(drafted).draft_reply == ""
    assert "draft discarded" not in dict(map(reversed, trail(drafted)))


def test_a_draft_for_what_came_after_the_reply_stays(drafted: Escalation, maria: Client, shop: None) -> None:  # noqa: F811
    key = uuid.uuid4()
    done(reply(maria, drafted, "One moment.", key=key))
    writes(drafted, "Where is my order ORD-12345678?")
    done(press(maria, drafted, "suggest"))
    done(reply(maria, drafted, "One moment.", key=key))  # the first one once more: it was sent before
    assert "TRK123456789" in now(drafted).draft_reply


def test_a_draft_is_thrown_away_by_its_owner_only(drafted: Escalation, maria: Client, susan: Client) -> None:
    assert "Maria has this case." in refused(discard(susan, drafted))
    assert now(drafted).draft_reply
    done(discard(maria, drafted))
    assert now(drafted).draft_reply == ""
    assert texts(drafted, "agent") == []
    assert trail(drafted)[-1] == ("staff maria", "draft discarded")
    assert "no longer the draft" in refused(discard(maria, drafted))


def everything(case: Escalation) -> list[Any]:
    """All that a suggestion must leave as it is."""
    tables = (Turn, Action, Note, AuditEvent, Conversation)
    rows = [list(table.objects.order_by("pk").values()) for table in tables]
    kept = Escalation.objects.values("status", "assigned_to", "first_response_at", "pauses", "summary").get(pk=case.pk)
    return [*rows, kept, queued()]


def test_a_suggestion_writes_a_draft_and_nothing_else(mine: Escalation, maria: Client, shop: None) -> None:  # noqa: F811
    writes(mine, "Where is my order ORD-12345678?")
    before = everything(mine)
    assert "Read it before you send it." in done(press(maria, mine, "suggest"))
    assert "TRK123456789" in now(mine).draft_reply
    assert everything(mine) == before


def test_a_suggestion_cancels_nothing_that_it_speaks_of(mine: Escalation, maria: Client, shop: None) -> None:  # noqa: F811
    writes(mine, "Please cancel my order ORD-12345679")
    before = everything(mine)
    done(press(maria, mine, "suggest"))
    assert everything(mine) == before


def test_a_suggestion_leaves_the_draft_that_is_there(drafted: Escalation, maria: Client, shop: None) -> None:  # noqa: F811
    done(press(maria, drafted, "suggest"))
    assert now(drafted).draft_reply.startswith(drafted.draft_reply)


def test_who_does_not_have_the_case_is_suggested_nothing(mine: Escalation, susan: Client, shop: None) -> None:  # noqa: F811
    assert "Maria has this case." in refused(press(susan, mine, "suggest"))
    assert now(mine).draft_reply == ""


# --- ready words ----------------------------------------------------------------------------------


def ready(client: Client, case: Escalation, text: str) -> str:
    """The canned reply, as the composer gets it."""
    row, _ = CannedReply.objects.update_or_create(title="Parcel", defaults={"text": text})
    return client.get(f"/admin/actors/escalation/{case.pk}/canned/{row.pk}/").json()["text"]


def test_a_canned_reply_comes_with_its_variables_filled(mine: Escalation, maria: Client, shop: None) -> None:  # noqa: F811
    waiting_action(mine, "executed")
    text = "Hi {{ customer.first_name }}, {{order.number}} is {{ order.status }}. {{ agent.name }}"
    assert ready(maria, mine, text) == "Hi John, ORD-12345678 is shipped. Maria"


def test_no_customer_reads_a_variable_that_is_not_filled(mine: Escalation, maria: Client) -> None:
    """The shop does not answer, so nothing is known."""
    text = ready(maria, mine, "Hi {{ customer.first_name }}, this is {{ agent.name }}.")
    assert text == "Hi {{ customer.first_name }}, this is Maria."
    response = reply(maria, mine, text)
    assert "Fill in {{ customer.first_name }} first" in refused(response, 400)
    assert "this is Maria." in response.content.decode()
    assert texts(mine, "agent") == []


# --- how it ends, and begins again ----------------------------------------------------------------


def test_nothing_is_resolved_while_a_promise_is_open(mine: Escalation, maria: Client) -> None:
    promise = waiting_action(mine)
    for status in ("proposed", "awaiting_approval", "executing"):
        Action.objects.filter(pk=promise.pk).update(status=status)
        for button in ("resolve", "hand-back"):
            assert "Decide first: process_refund ORD-12345678" in refused(press(maria, mine, button))
    assert stands(mine)[0] == "claimed"
    Action.objects.filter(pk=promise.pk).update(status="rejected")
    done(press(maria, mine, "resolve"))
    assert stands(mine) == ("resolved", "maria", "closed", None)
    assert texts(mine, "system")[-1].startswith("Maria has closed this conversation. Write again")


def test_a_supervisor_resolves_what_nobody_has_and_an_agent_does_not(
    case: Escalation, maria: Client, susan: Client
) -> None:
    assert "Claim it first" in refused(press(maria, case, "resolve"))
    done(press(susan, case, "resolve"))
    assert stands(case) == ("resolved", None, "closed", None)


def test_handed_back_the_bot_answers_what_nobody_answered(mine: Escalation, maria: Client) -> None:
    writes(mine)
    reply(maria, mine)
    asked = [writes(mine, "And when does it arrive?"), writes(mine, "Hello?")]
    before = queued()
    assert "The bot answers again." in done(press(maria, mine, "hand-back"))
    assert stands(mine) == ("resolved", "maria", "bot", None)
    assert texts(mine, "system")[-1].startswith("Maria has handed you back to our automated assistant.")
    assert trail(mine)[-1] == ("staff maria", "handed back to the bot")
    assert queued() == before + 1, "in order: the second waits for the first"
    for turn in asked:
        turn.refresh_from_db()
        assert turn.status == "accepted"
        turn.claim()
        assert answer(turn, epoch=now(mine).conversation.epoch) is not None
    assert not Turn.objects.filter(status__in=Turn.OPEN).exists()


def test_what_was_answered_is_not_answered_again_by_the_bot(mine: Escalation, maria: Client) -> None:
    writes(mine)
    reply(maria, mine)
    press(maria, mine, "hand-back")
    assert not Turn.objects.filter(status__in=Turn.OPEN).exists()


def test_after_a_hand_back_the_bot_stays_in_charge(mine: Escalation, maria: Client) -> None:
    reply(maria, mine)
    press(maria, mine, "hand-back")
    Conversation.objects.update(status="closed")  # nobody wrote for an hour
    assert writes(mine, "What are your opening hours?").status == "accepted"
    assert stands(mine) == ("resolved", "maria", "bot", None)


def test_a_solved_case_comes_back_to_who_solved_it(mine: Escalation, maria: Client) -> None:
    resolve(maria, mine)
    pass_time(hours=71)
    turn = writes(mine, "It still has not arrived.")
    assert stands(mine) == ("claimed", "maria", "human", "maria")
    assert turn.status == "with_human"
    notice = mine.conversation.turns.last()
    assert (notice.text, turn.answered_by) == ("Maria from our team has your message and will answer here.", notice)
    assert trail(mine)[-1] == ("customer", "case reopened")
    assert unread(maria) == 1
    assert (now(mine).resolved_at, now(mine).resolved_by) == (None, None)


def test_a_solved_case_of_somebody_who_is_away_comes_back_to_the_queue(mine: Escalation, maria: Client) -> None:
    resolve(maria, mine)
    Agent.objects.update(available=False)
    assert writes(mine, "It still has not arrived.").status == "accepted"
    assert stands(mine) == ("open", None, "waiting", None)


def test_thanks_reopens_nothing_and_is_answered_by_the_bot(mine: Escalation, maria: Client) -> None:
    resolve(maria, mine)
    assert writes(mine, "Thank you so much!").status == "accepted"
    assert stands(mine) == ("resolved", "maria", "closed", None)


def test_a_question_after_the_thanks_reopens_it(mine: Escalation, maria: Client) -> None:
    resolve(maria, mine)
    thanks = writes(mine, "Thank you so much!")
    thanks.claim()
    answer(thanks, epoch=now(mine).conversation.epoch, text="You are welcome.")
    assert writes(mine, "But it still has not arrived.").status == "with_human"
    assert stands(mine)[:2] == ("claimed", "maria")


def test_thanks_that_the_bot_still_answers_end_with_the_question_that_reopens_it(
    mine: Escalation, maria: Client
) -> None:
    resolve(maria, mine)
    thanks = writes(mine, "Thank you so much!")
    _, _, epoch = thanks.claim()
    question = writes(mine, "But it still has not arrived.")
    assert answer(thanks, epoch=epoch, text="You are welcome.") is None
    thanks.refresh_from_db()
    assert (thanks.status, thanks.answered_by) == ("with_human", question.answered_by)
    assert now(mine).draft_reply == "You are welcome."


def test_a_case_that_was_solved_long_ago_stays_solved(mine: Escalation, maria: Client) -> None:
    resolve(maria, mine)
    pass_time(hours=73)
    assert writes(mine, "Where is my order?").status == "accepted"
    assert stands(mine) == ("resolved", "maria", "bot", None)


# --- the desk as a whole --------------------------------------------------------------------------


def test_everybody_says_themselves_whether_they_are_there(maria: Client) -> None:
    agent = Agent.objects.get()
    for given, there in (("0", False), ("1", True)):
        response = maria.post("/admin/actors/escalation/availability/", {"available": given}, follow=True)
        assert ("You are available." if there else "You are away.") in told(response)
        agent.refresh_from_db()
        assert agent.available is there
    assert maria.get("/admin/actors/escalation/availability/").status_code == 403


def test_the_news_are_what_is_new_in_my_cases_and_which_nobody_has(
    mine: Escalation, maria: Client, tom: Client
) -> None:
    writes(mine)
    request_human(session_id=say(customer_email=None, verified=False).conversation_id)
    free = Escalation.objects.exclude(pk=mine.pk).get().pk
    news = "/admin/actors/escalation/news/"
    Agent.objects.filter(user__username="maria").update(available=True)
    Agent.objects.filter(user__username="tom").update(available=False)
    assert maria.get(news).json() == {
        "mine": [{"case": mine.pk, "customer": JOHN, "unread": 1, "url": page_of(mine)}],
        "unread": 1,
        "free": [free],
        "available": True,
    }
    assert tom.get(news).json() == {"mine": [], "unread": 0, "free": [free], "available": False}


# --- the clock ------------------------------------------------------------------------------------


def due_in(case: Escalation) -> float | None:
    """Minutes until something is due; None while the clock stands still."""
    due_at = now(case).sla_due_at
    return None if due_at is None else round((due_at - timezone.now()).total_seconds() / 60)


def test_the_clock_stands_still_while_the_customer_is_waited_for(mine: Escalation, maria: Client) -> None:
    assert due_in(mine) == 240  # the first answer
    pass_time(minutes=60)
    reply(maria, mine)
    assert due_in(mine) is None
    assert now(mine).first_response_at is not None
    pass_time(hours=30)
    assert watch.mark_breaches() == 0
    writes(mine, "Thanks!")
    assert due_in(mine) is None, "thanks ask for nothing"
    writes(mine)
    assert due_in(mine) == 24 * 60 - 60  # the solution, an hour of which was used before
    pass_time(minutes=30)
    writes(mine, "Hello?")
    assert due_in(mine) == 24 * 60 - 90
    assert not now(mine).breached


def test_what_is_late_is_marked_and_stays_marked(mine: Escalation, maria: Client) -> None:
    pass_time(minutes=241)
    assert [watch.mark_breaches(), watch.mark_breaches()] == [1, 0]
    assert now(mine).breached
    late = maria.get("/admin/actors/escalation/", {"show": "late"}).context["cl"].result_list
    assert [case.pk for case in late] == [mine.pk]
    resolve(maria, mine)
    assert now(mine).breached


def test_what_is_about_to_be_late_is_raised_once_and_says_why(case: Escalation, susan: Client) -> None:
    assert watch.raise_due() == 0
    pass_time(minutes=226)
    due_at = now(case).sla_due_at
    assert [watch.raise_due(), watch.raise_due()] == [1, 0]
    raised = now(case)
    assert (raised.priority, raised.sla_due_at) == ("high", due_at)
    assert raised.signals[-1].startswith("due at ")
    assert raised.signals[-1] in susan.get(page_of(case)).content.decode()
    pass_time(minutes=60)
    assert watch.raise_due() == 0


def test_what_is_solved_or_waits_for_the_customer_is_not_raised(mine: Escalation, maria: Client) -> None:
    reply(maria, mine)
    pass_time(days=9)
    assert watch.watch() == 0
    resolve(maria, mine)
    pass_time(days=9)
    assert watch.watch() == 0
