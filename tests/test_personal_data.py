"""Personal data in a text: what is found in its place, and what only looks like it."""

import time

import pytest

from actors.personal_data import find_personal_data


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("my card is 4111 1111 1111 1111 12/28", "CREDIT_CARD", "4111 1111 1111 1111"),
        ("card 5555-5555-5555-4444.", "CREDIT_CARD", "5555-5555-5555-4444"),
        ("amex 378282246310005 ok", "CREDIT_CARD", "378282246310005"),
        ("IBAN GB82 WEST 1234 5698 7654 32 please", "IBAN", "GB82 WEST 1234 5698 7654 32"),
        ("to de89370400440532013000", "IBAN", "de89370400440532013000"),
        ("SSN 123-45-6789", "SSN", "123-45-6789"),
        ("my social security number is 123456789", "SSN", "123456789"),
        ("write jane@example.org.", "EMAIL", "jane@example.org"),
        ("call (212) 555-0187 today", "PHONE", "(212) 555-0187"),
        ("ring +44 20 7946 0958", "PHONE", "+44 20 7946 0958"),
        ("my number is 5550187 1234", "PHONE", "5550187 1234"),
        ("from 192.168.0.12", "IP_ADDRESS", "192.168.0.12"),
        ("at 2001:db8::8a2e:370:7334 now", "IP_ADDRESS", "2001:db8::8a2e:370:7334"),
        ("my password is hunter2!x", "PASSWORD", "hunter2!x"),
        ("password: Sunflower", "PASSWORD", "Sunflower"),
        ("The PIN is 4711.", "PASSWORD", "4711"),
        ("card #4000 0566 5566 5556 it is", "CREDIT_CARD", "4000 0566 5566 5556"),
        ("4242.4242.4242.4242", "CREDIT_CARD", "4242.4242.4242.4242"),
        ("meine Karte 4242–4242–4242–4242", "CREDIT_CARD", "4242–4242–4242–4242"),
        ("Konto: AT61 1904 3002 3457 3201", "IBAN", "AT61 1904 3002 3457 3201"),
        ("FR14-2004-1010-0505-0001-3M02-606", "IBAN", "FR14-2004-1010-0505-0001-3M02-606"),
        ("my social is 219 09 9998", "SSN", "219 09 9998"),
        ("mail o'neil+shop@mail.example.co.uk", "EMAIL", "o'neil+shop@mail.example.co.uk"),
        ("jürgen@müller.example schreibt", "EMAIL", "jürgen@müller.example"),
        ("my IP is 203.0.113.9:8443", "IP_ADDRESS", "203.0.113.9"),
        ("Mein Passwort lautet Blume", "PASSWORD", "Blume"),
        ("the cvv is 737", "PASSWORD", "737"),
        ("Your verification code: 448213", "PASSWORD", "448213"),
        ("key sk-abcdefghij0123456789XYZ", "PASSWORD", "sk-abcdefghij0123456789XYZ"),
    ],
)
def test_personal_data_is_found_in_its_place(text: str, kind: str, said: str) -> None:
    found = find_personal_data(text)
    assert [(finding.type, text[finding.start : finding.end]) for finding in found] == [(kind, said)]


@pytest.mark.parametrize(
    "text",
    [
        "order ORD-12345678, tracking TRK123456789",
        "it cost $1,234.50 on 2026-03-04 12:00",
        "4111 1111 1111 1112 fails the checksum",
        "GB82 WEST 1234 5698 7654 33 fails as well",
        "my password is not working",
        "the password is wrong and I forgot the PIN",
        "firmware version 1.2.3.4",
        "the ratio is 10:30:20",
        "999-45-6789",
        "order 1234567890 was placed by phone",
        "Bestellung 123 456 789, nicht per Telefon",
        "phone case, article 555-0123",
        "open 2019-2024",
        "sizes 38 39 40 41",
        "it cost 123 456 789 EUR",
        "my driver's licence number 123456789 shows on the phone",
        "ZIP 12345-6789",
        "on 04 03 2026 at 12:30",
        "I bought 2 of them, 3 days ago, for 40 euros",
        "Mein Passwort ist falsch.",
        "the pin is bent",
        "firmware 10.4.2.17 crashes",
        "at 12:30 and 14:45",
        "jane@home, not an address",
    ],
)
def test_what_only_looks_like_personal_data_is_left_alone(text: str) -> None:
    assert find_personal_data(text) == ()


@pytest.mark.parametrize(
    "number",
    [
        "212-555-0187",
        "(212) 555-0187 x204",
        "1-800-555-0187",
        "+1.212.555.0187",
        "+1 (212) 555-0187, ext. 12",
        "020 7946 0958",
        "07700 900123",
        "+44 (0)20 7946 0958",
        "030/901820",
        "0171-1234567",
        "+49 171 1234567",
        "0049 30 901820",
        "01 42 68 53 00",
        "+33.1.42.68.53.00",
        "612 345 678",
        "+34612345678",
        "06-12345678",
        "0470 12 34 56",
        "044 668 18 00",
        "+41 44 668 18 00",
        "22 33 44 55",
        "32-12-34-56",
        "08-123 456 78",
        "+46 8 123 456 78",
        "(11) 98765-4321",
        "98765 43210",
        "+91-98765-43210",
        "0412 345 678",
        "+61 2 5550 1234",
        "090-1234-5678",
        "+86 138 0013 8000",
        "9123 4567",
        "555-0187",
        "0532 123 45 67",
        "501-234-567",
    ],
)
def test_phone_numbers_of_many_countries_are_found_without_a_word_before_them(number: str) -> None:
    for text in (number, f"Anna,{number} - thank you", f"I am Anna.\n{number}"):
        found = find_personal_data(text)
        assert [(finding.type, text[finding.start : finding.end]) for finding in found] == [("PHONE", number)]


@pytest.mark.parametrize("said", ["phone 5550187123", "call me at 12 34 56", "meine Nummer ist 17612345678"])
def test_bare_digits_are_a_phone_number_behind_a_word_that_says_so(said: str) -> None:
    assert [finding.type for finding in find_personal_data(said)] == ["PHONE"]


@pytest.mark.parametrize("unit", ["1 ", "12-", "a@", "+1 ", "aa:", "GB82 ", "password is ", "1.1.", "call 555 ", "sk-"])
def test_time_grows_with_the_length_and_not_faster(unit: str) -> None:
    def seconds(length: int) -> float:
        text, runs = (unit * length)[:length], []
        for _ in range(3):
            start = time.process_time()
            find_personal_data(text)
            runs.append(time.process_time() - start)
        return min(runs)

    assert seconds(4000) < 12 * seconds(1000) + 0.002
