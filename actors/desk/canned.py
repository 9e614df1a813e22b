"""Ready words with variables. Only the names below are known; nothing in a text is ever run."""

import re
from collections.abc import Mapping

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from actors.message import Context
from actors.models import Escalation, Turn, public_name

VARIABLES = {
    "customer.first_name": "the customer's first name",
    "customer.last_name": "the customer's last name",
    "order.number": "the number of the order the case is about",
    "order.status": "its status",
    "order.tracking_number": "its tracking number",
    "agent.name": "your name, as customers read it",
    "shop.name": "the shop's name",
}
NEWEST_MESSAGES = 5  # looked through for the order that is meant
_VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


def unknown_variables(text: str) -> list[str]:
    """The variables in a text that there are not."""
    return [name for name in _VARIABLE.findall(text) if name not in VARIABLES]


def unfilled(text: str) -> list[str]:
    """The variables a text still holds: no customer may read one."""
    return [f"{{{{ {name} }}}}" for name in dict.fromkeys(_VARIABLE.findall(text))]


def refuse_unfilled(text: str) -> None:
    """For every text that a customer reads. Raises ValidationError."""
    if left := unfilled(text):
        raise ValidationError(f"Fill in {', '.join(left)} first: the customer would read it.")


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with what is known put in; what is not known stays for a person to fill in."""
    return _VARIABLE.sub(lambda found: values.get(found[1]) or found[0], text)


def order_of(case: Escalation) -> str:
    """The number of the order the case is about: of an action, else named in the newest message that names one."""
    action = case.conversation.actions.exclude(order="").order_by("-created_at").first()
    if action is not None:
        return action.order
    worked = case.conversation.turns.filter(role=Turn.Role.CUSTOMER, message__isnull=False).order_by("-seq")
    for message in worked.values_list("message", flat=True)[:NEWEST_MESSAGES]:
        assert message is not None
        entities = (message["payload"].get("intent") or {}).get("entities", [])
        numbers = [entity["value"] for entity in entities if entity["type"] == "order_number"]
        if numbers:
            return numbers[0]
    return ""


def values_for(context: Context, *, order: str, agent: User) -> dict[str, str]:
    """What the variables stand for. `order` is the number the case is about; without one, the only order there is: with
    several nobody is told of another one than they mean."""
    customer = context.customer
    only = context.orders[0] if len(context.orders) == 1 and not order else None
    about = next((one for one in context.orders if one.number == order), only)
    return {
        "customer.first_name": customer.first_name if customer else "",
        "customer.last_name": customer.last_name if customer else "",
        "order.number": about.number if about else "",
        "order.status": about.status if about else "",
        "order.tracking_number": (about.tracking_number or "") if about else "",
        "agent.name": public_name(agent),
        "shop.name": settings.SHOP_NAME,
    }
