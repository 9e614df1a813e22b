"""What a message names: order and tracking numbers, e-mails, amounts, dates, addresses, topics and courtesies."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Literal

from django.conf import settings

from actors.message import Entity

Kind = Literal["order_number", "tracking_number", "email", "address", "thanks"]

# Which words make a general question be about what.
_TOPICS = {
    "opening_hours": r"opening (?:hours|times?)|business hours|working hours|store hours|office hours"
    r"|hours of operation"
    r"|what are your hours|your hours|(?:are|when are) you (?:guys )?open|when do you (?:open|close)"
    r"|what time do you (?:open|close)|open (?:on|at) (?:\w+day|weekends?|holidays)|closing time",
    "contact": r"contact (?:you|number|details|info\w*|support|us)|phone number|telephone number|your (?:e-?mail"
    r"|address)"
    r"|(?:reach|call|e-?mail|contact) (?:you|your (?:team|support|customer service))|get in touch"
    r"|customer service number",
    "warranty": r"warrant(?:y|ies)|guarantees?|guaranteed",
    "returns": r"return(?:s|ing)? (?:polic(?:y|ies)|window|period|process|conditions)|refund polic(?:y|ies)"
    r"|(?:long|days|time) (?:\w+ ){0,4}(?:to )?(?:return|exchange)|free returns|accept returns|exchange policy",
    "shipping": r"shipping|ship(?:s)? (?:to|internationally|abroad|overseas)|deliver(?:s|y)? (?:to|cost|fee|time"
    r"|option)s?"
    r"|delivery (?:costs?|times?|options?|fees?|charges?)|postage|express delivery|same[- ]day|next[- ]day"
    r"|international(?:ly)?",
    "payment": r"payment (?:methods?|options?)|(?:accept|take) (?:\w+ ){0,3}(?:paypal|visa|mastercard|amex"
    r"|american express|credit"
    r"|cards?|apple pay|google pay|klarna|cash|crypto|bitcoin|checks?|payments?)|pay (?:with|by|in|using|via)"
    r"|instal?lments?|financing",
    "discounts": r"discounts?|coupons?|promo(?:tion)?s?(?: codes?)?|voucher|loyalty|reward points?"
    r"|student discount|sales? (?:on|start)",
    "stock": r"in stock|out of stock|back in stock|restock\w*|available in|availability|do you (?:have|sell|carry"
    r"|stock)|still available",
    "sizes": r"size (?:guide|chart)|sizing|what size|which size|true to size|run (?:small|large|big)",
    "location": r"where are you (?:located|based)|(?:physical|nearest|closest|retail) (?:store|shop|location)"
    r"|your (?:store|shop) (?:located|address)"
    r"|showroom|store locations?|pick ?up in store",
    "gift_cards": r"gift (?:cards?|certificates?|vouchers?|wrap\w*)",
    "privacy": r"privacy (?:policy)?|gdpr|my personal data|terms (?:and conditions|of service)|cookies",
}
_TOPIC = re.compile(r"\b(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _TOPICS.items()) + r")\b")
_GREETING = re.compile(
    r"^\W*(?:hello|hi+|hey+|hiya|howdy|greetings|good (?:morning|afternoon|evening|day)|yo|dear (?:\w+ )?(?:team"
    r"|support|sir|madam))"
    r"(?: (?:there|all|team|everyone|guys|again|support|sir|madam))?\b",
)
_THANKS = re.compile(
    r"\b(?:thanks(?: (?:a (?:lot|bunch|million|ton)|so much|very much|again))?|thank (?:you|u)(?: (?:so much"
    r"|very much|a lot|again))?"
    r"|thx|thanx|tysm|ty|cheers|much appreciated|many thanks|(?:i )?appreciate (?:it|that|your \w+))\b",
)
_EMAIL = re.compile(r"(?<![\w.+%-])[\w+%-][\w.+%-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}\b")
_AMOUNT = re.compile(
    r"(?<![\w.,])(?:(?P<sign>US\$|[$€£]) ?(?P<after>\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?)"
    r"|(?P<before>\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?) ?(?P<unit>USD|EUR|GBP|US dollars?"
    r"|dollars?|bucks|euros?|pounds?|[€£$]))"
    r"(?![\w]|[.,]\d)",
    re.IGNORECASE,
)
_CURRENCIES = {
    "$": "USD",
    "us$": "USD",
    "usd": "USD",
    "dollar": "USD",
    "dollars": "USD",
    "us dollar": "USD",
    "us dollars": "USD",
}
_CURRENCIES |= {"bucks": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP", "gbp": "GBP"}
_CURRENCIES |= {"pound": "GBP", "pounds": "GBP"}

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTH_NUMBER = {name: number for number, name in enumerate(_MONTHS.split(), start=1)}
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_DATE = re.compile(
    r"\b(?:(?P<y1>(?:19|20)\d\d)-(?P<m1>\d\d)-(?P<d1>\d\d)"
    r"|(?P<a>\d{1,2})[/.](?P<b>\d{1,2})[/.](?P<y2>(?:19|20)\d\d|\d\d)"
    rf"|(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m3>{_MONTH})\b\.?(?:,? (?P<y3>(?:19|20)\d\d))?"
    rf"|(?P<m4>{_MONTH})\.? (?:the )?(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<y4>(?:19|20)\d\d))?"
    r"|(?P<words>the day (?:before yesterday|after tomorrow)|yesterday|today|tomorrow|tonight|(?:last|next"
    rf"|this) (?:{_WEEKDAY}|week|month|weekend|year)"
    rf"|(?:on )?{_WEEKDAY}|(?:a|an|one|two|three|four|five|six|\d{{1,3}}) (?:days?|weeks?|months?) ago))(?![\w/])",
)
_STREET = (
    r"(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|place|pl|square|sq|terrace|way"
    r"|close|crescent"
    r"|parkway|pkwy|highway|hwy|circle|cir|row|gardens?|grove|hill|mews|quay|alley)"
)
# "3 days by the way" is no address.
_NO_STREET_NAME = (
    r"(?!(?:days?|weeks?|months?|hours?|minutes?|items?|times?|orders?|of|by|in|on|a|my|is|to|and|for"
    r"|i|it|was|or|at)\b)"
)
_ADDRESS = re.compile(
    rf"\b\d{{1,5}}[A-Za-z]?,? (?:{_NO_STREET_NAME}[A-Za-z][\w'-]* ){{1,4}}?(?i:{_STREET})\b\.?"
    r"(?:,? (?i:apt|apartment|unit|suite|flat|floor|#)\.? ?\w{1,6})?"
    r"(?:, ?[A-Z][a-z'.-]+(?: [A-Z][a-z'.-]+){0,2}){0,2}"  # city, state
    r"(?:,? (?:[A-Z]{2} )?(?:\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{4} ?[A-Z]{2})\b)?"  # postcode
    rf"|\b[A-Z][a-zäöüß]+(?:straße|strasse|weg|platz|allee|gasse) \d{{1,4}}[a-z]?(?:,? \d{{5}} [A-Z]\w+)?"
)
_DEFAULT_ORDER_PATTERN = r"ORD-\d{8}"
# "order 12345678", "#12345678" and "ord 12345678" mean ORD-12345678 as long as the shop keeps the default numbers.
_LOOSE_ORDER = re.compile(
    r"(?<![\w-])(?:(?:ord|order)(?: ?(?:number|no\.?|nr\.?|num|id|#)| is|:)* ?[-#:]? ?|# ?)(?:ord[- ]?)?"
    r"(?P<digits>\d{8})(?![\w-])",
    re.IGNORECASE,
)


def find_entities(text: str) -> tuple[Entity, ...]:
    """Everything named in the text, with its normalized value, in the order of the text; no two overlap."""
    found: list[Entity] = []
    for entity in _candidates(text):
        start, end = entity.span
        if not any(start < other.span[1] and other.span[0] < end for other in found):
            found.append(entity)
    return tuple(sorted(found, key=lambda entity: entity.span))


def _candidates(text: str) -> Iterator[Entity]:
    """The surest kinds first."""
    small = _small(text)
    yield from _whole("email", _EMAIL, text, str.lower)
    yield from _numbers("tracking_number", settings.TRACKING_NUMBER_PATTERN, text)
    yield from _numbers("order_number", settings.ORDER_NUMBER_PATTERN, text)
    if settings.ORDER_NUMBER_PATTERN == _DEFAULT_ORDER_PATTERN:
        for match in _LOOSE_ORDER.finditer(text):
            yield Entity(type="order_number", value=f"ORD-{match['digits']}", span=match.span())
    for match in _AMOUNT.finditer(text):
        yield Entity(type="amount", value=_amount(match), span=match.span())
    yield from _whole("address", _ADDRESS, text, lambda words: " ".join(words.split()))
    for match in _DATE.finditer(small):
        yield Entity(type="date", value=_date(match), span=match.span())
    for match in _GREETING.finditer(small):
        start = match.start() + len(match[0]) - len(match[0].lstrip(" \t\r\n.,!-"))
        yield Entity(type="greeting", value=small[start : match.end()], span=(start, match.end()))
    yield from _whole("thanks", _THANKS, small, str.lower)
    for match in _TOPIC.finditer(small):
        yield Entity(type="topic", value=str(match.lastgroup), span=match.span())


def _small(text: str) -> str:
    """Small letters, unless that moves the places in the text (as a dotted capital I does).

    Patterns that ignore case instead would be ten times slower.
    """
    small = text.lower()
    return small if len(small) == len(text) else text


def _whole(kind: Kind, pattern: re.Pattern[str], text: str, normalize: Callable[[str], str]) -> Iterator[Entity]:
    for match in pattern.finditer(text):
        yield Entity(type=kind, value=normalize(match[0]), span=match.span())


def _numbers(kind: Kind, pattern: str, text: str) -> Iterator[Entity]:
    for match in re.finditer(rf"(?<![\w-])(?:{pattern})(?!\w)", text, re.IGNORECASE):
        yield Entity(type=kind, value=match[0].upper(), span=match.span())


def _amount(match: re.Match[str]) -> str:
    number = match["after"] or match["before"]
    # A comma before one or two last digits is a decimal comma, before three it groups thousands.
    number = re.sub(r",(?=\d{1,2}$)", ".", number).replace(",", "")
    return f"{float(number):.2f} {_CURRENCIES[(match['sign'] or match['unit']).lower()]}"


def _date(match: re.Match[str]) -> str:
    """The ISO date where day, month and year are certain, else the words as they stand, in small letters."""
    said = " ".join(match[0].lower().removeprefix("on ").split())
    if match["y1"]:
        parts = match["y1"], match["m1"], match["d1"]
    elif match["a"]:
        first, second = int(match["a"]), int(match["b"])
        year = match["y2"] if len(match["y2"]) == 4 else f"20{match['y2']}"
        if first <= 12 and second <= 12 and first != second and "." not in match[0]:
            return said  # 03/04 is March in one country and April in another
        month_first = second > 12
        parts = (year, match["a"], match["b"]) if month_first else (year, match["b"], match["a"])
    elif match["y3"] or match["y4"]:
        month = _MONTH_NUMBER[(match["m3"] or match["m4"])[:3].lower()]
        parts = match["y3"] or match["y4"], str(month), match["d3"] or match["d4"]
    else:
        return said
    try:
        return date(*(int(part) for part in parts)).isoformat()
    except ValueError:  # 2026-13-45
        return said
