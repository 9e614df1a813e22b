"""The actions that end at a person: nothing in the shop changes, somebody gets a case."""

from typing import Any

from actors.actions.registry import Request, action


@action(
    title="call",
    needs=("phone",),
    level="draft",
    undo="close the case",
    done="has been dealt with by phone",
    writes=False,
)
def schedule_callback(request: Request) -> dict[str, Any]:
    """A person calls. The case for them is opened with the reply, in one transaction."""
    return {"phone": request.args["phone"], "due": request.args["due"]}


@action(title="hand-over", needs=(), level="draft", undo="close the case", writes=False, by_chat=False)
def escalate_to_supervisor(request: Request) -> dict[str, Any]:
    """A supervisor decides. The case is opened with the reply, in one transaction."""
    return {}
