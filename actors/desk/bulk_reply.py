"""One reply to many cases: each customer once, whatever is pressed twice and however many cases they have."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction

from actors.context_retriever import context_retriever
from actors.desk.canned import filled, order_of, unfilled, values_for
from actors.desk.cases import case_and_conversation, say
from actors.message import Context, Payload
from actors.models import Escalation, Turn

Reasons = dict[str, list[int]]  # why the cases of these numbers get nothing, the numbers rising


class Plan(NamedTuple):
    """Who would be written to: one case for each customer; and which are left out, and why."""

    cases: list[Escalation]
    left_out: Reasons


def plan(chosen: Iterable[Escalation], *, by: User) -> Plan:
    """A customer with several cases is written to in the one that is due first; what a colleague has is theirs."""
    found: dict[str, Escalation] = {}
    left_out: defaultdict[str, list[int]] = defaultdict(list)
    for case in chosen:
        customer = case.conversation.customer_email or str(case.conversation_id)
        if case.status == Escalation.Status.RESOLVED:
            left_out["resolved"].append(case.pk)
        elif case.assigned_to_id not in (None, by.pk):
            left_out["with a colleague"].append(case.pk)
        elif customer in found:
            left_out["another case of the same customer"].append(case.pk)
        else:
            found[customer] = case
    return Plan(list(found.values()), _rising(left_out))


def preview(
    cases: Sequence[Escalation], *, text: str, key: uuid.UUID, by: User
) -> tuple[list[tuple[Escalation, str]], Reasons]:
    """What each would read, and who would get nothing: every case is looked at as it will be when it is sent."""
    ready = []
    unsent: defaultdict[str, list[int]] = defaultdict(list)
    for case in cases:
        words = words_for(case, text=text, by=by)
        if why := _unfit(words) or _refused(case, key=key, by=by):
            unsent[why].append(case.pk)
        else:
            ready.append((case, words))
    return ready, _rising(unsent)


def send(cases: Sequence[Escalation], *, text: str, key: uuid.UUID, by: User) -> tuple[int, Reasons]:
    """Say it to each, once per `key`; how many got it now, and why others did not."""
    sent = 0
    unsent: defaultdict[str, list[int]] = defaultdict(list)
    for case in cases:
        words = words_for(case, text=text, by=by)
        if why := _unfit(words) or _send(case, words, key=key, by=by):
            unsent[why].append(case.pk)
        else:
            sent += 1
    return sent, _rising(unsent)


def _rising(told: Reasons) -> Reasons:
    return {why: sorted(numbers) for why, numbers in told.items()}


def _unfit(words: str) -> str:
    """Empty, or why no customer may read this."""
    left = unfilled(words)
    return f"{', '.join(left)} is not known there." if left else ""


def _send(case: Escalation, words: str, *, key: uuid.UUID, by: User) -> str:
    """Empty, or why it was not sent."""
    with transaction.atomic():
        row, conversation = case_and_conversation(case.pk)
        if why := _refused(row, key=key, by=by):
            return why
        say(row, conversation, by=by, text=words, caller=_caller(by), key=_key_of(case, key))
        row.audit("bulk reply sent", who=f"staff {by.get_username()}")
        return ""


def _refused(case: Escalation, *, key: uuid.UUID, by: User) -> str:
    """Empty, or why it cannot be said in this case as it stands."""
    if Turn.objects.filter(caller=_caller(by), client_msg_id=_key_of(case, key)).exists():
        return "They have it already."
    if case.status == Escalation.Status.RESOLVED or case.assigned_to_id not in (None, by.pk):
        return "A colleague has the case by now, or it is resolved."
    return ""


def _caller(by: User) -> str:
    return f"bulk:{by.pk}"


def _key_of(case: Escalation, key: uuid.UUID) -> uuid.UUID:
    """One reply per customer, not per case."""
    return uuid.uuid5(key, case.conversation.customer_email or str(case.conversation_id))


def words_for(case: Escalation, *, text: str, by: User) -> str:
    """The text with this case's values."""
    if "{{" not in text:
        return text
    email = case.conversation.current_email()
    context = (
        context_retriever(Payload(customer_message="", customer_email=email, verified=True)) if email else Context()
    )
    return filled(text, values_for(context, order=order_of(case), agent=by))
