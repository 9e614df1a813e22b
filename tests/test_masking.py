"""What an LLM gets to read of a customer's text."""

import pytest

from actors.masking import mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Pay with 4111 1111 1111 1111 please", "Pay with [card] please"),
        ("IBAN: DE89 3704 0044 0532 0130 00.", "IBAN: [iban]."),
        ("my ssn is 123-45-6789", "my ssn is [ssn]"),
        ("jane@example.org or +44 20 7946 0958", "[email] or [phone]"),
        ("from 192.168.0.12, password: hunter2!x", "from [ip], password: [password]"),
        ("4111111111111111 and 5555555555554444", "[card] and [card]"),
    ],
)
def test_each_kind_gives_way_to_its_placeholder(text: str, masked: str) -> None:
    assert mask(text).text == masked


def test_what_was_taken_out_is_told_by_its_type() -> None:
    assert mask("jane@example.org or +44 20 7946 0958").masked == ("EMAIL", "PHONE")


@pytest.mark.parametrize(
    "text", ["", "Where is ORD-12345678 with TRK123456789?", "It cost $1,234.50 on 2026-03-04, my password is wrong"]
)
def test_text_without_personal_data_stays_as_it_is(text: str) -> None:
    assert mask(text).text == text
    assert mask(text).masked == ()


def test_masking_twice_changes_nothing() -> None:
    once = mask("my password is hunter2!x, write to jane@example.org, card 4111 1111 1111 1111").text
    assert mask(once).text == once
