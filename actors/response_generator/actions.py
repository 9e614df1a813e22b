"""What was done about a wish, or proposed, in sentences."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from actors.message import ActionResult, IntentName, Order
from actors.response_generator.case import Case
from actors.wording import ONE_QUESTION, talk_to_a_person

# Kind of action -> the wish it serves, what it is called, and how it reads when it has been done.
KINDS: dict[str, tuple[IntentName, str, str]] = {
    "cancel_order": ("cancellation_request", gettext_noop("cancellation"), gettext_noop("has been cancelled")),
    "process_return": ("return_request", gettext_noop("return"), gettext_noop("has been registered for return")),
    "process_refund": ("refund_request", gettext_noop("refund"), gettext_noop("has been refunded")),
    "update_delivery_address": (
        "order_change",
        gettext_noop("address change"),
        gettext_noop("has been changed to the new delivery address"),
    ),
    "generate_return_label": ("return_request", gettext_noop("return label"), gettext_noop("has a return label now")),
    "expedite_order": (
        "delivery_issue",
        gettext_noop("faster handling"),
        gettext_noop("has been put first in the warehouse"),
    ),
    "expedite_delivery": (
        "delivery_issue",
        gettext_noop("faster delivery"),
        gettext_noop("has been given priority with the carrier"),
    ),
    "contact_carrier": (
        "delivery_issue",
        gettext_noop("question to the carrier"),
        gettext_noop("is being looked for: the carrier has been asked"),
    ),
    "add_order_note": ("order_inquiry", gettext_noop("note"), gettext_noop("has your note now")),
    "schedule_callback": ("escalation_request", gettext_noop("call"), gettext_noop("has been called about")),
}


def action_name(action: ActionResult) -> str:
    return _(KINDS[action.kind][1]) if action.kind in KINDS else action.kind.replace("_", " ")


def actions_for(case: Case, wish: IntentName) -> tuple[ActionResult, ...]:
    return tuple(action for action in _actions(case) if action.kind in KINDS and KINDS[action.kind][0] == wish)


def other_actions(case: Case, wishes: tuple[IntentName, ...]) -> tuple[ActionResult, ...]:
    """Those that no wish of the message accounts for: answers to an earlier question, mostly."""
    return tuple(action for action in _actions(case) if action.kind not in KINDS or KINDS[action.kind][0] not in wishes)


def action_status(case: Case, action: ActionResult) -> str:
    """What became of the action, and what comes next."""
    told = {"name": action_name(action), "amount": _amount(case, action)}
    if action.action_id is None or action.status in ("rejected", "failed"):
        told |= {"about": _about(case, action), "because": action.because.rstrip(". ")}
        if action.status == "failed":
            return _("The {name}{about} could not be carried out: {because}.").format(**told)
        if action.because == _(ONE_QUESTION):
            text = _("The {name}{about} has to wait: please ask for it again once you have answered my question.")
            return text.format(**told)
        return _("The {name}{about} is not possible: {because}.").format(**told)
    match action.status:
        case "proposed" | "awaiting_approval":
            noted = case.say("action", _("requested the {name}").format(**told), action.action_id)
            text = _("I have {noted}{about}{amount}. A colleague will confirm it here.")
            return text.format(noted=noted, about=_about(case, action), **told)
        case "awaiting_confirmation":
            text = _("The {name} for your order {order}{amount} waits for your yes.")
        case "executing":
            text = _("The {name} for your order {order}{amount} is being carried out.")
        case "executed":
            done = _(KINDS[action.kind][2]) if action.kind in KINDS else _("is done: {name}").format(**told)
            told["done"] = case.say("action", done, action.action_id)
            told["more"] = "" if action.because in ("executed", "") else f" {action.because.rstrip('. ')}."
            text = _("Your order {order} {done}{amount}.{more}")
        case "cancelled":
            text = _("All right: I left your order {order} as it is, without a {name}.")
        case _status:
            told["talk"] = talk_to_a_person()
            text = _(
                "The question about the {name} for your order {order} has expired, and nothing was changed. If you "
                "still want it, please write it once more, or {talk}."
            )
    return text.format(order=_order(case, action), **told)


def _actions(case: Case) -> tuple[ActionResult, ...]:
    result = case.payload.execution_result
    return result.actions if result else ()


def _about(case: Case, action: ActionResult) -> str:
    return _(" for your order {order}").format(order=_order(case, action)) if action.order else ""


def _order(case: Case, action: ActionResult) -> str:
    order = _ordered(case, action)
    if order:
        return case.say_order(order)
    return case.say("order_number", action.order, action.action_id or "action") if action.order else _("(no number)")


def _ordered(case: Case, action: ActionResult) -> Order | None:
    return next((order for order in case.orders if order.number == action.order), None)


def _amount(case: Case, action: ActionResult) -> str:
    return f", {case.say_money(action.amount, action.action_id or 'action')}" if action.amount else ""
