"""What was done about a wish, or proposed, in sentences."""

from actors.message import ActionResult, IntentName, Order
from actors.response_generator.case import TALK, Case

# Kind of action -> the wish it serves, what it is called, and how it reads when it has been done.
KINDS: dict[str, tuple[IntentName, str, str]] = {
    "cancel_order": ("cancellation_request", "cancellation", "has been cancelled"),
    "process_return": ("return_request", "return", "has been registered for return"),
    "process_refund": ("refund_request", "refund", "has been refunded"),
    "update_delivery_address": ("order_change", "address change", "has been changed to the new delivery address"),
    "generate_return_label": ("return_request", "return label", "has a return label now"),
    "expedite_order": ("delivery_issue", "faster handling", "has been put first in the warehouse"),
    "expedite_delivery": ("delivery_issue", "faster delivery", "has been given priority with the carrier"),
    "contact_carrier": ("delivery_issue", "question to the carrier", "is being looked for: the carrier has been asked"),
    "add_order_note": ("order_inquiry", "note", "has your note now"),
    "schedule_callback": ("escalation_request", "call", "has been called about"),
}


def action_name(action: ActionResult) -> str:
    return KINDS[action.kind][1] if action.kind in KINDS else action.kind.replace("_", " ")


def actions_for(case: Case, wish: IntentName) -> tuple[ActionResult, ...]:
    return tuple(action for action in _actions(case) if action.kind in KINDS and KINDS[action.kind][0] == wish)


def other_actions(case: Case, wishes: tuple[IntentName, ...]) -> tuple[ActionResult, ...]:
    """Those that no wish of the message accounts for: answers to an earlier question, mostly."""
    return tuple(action for action in _actions(case) if action.kind not in KINDS or KINDS[action.kind][0] not in wishes)


def action_status(case: Case, action: ActionResult) -> str:
    """What became of the action, and what comes next."""
    name = action_name(action)
    if action.action_id is None or action.status in ("rejected", "failed"):
        outcome = "could not be carried out" if action.status == "failed" else "is not possible"
        return f"The {name}{_about(case, action)} {outcome}: {action.because.rstrip('. ')}."
    match action.status:
        case "proposed" | "awaiting_approval":
            noted = case.say("action", f"requested the {name}", action.action_id)
            return f"I have {noted}{_about(case, action)}{_amount(case, action)}. A colleague will confirm it here."
        case "awaiting_confirmation":
            return f"The {name} for your order {_order(case, action)}{_amount(case, action)} waits for your yes."
        case "executing":
            return f"The {name} for your order {_order(case, action)}{_amount(case, action)} is being carried out."
        case "executed":
            done = KINDS[action.kind][2] if action.kind in KINDS else f"is done: {name}"
            done = case.say("action", done, action.action_id)
            more = "" if action.because in ("executed", "") else f" {action.because.rstrip('. ')}."
            return f"Your order {_order(case, action)} {done}{_amount(case, action)}.{more}"
        case "cancelled":
            return f"All right: I left your order {_order(case, action)} as it is, without a {name}."
        case _:
            return (
                f"The question about the {name} for your order {_order(case, action)} has expired, and nothing was "
                f"changed. If you still want it, please write it once more, or {TALK}."
            )


def _actions(case: Case) -> tuple[ActionResult, ...]:
    result = case.payload.execution_result
    return result.actions if result else ()


def _about(case: Case, action: ActionResult) -> str:
    return f" for your order {_order(case, action)}" if action.order else ""


def _order(case: Case, action: ActionResult) -> str:
    order = _ordered(case, action)
    if order:
        return case.say_order(order)
    return case.say("order_number", action.order, action.action_id or "action") if action.order else "(no number)"


def _ordered(case: Case, action: ActionResult) -> Order | None:
    return next((order for order in case.orders if order.number == action.order), None)


def _amount(case: Case, action: ActionResult) -> str:
    return f", {case.say_money(action.amount, action.action_id or 'action')}" if action.amount else ""
