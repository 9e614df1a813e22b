"""The orders of a reply as data: the customer's own, as far as they have come, and none for a guest."""

from datetime import timedelta

import pytest

from actors.message import Fact, Question, Response
from actors.response_aggregator import metadata_of
from tests.builders import NOW, context, intent, order, payload, shipment


def reply(*numbers: str, choices: tuple[str, ...] = ()) -> Response:
    facts = tuple(Fact(kind="order_number", value=number, source=number) for number in numbers)
    question = Question(text="Which?", choices=choices, request="cancel_order") if choices else None
    return Response(text="As you see.", tone="neutral", facts=facts, question=question)


def cards(*, verified: bool = True, response: Response | None = None, orders: tuple = (), tracking: tuple = ()) -> list:
    known = context(orders=orders, tracking=tracking)
    told = payload(
        verified=verified, intent=intent("order_inquiry"), context=known, response=response or reply("ORD-1")
    )
    return metadata_of(told).get("cards", [])


@pytest.mark.parametrize(
    ("status", "parcel", "stage"),
    [
        ("pending", None, 0),
        ("processing", None, 0),
        ("shipped", None, 1),
        ("shipped", "in_transit", 1),
        ("shipped", "out_for_delivery", 2),
        ("shipped", "delivered", 3),
        ("delivered", None, 3),
        ("cancelled", None, None),
        ("returned", None, None),
    ],
)
def test_a_card_says_how_far_the_order_has_come(status: str, parcel: str | None, stage: int | None) -> None:
    tracking = (shipment("TRK1", "ORD-1", status=parcel),) if parcel else ()
    (card,) = cards(orders=(order("ORD-1", status),), tracking=tracking)
    assert (card["number"], card["status"], card["stage"]) == ("ORD-1", status, stage)


def test_a_late_order_is_late_and_a_delivered_one_has_its_day() -> None:
    yesterday = (NOW - timedelta(days=2)).date().isoformat()
    (late,) = cards(orders=(order("ORD-1", "shipped", estimated_delivery=yesterday),))
    assert (late["late"], late["due"], late["total"], late["item"]) == (True, yesterday, "$79.90", "Headphones")
    (there,) = cards(orders=(order("ORD-1", "delivered", delivered_at=NOW),))
    assert (there["late"], there["delivered_at"]) == (False, NOW.date().isoformat())


def test_what_can_be_chosen_comes_first_and_nothing_comes_twice() -> None:
    orders = tuple(order(f"ORD-{number}") for number in range(1, 9))
    response = reply("ORD-1", "ORD-2", choices=("ORD-3", "ORD-1"))
    assert [card["number"] for card in cards(response=response, orders=orders)] == ["ORD-3", "ORD-1", "ORD-2"]
    assert len(cards(response=reply(*(one.number for one in orders)), orders=orders)) == 5


def test_no_card_for_a_guest_for_somebody_elses_order_or_without_one() -> None:
    assert cards(verified=False, orders=(order("ORD-1"),)) == []
    assert cards(response=reply("ORD-2"), orders=(order("ORD-1"),)) == []
    assert cards(response=reply(), orders=(order("ORD-1"),)) == []
