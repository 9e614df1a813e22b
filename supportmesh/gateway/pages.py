"""The customer's side in a browser: the chat page and the widget, one template and one script for both."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from supportmesh.gateway.credentials import ensure_guest_cookie
from supportmesh.gateway.language import CHOSEN, chosen_language, remember

# Whom a visitor of the demo may pretend to be; the addresses are those of the demo data. The examples are in English,
# as the offline mind is.
DEMO_CUSTOMERS = [
    {
        "email": "john.doe@example.com",
        "name": "John Doe",
        "note": gettext_noop("Premium"),
        "examples": [
            "Where is my order ORD-12345678?",
            "My order ORD-12345678 is late. I want it now or my money back!",
            "Cancel my order ORD-12345679",
        ],
    },
    {
        "email": "jane.smith@example.com",
        "name": "Jane Smith",
        "note": gettext_noop("VIP"),
        "examples": [
            "Where is my order ORD-22222222?",
            "There is an unusual charge of $299 on my card. I am in a hurry.",
        ],
    },
    {
        "email": "bob.wilson@example.com",
        "name": "Bob Wilson",
        "note": gettext_noop("Standard"),
        "examples": ["Where is my order ORD-33333331?", "Which payment methods do you take?"],
    },
    {
        "email": "sarah.wilson@example.com",
        "name": "Sarah Wilson",
        "note": gettext_noop("Out for delivery"),
        "examples": ["Could you tell me the status of ORD-87654321, please?", "When will my parcel arrive?"],
    },
    {
        "email": "vip.customer@example.com",
        "name": "Victoria Palmer",
        "note": gettext_noop("VIP"),
        "examples": ["I see a charge of $299 I don't know. Please look at it now.", "I want to talk to a person."],
    },
    {
        "email": "returns.customer@example.com",
        "name": "Rita Turner",
        "note": gettext_noop("Delivered last week"),
        "examples": ["The item of ORD-11111111 doesn't fit. I want to return it.", "How long can I return an order?"],
    },
    {
        "email": "confused.customer@example.com",
        "name": "Conrad Fuller",
        "note": gettext_noop("Several problems"),
        "examples": [
            "My parcel is late, I was charged twice and I cannot log in.",
            "It doesn't work and I don't know what to do.",
        ],
    },
    {
        "email": "",
        "name": gettext_noop("Guest"),
        "note": gettext_noop("Not signed in"),
        "examples": ["Hello, what are your opening hours?", "Where is my order ORD-12345678?"],
    },
]


@require_safe
@never_cache
def chat(request: HttpRequest) -> HttpResponse:
    """The chat page. Sets the guest's http-only cookie, which owns what a guest writes."""
    response = _page(request, mode="page")
    ensure_guest_cookie(request, response)
    return response


@require_safe
@never_cache
@xframe_options_exempt
def widget(request: HttpRequest) -> HttpResponse:
    """The same chat, compact, for the iframe that static/widget.js puts into the shop's pages.

    WIDGET_ORIGINS may frame it (frame-ancestors; the older X-Frame-Options cannot name them). Browsers keep no cookie
    of ours there: the frames of the socket and headers say who it is.
    """
    return _page(request, mode="widget", parents=settings.WIDGET_ORIGINS, jwt=bool(settings.IDENTITY_SECRET))


def _page(request: HttpRequest, *, mode: str, **told: Any) -> HttpResponse:
    chosen = chosen_language(request)
    demo = settings.DEMO and settings.DEBUG
    customers = [{**customer, "name": _(customer["name"]), "note": _(customer["note"])} for customer in DEMO_CUSTOMERS]
    config = {
        "mode": mode,
        "socket": f"/ws?{CHOSEN}={get_language()}",
        "shop": settings.SHOP_NAME,
        "demo": customers if demo else None,
        **told,
    }
    response = render(
        request,
        "chat/chat.html",
        {
            "mode": mode,
            "shop": settings.SHOP_NAME,
            "max_length": settings.MESSAGE_MAX_LENGTH,
            "demo": demo,
            "demo_customers": customers if demo else [],
            "config": config,
        },
    )
    if chosen is not None:
        remember(response, chosen)
    return response
