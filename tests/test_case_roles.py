"""Who sees and does what at the desk, as tables: every role, every view, and whose case it is."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from actors.admin.case_commands import COMMANDS
from actors.desk import cases
from actors.ledger import request_human
from actors.models import Action, Agent, CannedReply, Conversation, Escalation, Note, Turn
from tests.colleagues import at_desk, member
from tests.identities import OWN
from tests.test_ledger import say

pytestmark = pytest.mark.django_db

LEADS = {"supervisor", "superuser"}
DESK = LEADS | {"agent"}
TEAM = DESK | {"auditor"}
ROLES = (*sorted(TEAM), "staff without a group", "anonymous")
# Whose case: their own, nobody's, a colleague's; and one that they solved, of a customer who is with a colleague now.
WHOSE = ("own", "free", "theirs", "once own")
SEES = {"agent": {"own", "free"}} | dict.fromkeys(LEADS | {"auditor"}, set(WHOSE))
BASE = "/admin/actors/escalation/"


@dataclass
class Desk:
    """One person in front of four cases. The customer of each has written a word of its own."""

    client: Client
    cases: dict[str, Escalation]

    def ids(self, whose: str) -> dict[str, Any]:
        case = self.cases[whose]
        turn = case.conversation.turns.filter(role="customer").first()
        action = case.conversation.actions.get()
        return {"case": case.pk, "conversation": case.conversation_id, "turn": turn.pk, "action": action.pk}


def word(whose: str) -> str:
    return f"zebra-{whose.replace(' ', '-')}"


def email(whose: str) -> str:
    return f"to-{whose.replace(' ', '-')}@example.com"


def desk(role: str, *, undecided: bool = False) -> Desk:
    """`undecided`: on each case an action waits for a decision; else it is decided."""
    tom = member("tom")
    match role:
        case "anonymous":
            user, client = tom, Client()
        case "staff without a group":
            user = User.objects.create_user("maria", is_staff=True)
            client = at_desk(user)
        case "superuser":
            user = User.objects.create_superuser("maria")
            client = at_desk(user)
        case _:
            user = member("maria", role)
            client = at_desk(user)
    made = {}
    for whose in WHOSE:
        turn = say(f"What are your opening hours? {word(whose)}", customer_email=email(whose))
        session_id = turn.conversation_id
        request_human(session_id=session_id)
        made[whose] = Escalation.objects.get(conversation=session_id)
        if whose in ("own", "once own"):
            cases.claim(made[whose].pk, by=user)
        if whose == "once own":
            cases.resolve(made[whose].pk, by=user)
            request_human(session_id=session_id)
        if whose in ("theirs", "once own"):
            cases.claim(Escalation.objects.filter(conversation=session_id).latest("pk").pk, by=tom)
        Action.objects.create(
            turn=turn,
            position=0,
            conversation_id=session_id,
            kind="schedule_callback",
            args={"phone": "+1 555 0100", "due": "2031-01-01T10:00Z", "wish": "schedule_callback"},
            status="awaiting_approval" if undecided else "rejected",
        )
    Escalation.objects.update(draft_reply="A draft.")
    rows = Escalation.objects.select_related("conversation")
    return Desk(client, {whose: rows.get(pk=case.pk) for whose, case in made.items()})


def state() -> list[Any]:
    """Everything that somebody could change; not who was where and has seen what."""
    tables = (Conversation, Turn, Action, Note, CannedReply)
    seen = {"seen_seq", "agent_active_at"}
    names = [field.attname for field in Escalation._meta.concrete_fields if field.attname not in seen]
    return [*(list(table.objects.order_by("pk").values()) for table in tables), list(Escalation.objects.values(*names))]


def is_refused(response: Any, role: str, *, status: tuple[int, ...]) -> bool:
    """Nobody in particular is sent to the login, who may nothing hears 403, and the desk what the table says."""
    if role == "anonymous":
        return response.status_code == 302 and response["Location"].startswith("/admin/login/")
    return response.status_code in (status if role in TEAM else (403,))


# --- one row --------------------------------------------------------------------------------------

ONE = {
    "case page": f"{BASE}{{case}}/change/",
    "case's history": f"{BASE}{{case}}/history/",
    "live": f"{BASE}{{case}}/live/",
    "customer": f"{BASE}{{case}}/customer/",
    "canned reply": f"{BASE}{{case}}/canned/{{canned}}/",
    "conversation": "/admin/actors/conversation/{conversation}/change/",
    "conversation's history": "/admin/actors/conversation/{conversation}/history/",
    "turn": "/admin/actors/turn/{turn}/change/",
    "action": "/admin/actors/action/{action}/change/",
    "transcript over REST": "/api/conversations/{conversation}",
    "message over REST": "/api/messages/{turn}",
}
NEVER_WAS = {"case": 987_654_321, "conversation": uuid.uuid4(), "turn": uuid.uuid4(), "action": uuid.uuid4()}


@pytest.mark.parametrize("view", ONE)
@pytest.mark.parametrize("role", ROLES)
def test_what_is_not_theirs_to_see_looks_like_what_never_was(role: str, view: str) -> None:
    here = desk(role)
    canned = CannedReply.objects.create(title="Hello", text="Hello").pk

    def opened(ids: dict[str, Any]) -> tuple[Any, tuple[Any, ...]]:
        path = ONE[view].format(**ids, canned=canned)
        response = here.client.get(path, headers=OWN)
        text = response.get("Location", "").replace(path, "<path>")
        return response, (response.status_code, text)

    _, never_was = opened(NEVER_WAS)
    for whose in WHOSE:
        response, shown = opened(here.ids(whose))
        if whose in SEES.get(role, ()):
            assert response.status_code == 200, whose
        else:
            assert shown == never_was if role in TEAM else response.status_code in (302, 403, 404), whose
            assert word(whose) not in response.content.decode(), whose


@pytest.mark.parametrize("role", ROLES)
def test_the_case_page_shows_the_words_to_whom_it_opens(role: str) -> None:
    here = desk(role)
    for whose in WHOSE:
        page = here.client.get(f"{BASE}{here.cases[whose].pk}/change/").content.decode()
        assert (word(whose) in page) is (whose in SEES.get(role, ()))


# --- many rows ------------------------------------------------------------------------------------

LISTS: dict[str, Callable[[Any], Any]] = {
    "escalation": lambda row: row.conversation_id,
    "conversation": lambda row: row.pk,
    "turn": lambda row: row.conversation_id,
    "action": lambda row: row.conversation_id,
}


@pytest.mark.parametrize("model", LISTS)
@pytest.mark.parametrize("role", ROLES)
def test_lists_and_their_searches_hold_what_is_theirs_to_see(role: str, model: str) -> None:
    here = desk(role)
    path = f"/admin/actors/{model}/"
    if role not in TEAM:
        assert is_refused(here.client.get(path), role, status=())
        return

    def found(**query: str) -> set[str]:
        rows = here.client.get(path, query).context["cl"].queryset
        sessions = {LISTS[model](row) for row in rows}
        return {whose for whose, case in here.cases.items() if case.conversation_id in sessions}

    everything = {"show": "all"} if model == "escalation" else {}
    assert found(**everything) == SEES[role]
    for whose in WHOSE:
        hit = {whose} & SEES[role]
        assert found(q=email(whose), **everything) == hit
        if model in ("escalation", "conversation"):
            assert found(q=word(whose), **everything) == hit
        if model == "escalation":
            assert found(q=f"#{here.cases[whose].pk}", **everything) == hit


@pytest.mark.parametrize("role", ROLES)
def test_the_search_of_the_admin_finds_what_is_theirs_to_see(role: str) -> None:
    here = desk(role)
    for whose in WHOSE:
        page = here.client.get("/admin/search/", {"s": email(whose)}).content.decode()
        assert (str(here.cases[whose].conversation_id) in page) is (whose in SEES.get(role, ())), whose


# --- the buttons of a case ------------------------------------------------------------------------


def key() -> str:
    return str(uuid.uuid4())


def words() -> dict[str, Any]:
    return {"text": "I am on it.", "key": key()}


OWNER = {"own": DESK}
OWNER_OR_NOBODYS = {"own": DESK, "free": DESK}
# What is given with it, and who may press it on whose case.
BUTTONS: dict[str, tuple[Callable[[], dict[str, Any]], dict[str, set[str]]]] = {
    "claim": (dict, {"free": DESK}),
    "release": (dict, OWNER),
    "reassign": (
        lambda: {"to": member("lisa").pk},
        {"own": DESK, "free": LEADS, "theirs": LEADS},
    ),
    "reply": (words, OWNER),
    "reply-and-resolve": (words, OWNER),
    "send-draft": (lambda: {"text": "A draft.", "key": key()}, OWNER),
    "discard-draft": (lambda: {"draft": Escalation(draft_reply="A draft.").draft_key}, OWNER),
    "suggest": (dict, OWNER),
    "resolve": (dict, {"own": DESK, "free": LEADS}),
    "hand-back": (dict, OWNER),
    "note": (
        lambda: {"text": "For colleagues."},
        {"own": DESK, "free": DESK, "theirs": LEADS, "once own": LEADS},
    ),
    "approve": (dict, OWNER_OR_NOBODYS),
    "reject": (lambda: {"reason": "no"}, OWNER_OR_NOBODYS),
    "done": (lambda: {"reference": "SHOP-1"}, OWNER_OR_NOBODYS),
    "edit": (lambda: {"phone": "+1 555 0199"}, OWNER_OR_NOBODYS),
    "start": (lambda: {"kind": "escalate_to_supervisor", "key": key()}, OWNER_OR_NOBODYS),
}
ABOUT_AN_ACTION = ("approve", "reject", "done", "edit")


def test_every_button_stands_in_the_table() -> None:
    assert set(BUTTONS) == set(COMMANDS)


@pytest.mark.parametrize("button", BUTTONS)
@pytest.mark.parametrize("role", ROLES)
def test_each_button_works_for_whom_it_is_and_changes_nothing_for_others(role: str, button: str) -> None:
    given, may = BUTTONS[button]
    here = desk(role, undecided=button in ABOUT_AN_ACTION)
    for whose, case in here.cases.items():
        data, before = {**given(), "action": here.ids(whose)["action"]}, state()
        response = here.client.post(f"{BASE}{case.pk}/do/{button}/", data)
        if role in may.get(whose, ()):
            assert response["Location"] == f"{BASE}{case.pk}/change/", (whose, response.status_code)
            assert state() != before, whose
        elif (button, whose) == ("claim", "own") and role in DESK:
            assert response.status_code == 302  # it is theirs already
            assert state() == before
        else:
            assert is_refused(response, role, status=(403,) if role == "auditor" else (409,)), whose
            assert state() == before, whose
            if whose not in SEES.get(role, ()):
                assert word(whose) not in response.content.decode()
                assert email(whose) not in response.content.decode()


@pytest.mark.parametrize("role", ROLES)
def test_a_look_presses_no_button(role: str) -> None:
    here = desk(role)
    before = state()
    for button in BUTTONS:
        address = f"{BASE}{here.cases['own'].pk}/do/{button}/"
        assert here.client.get(address).status_code in (302, 403, 404)
    assert state() == before


@pytest.mark.parametrize("role", ROLES)
def test_a_decision_on_the_actions_own_page_asks_the_same_rule(role: str) -> None:
    here = desk(role, undecided=True)
    for whose in WHOSE:
        action = here.ids(whose)["action"]
        response = here.client.post(f"/admin/actors/action/{action}/decide/reject/", {"reason": "no"})
        decided = Action.objects.get(pk=action).status == "rejected"
        assert decided is (role in DESK and whose in ("own", "free")), whose
        if role not in DESK:
            assert is_refused(response, role, status=(403,))
        elif whose not in SEES[role]:
            assert response.status_code == 404


@pytest.mark.parametrize("role", ROLES)
def test_only_who_has_the_case_sends_its_guest_a_code(role: str) -> None:
    here = desk(role)
    Conversation.objects.update(customer_email=None, guest_key="k" * 64)
    for whose, case in here.cases.items():
        before = state()
        response = here.client.post(f"{BASE}{case.pk}/send-code/", {"email": "john.doe@example.com"})
        if whose == "own" and role in DESK:
            assert response["Location"] == f"{BASE}{case.pk}/change/"
            assert state() != before
        else:
            assert response.status_code in ((302,) if role == "anonymous" else (403, 404)), whose
            assert state() == before


# --- many cases at once ---------------------------------------------------------------------------

BULK: dict[str, dict[str, set[str]]] = {
    "claim_selected": {"free": DESK},
    "resolve_selected": {"own": DESK, "free": LEADS},
    "assign_selected": {},  # it asks to whom
    "reply_selected": {},  # and what
}


def changed(here: Desk, before: dict[str, Any]) -> set[str]:
    return {whose for whose, case in here.cases.items() if one(case) != before[whose]}


def one(case: Escalation) -> tuple[Any, ...]:
    row = Escalation.objects.get(pk=case.pk)
    return row.status, row.assigned_to_id, Conversation.objects.get(pk=row.conversation_id).last_seq


@pytest.mark.parametrize("action", BULK)
@pytest.mark.parametrize("role", ROLES)
def test_what_is_done_to_a_selection_leaves_out_what_is_not_theirs(role: str, action: str) -> None:
    here = desk(role)
    before = {whose: one(case) for whose, case in here.cases.items()}
    chosen = [case.pk for case in here.cases.values()]
    response = here.client.post(f"{BASE}?show=all", {"action": action, "_selected_action": chosen})
    assert changed(here, before) == {whose for whose, who in BULK[action].items() if role in who}
    if role not in TEAM:
        assert is_refused(response, role, status=())
    elif action in ("assign_selected", "reply_selected") and role in LEADS:
        assert {case.pk for case in response.context["chosen"]} == set(chosen)
    else:
        assert response.status_code in (200, 302), "the list again: what is not offered does nothing"


TOGETHER: dict[str, tuple[Callable[[], dict[str, Any]], set[str]]] = {
    "assign-to": (lambda: {"to": member("lisa").pk}, {"own", "free", "theirs"}),
    "reply-to": (lambda: {"text": "The strike is over.", "key": key(), "send": "1"}, {"own", "free"}),
}


@pytest.mark.parametrize("page", TOGETHER)
@pytest.mark.parametrize("role", ROLES)
def test_supervisors_alone_assign_and_answer_many(role: str, page: str) -> None:
    given, whose = TOGETHER[page]
    here = desk(role)
    before = {whose: one(case) for whose, case in here.cases.items()}
    data = {**given(), "case": [case.pk for case in here.cases.values()]}
    response = here.client.post(f"{BASE}{page}/", data)
    if role in LEADS:
        assert response["Location"] == BASE
        assert changed(here, before) == whose
    else:
        assert is_refused(response, role, status=(403,))
        assert changed(here, before) == set()
    if role != "anonymous":
        assert here.client.get(f"{BASE}{page}/").status_code == 403


# --- the pages of the desk ------------------------------------------------------------------------

OVERSIGHT = LEADS | {"auditor"}
PAGES: dict[str, set[str]] = {
    BASE: TEAM,
    f"{BASE}news/": DESK,
    "/admin/figures.json": TEAM,
    "/admin/figures.csv": TEAM,
    "/admin/actors/auditevent/": OVERSIGHT,
    "/admin/actors/parkedmessage/": OVERSIGHT,
    "/admin/actors/policy/": TEAM,
    "/admin/actors/policy/add/": LEADS,
    "/admin/actors/cannedreply/": TEAM,
    "/admin/actors/cannedreply/add/": LEADS,
    "/admin/actors/incident/": TEAM,
    "/admin/actors/incident/add/": LEADS,
    "/admin/actors/agent/": TEAM,
    "/admin/actors/agent/add/": set(),
    f"{BASE}add/": set(),
    "/admin/actors/conversation/add/": set(),
    "/admin/actors/turn/add/": set(),
    "/admin/actors/action/add/": set(),
    "/admin/actors/auditevent/add/": set(),
    "/admin/auth/user/": {"superuser"},
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", ROLES)
def test_each_page_opens_for_whom_it_is(role: str, page: str) -> None:
    response = desk(role).client.get(page)
    if role in PAGES[page]:
        assert response.status_code == 200
    else:
        assert is_refused(response, role, status=(403,))


@pytest.mark.parametrize("role", ROLES)
def test_who_works_at_the_desk_says_whether_they_are_there(role: str) -> None:
    response = desk(role).client.post(f"{BASE}availability/", {"available": "0"})
    if role in DESK:
        assert response["Location"] == BASE
        assert not Agent.objects.get(user__username="maria").available
    else:
        assert is_refused(response, role, status=(403,))
        assert not Agent.objects.filter(available=False).exclude(user__username="maria").exists()


@pytest.mark.parametrize("role", ROLES)
def test_ready_words_are_the_supervisors_to_write(role: str) -> None:
    client = desk(role).client
    row = CannedReply.objects.create(title="Hello", text="Hello")
    given = {"title": "Sorry", "text": "We are sorry, {{ customer.first_name }}."}
    for path in ("add/", f"{row.pk}/change/"):
        client.post(f"/admin/actors/cannedreply/{path}", given | {"title": path})
    client.post(f"/admin/actors/cannedreply/{row.pk}/delete/", {"post": "yes"})
    titles = set(CannedReply.objects.values_list("title", flat=True))
    assert titles == ({"add/"} if role in LEADS else {"Hello"})


@pytest.mark.parametrize("role", ROLES)
def test_nobody_at_the_desk_raises_a_limit(role: str) -> None:
    client = desk(role).client
    agent = Agent.objects.get(user__username="tom")
    client.post(f"/admin/actors/agent/{agent.pk}/change/", {"available": "on", "approval_limit": "99999"})
    agent.refresh_from_db()
    assert (agent.approval_limit is not None) is (role == "superuser")


@pytest.mark.parametrize("role", ROLES)
def test_no_form_of_the_admin_changes_or_deletes_a_case(role: str) -> None:
    here = desk(role)
    before = state()
    for whose in ("own", "theirs"):
        ids = here.ids(whose)
        for path in (BASE, "/admin/actors/conversation/", "/admin/actors/turn/", "/admin/actors/action/"):
            pk = ids["case" if path == BASE else path.split("/")[-2]]
            for call in ("change", "delete"):
                response = here.client.post(f"{path}{pk}/{call}/", {"post": "yes", "status": "resolved"})
                assert response.status_code in (302, 403, 404), (path, call)
        chosen = [case.pk for case in here.cases.values()]
        here.client.post(BASE, {"action": "delete_selected", "_selected_action": chosen, "post": "yes"})
    assert state() == before
