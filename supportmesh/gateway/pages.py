"""The customer's side in a browser: the chat page and the widget, one template and one script for both."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from supportmesh.gateway.credentials import ensure_guest_cookie

# Whom a visitor of the demo may pretend to be; the addresses are those of the demo data.
DEMO_CUSTOMERS = [
    {
        "email": "john.doe@example.com",
        "name": "John Doe",
        "note": "Premium",
        "examples": [
            "Where is my order ORD-12345678?",
            "My order ORD-12345678 is late. I want it now or my money back!",
            "Cancel my order ORD-12345679",
        ],
    },
    {
        "email": "jane.smith@example.com",
        "name": "Jane Smith",
        "note": "VIP",
        "examples": [
            "Where is my order ORD-22222222?",
            "There is an unusual charge of $299 on my card. I am in a hurry.",
        ],
    },
    {
        "email": "bob.wilson@example.com",
        "name": "Bob Wilson",
        "note": "Standard",
        "examples": ["Where is my order ORD-33333331?", "Which payment methods do you take?"],
    },
    {
        "email": "sarah.wilson@example.com",
        "name": "Sarah Wilson",
        "note": "Out for delivery",
        "examples": ["Could you tell me the status of ORD-87654321, please?", "When will my parcel arrive?"],
    },
    {
        "email": "vip.customer@example.com",
        "name": "Victoria Palmer",
        "note": "VIP",
        "examples": ["I see a charge of $299 I don't know. Please look at it now.", "I want to talk to a person."],
    },
    {
        "email": "returns.customer@example.com",
        "name": "Rita Turner",
        "note": "Delivered last week",
        "examples": ["The item of ORD-11111111 doesn't fit. I want to return it.", "How long can I return an order?"],
    },
    {
        "email": "confused.customer@example.com",
        "name": "Conrad Fuller",
        "note": "Several problems",
        "examples": [
            "My parcel is late, I was charged twice and I cannot log in.",
            "It doesn't work and I don't know what to do.",
        ],
    },
    {
        "email": "",
        "name": "Guest",
        "note": "Not signed in",
        "examples": ["Hello, what are your opening hours?", "Where is my order ORD-12345678?"],
    },
]


@require_safe
@never_cache
def chat(request: HttpRequest) -> HttpResponse:
    """The chat page. Sets the guest's http-only cookie, which owns what a guest writes."""
    return _page(request, mode="page")


@require_safe
@never_cache
@xframe_options_sameorigin
def widget(request: HttpRequest) -> HttpResponse:
    """The same chat, compact, for an iframe in one of the shop's own pages."""
    return _page(request, mode="widget")


def _page(request: HttpRequest, *, mode: str) -> HttpResponse:
    demo = settings.DEMO and settings.DEBUG
    config = {
        "mode": mode,
        "socket": "/ws",
        "shop": settings.SHOP_NAME,
        "demo": DEMO_CUSTOMERS if demo else None,
    }
    response = render(
        request,
        "chat/chat.html",
        {
            "mode": mode,
            "shop": settings.SHOP_NAME,
            "max_length": settings.MESSAGE_MAX_LENGTH,
            "demo": demo,
            "demo_customers": DEMO_CUSTOMERS if demo else [],
            "config": config,
        },
    )
    ensure_guest_cookie(request, response)
    return response
