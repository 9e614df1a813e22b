"""The checks of a reply. Each reads the text against what is known and yields what is wrong, never the thing itself."""

import re
from collections.abc import Callable, Iterator

from django.conf import settings

from actors.guardrail_validator import german, words
from actors.guardrail_validator.conduct import (
    advice,
    claims,
    itself,
    leaks,
    links,
    people,
    personal_data,
    policy,
    profanity,
    solicited,
    tone,
    writing,
)
from actors.guardrail_validator.finding import issue, match_of, matches, without
from actors.guardrail_validator.ground import Ground, OrderGround
from actors.guardrail_validator.promises import promises
from actors.guardrail_validator.reading import BLANK, Reply, visible, without_markup
from actors.message import GuardrailIssue, Payload

__all__ = ["check_text", "issue"]

MAX_LENGTH = 4000  # characters
NEWEST = 20  # orders that the context holds at most: of more, their number is not known
COUNTS = 20  # a bare number up to this is taken for a count: items, orders, places in a list
_LOOK_UP = re.compile(r"\blook up\b|\babrufen\b", re.IGNORECASE)


def check_text(text: str, payload: Payload) -> tuple[GuardrailIssue, ...]:
    """Everything that speaks against delivering this text to the payload's customer; a whole reply or a sentence of it.
    Empty: nothing does."""
    if not text.strip():
        return (issue("empty", "high", "the reply has no text"),)
    text = _without_quotes(text, payload)
    if len(text) > MAX_LENGTH:
        return (issue("too_long", "high", f"more than {MAX_LENGTH} characters"),)
    reply = Reply(text, Ground(payload))
    found = list(_form(text))
    for check in CHECKS:
        found += check(reply)
    return tuple(dict.fromkeys(found))


def _without_quotes(text: str, payload: Payload) -> str:
    """The text with every paragraph blanked that quotes, word for word, what staff published (a notice, an article and
    its title): that is theirs to answer for. The same date or amount outside of it still needs the data behind it."""
    articles = payload.context.articles if payload.context else ()
    for quoted in (*(notice.text for notice in payload.conversation.notices), *(one.text for one in articles)):
        text = re.sub(rf"(?<![^\n]){re.escape(quoted)}(?![^\n])", BLANK, text)
    for article in articles:
        text = text.replace(f'"{article.title}"', f'"{BLANK}"')
    return text


def _form(text: str) -> Iterator[GuardrailIssue]:
    if visible(text) != text:
        yield issue("invisible", "low", "control or zero-width characters")
    if re.search("[\u202a-\u202e\u2066-\u2069]", text):
        yield issue("invisible", "high", "characters that turn the text round")
    if words.SCRIPT.search(text):
        yield issue("script", "high", "markup that runs or loads something")
    if without_markup(text) != text:
        yield issue("markup", "low", "HTML or Markdown")


# --- grounding ----------------------------------------------------------------------------------


def references(reply: Reply) -> Iterator[GuardrailIssue]:
    """Order and tracking numbers are the customer's own. One that is not may only be said to be not found, and only
    when the customer wrote it."""
    ground = reply.ground
    for mention in reply.mentions:
        start, end = reply.sentence_at(mention.start)
        sought = match_of("NOT_FOUND", reply.bare[start:end])
        if mention.order is None and mention.value not in ground.references:
            if not sought or not re.search(
                rf"(?<![A-Z0-9]){re.escape(mention.value)}(?![A-Z0-9])", ground.customer_message
            ):
                yield issue(
                    "unknown_reference", "critical", "an order, tracking or other number that is not in the data"
                )
        elif sought and mention.order is not None:
            yield issue("false_absence", "high", "an order that is in the data is said not to be")
        if mention.order is None and sought and not ground.complete and not _LOOK_UP.search(sought[0]):
            yield issue("false_absence", "high", "an order is said not to exist, but the lookup was incomplete")
    if match_of("NO_ORDERS", reply.bare) and (ground.orders or not ground.complete):
        yield issue("false_absence", "high", "said to have no orders, which is wrong or unknown")
    yield from _pairs(reply)


def _pairs(reply: Reply) -> Iterator[GuardrailIssue]:
    """A tracking number or an item set beside an order belongs to it."""
    ground = reply.ground
    every_item = {item for order in ground.orders.values() for item in order.items}
    current: str | None = None
    for mention in reply.mentions:
        if mention.value in ground.tracking:
            if current and ground.tracking[mention.value] != current:
                yield issue("wrong_reference", "critical", "a tracking number of another order")
            continue
        current = mention.order
        beside = re.match(r" \((.*)", reply.text[mention.end :])
        own = ground.orders[current].items if current else set()
        named = {item for item in every_item if beside and beside[1].startswith(item)}
        if named and not named & own:
            yield issue("wrong_item", "high", "an item of another order")


def _claimed_orders(reply: Reply, position: int) -> list[OrderGround]:
    """What is known of the orders a claim is about; of every order when the text names none."""
    subjects = reply.subjects(position)
    return list(reply.ground.orders.values()) if subjects is None else reply.ground.select(subjects)


_EVERY = re.compile(r"\b(?:all|every|each|both|everything|alle[snr]?|sämtliche|jede[srn]?|beide)\b", re.IGNORECASE)
_NONE = re.compile(r"\b(?:none|neither|keine[rs]?) (?:of |von |ihrer )", re.IGNORECASE)


def statuses(reply: Reply) -> Iterator[GuardrailIssue]:
    """What is said of an order is so: neither a status it does not have, nor the denial of one it has."""
    claims = [(match.start(), match.lastgroup or "") for match in matches("STATUS", reply.bare)]
    claims += [(match.start(), "refunded") for match in matches("REFUND_DONE", reply.bare)]
    for position, status in claims:
        start, end = reply.sentence_at(position)
        clause = re.split(r"[,;:]|\b(?:so|but|because|aber|weil|denn)\b", reply.bare[start:position])[-1]
        if match_of("HYPOTHETICAL", clause) or reply.bare[start:end].rstrip().endswith("?"):
            continue
        orders = _claimed_orders(reply, position)
        if match_of("NEGATION", clause) or clause.rstrip().lower().endswith(("no", "not")) or _NONE.search(clause):
            wrong = any(status in order.statuses for order in orders)
        elif reply.subjects(position) is None and not _EVERY.search(clause):
            wrong = not any(status in order.statuses for order in orders)
        else:
            wrong = not all(status in order.statuses for order in orders)
        if wrong:
            yield issue("wrong_status", "critical", f"the data does not say {status}")


def carriers(reply: Reply) -> Iterator[GuardrailIssue]:
    for match in words.CARRIER.finditer(reply.bare):
        if not any(
            match[0].lower() in carrier for o in _claimed_orders(reply, match.start()) for carrier in o.carriers
        ):
            yield issue("wrong_carrier", "high", "a carrier that does not carry the order")


def dates(reply: Reply) -> Iterator[GuardrailIssue]:
    """Every date is one of the order it is said of, in the role it is given; no weekday, hour or span of time else."""
    bare, after = reply.bare, 0
    for start, end, meanings in reply.dates:
        orders = _claimed_orders(reply, start)
        role, after = _role(reply, start, end, after=after)
        known = set().union(*(order.dates.get(role, set()) if role else order.all_dates for order in orders))
        if role is None:
            known |= reply.ground.other_dates
        if not meanings & known:
            yield issue("wrong_date", "critical", f"a date that is not in the data{f' as {role}' if role else ''}")
    without_dates = without(bare, [(start, end) for start, end, _ in reply.dates])
    if any(not _is_return_window(match[0]) for match in matches("DURATION", without_dates)):
        yield issue("wrong_duration", "high", "a span of time that no policy states")
    if any(match[0].lower() not in reply.ground.names for match in matches("VAGUE_TIME", without_dates)):
        yield issue("wrong_date", "high", "a weekday, month or hour that is not in the data")


def _is_return_window(text: str) -> bool:
    return re.fullmatch(rf"{settings.RETURN_WINDOW_DAYS}[- ](?:days?|Tag(?:e|en)?)", text) is not None


def _role(reply: Reply, start: int, end: int, *, after: int) -> tuple[str | None, int]:
    """What the date from `start` to `end` is said to be: by the last word for it before it in its sentence, else, as
    German has it, by the first one behind it. `after` is where the words about the date before it end, and so is the
    second thing returned for the next one."""
    begins, ends = reply.sentence_at(start)
    before = reply.bare[max(begins, after) : start]
    said = sorted(matches("ROLE", before), key=lambda match: match.start())
    if said:
        return said[-1].lastgroup, end
    following = next((other for other, *_ in reply.dates if start < other < ends), ends)
    behind = german.ROLE.search(reply.bare, end, following)
    if behind is None:
        return None, end
    to_come = german.TO_COME.search(before) and behind.lastgroup != "placed"
    return "due" if to_come else behind.lastgroup, behind.end()


def amounts(reply: Reply) -> Iterator[GuardrailIssue]:
    """Every amount is one of the order it is said of, to the cent and in its currency."""
    for start, _, amount, currency in reply.amounts():
        orders = _claimed_orders(reply, start)
        known = set().union(*(order.amounts for order in orders))
        if (amount, currency) not in known and not (currency is None and amount in {number for number, _ in known}):
            yield issue("wrong_amount", "critical", "an amount that is not in the data")
            continue
        refunds = set().union(*(order.refunds for order in orders))
        if _is_refund(reply, start) and (amount, currency) not in refunds:
            yield issue("wrong_amount", "critical", "an amount that was not refunded")
    if match_of("NUMBER_WORDS", reply.bare):
        yield issue("wrong_amount", "high", "an amount in words")


def _is_refund(reply: Reply, position: int) -> bool:
    """Whether the amount at this position is said to have been paid back."""
    start, end = reply.sentence_at(position)
    before, after = reply.bare[start:position], reply.bare[position:end]
    return bool(
        re.match(r".{0,20}\b(?:has been|have been|was|were) (?:already )?refunded", after)
        or re.search(r"\brefunded(?: you)?(?: with)? $", before)
        or re.match(r".{0,60}?\b(?:wurden?|sind|ist) [^.!?]*?erstattet\b", after)
        or re.search(r"\berstattet(?: wurden?)?:? $", before)
    )


def numbers(reply: Reply) -> Iterator[GuardrailIssue]:
    """What is left of the digits are counts."""
    spans = [(start, end) for start, end, _ in reply.dates] + [(start, end) for start, end, *_ in reply.amounts()]
    spans += [(mention.start, mention.end) for mention in reply.mentions]
    spans += [match.span() for match in matches("DURATION", reply.bare)]
    if words.SPELLED_DIGITS.search(reply.bare):
        yield issue("unknown_number", "high", "a number in words")
    for match in re.finditer(r"\d[\d.,]*", without(reply.bare, spans)):
        digits = re.sub(r"\D", "", match[0])
        if int(digits) > COUNTS:
            yield issue("unknown_number", "high", "a number that is not in the data")


_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_WORDS |= {"zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10}
_WORDS |= {"a": 1, "an": 1, "single": 1, "ein": 1, "eine": 1, "einen": 1}
_COUNT = rf"(?P<count>\d+|{'|'.join(_WORDS)})"
_ORDERS = re.compile(
    rf"\b(?:you(?: only)? have|I(?: can)? see|there are|I(?: can)? find|Sie haben|ich sehe|es gibt)"
    rf"(?P<only> only| just| nur)? {_COUNT}(?: \w+)? (?:orders?|bestellung(?:en)?)\b"
    r"(?P<all> (?:with us|in all|in total|bei uns|insgesamt))?",
    re.IGNORECASE,
)
_ITEMS = re.compile(rf"\b{_COUNT} (?:items?|pieces?|articles?|products?|artikeln?|stück|produkten?)\b", re.IGNORECASE)
_HOLDS = re.compile(
    r"\b(?:order|bestellung|it|sie)\b[^.!?\n]*?"
    r"\b(?:contains?|includes?|consists? of|holds?|enthält|umfasst|besteht aus)\b(?P<what>[^.!?\n]*)",
    re.IGNORECASE,
)
_GENERIC = re.compile(r"\b(?:items?|pieces?|articles?|products?|artikeln?|stück|produkten?)\b", re.IGNORECASE)


def counts(reply: Reply) -> Iterator[GuardrailIssue]:
    """So many orders, so many items, and no item but those that were ordered."""
    orders = reply.ground.orders
    for match in _ORDERS.finditer(reply.bare):
        number = _number(match["count"])
        every = match["only"] or match["all"]
        if len(orders) < NEWEST and (number > len(orders) or (every and number != len(orders))):
            yield issue("wrong_count", "high", "a number of orders that is not in the data")
    for match in _ITEMS.finditer(reply.bare):
        known = set().union(*(order.counts for order in _claimed_orders(reply, match.start())))
        if _number(match["count"]) not in known | {1}:
            yield issue("wrong_count", "high", "a number of items that is not in the data")
    for match in _HOLDS.finditer(reply.bare):
        if BLANK not in match["what"] and not _GENERIC.search(match["what"]):
            yield issue("wrong_item", "high", "an item that is not in the data")
    for mention in reply.mentions:
        beside = re.match(r" \(([^()]*)\)", reply.bare[mention.end :])
        if mention.order and beside and re.search(r"\b[A-Z]\w{2,}(?: [A-Z]\w+)*", beside[1]) and BLANK not in beside[1]:
            yield issue("wrong_item", "high", "an item that is not in the data")


def _number(written: str) -> int:
    return int(written) if written.isdigit() else _WORDS[written.lower()]


CHECKS: tuple[Callable[[Reply], Iterator[GuardrailIssue]], ...] = (
    references,
    statuses,
    carriers,
    dates,
    amounts,
    numbers,
    counts,
    claims,
    promises,
    policy,
    leaks,
    profanity,
    tone,
    advice,
    itself,
    people,
    writing,
    personal_data,
    solicited,
    links,
)
