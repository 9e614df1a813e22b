"""Nothing is said to be done, noted or coming unless a row stands behind it."""

import re
from collections.abc import Iterator

from actors.guardrail_validator import german, words
from actors.guardrail_validator.finding import is_said, issue, match_of, matches
from actors.guardrail_validator.ground import Ground
from actors.guardrail_validator.reading import Reply
from actors.message import GuardrailIssue

KIND_NOUNS = words.KIND_NOUNS | german.KIND_NOUNS
STORED = ("proposed", "awaiting_confirmation", "awaiting_approval", "executing", "executed")


def promises(reply: Reply) -> Iterator[GuardrailIssue]:
    """Nothing is said to be done, noted or coming unless a row stands behind it."""
    ground, bare = reply.ground, reply.bare
    if match_of("HOLLOW", bare):
        yield issue("hollow", "medium", "an announcement instead of an answer")
    for match in words.FUTURE.finditer(bare):
        who, verb = match["who"].lower(), match["verb"].lower()
        if not (verb in words.OFFERS if who in words.FIRST_PERSON else _kept(ground, verb)):
            yield issue("false_promise", "high", "a promise that nobody has to keep")
    if any(not _is_kept(ground, match) for match in german.FUTURE.finditer(bare)):
        yield issue("false_promise", "high", "a promise that nobody has to keep")
    for match in matches("FORETOLD", bare):
        if not _is_due_date(reply, match):
            yield issue("false_promise", "high", "something foretold that nothing stands for")
    if any(not _is_denied(reply, match) for match in matches("DEED", bare)):
        yield issue("false_promise", "high", "something said to be settled or coming that nothing stands for")
    for name, allowed in (("DONE", ("executed",)), ("RUNNING", ("executing",)), ("RECORDED", STORED)):
        for match in matches(name, bare):
            if not _happened(reply, match, allowed):
                yield issue("false_promise", "critical", "something said to be done that is not recorded")


def _kept(ground: Ground, verb: str) -> bool:
    return ground.colleague_knows and verb in words.COLLEAGUE_VERBS


def _is_kept(ground: Ground, match: re.Match[str]) -> bool:
    """The same for a German promise, whose verb stands at the end or agrees with who gives it."""
    who, verb = match["who"] or match["they"], match["now"] or match["first"] or match["later"] or match["last"] or ""
    if who.lower() in ("ich", "wir"):
        return verb.lower() in german.NO_PROMISE
    return ground.colleague_knows and german.COLLEAGUE_VERBS.fullmatch(verb.lower()) is not None


def _is_due_date(reply: Reply, match: re.Match[str]) -> bool:
    """`It will be delivered on 20 November`: the date itself is checked with the dates."""
    _, end = reply.sentence_at(match.start())
    arrives = re.match(r".*?\b(?:be delivered|arrive|be with you)\b", reply.bare[match.start() : end], re.IGNORECASE)
    if arrives:
        return any(match.end() <= start < end for start, *_ in reply.dates)
    here = reply.bare[match.start() : end]
    comes = re.search(r"\b(?:zugestellt|geliefert|ankommen|eintreffen|erwartet)\b", here, re.IGNORECASE)
    return bool(comes) and any(match.start() <= start < end for start, *_ in reply.dates)


def _is_denied(reply: Reply, match: re.Match[str]) -> bool:
    start, _ = reply.sentence_at(match.start())
    return match_of("NEGATION", reply.bare[start : match.start()]) is not None


def _happened(reply: Reply, match: re.Match[str], allowed: tuple[str, ...]) -> bool:
    start, end = reply.sentence_at(match.start())
    before = reply.bare[start : match.start()]
    clause = re.split(r"[,;:]", before)[-1]
    said = match[0].lower()
    if not is_said(clause) or re.search(r"\bno\b|\bnot\b|n't\b|\bnicht\b|\bkeine?\b", said):
        return True
    named = {mention.order for mention in reply.mentions if start <= mention.start < end and mention.order}
    nouns = re.findall(r"[^\W\d_]+", reply.bare[match.start() : end].lower())
    kind = next((KIND_NOUNS[noun] for noun in nouns if noun in KIND_NOUNS), None)
    if reply.ground.acted(statuses=allowed, kind=kind, orders=named):
        return True
    if allowed == STORED:
        return kind is None and (reply.ground.colleague_knows and not named)
    return False
