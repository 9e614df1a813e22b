"""The actions that end at a person: nothing in the shop changes, somebody gets a case."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from actors.actions.registry import Request, action
from actors.models import Action, Conversation, Escalation


@action(
    title=gettext_noop("call"),
    needs=("phone",),
    level="draft",
    undo="close the case",
    done=gettext_noop("has been dealt with by phone"),
    writes=False,
    by_hand=True,
)
def schedule_callback(request: Request) -> dict[str, Any]:
    """A person calls. The case for them is opened with the reply, in one transaction."""
    return {"phone": request.args["phone"], "due": request.args["due"]}


@action(
    title=gettext_noop("hand-over"),
    needs=(),
    level="draft",
    undo="close the case",
    done=gettext_noop("has been passed to a supervisor"),
    writes=False,
    by_chat=False,
)
def escalate_to_supervisor(request: Request) -> dict[str, Any]:
    """A supervisor decides: the conversation's case leaves the agent's hands, becomes urgent and says so."""
    conversation_id = Action.objects.values_list("conversation", flat=True).get(pk=request.key)
    with transaction.atomic():
        conversation = Conversation.locked(conversation_id)
        case = Escalation.unresolved(conversation)
        if case is not None and not case.for_supervisor:  # else it is with them already
            case.ask_supervisor(conversation, who=request.requested_by)
    return {}
