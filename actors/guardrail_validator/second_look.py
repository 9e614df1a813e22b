"""A second look at prose: the fast model reads what the code's checks let pass."""

from typing import Literal

from actors import llm
from actors.guardrail_validator.checks import issue
from actors.masking import mask
from actors.message import GuardrailIssue, LLMCall, Part, Payload, Response
from actors.prompts.prompt import fenced, prompt

PROMPT = "check.v1"


class Verdict(Part):
    """A closed list: nothing that a model says of a reply is stored in its own words."""

    verdict: Literal["fine", "wrong"]
    problem: Literal["none", "not_in_facts", "promise", "tone", "leak", "unanswered"] = "none"


def second_look(response: Response, payload: Payload) -> tuple[GuardrailIssue | None, tuple[LLMCall, ...]]:
    """What the model finds in the reply's prose, and its call. When it cannot be asked or says nothing usable, the
    code's own checks stand alone."""
    if response.method != "llm" or not llm.is_on():
        return None, ()
    data = "\n".join(
        (
            fenced("customer_message", mask(payload.customer_message).text),
            fenced("facts", "\n".join(f"{fact.kind} of {fact.source}: {fact.value}" for fact in response.facts)),
            fenced("draft", response.template_text or ""),
            fenced("reply", response.text),
        )
    )
    try:
        answered = llm.ask("check", prompt(PROMPT), data, Verdict)
    except llm.NotAsked:
        return None, ()
    except llm.Failed as failure:
        return None, (failure.call,)
    if answered.value.verdict == "fine":
        return None, (answered.call,)
    return issue("second_look", "high", f"the second look found: {answered.value.problem}"), (answered.call,)
