"""Writes the reply from templates filled with what is known: every wish of the message gets its own paragraph. Where an
LLM is set, it says the same in its own words."""

from datetime import UTC, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from actors.actions.wishes import UNSURE, continued_wish, spoken_wishes
from actors.base import actor
from actors.language import not_understood
from actors.message import ActionResult, Context, ExecutionResult, Intent, IntentName, Payload, Question, Response
from actors.response_generator.actions import action_status, actions_for, other_actions
from actors.response_generator.case import Case, named_orders
from actors.response_generator.notices import quoted_notices
from actors.response_generator.orders import order_status
from actors.response_generator.prose import in_prose
from actors.response_generator.tone import Tone, closing, greeting, opening, reply_tone, topic
from actors.response_generator.wishes import answer, not_found, not_looked_up
from actors.routes import ACTIONABLE, NEEDS_CUSTOMER
from actors.wording import CHOICES, talk_to_a_person, written_list

PUZZLED = gettext_noop("I'm not sure what you mean by that.")
UNREAD = gettext_noop("I can only read English myself.")
WAITING = gettext_noop("Your conversation already waits for a colleague, who will reply here too.")


@actor("processor")
def response_generator(payload: Payload) -> Response:
    """The reply to one message, with every fact it states. It never says more than the payload and the shop's settings
    do; without a decision it says honestly that there is no answer. In the language of the conversation."""
    with override(payload.conversation.language):
        return in_prose(payload, _reply(payload))


def _reply(payload: Payload) -> Response:
    intent, decision = payload.intent, payload.decision
    tone = reply_tone(payload.sentiment, intent)
    if intent is None or decision is None:
        return Response(text=_written(_greeting(payload), _no_answer()), tone=tone)
    case = Case(payload=payload, intent=intent)
    if not_understood(intent):
        way = _(WAITING) if payload.conversation.waiting else _("For anything else, {talk}.")
        return _response(case, tone, _(UNREAD) + " " + way.format(talk=talk_to_a_person()))
    match decision.outcome:
        case "clarify" if (waiting := _still_open(case)) is not None:  # two questions at once are none
            return _response(case, tone, _greeting(payload), _(PUZZLED), _reminder(waiting), question=waiting)
        case "clarify":
            question = _clarifying(case)
            return _response(case, tone, _greeting(payload), question.text, question=question)
        case "fast_path":
            return _response(case, tone, _greeting(payload), *_courtesies(case))
        case "open_question":
            return _decided(case, tone)
        case "verify":
            return _response(
                case, tone, _greeting(payload), _opening(case, tone), *quoted_notices(case), *_sign_in(case)
            )
        case _:
            return _answered(case, tone)


def _answered(case: Case, tone: Tone) -> Response:
    result = case.payload.execution_result or ExecutionResult()
    acted = bool(result.actions or result.question)
    in_so_many_words = continued_wish(case.payload) is not None or case.intent.confidence < UNSURE
    spoken = _spoken_only(case)
    # The actions then say all there is to say; without any, what is known of the orders that were named.
    wishes = () if spoken or (acted and in_so_many_words) else _wishes(case.intent)
    asked = bool(result.question)
    paragraphs: list[str] = []
    if not case.payload.verified and (spoken or NEEDS_CUSTOMER.intersection(wishes)):
        paragraphs += _sign_in(case)
    else:
        for wish in wishes:
            waits = result.question is not None and wish in ACTIONABLE and not actions_for(case, wish)
            if asked and result.question and _asks_about(case, wish, result.question):
                text, asked = result.question.text, False
            elif not waits:
                text = answer(case, wish)
            elif asked and result.question:
                text, asked = result.question.text, False
            else:
                text = _("I need your answer to the question above first.")
            paragraphs.append(_labelled(case, wish, text))
    paragraphs += [
        action_status(case, action)
        for action in other_actions(case, wishes)
        if not (result.question and action.action_id == result.question.action_id)
    ]
    if asked and result.question:
        paragraphs.append(result.question.text)
    paragraphs += _unmentioned(case, " ".join(paragraphs))
    if spoken and not paragraphs:
        paragraphs.append(
            answer(case, case.intent.category) if case.orders_known else not_looked_up(named_orders(case)[1])
        )
    waiting = _(WAITING) if case.payload.conversation.waiting and "escalation_request" not in wishes else ""
    question = result.question
    end = "" if question or waiting else closing(tone, " ".join(paragraphs))
    begin = (_greeting(case.payload), _opening(case, tone), *quoted_notices(case))
    return _response(case, tone, *begin, *paragraphs, waiting, end, question=question)


def _asks_about(case: Case, wish: IntentName, question: Question) -> bool:
    """Whether the question is what becomes of this wish: then it says all there is to say."""
    asked = actions_for(case, wish)
    about = question.action_id is not None and [action.action_id for action in asked] == [question.action_id]
    if about:
        _state(case, asked[0])
    return about


def _state(case: Case, action: ActionResult) -> None:
    """What a question says of its action are facts of the reply."""
    if action.order:
        case.say("order_number", action.order, action.order)
    if action.amount:
        case.say_money(action.amount, action.order or "action")


def _still_open(case: Case) -> Question | None:
    """The question that waits for a yes or no and that this message was not about: it is asked again, so that a yes
    after this reply can only mean it."""
    waiting, decision = case.payload.conversation.open_question, case.payload.decision
    if waiting is None or decision is None or decision.outcome not in ("answer", "act", "fast_path", "clarify"):
        return None
    if waiting.action_id is None and case.intent.category == "deny":  # "none of them"
        return None
    result = case.payload.execution_result
    if result is not None and any(action.action_id == waiting.action_id for action in result.actions):
        return None
    if waiting.action_id is None and continued_wish(case.payload) is not None:
        return None
    if waiting.expires_at is not None and waiting.expires_at < datetime.now(UTC):
        return None
    return Question(**dict(waiting))


def _reminder(question: Question) -> str:
    return _("One thing is still open. {question}").format(question=question.text)


def _decided(case: Case, tone: Tone) -> Response:
    """After a yes or no to an open question."""
    result = case.payload.execution_result or ExecutionResult()
    paragraphs = [action_status(case, action) for action in result.actions]
    paragraphs += [answer(case, wish) for wish in case.intent.secondary if not actions_for(case, wish)]
    if result.question:
        paragraphs.append(result.question.text)
    if not result.actions and not result.question:
        nothing = _("Nothing was changed, because nothing waits for your answer any more. If you want, {talk}.")
        paragraphs.insert(0, nothing.format(talk=talk_to_a_person()))
    return _response(case, tone, _greeting(case.payload), *quoted_notices(case), *paragraphs, question=result.question)


def _clarifying(case: Case) -> Question:
    orders = named_orders(case)[0]
    choices = tuple(_(choice) for choice in CHOICES)
    if len(orders) == 1:
        text = _(
            "What would you like to know about your order {order}: where it is, a return or refund, or something else?"
        )
        return Question(text=text.format(order=case.say_order(orders[0])), choices=choices)
    text = _("I want to be sure that I understand you. Is it about an order, a return or refund, or something else?")
    return Question(text=text, choices=choices)


def _sign_in(case: Case) -> list[str]:
    """What a guest gets: the same for an address the shop knows and one it does not."""
    wishes = _wishes(case.intent)
    private = [topic(wish) for wish in wishes if wish in NEEDS_CUSTOMER]
    text = _(
        "To help you with {topics}, I need to know that it is you: please sign in with the e-mail address of your "
        "order."
    ).format(topics=written_list(private or [_("this")]))
    if _spoken_only(case):
        return [text]
    public = [_labelled(case, wish, answer(case, wish)) for wish in wishes if wish not in NEEDS_CUSTOMER]
    return [text, *public]


def _spoken_only(case: Case) -> bool:
    """Whether the message asks for an action in so many words, and no intent stands for it."""
    return case.intent.confidence < UNSURE and bool(spoken_wishes(case.payload))


def _courtesies(case: Case) -> list[str]:
    """Whoever asks "hello?" while a person is awaited is told so."""
    if case.payload.conversation.waiting and case.intent.category == "general_inquiry":
        return [_(WAITING)]
    return [answer(case, wish) for wish in _wishes(case.intent)]


def _no_answer() -> str:
    return _(
        "I'm sorry, a part of our system did not answer just now, so I can't answer you properly. Please send your "
        "message again a little later, or {talk}."
    ).format(talk=talk_to_a_person())


def _unmentioned(case: Case, text: str) -> list[str]:
    """Orders the customer named that no paragraph speaks of: none is dropped in silence."""
    mentioned = {fact.value for fact in case.facts.values() if fact.kind == "order_number"}
    orders, unknown = named_orders(case)
    unknown = [number for number in unknown if number not in text]
    own = [order_status(case, order) for order in orders if order.number not in mentioned and order.number not in text]
    return [*own, not_found(unknown)] if unknown and case.payload.verified and case.orders_known else own


def _wishes(intent: Intent) -> tuple[IntentName, ...]:
    return tuple(dict.fromkeys((intent.category, *intent.secondary)))


def _labelled(case: Case, wish: IntentName, text: str) -> str:
    """A message with several wishes gets each of them named."""
    named = text.lower().startswith(topic(wish).lower())
    if len(_wishes(case.intent)) == 1 or named:
        return text
    return _("About {topic}: {text}").format(topic=topic(wish), text=text)


def _opening(case: Case, tone: Tone) -> str:
    return opening(tone, case.intent.category)


def _greeting(payload: Payload) -> str:
    """Once in a conversation: a chat is not a series of letters."""
    if any(turn.role == "assistant" for turn in payload.conversation.recent_turns):
        return ""
    context: Context | None = payload.context if payload.verified else None
    return greeting(context.customer if context else None)


def _response(case: Case, tone: Tone, *paragraphs: str, question: Question | None = None) -> Response:
    if question is None and (question := _still_open(case)) is not None:
        paragraphs = (*paragraphs, _reminder(question))
    text = _written(*paragraphs)
    # A sentence that was left out leaves its facts behind.
    facts = tuple(fact for fact in case.facts.values() if fact.value in text)
    return Response(text=text, tone=tone, facts=facts, question=question)


def _written(*paragraphs: str) -> str:
    return "\n\n".join(filter(None, paragraphs))
