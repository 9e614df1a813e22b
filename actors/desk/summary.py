"""What a person reads first: what the customer wants, what happened, what was tried."""

from actors.message import ActionResult, Payload

# As it stood then: the words are kept, and the case page says beside them how it stands by now.
_STATUS = {
    "proposed": "was put to staff for a decision",
    "awaiting_approval": "was put to staff for approval",
    "awaiting_confirmation": "waits for the customer's yes",
    "executing": "is under way at the shop",
}


def written_summary(payload: Payload, because: str) -> str:
    """Three short paragraphs of what the message carries; `because` is why a person is needed."""
    lines = (
        ("What the customer wants", _wants(payload)),
        ("What happened", _happened(payload, because)),
        ("What was tried", _tried(payload)),
    )
    return "\n".join(f"{title}: {text}" for title, text in lines)


def _wants(payload: Payload) -> str:
    intent, done = payload.intent, payload.execution_result
    if intent is None:
        return "not understood; read the message."
    if intent.category in ("confirm", "deny") and done is not None and done.actions:
        answer = "yes" if intent.category == "confirm" else "no"
        return f"{', '.join(_named(action) for action in done.actions)}: the answer was {answer}."
    wishes = ", ".join(dict.fromkeys((intent.category, *intent.secondary))).replace("_", " ")
    named = (*intent.values("order_number"), *intent.values("tracking_number"))
    about = f", about {', '.join(named)}" if named else ""
    return f"{wishes}{about} (understood at {intent.confidence:.0%})."


def _happened(payload: Payload, because: str) -> str:
    rules = payload.decision.rules if payload.decision else ()
    found = [
        because,
        *(rule.because for rule in rules if rule.hit and rule.rule in ("paused", "escalate_now", "priority")),
    ]
    told = [". ".join(_sentence(text) for text in dict.fromkeys(found)) + "."]
    if payload.context is not None and payload.context.summary:
        told.append(payload.context.summary)
    if not payload.verified:
        told.append("The visitor is not verified.")
    return " ".join(told)


def _tried(payload: Payload) -> str:
    told = []
    context = payload.context
    if context is not None and context.source != "none":
        told.append("Customer, orders and shipments were looked up")
        if context.missing:
            told.append(f"no answer from {', '.join(context.missing)}")
    told += [f"{entry.step} failed and was {_RECOVERED[entry.outcome]}" for entry in payload.recovery_log]
    if payload.error is not None:
        told.append(f"{payload.error.step} failed: {payload.error.text}")
    actions = payload.execution_result.actions if payload.execution_result else ()
    told += [_action(action) for action in actions]
    if not actions:
        told.append("nothing was changed in the shop")
    return f"{_sentence('; '.join(told))}."


_RECOVERED = {"retry": "tried once more", "error_recovery": "gone round"}


def _action(action: ActionResult) -> str:
    status = _STATUS.get(action.status, action.status.replace("_", " "))
    because = action.because.rstrip(". ")
    return f"{_named(action)}: {status}" + (f" ({because})" if because != action.status.replace("_", " ") else "")


def _named(action: ActionResult) -> str:
    amount = f", {action.amount.amount} {action.amount.currency}" if action.amount else ""
    return " ".join(filter(None, (action.kind.replace("_", " "), action.order))) + amount


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(". ")
