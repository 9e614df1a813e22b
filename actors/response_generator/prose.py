"""Lets the LLM say in its own words what a template says already.

The template's reply is decided and checked; the model gets it as a draft, with references for every fact, and writes
prose. Nothing is taken over that the code has not checked sentence by sentence, and whatever goes wrong, the template
is the reply.

Templates stay where prose helps nobody or a word may cost money: a question that waits for an answer (a yes must mean
exactly what was asked), signing in, courtesies, and what staff published, word for word.
"""

import re
from collections.abc import Generator
from contextlib import closing

from django.db import DatabaseError
from django.utils.translation import gettext as _

from actors import llm
from actors.current import CurrentTurn, current_turn
from actors.guardrail_validator.checks import check_text
from actors.guardrail_validator.vocabulary import new_words
from actors.language import UNDECIDED, language_of
from actors.masking import mask
from actors.memory import remembered
from actors.message import Fact, LLMCall, Payload, Response
from actors.models import Turn
from actors.notify import notify
from actors.prompts.prompt import Prompt, fenced, prompt
from actors.response_generator.references import References, without_references

PROMPT = "reply.v1"
LONGEST = 1500  # characters
SHINGLE = 8  # words in a row that no reply shares with the prompt by chance
LANGUAGE_NAMES = {"en": "English", "de": "German, with the formal Sie"}
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
# What is not possible is not said to be, by leaving the "not" out or by offering something else.
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|cannot|unable|ended|expired|nicht|nichts|nie|kein(?:e[mnrs]?)?|unmöglich|abgelaufen)\b|n't\b",
    re.I,
)
_OFFERED = re.compile(
    r"\b(?:can|could|may|are able to|happy to|kann|können|könnten|dürfen|gerne?)\b[^.!?\n]*?"
    r"\b(cancel|return|send\w* back|refund|money|chang|exchang|replac|compensat"
    r"|stornier|zurück|erstatt|geld|änder|umtausch|ersetz)",
    re.I,
)
_QUOTED = re.compile(r'"[^"]+"|„[^“]+“')  # what the customer is told to write
_SENTENCE = re.compile(r".+?(?:[.!?…]+(?=\s)|\n)\s*", re.DOTALL)


class Unusable(Exception):
    """What the model wrote is not said to a customer. The text names the check."""


class TakenOver(Exception):
    """The turn is no longer this attempt's: a person has the conversation, or another attempt the turn."""


def in_prose(payload: Payload, template: Response) -> Response:
    """The reply in the model's words, or the template with the reason why not."""
    draft = _draft(template)
    if not llm.is_on() or not _suits(payload, template, draft):
        return template
    try:
        return _written(payload, template, draft)
    except llm.NotAsked as reason:
        return template.model_copy(update={"offline_because": str(reason)})


def _suits(payload: Payload, template: Response, draft: str) -> bool:
    decision = payload.decision
    return (
        decision is not None
        and decision.outcome in ("answer", "act")
        and template.question is None
        and "?" not in draft
        and payload.conversation.language in LANGUAGE_NAMES
        and not _quotes_staff(payload, template)
    )


def _quotes_staff(payload: Payload, template: Response) -> bool:
    articles = payload.context.articles if payload.context else ()
    published = (*(notice.text for notice in payload.conversation.notices), *(article.text for article in articles))
    return any(text in template.text for text in published)


def _draft(template: Response) -> str:
    """What the template says between its greeting and its closing question, which stay the code's."""
    courtesy = _("Is there anything else you would like to know?")
    return "\n\n".join(part for part in _body(template) if part != courtesy)


def _body(template: Response) -> list[str]:
    return [part for part in template.text.split("\n\n") if part != _greeting(template)]


def _greeting(template: Response) -> str:
    first = template.text.split("\n\n", 1)[0]
    return first if first.endswith(",") else ""


def _written(payload: Payload, template: Response, draft: str) -> Response:
    references = References(payload, template)
    asked, used = references.put_into(draft), prompt(PROMPT)
    data = "\n".join(
        (
            f"<language>{LANGUAGE_NAMES[payload.conversation.language]}</language>",
            f"<tone>{template.tone}</tone>",
            fenced("conversation", remembered(payload.conversation)),
            fenced("customer_message", mask(payload.customer_message).text),
            f"<draft>\n{asked}\n</draft>",
            f"<facts>\n{references.listed()}\n</facts>",
        )
    )
    stream = llm.Stream("reply", used, data)
    reply = _Reply(payload, references, template, asked, used)
    because = None
    try:
        with closing(_sentences(stream)) as sentences:
            for sentence in sentences:
                reply.add(sentence)
        reply.end(must=tuple(fact for fact in references.stated(asked) if fact.kind != "item"))
    except llm.Failed as failure:
        because = str(failure)
    except Unusable as found:
        because = f"not usable: {found}"
    except TakenOver:
        because = "a person took over"
    calls: tuple[LLMCall, ...] = (stream.call,)
    if because is not None:
        return template.model_copy(update={"offline_because": because, "calls": calls})
    return Response(
        text=reply.text,
        tone=template.tone,
        method="llm",
        facts=reply.facts,
        template_text=template.text,
        calls=calls,
    )


def _sentences(stream: llm.Stream) -> Generator[str, None, None]:
    """The stream, a whole sentence (or line) at a time, with the white space behind it."""
    waiting = ""
    with closing(iter(stream)) as pieces:
        for piece in pieces:
            waiting += piece
            while match := _SENTENCE.match(waiting):
                yield match[0]
                waiting = waiting[match.end() :]
    if waiting.strip():
        yield waiting


class _Reply:
    """A reply that grows by checked sentences, each of which is shown as soon as it is in."""

    def __init__(self, payload: Payload, references: References, template: Response, draft: str, used: Prompt) -> None:
        self._payload = payload
        self._references = references
        self._template = template
        self._language = payload.conversation.language
        self._draft = draft
        self._counts = set(_NUMBER.findall(without_references(draft)))  # "and 1 more item"
        self._told = _QUOTED.findall(template.text)
        self._instructions = _shingles(used.text)
        greeting = _greeting(template)
        self._greeting = f"{greeting}\n\n" if greeting else ""
        self._raw = ""  # what the model wrote, with its references
        self._shown: list[str] = []

    @property
    def text(self) -> str:
        return (self._greeting + self._references.filled(self._raw)).rstrip()

    @property
    def facts(self) -> tuple[Fact, ...]:
        return self._references.stated(self._raw)

    def add(self, sentence: str) -> None:
        """Check a sentence together with those before it, and show it. Raises Unusable, TakenOver.

        A question is left out: what is asked is the code's to ask. So is what states no fact and has words that are
        neither the template's nor plain: the reply is whole without it, or found incomplete at its end.
        """
        raw = (self._raw + sentence).lstrip()
        if sentence.rstrip().endswith("?") or not raw:
            return
        self._check(raw, sentence)
        if self._has_new_words(sentence):
            if without_references(sentence) != sentence:
                raise Unusable("new_words")
            return
        self._raw = raw
        self._show()

    def end(self, *, must: tuple[Fact, ...]) -> None:
        """Check the reply as a whole: not broken off, in the customer's language, nothing left out. Raises Unusable."""
        if not self._raw.rstrip().endswith((".", "!", "…", '"', "”", "“", ")", "}}")):
            raise Unusable("cut")
        if language_of(self.text) != self._language:
            raise Unusable("language")
        text = self.text
        if any(fact.value not in text for fact in must) or any(told not in text for told in self._told):
            raise Unusable("incomplete")
        if _NEGATION.search(self._draft) and not _NEGATION.search(self._raw):
            raise Unusable("no_negation")

    def _has_new_words(self, sentence: str) -> bool:
        facts, filled = self._references.stated(sentence), self._references.filled(sentence)
        customer = self._payload.customer_message
        return bool(new_words(filled, self._template.text, facts, customer=customer, language=self._language))

    def _check(self, raw: str, sentence: str) -> None:
        own = without_references(raw)
        if len(raw) > LONGEST:
            raise Unusable("too_long")
        if re.search(r"[{}]", own) or not self._counts.issuperset(_NUMBER.findall(own)):
            raise Unusable("number_without_reference")
        if language_of(without_references(sentence)) not in (self._language, UNDECIDED):
            raise Unusable("language")
        if any(offered[1].lower() not in self._draft.lower() for offered in _OFFERED.finditer(own)):
            raise Unusable("offer")
        if _shingles(own) & self._instructions:
            raise Unusable("instructions")
        try:
            filled = self._references.filled(raw)
        except KeyError:
            raise Unusable("unknown_reference") from None
        if found := check_text(filled, self._payload):
            raise Unusable(found[0].kind)

    def _show(self) -> None:
        """Send what is new of the text to the sockets, while the turn is this attempt's. Raises TakenOver."""
        turn = current_turn()
        delta = self.text[len("".join(self._shown)) :]
        if turn is None or not delta:
            return
        if not _is_ours(turn):
            raise TakenOver
        event = {"type": "mesh.token", "message_id": turn.message_id, "attempt": turn.attempt}
        notify(turn.session_id, {**event, "index": len(self._shown), "delta": delta})
        self._shown.append(delta)


def _is_ours(turn: CurrentTurn) -> bool:
    """Whether this attempt still has the turn. Raises Unusable when the ledger does not answer: then nothing is shown
    that might come too late."""
    rows = Turn.objects.filter(
        pk=turn.message_id,
        attempt=turn.attempt,
        status=Turn.Status.PROCESSING,
        conversation__epoch=turn.epoch,
    )
    try:
        return rows.exists()
    except DatabaseError:
        raise Unusable("the ledger does not answer") from None


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[^\W\d_]+", text.lower())
    return {tuple(words[start : start + SHINGLE]) for start in range(len(words) - SHINGLE + 1)}
