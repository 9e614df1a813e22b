"""Reads a reply: its sentences, the orders it speaks of, and the dates and amounts in it."""

import calendar
import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from django.conf import settings

from actors.guardrail_validator.ground import Ground, today

MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_GERMAN_MONTHS = ("januar", "februar", "märz", "april", "mai", "juni", "juli", "august", "september", "oktober")
MONTHS |= {name: number for number, name in enumerate(_GERMAN_MONTHS, start=1)} | {"dezember": 12, "okt": 10, "dez": 12}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DATES = re.compile(
    rf"\b(?P<d1>\d{{1,2}})(?:st|nd|rd|th|\.)?(?: of)? (?P<m1>{_MONTH})\b\.?(?:,? (?P<y1>\d{{4}}))?"
    rf"|\b(?P<m2>{_MONTH})\.? (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<y2>\d{{4}}))?"
    r"|\b(?P<y3>\d{4})-(?P<m3>\d\d)-(?P<d3>\d\d)\b"
    r"|(?<![\w.])(?P<a>\d{1,2})[./-](?P<b>\d{1,2})[./-](?P<y4>\d{2,4})(?!\w)",
    re.IGNORECASE,
)
RELATIVE_DAYS = {"yesterday": -1, "tomorrow": 1, "tonight": 0}
RELATIVE_DAYS |= {"vorgestern": -2, "gestern": -1, "morgen": 1, "übermorgen": 2}
_RELATIVE_DAY = re.compile(rf"(?<!guten )\b(?:{'|'.join(RELATIVE_DAYS)})\b", re.IGNORECASE)
_CURRENCIES = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_CURRENCY_WORDS = {"dollar": "USD", "buck": "USD", "euro": "EUR", "pound": "GBP", "pfund": "GBP", "yen": "JPY"}
_CONTINENTAL = r"(?:\d{1,3}(?:\.\d{3})+|\d+),\d\d(?!\d)"  # 1.299,00
_NUMBER = rf"(?:{_CONTINENTAL}|(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?)"
_CODES = "USD|EUR|GBP|CHF|JPY|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|CNY|INR|BRL|MXN|ZAR"
_AMOUNTS = re.compile(
    rf"(?P<symbol>[$€£¥]) ?(?P<n1>{_NUMBER})"
    rf"|(?<![\w.,-])(?P<n2>{_NUMBER}) ?(?P<after>[$€£¥](?! ?\d)|(?:{_CODES})\b|(?:{'|'.join(_CURRENCY_WORDS)})s?\b)"
    rf"|\b(?P<code>{_CODES}) ?(?P<n3>{_NUMBER})"
    rf"|(?<![\w.,])(?P<bare>\d[\d,]*\.\d\d|{_CONTINENTAL})(?![\w.]\w)(?!\w)",
    re.IGNORECASE,
)


BLANK = "·"  # stands for what was checked, or needs no check: no letter, digit or end of a sentence


def checked_form(text: str) -> str:
    """The text as it is checked: one form per character, nothing invisible, straight quotes, single spaces."""
    plain = unicodedata.normalize("NFKC", visible(text))
    return re.sub(r"[^\S\n]+", " ", plain.translate(_STRAIGHT))


_STRAIGHT = str.maketrans("’‘“”„–—‑。｡", '\'\'"""---..')


def visible(text: str) -> str:
    """The text without control and zero-width characters."""
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf"))


_TAG = re.compile(r"<!--.*?-->|</?[a-zA-Z!][^<>]*>", re.DOTALL)
_MARKDOWN = (
    (re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)"), r"\1"),
    (re.compile(r"\*\*(.+?)\*\*|__(.+?)__|`{1,3}([^`]*)`{1,3}"), lambda match: next(filter(None, match.groups()), "")),
    (re.compile(r"^#{1,6} +", re.MULTILINE), ""),
    (re.compile(r"<(?=[a-zA-Z/!])"), ""),  # a tag that never ends
)


def without_markup(text: str) -> str:
    """The text without HTML and Markdown; what stood between the tags stays."""
    for _ in range(5):  # what is left of a nested tag may be a tag
        before = text
        text = _TAG.sub("", html.unescape(text))
        for pattern, replacement in _MARKDOWN:
            text = pattern.sub(replacement, text)
        if text == before:
            break
    return text


# What stands between two orders of one subject.
_AND = re.compile(
    r"\s*(?:\([^()]*\))?\s*(?:,|and|&|or|und|oder)\s*(?:and\s*)?(?:(?:your|Ihre)\s*)?(?:(?:order|Bestellung)\s*)?"
)


@dataclass(frozen=True)
class Mention:
    """A reference in the text: an order of the customer's, directly or by its tracking number, or an unknown one."""

    start: int
    end: int
    value: str
    order: str | None  # whose order number; None: not the customer's


class Reply:
    """One text, read against what is known. `bare` is the text with the shop's own phrases blanked: item names,
    carriers, opening hours say nothing that needs a check."""

    def __init__(self, text: str, ground: Ground) -> None:
        self.ground = ground
        self.text = checked_form(text)
        self.bare = _blanked(self.text, ground.phrases)
        self.mentions = tuple(_mentions(self.bare, ground))
        self.sentences = tuple(_sentences(self.bare))
        self.dates = tuple(self._dates())

    def sentence_at(self, position: int) -> tuple[int, int]:
        return next((span for span in self.sentences if span[0] <= position < span[1]), (0, len(self.bare)))

    def subjects(self, position: int) -> list[str] | None:
        """The orders that a claim at this position is about: those named last before it in its sentence, else the
        next in it, else the last named before. None: the text names no order. "" stands for an unknown one."""
        start, end = self.sentence_at(position)
        before = [mention for mention in self.mentions if start <= mention.start <= position]
        after = [mention for mention in self.mentions if position < mention.start < end]
        earlier = [mention for mention in self.mentions if mention.start < start]
        if before:
            group = [before[-1]]
            for mention in reversed(before[:-1]):
                between = self.bare[mention.end : group[0].start]
                if not _AND.fullmatch(between):
                    break
                group.insert(0, mention)
        elif after:
            group = after[:1]
        elif earlier:
            group = earlier[-1:]
        else:
            return None
        return [mention.order or "" for mention in group]

    def _dates(self) -> Iterator[tuple[int, int, set[date]]]:
        """(start, end, every day it may mean); no day at all for a date that does not exist."""
        for match in _DATES.finditer(self.bare):
            yield match.start(), match.end(), _meanings(match)
        for match in _RELATIVE_DAY.finditer(self.bare):
            yield match.start(), match.end(), {today() + timedelta(days=RELATIVE_DAYS[match[0].lower()])}

    def amounts(self) -> Iterator[tuple[int, int, Decimal | None, str | None]]:
        """(start, end, amount, currency). No amount: it does not parse; no currency: none is written."""
        for match in _AMOUNTS.finditer(self.bare):
            written = (match["symbol"] or match["after"] or match["code"] or "").lower()
            currency = _CURRENCIES.get(written) or _CURRENCY_WORDS.get(written.rstrip("s")) or written.upper() or None
            number = match["n1"] or match["n2"] or match["n3"] or match["bare"]
            try:
                yield match.start(), match.end(), _decimal(number), currency
            except InvalidOperation:
                yield match.start(), match.end(), None, currency


def _decimal(number: str) -> Decimal:
    """The number, whichever of comma and point parts its cents. Raises InvalidOperation."""
    if re.fullmatch(_CONTINENTAL, number):
        number = number.replace(".", "").replace(",", ".")
    return Decimal(number.replace(",", ""))


def _blanked(text: str, phrases: set[str]) -> str:
    for phrase in sorted(filter(None, map(checked_form, phrases)), key=len, reverse=True):
        if len(phrase.strip()) >= 2:
            text = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", lambda match: BLANK * len(match[0]), text)
    return text


def _mentions(text: str, ground: Ground) -> Iterator[Mention]:
    # The shop's own patterns, and whatever looks like a reference of some other system.
    looks = (
        rf"(?<![A-Za-z0-9])(?:{settings.ORDER_NUMBER_PATTERN}|{settings.TRACKING_NUMBER_PATTERN})(?![A-Za-z0-9-]*\d)",
        r"(?<![A-Za-z0-9])(?=[A-Z0-9-]*[A-Z])(?=(?:[A-Z0-9-]*?\d){4})[A-Z0-9]+(?:-[A-Z0-9]+)*(?![A-Za-z0-9])",
        r"#\d{3,}",
        r"\b(?:order|bestellung) (?:no\.?|nr\.?|number|nummer|#) ?#?\d+\b",
    )
    for match in re.finditer("|".join(looks), text, re.IGNORECASE):
        value = match[0].upper()
        order = value if value in ground.orders else ground.tracking.get(value)
        yield Mention(match.start(), match.end(), value, order)


# The point of "3. November" ends nothing.
_END = re.compile(rf"(?<!\d)\.(?=\s|$)|(?<=\d)\.(?=\s|$)(?! (?:{_MONTH})\b)|[!?](?=\s|$)|\n", re.IGNORECASE)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _END.finditer(text):
        yield start, match.end()
        start = match.end()
    if start < len(text):
        yield start, len(text)


def _meanings(match: re.Match[str]) -> set[date]:
    if match["a"]:
        full = match["y4"] if len(match["y4"]) == 4 else f"20{match['y4'][-2:]}"
        pairs = [(int(match["a"]), int(match["b"])), (int(match["b"]), int(match["a"]))]
        return {day for first, second in pairs if (day := _day(int(full), first, second))}
    written = match["m1"] or match["m2"]
    month = MONTHS[written.lower()] if written else int(match["m3"])
    number = int(match["d1"] or match["d2"] or match["d3"])
    year = match["y1"] or match["y2"] or match["y3"]
    years = [int(year)] if year else [today().year - 1, today().year, today().year + 1]
    return {day for written_year in years if (day := _day(written_year, month, number))}


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
