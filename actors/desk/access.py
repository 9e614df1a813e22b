"""Whose case is whose to see: the one rule behind list, detail, search, bulk actions, REST and sockets."""

from typing import Any, TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from actors.models import Conversation, Escalation

Rows = TypeVar("Rows", bound=Model)


def visible(rows: QuerySet[Rows], user: Any, *, of: str) -> QuerySet[Rows]:
    """Of these rows those that this member of staff may see: all of them, or what belongs to the conversation of a
    case that is their own or nobody's. `of` is the path from a row to its conversation ("pk" for conversations).
    """
    if user.has_perm("actors.see_all_cases"):
        return rows
    cases = Escalation.objects.filter(own_or_free(user), conversation=OuterRef(of))
    return rows.filter(Exists(cases))


def visible_cases(user: Any) -> QuerySet[Escalation]:
    """The cases themselves."""
    rows = Escalation.objects.all()
    return rows if user.has_perm("actors.see_all_cases") else rows.filter(own_or_free(user))


def may_read(user: Any, conversation: Conversation) -> bool:
    """Whether this member of staff may read this conversation."""
    if not user.has_perm("actors.view_conversation"):
        return False
    return visible(Conversation.objects.filter(pk=conversation.pk), user, of="pk").exists()


def own_or_free(user: Any) -> Q:
    """Cases that are theirs, and those that nobody has. Not an old one whose conversation a colleague has by now: its
    page shows what is said there."""
    mine = Q(assigned_to=user) | Q(assigned_to__isnull=True)
    return mine & (Q(conversation__owner=user) | Q(conversation__owner__isnull=True))
