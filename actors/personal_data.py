"""Personal data in a text: found by checksum and shape, offline.

A card passes Luhn and starts like a card, an IBAN passes mod 97 at its country's length. The shop's own order and
tracking numbers are never taken for a phone.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator
from typing import Literal

from django.conf import settings

from actors.message import Part
from actors.passwords import passwords
from actors.phones import Span, phones

FindingType = Literal["INJECTION", "CREDIT_CARD", "IBAN", "SSN", "EMAIL", "PHONE", "IP_ADDRESS", "PASSWORD"]


class Finding(Part):
    """`text[start:end]` is of this type. The text itself is not kept: findings may be logged and shown."""

    type: FindingType
    start: int
    end: int


def find_personal_data(text: str) -> tuple[Finding, ...]:
    """Every card number, IBAN, SSN, e-mail, phone, IP address and disclosed password, in the order of the text."""
    found: list[Finding] = []
    taken = [match.span() for pattern in _shop_numbers() for match in re.finditer(pattern, text)]
    for kind, search in _SEARCHES:
        for start, end in search(text):
            if not any(start < other_end and other_start < end for other_start, other_end in taken):
                found.append(Finding(type=kind, start=start, end=end))
                taken.append((start, end))
    return in_order(found)


def in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """Findings as they stand in the text."""
    return tuple(sorted(findings, key=lambda finding: (finding.start, finding.end)))


def _shop_numbers() -> tuple[str, str]:
    return settings.ORDER_NUMBER_PATTERN, settings.TRACKING_NUMBER_PATTERN


# --- personal data: one search per type, the surest first --------------------------------------

_EMAIL = re.compile(r"(?<![\w.+%-])[\w+%-][\w.+%'’-]{0,63}@(?:[\w-]{1,63}\.){1,6}[^\W\d_]{2,24}\b")
# Digits in groups, as people type numbers.
_DIGIT_RUN = re.compile(r"(?<!\w)(?<!\d[.,])\d+(?:[ \u00a0\u2009\u202f.\-‑–—_/]\d+)*(?![^\W_]|%|€)")
_CARD_START = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})$"  # Visa
    r"|(?:5[1-5]|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d+$(?<=^\d{16})"  # Mastercard
    r"|3[47]\d{13}$"  # American Express
    r"|(?:6011|64[4-9]\d|65\d\d)\d{12}$"  # Discover
    r"|62\d{14,17}$"  # UnionPay
    r"|3(?:0[0-5]|[68]\d)\d{11}$"  # Diners
    r"|35\d{14}$|(?:2131|1800)\d{11}$"  # JCB
    r"|(?:50|5[6-8])\d{10,17}$|(?:6304|6759|676[1-3])\d{8,15}$"  # Maestro
)
_IBAN_COUNTRIES = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 "
    "FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 "
    "LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 "
    "SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20"
)
_IBAN_LENGTHS = {entry[:2]: int(entry[2:]) for entry in _IBAN_COUNTRIES.split()}
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ \u00a0\u2009\u202f.\-‑–]?[A-Za-z0-9]){10,42}")
_SSN = re.compile(r"(?<![\w-])(?!000|666|9)\d{3}([- .‑–])(?!00)\d{2}\1(?!0000)\d{4}(?![\w-])")
_BARE_SSN = re.compile(
    r"\b(?:ssn|social(?: security)?(?: (?:number|no))?)\b[^\d\n]{0,20}((?!000|666|9)\d{3}[-. ]?\d{2}[-. ]?\d{4})(?!\d)",
    re.IGNORECASE,
)
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
# "version 1.2.3.4" is no address.
_VERSION = re.compile(
    r"\b(?:version|firmware|release|build|update|driver|software|v)[ :]{1,2}(?:\w+ )?$", re.IGNORECASE
)
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])")


def _emails(text: str) -> Iterator[Span]:
    return (match.span() for match in _EMAIL.finditer(text))


def _cards(text: str) -> Iterator[Span]:
    for run in _DIGIT_RUN.finditer(text):
        groups = list(re.finditer(r"\d+", run[0]))
        after = 0
        for first, group in enumerate(groups):
            if group.start() < after or group[0][0] not in "123456":
                continue
            digits = ""
            for last in groups[first : first + 19]:
                digits += last[0]
                if len(digits) > 19:
                    break
                if len(digits) > 11 and _CARD_START.match(digits) and _luhn(digits):
                    after = last.end()
                    yield run.start() + group.start(), run.start() + after
                    break


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    return (sum(int(digit) for digit in digits[::-2]) + sum(n - 9 if n > 9 else n for n in doubled)) % 10 == 0


def _ibans(text: str) -> Iterator[Span]:
    for match in _IBAN.finditer(text):
        length = _IBAN_LENGTHS.get(match[0][:2].upper())
        if length is None:
            continue
        compact, end = "", match.start()
        while end < match.end() and len(compact) < length:
            compact += text[end].upper() if text[end].isalnum() else ""
            end += 1
        cut = end < len(text) and text[end].isalnum()
        if (
            len(compact) == length
            and not cut
            and int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1
        ):
            yield match.start(), end


def _ssns(text: str) -> Iterator[Span]:
    yield from (match.span() for match in _SSN.finditer(text))
    yield from (match.span(1) for match in _BARE_SSN.finditer(text))


def _ip_addresses(text: str) -> Iterator[Span]:
    for match in (*_IPV4.finditer(text), *_IPV6.finditer(text)):
        try:
            ipaddress.ip_address(match[0])
        except ValueError:
            continue
        # "::" alone is punctuation
        if len(match[0]) > 3 and not _VERSION.search(text[max(0, match.start() - 30) : match.start()]):
            yield match.span()


_SEARCHES: tuple[tuple[FindingType, Callable[[str], Iterator[Span]]], ...] = (
    ("EMAIL", _emails),
    ("IBAN", _ibans),
    ("CREDIT_CARD", _cards),
    ("SSN", _ssns),
    ("IP_ADDRESS", _ip_addresses),
    ("PASSWORD", passwords),
    ("PHONE", phones),
)
