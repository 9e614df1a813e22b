"""Dates, amounts, lists and the words of status, as the active language writes them."""

import re
from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.formats import get_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from actors.desk.hours import DAYS
from actors.message import Money

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}
STATUS_WORDS = {
    "pending": gettext_noop("pending"),
    "confirmed": gettext_noop("confirmed"),
    "processing": gettext_noop("processing"),
    "shipped": gettext_noop("shipped"),
    "delivered": gettext_noop("delivered"),
    "returned": gettext_noop("returned"),
    "cancelled": gettext_noop("cancelled"),
    "refunded": gettext_noop("refunded"),
    "label created": gettext_noop("label created"),
    "in transit": gettext_noop("in transit"),
    "out for delivery": gettext_noop("out for delivery"),
    "exception": gettext_noop("exception"),
    "late": gettext_noop("late"),
    "held up": gettext_noop("held up"),
    "being prepared for shipping": gettext_noop("being prepared for shipping"),
    "announced to the carrier": gettext_noop("announced to the carrier"),
}
# On the buttons of a question.
YES, NO = gettext_noop("Yes"), gettext_noop("No")
# Why a second thing that needs a yes has to wait: a reply asks one question.
ONE_QUESTION = gettext_noop("one question at a time")
# Offered with a clarifying question; a customer sends one back by pressing it.
CHOICES = (gettext_noop("Where is my order?"), gettext_noop("A return or refund"), gettext_noop("Something else"))


def said_in_any_language(text: str) -> set[str]:
    """A text as each of our languages has it."""
    found: set[str] = set()
    for code, _name in settings.LANGUAGES:
        with override(code):
            found.add(_(text))
    return found


def choice_meant(text: str, language: str) -> str:
    """The English of a choice that was offered in this language, however politely it is typed ("ja, bitte"); any other
    text as it is."""
    with override(language):
        polite = _("please thanks").split()
        said = " ".join(word for word in _words(text) if word not in polite)
        return {" ".join(_words(_(choice))): choice for choice in (*CHOICES, YES, NO)}.get(said, text)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def status_word(status: str) -> str:
    """What an order or a shipment is: one of STATUS_WORDS."""
    return _(STATUS_WORDS[status.replace("_", " ")])


def talk_to_a_person() -> str:
    """What a customer does who wants a person; the end of a sentence."""
    return _('write "talk to a person"')


def written_money(money: Money) -> str:
    """`$1,299.00`, or `1.299,00 $`."""
    thousands, decimals = get_format("THOUSAND_SEPARATOR"), get_format("DECIMAL_SEPARATOR")
    amount = f"{money.amount:,.2f}".translate({ord(","): thousands, ord("."): decimals})
    symbol = SYMBOLS.get(money.currency)
    return _("{symbol}{amount}").format(symbol=symbol, amount=amount) if symbol else f"{amount} {money.currency}"


def written_date(day: date) -> str:
    """`3 November 2026`, or `3. November 2026`."""
    return _("{day} {month} {year}").format(day=day.day, month=MONTHS[day.month], year=day.year)


def written_list(parts: Iterable[str], *, last: str | None = None) -> str:
    """`a, b and c`; `last` stands for the `and`."""
    *head, tail = parts
    last = last or _("and")
    return f"{', '.join(head)} {last} {tail}" if head else tail


def written_hours() -> str:
    """The shop's opening hours."""
    days = "|".join(DAYS)
    translated = re.sub(rf"\b(?:{days})\b", lambda day: _day(day[0]), settings.SHOP_HOURS, flags=re.IGNORECASE)
    return translated.replace(" to ", _(" to "))


def _day(name: str) -> str:
    return str(WEEKDAYS[DAYS.index(name.lower())])
