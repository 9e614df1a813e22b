"""Lets a reply pass, corrects what is only a matter of form, and replaces everything else: prose by the template that
it was written from, and a template by the safe reply."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from actors.base import actor
from actors.guardrail_validator.checks import check_text, issue
from actors.guardrail_validator.reading import visible, without_markup
from actors.guardrail_validator.second_look import second_look
from actors.guardrail_validator.vocabulary import new_words
from actors.message import GuardrailCheck, GuardrailIssue, LLMCall, Payload, Response

# The aggregator opens a case with every reply that did not pass: the promise is kept.
SAFE_REPLY = gettext_noop(
    "I'm sorry, I could not put together an answer that I am sure of. A colleague will look at your message and reply "
    "here."
)
CORRECTABLE = frozenset({"markup", "invisible", "hollow"})


@actor("processor")
def guardrail_validator(payload: Payload) -> GuardrailCheck:
    """Whether the reply may be delivered. What `corrected` holds passed every check itself, or is the safe reply."""
    with override(payload.conversation.language):
        return _checked(payload)


def _checked(payload: Payload) -> GuardrailCheck:
    response = payload.response
    if response is None:
        missing = issue("missing", "high", "no reply was written")
        return GuardrailCheck(passed=False, issues=(missing,), corrected=_(SAFE_REPLY))
    issues = (*check_text(response.text, payload), *_beside_the_text(response, payload))
    if response.method == "llm":
        return _checked_prose(response, issues, payload)
    if not issues:
        return GuardrailCheck(passed=True)
    corrected = _corrected(response.text, issues, payload)
    if corrected is None:
        return GuardrailCheck(passed=False, issues=issues, corrected=_(SAFE_REPLY))
    return GuardrailCheck(passed=True, issues=issues, corrected=corrected)


def _checked_prose(response: Response, issues: tuple[GuardrailIssue, ...], payload: Payload) -> GuardrailCheck:
    """Prose is not mended: its template says the same, and is checked like any other reply."""
    calls: tuple[LLMCall, ...] = ()
    spoken = {"customer": payload.customer_message, "language": payload.conversation.language}
    if new_words(response.text, response.template_text or "", response.facts, **spoken):
        issues = (*issues, issue("new_words", "high", "words that neither the template nor the facts have"))
    if not issues:
        found, calls = second_look(response, payload)
        if found is None:
            return GuardrailCheck(passed=True, calls=calls)
        issues = (found,)
    template = response.model_copy(update={"text": response.template_text or "", "method": "template"})
    check = _checked(payload.model_copy(update={"response": template}))
    corrected = template.text if check.corrected is None else check.corrected
    return GuardrailCheck(passed=check.passed, issues=(*issues, *check.issues), corrected=corrected, calls=calls)


def _beside_the_text(response: Response, payload: Payload) -> tuple[GuardrailIssue, ...]:
    """The question's text and choices and the sources are shown as well."""
    shown = [fact.value for fact in response.facts if fact.kind in ("order_number", "tracking_number")]
    if response.question:
        shown += [response.question.text, *response.question.choices]
    beside = [check_text(text, payload) for text in shown if text not in response.text]
    # Nothing here can be corrected, so it is never minor.
    return tuple(found.model_copy(update={"severity": "high"}) for issues in beside for found in issues)


def _corrected(text: str, issues: tuple[GuardrailIssue, ...], payload: Payload) -> str | None:
    """The text with its form set right, when nothing but form was wrong."""
    if any(found.kind not in CORRECTABLE or found.severity in ("high", "critical") for found in issues):
        return None
    plain = re.sub(r"[^\S\n]+\n", "\n", without_markup(visible(text))).strip()
    sentences = re.findall(r"[^\n.!?]*(?:[.!?](?!\s|$)[^\n.!?]*)*[.!?]*\s*", plain)
    kept = "".join(sentence for sentence in sentences if not _is_hollow(sentence, payload)).strip()
    return kept if kept and not check_text(kept, payload) else None


def _is_hollow(sentence: str, payload: Payload) -> bool:
    return bool(sentence.strip()) and any(found.kind == "hollow" for found in check_text(sentence, payload))
