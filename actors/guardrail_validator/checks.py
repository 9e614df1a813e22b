"""The checks of a reply. Each reads the text against what is known and yields what is wrong, never the thing itself."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from django.conf import settings

from actors.guardrail_validator import words
from actors.guardrail_validator.ground import Ground, OrderGround
from actors.guardrail_validator.reading import Reply, visible, without_markup
from actors.message import GuardrailIssue, Level, Payload
from actors.personal_data import find_personal_data

MAX_LENGTH = 4000  # characters
COUNTS = 20  # a bare number up to this is taken for a count: items, orders, places in a list
STORED = ("proposed", "awaiting_confirmation", "awaiting_approval", "executing", "executed")


def check_text(text: str, payload: Payload) -> tuple[GuardrailIssue, ...]:
    """Everything that speaks against delivering this text to the payload's customer; a whole reply or a sentence of it.
    Empty: nothing does."""
    if not text.strip():
        return (issue("empty", "high", "the reply has no text"),)
    if len(text) > MAX_LENGTH:
        return (issue("too_long", "high", f"more than {MAX_LENGTH} characters"),)
    reply = Reply(text, Ground(payload))
    found = list(_form(text))
    for check in CHECKS:
        found += check(reply)
    return tuple(dict.fromkeys(found))


def issue(kind: str, severity: Level, detail: str) -> GuardrailIssue:
    return GuardrailIssue(kind=kind, severity=severity, detail=detail)


def _form(text: str) -> Iterator[GuardrailIssue]:
    if visible(text) != text:
        yield issue("invisible", "low", "control or zero-width characters")
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
        sought = words.NOT_FOUND.search(reply.bare[start:end])
        if mention.order is None and mention.value not in ground.references:
            if not sought or not re.search(
                rf"(?<![A-Z0-9]){re.escape(mention.value)}(?![A-Z0-9])", ground.customer_message
            ):
                yield issue(
                    "unknown_reference", "critical", "an order, tracking or other number that is not in the data"
                )
        elif sought and mention.order is not None:
            yield issue("false_absence", "high", "an order that is in the data is said not to be")
        if mention.order is None and sought and not ground.complete and "look up" not in sought[0].lower():
            yield issue("false_absence", "high", "an order is said not to exist, but the lookup was incomplete")
    if words.NO_ORDERS.search(reply.bare) and (ground.orders or not ground.complete):
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


def statuses(reply: Reply) -> Iterator[GuardrailIssue]:
    """What is said of an order is so: neither a status it does not have, nor the denial of one it has."""
    claims = [(match.start(), match.lastgroup or "") for match in words.STATUS.finditer(reply.bare)]
    claims += [(match.start(), "refunded") for match in words.REFUND_DONE.finditer(reply.bare)]
    for position, status in claims:
        start, end = reply.sentence_at(position)
        clause = re.split(r"[,;:]|\b(?:so|but|because)\b", reply.bare[start:position])[-1]
        if words.HYPOTHETICAL.search(clause) or reply.bare[start:end].rstrip().endswith("?"):
            continue
        orders = _claimed_orders(reply, position)
        if words.NEGATION.search(clause) or clause.rstrip().lower().endswith(("no", "not")):
            wrong = any(status in order.statuses for order in orders)
        elif reply.subjects(position) is None:
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
        sentence, _ = reply.sentence_at(start)
        roles = list(words.ROLE.finditer(bare[max(sentence, after) : start]))
        role = roles[-1].lastgroup if roles else None
        after = end
        known = set().union(*(order.dates.get(role, set()) if role else order.all_dates for order in orders))
        if role is None:
            known |= reply.ground.other_dates
        if not meanings & known:
            yield issue("wrong_date", "critical", f"a date that is not in the data{f' as {role}' if role else ''}")
    without_dates = _without(bare, [(start, end) for start, end, _ in reply.dates])
    if any(not _is_return_window(match[0]) for match in words.DURATION.finditer(without_dates)):
        yield issue("wrong_duration", "high", "a span of time that no policy states")
    if any(match[0].lower() not in reply.ground.names for match in words.VAGUE_TIME.finditer(without_dates)):
        yield issue("wrong_date", "high", "a weekday, month or hour that is not in the data")


def _is_return_window(text: str) -> bool:
    return re.fullmatch(rf"{settings.RETURN_WINDOW_DAYS}[- ]days?", text) is not None


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
    if words.NUMBER_WORDS.search(reply.bare):
        yield issue("wrong_amount", "high", "an amount in words")


def _is_refund(reply: Reply, position: int) -> bool:
    """Whether the amount at this position is said to have been paid back."""
    start, end = reply.sentence_at(position)
    before, after = reply.bare[start:position], reply.bare[position:end]
    return bool(
        re.match(r".{0,20}\b(?:has been|have been|was|were) (?:already )?refunded", after)
        or re.search(r"\brefunded(?: you)?(?: with)? $", before)
    )


def numbers(reply: Reply) -> Iterator[GuardrailIssue]:
    """What is left of the digits are counts."""
    spans = [(start, end) for start, end, _ in reply.dates] + [(start, end) for start, end, *_ in reply.amounts()]
    spans += [(mention.start, mention.end) for mention in reply.mentions]
    spans += [match.span() for match in words.DURATION.finditer(reply.bare)]
    for match in re.finditer(r"\d[\d.,]*", _without(reply.bare, spans)):
        digits = re.sub(r"\D", "", match[0])
        if int(digits) > COUNTS:
            yield issue("unknown_number", "high", "a number that is not in the data")


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + "·" * (end - start) + text[end:]
    return text


# --- promises -----------------------------------------------------------------------------------


def promises(reply: Reply) -> Iterator[GuardrailIssue]:
    """Nothing is said to be done, noted or coming unless a row stands behind it."""
    ground, bare = reply.ground, reply.bare
    if words.HOLLOW.search(bare):
        yield issue("hollow", "medium", "an announcement instead of an answer")
    for match in words.FUTURE.finditer(bare):
        who, verb = match["who"].lower(), match["verb"].lower()
        if not (verb in words.OFFERS if who in words.FIRST_PERSON else _kept(ground, verb)):
            yield issue("false_promise", "high", "a promise that nobody has to keep")
    for match in words.FORETOLD.finditer(bare):
        if not _is_due_date(reply, match):
            yield issue("false_promise", "high", "something foretold that nothing stands for")
    for pattern, allowed in ((words.DONE, ("executed",)), (words.RUNNING, ("executing",)), (words.RECORDED, STORED)):
        for match in pattern.finditer(bare):
            if not _happened(reply, match, allowed):
                yield issue("false_promise", "critical", "something said to be done that is not recorded")


def _kept(ground: Ground, verb: str) -> bool:
    return ground.colleague_knows and verb in words.COLLEAGUE_VERBS


def _is_due_date(reply: Reply, match: re.Match[str]) -> bool:
    """`It will be delivered on 20 November`: the date itself is checked with the dates."""
    _, end = reply.sentence_at(match.start())
    arrives = re.match(r".*?\b(?:be delivered|arrive|be with you)\b", reply.bare[match.start() : end], re.IGNORECASE)
    return bool(arrives) and any(match.end() <= start < end for start, *_ in reply.dates)


def _happened(reply: Reply, match: re.Match[str], allowed: tuple[str, ...]) -> bool:
    start, end = reply.sentence_at(match.start())
    before = reply.bare[start : match.start()]
    clause = re.split(r"[,;:]", before)[-1]
    said = match[0].lower()
    if words.HYPOTHETICAL.search(clause) or words.NEGATION.search(clause) or re.search(r"\bno\b|\bnot\b|n't\b", said):
        return True
    named = {mention.order for mention in reply.mentions if start <= mention.start < end and mention.order}
    nouns = re.findall(r"[a-z]+", reply.bare[match.start() : end].lower())
    kind = next((words.KIND_NOUNS[noun] for noun in nouns if noun in words.KIND_NOUNS), None)
    if reply.ground.acted(statuses=allowed, kind=kind, orders=named):
        return True
    if allowed == STORED:
        return kind is None and (reply.ground.colleague_knows and not named)
    return False


# --- what never belongs into a reply --------------------------------------------------------------


def policy(reply: Reply) -> Iterator[GuardrailIssue]:
    if words.POLICY.search(reply.bare):
        yield issue("policy_claim", "high", "a right, warranty, price or concession that no policy states")


def leaks(reply: Reply) -> Iterator[GuardrailIssue]:
    if words.LEAK.search(reply.bare):
        yield issue("internal", "high", "words of the machine instead of the shop's")


def profanity(reply: Reply) -> Iterator[GuardrailIssue]:
    if any(match[0].lower() not in reply.ground.names for match in words.PROFANITY.finditer(reply.bare)):
        yield issue("profanity", "high", "a word no customer should read")


def personal_data(reply: Reply) -> Iterator[GuardrailIssue]:
    for finding in find_personal_data(reply.text):
        if finding.type == "EMAIL" and reply.text[finding.start : finding.end].lower() in reply.ground.own_addresses:
            continue
        yield issue("personal_data", "critical", f"personal data: {finding.type}")


def links(reply: Reply) -> Iterator[GuardrailIssue]:
    """No address of any kind but the customer's own and those of the hosts in the setting REPLY_LINK_HOSTS."""
    text = reply.text
    for match in words.EMAIL.finditer(text):
        if match[0].lower().rstrip(".") in reply.ground.own_addresses:
            text = _without(text, [match.span()])
        else:
            yield issue("link", "high", "an e-mail address")
    hosts = {host.lower() for host in getattr(settings, "REPLY_LINK_HOSTS", ())}
    for match in words.LINK.finditer(text):
        if not _is_allowed(match[0], hosts):
            yield issue("link", "high", "a link")


def _is_allowed(link: str, hosts: set[str]) -> bool:
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
        return parts.scheme == "https" and parts.username is None and (parts.hostname or "") in hosts
    except ValueError:  # not an address at all
        return False


CHECKS: tuple[Callable[[Reply], Iterator[GuardrailIssue]], ...] = (
    references,
    statuses,
    carriers,
    dates,
    amounts,
    numbers,
    promises,
    policy,
    leaks,
    profanity,
    personal_data,
    links,
)
