"""What a member of staff does with a case. Each is one transaction on the locked conversation, and one line in the
audit trail; what is no longer theirs to do is refused with the name of who has it."""

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from actors import ledger
from actors.doorbell import ring_next
from actors.models import Action, Conversation, Escalation, Note, Turn, public_name

Status = Escalation.Status
FIRST_RING_AFTER = timedelta(seconds=2)


class NotYours(Exception):
    """Somebody else has the case, or nobody has claimed it. The text says who, for staff."""


class OutOfDate(Exception):
    """It was pressed on a page that is an old one by now. The text says what has changed, for staff."""


class Undecided(Exception):
    """An action still waits for a decision: the customer was promised one."""


# --- whose it is ----------------------------------------------------------------------------------


def claim(case_id: int, *, by: User) -> Escalation:
    """Take the case, and with it the conversation: the bot is silent from here on, and the customer is told.

    Claiming one's own case changes nothing. Raises NotYours when somebody else was first, or a supervisor is asked for.
    """
    with transaction.atomic():
        case, conversation = case_and_conversation(case_id)
        if case.status == Status.CLAIMED and case.assigned_to_id == by.pk:
            return case
        if case.status == Status.OPEN and not case.may_be_claimed_by(by):
            raise NotYours("A supervisor is asked for: only a supervisor can claim this case.")
        taken = Escalation.objects.filter(pk=case.pk, status=Status.OPEN).update(
            status=Status.CLAIMED, assigned_to=by, agent_active_at=timezone.now()
        )
        if not taken:
            raise NotYours(holder(case))
        case.refresh_from_db()
        _take_over(conversation, by, gettext_noop("{name} from our team is here now and reads what you wrote."))
        case.audit("case claimed", who=_staff(by))
        return case


def release(case_id: int, *, by: User) -> Escalation:
    """Give the case back to the queue. Raises NotYours."""
    with transaction.atomic():
        case, conversation = _mine(case_id, by)
        text = gettext_noop("{name} cannot stay. Another colleague will go on with this.")
        _let_go(case, conversation, text, name=public_name(by))
        case.audit("case released", who=_staff(by))
        return case


def reassign(case_id: int, *, to: User, by: User) -> Escalation:
    """Hand the case to a colleague. Its owner may, and who manages cases. Raises NotYours."""
    with transaction.atomic():
        case, conversation = case_and_conversation(case_id)
        if case.status == Status.RESOLVED or not (case.assigned_to_id == by.pk or by.has_perm("actors.manage_cases")):
            raise NotYours(holder(case))
        if case.assigned_to_id == to.pk:
            return case
        case.status, case.assigned_to, case.agent_active_at = Status.CLAIMED, to, timezone.now()
        case.seen_seq = 0
        case.for_supervisor = case.may_be_claimed_by(to) and case.for_supervisor  # a supervisor gives it to an agent
        case.save()
        _take_over(conversation, to, gettext_noop("{name} from our team takes over from here."))
        case.audit("case reassigned", who=_staff(by), fields="assigned_to")
        return case


def expire(case_id: int, *, idle: timedelta) -> bool:
    """Give a case back to the queue whose owner owes an answer and has not been seen for so long. Nobody has to be
    there while the shop is closed: only opening hours count."""
    with transaction.atomic():
        case, conversation = case_and_conversation(case_id)
        if case.status != Status.CLAIMED or not case.owes_answer:
            return False
        if settings.SHOP_OPENING_HOURS.between(case.idle_since(), timezone.now()) < idle.total_seconds():
            return False
        text = gettext_noop("{name} could not stay. Another colleague will go on with this.")
        _let_go(case, conversation, text, name=public_name(case.assigned_to))
        case.audit("claim expired", who="desk")
        return True


# --- what is said ---------------------------------------------------------------------------------


def reply(
    case_id: int, *, by: User, text: str, key: uuid.UUID, and_resolve: bool = False, from_draft: bool = False
) -> Turn:
    """Say it to the customer, once per `key` however often the button was pressed. It covers all that was written
    before, so that a draft for that is used up. `from_draft`: it is the draft, and only while that is still the same.
    Raises NotYours, OutOfDate, Undecided."""
    with transaction.atomic():
        case, conversation = case_and_conversation(case_id)
        caller = f"staff:{by.pk}"
        said = Turn.objects.filter(caller=caller, client_msg_id=key).first()
        if said is not None:
            if (said.conversation_id, said.text) != (conversation.pk, text):
                raise OutOfDate("Another text was sent already from that page. This one was not; send it from here.")
            return said
        _must_have(case, by)
        if and_resolve:
            _no_promise_open(conversation)
        if from_draft and text.splitlines() != case.draft_reply.splitlines():  # a browser sends other line ends
            raise OutOfDate("That is no longer the draft: it was sent, thrown away or changed. Nothing was sent now.")
        case.draft_reply = ""
        turn = say(case, conversation, by=by, text=text, caller=caller, key=key)
        case.audit("reply sent", who=_staff(by))
        if and_resolve:
            _resolve(case, conversation, by=by)
        return turn


def say(case: Escalation, conversation: Conversation, *, by: User, text: str, caller: str, key: uuid.UUID) -> Turn:
    """A person's words in the chat. They cover what the customer wrote and nobody answered; the clock stands still
    until the customer writes, unless nobody has the case: then somebody still has to take it. Call it in a transaction,
    on a locked conversation."""
    turn = conversation.add_turn(
        role=Turn.Role.AGENT,
        agent=public_name(by),
        text=text,
        caller=caller,
        client_msg_id=key,
        metadata={**ledger.BY_PERSON, "outcome": "answered"},
        customer_email=conversation.customer_email,
        mail_if_unseen=True,
    )
    waiting = conversation.turns.filter(role=Turn.Role.CUSTOMER, status=Turn.Status.WITH_HUMAN, seq__lt=turn.seq)
    waiting.filter(answered_by__isnull=True).update(answered_by=turn)
    if case.status == Status.CLAIMED:
        case.first_response_at = case.first_response_at or timezone.now()
        case.agent_active_at = timezone.now()
        case.seen_seq = turn.seq
        case.pause()
    case.save()
    return turn


def note(case_id: int, *, by: User, text: str) -> Note:
    """A word to colleagues."""
    with transaction.atomic():
        case, conversation = case_and_conversation(case_id)
        _active(conversation, by)
        case.audit("note written", who=_staff(by))
        conversation.tell_status()
        return Note.objects.create(escalation=case, author=by, text=text)


def add_draft(case_id: int, *, by: User, text: str) -> None:
    """Keep these words as a draft. Raises NotYours."""
    with transaction.atomic():
        case, _ = _mine(case_id, by)
        case.add_draft(text)


def discard_draft(case_id: int, *, by: User, draft: str) -> None:
    """Throw away the draft whose `draft_key` this is. Raises NotYours, OutOfDate when there is another one by now."""
    with transaction.atomic():
        case, _ = _mine(case_id, by)
        if not case.draft_reply or draft != case.draft_key:
            raise OutOfDate(
                "That is no longer the draft: it was sent, thrown away or changed. Nothing was thrown away."
            )
        case.draft_reply = ""
        case.save(update_fields=["draft_reply"])
        case.audit("draft discarded", who=_staff(by))


# --- how it ends ----------------------------------------------------------------------------------


def resolve(case_id: int, *, by: User) -> Escalation:
    """It is solved: the conversation is closed, and the customer told. Who manages cases may do that with one that
    nobody has, too. Raises NotYours, Undecided."""
    with transaction.atomic():
        case, conversation = case_and_conversation(case_id)
        if not (case.status == Status.OPEN and by.has_perm("actors.manage_cases")):
            case, conversation = _mine(case_id, by)
        _no_promise_open(conversation)
        _resolve(case, conversation, by=by)
        return case


def hand_back(case_id: int, *, by: User) -> Escalation:
    """The bot answers again, beginning with what the customer wrote and nobody answered; the customer is told.

    Raises NotYours, Undecided.
    """
    with transaction.atomic():
        case, conversation = _mine(case_id, by)
        _no_promise_open(conversation)
        case.resolve(by=None)  # the bot's again: it does not open when the customer goes on
        conversation.change_owner(None, status=Conversation.Status.BOT)
        text = gettext_noop(
            "{name} has handed you back to our automated assistant. You can ask for a person at any time."
        )
        name = public_name(by)
        conversation.add_turn(role=Turn.Role.SYSTEM, text=_said(conversation, text, name), agent=name)
        case.audit("handed back to the bot", who=_staff(by))
        answered = (
            conversation.turns.filter(role=Turn.Role.AGENT).order_by("-seq").values_list("seq", flat=True).first()
        )
        unanswered = conversation.turns.filter(status=Turn.Status.WITH_HUMAN, seq__gt=answered or 0)
        unanswered.update(
            status=Turn.Status.ACCEPTED, answered_by=None, worked_with=None, next_ring_at=Now() + FIRST_RING_AFTER
        )
        transaction.on_commit(lambda: ring_next(conversation.pk))
        return case


def holder_may(conversation_id: uuid.UUID, *, by: User) -> Conversation:
    """The locked conversation, when nobody else has its case. Raises NotYours. Call it in a transaction."""
    conversation = Conversation.locked(conversation_id)
    if conversation.owner_id not in (None, by.pk):
        raise NotYours(f"{public_name(conversation.owner)} has this conversation.")
    _active(conversation, by)
    return conversation


# --- the parts ------------------------------------------------------------------------------------


def case_and_conversation(case_id: int) -> tuple[Escalation, Conversation]:
    """The case and its conversation, locked in that order everywhere: first the conversation."""
    conversation_id = Escalation.objects.values_list("conversation", flat=True).get(pk=case_id)
    conversation = Conversation.locked(conversation_id)
    return Escalation.objects.select_related("assigned_to").get(pk=case_id), conversation


def _mine(case_id: int, by: User) -> tuple[Escalation, Conversation]:
    case, conversation = case_and_conversation(case_id)
    _must_have(case, by)
    return case, conversation


def _must_have(case: Escalation, by: User) -> None:
    if case.status != Status.CLAIMED or case.assigned_to_id != by.pk:
        raise NotYours(holder(case))
    case.agent_active_at = timezone.now()
    case.save(update_fields=["agent_active_at"])


def _active(conversation: Conversation, by: User) -> None:
    """Who notes or decides something is there, when the case is theirs."""
    mine = Escalation.objects.filter(conversation=conversation, assigned_to=by, status=Status.CLAIMED)
    mine.update(agent_active_at=timezone.now())


def holder(case: Escalation) -> str:
    """Who has it, as a colleague is told."""
    if case.status == Status.RESOLVED:
        return "This case is resolved."
    if case.status == Status.OPEN:
        return "You do not have this case: it is back in the queue. Claim it first."
    return f"{public_name(case.assigned_to)} has this case."


def _take_over(conversation: Conversation, owner: User, text: str) -> None:
    """The notice is the outcome of what the bot was still working on; its own words become a draft."""
    conversation.change_owner(owner, status=Conversation.Status.HUMAN)
    name = public_name(owner)
    notice = conversation.add_turn(
        role=Turn.Role.SYSTEM, text=_said(conversation, text, name), agent=name, metadata=ledger.BY_PERSON
    )
    ledger.hand_over_open_turns(conversation, notice)


def _said(conversation: Conversation, text: str, name: str) -> str:
    """One of the notices above, in the customer's language."""
    with override(conversation.language):
        return _(text).format(name=name)


def _let_go(case: Escalation, conversation: Conversation, text: str, *, name: str) -> None:
    case.status, case.assigned_to, case.agent_active_at = Status.OPEN, None, None
    case.save()
    conversation.change_owner(None, status=Conversation.Status.WAITING)
    conversation.add_turn(role=Turn.Role.SYSTEM, text=_said(conversation, text, name))


def _no_promise_open(conversation: Conversation) -> None:
    undecided = (Action.Status.PROPOSED, Action.Status.AWAITING_APPROVAL, Action.Status.EXECUTING)
    waiting = conversation.actions.filter(status__in=undecided)
    if waiting.exists():
        raise Undecided("Decide first: " + ", ".join(f"{action.kind} {action.order}".strip() for action in waiting))


def _resolve(case: Escalation, conversation: Conversation, *, by: User) -> None:
    case.resolve(by=by)
    text = gettext_noop("{name} has closed this conversation. Write again at any time, and it goes on.")
    name = public_name(by)
    conversation.add_turn(role=Turn.Role.SYSTEM, text=_said(conversation, text, name), agent=name)
    conversation.change_owner(None, status=Conversation.Status.CLOSED)


def _staff(user: Any) -> str:
    return f"staff {user.get_username()}"[:150]
