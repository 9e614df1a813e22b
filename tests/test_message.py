"""The envelope's promises, for any message: round trip, nothing behind changes, nothing written is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from actors.message import Escalation, Message, Route, StepError
from actors.routes import ENRICHMENTS
from tests.builders import NOW, context, decision, hop, intent, message, payload, sentiment, shipment

FIRST_FIVE = ("sentiment_analyzer", "intent_analyzer", "context_retriever", "decision_router")
ENRICHMENT_BY_ACTOR = {
    "sentiment_analyzer": st.builds(
        sentiment,
        score=st.floats(-1, 1),
        label=st.sampled_from(["positive", "neutral", "negative"]),
        urgency=st.sampled_from(["low", "medium", "high", "critical"]),
        keywords=st.lists(st.text(), max_size=3).map(tuple),
    ),
    "intent_analyzer": st.builds(intent, st.sampled_from(["order_inquiry", "compliment", "deny"]), st.floats(0, 1)),
    "context_retriever": st.builds(context, tracking=st.just((shipment(),)), summary=st.text()),
    "decision_router": st.builds(decision, st.sampled_from(["answer", "act"])),
}


@st.composite
def messages(draw: st.DrawFn) -> Message:
    """A message of any text that has come any number of steps, by `advance` and `fail` alone."""
    text = draw(st.text(min_size=1))
    current = message(of=payload(text, verified=draw(st.booleans())))
    for actor in FIRST_FIVE[: draw(st.integers(0, 4))]:
        current = current.advance(draw(ENRICHMENT_BY_ACTOR[actor]), hop=hop(actor))
    if draw(st.booleans()):
        error = StepError(step=current.route.current, kind="temporary", text="Temporary: no answer", at=NOW)
        current = current.fail(error, hop=hop(current.route.current, "failed"))
        outcome = draw(st.sampled_from(["retry", "error_recovery", "fallback_response"]))
        if outcome == "retry":
            current = current.advance(
                Escalation(outcome="retry"), hop=hop("escalation_router"), ahead=(error.step, *current.route.ahead)
            )
        elif outcome == "error_recovery":
            current = current.advance(Escalation(outcome=outcome), hop=hop("escalation_router"))
        else:
            current = current.advance(
                Escalation(outcome=outcome, notice="Sorry."),
                hop=hop("escalation_router"),
                ahead=("response_aggregator",),
            )
    return current


def written(of: Message) -> dict[str, object]:
    fields = [field for field in ENRICHMENTS.values() if field]
    return {field: value for field in fields if (value := getattr(of.payload, field)) is not None}


@given(messages())
def test_message_survives_the_round_trip_over_json(original: Message) -> None:
    assert Message.model_validate_json(original.model_dump_json()) == original


@given(messages(), st.data())
def test_step_keeps_what_is_behind_and_every_enrichment(before: Message, data: st.DataObject) -> None:
    actor = before.route.current
    if actor in ENRICHMENT_BY_ACTOR:
        after = before.advance(data.draw(ENRICHMENT_BY_ACTOR[actor]), hop=hop(actor))
    elif before.route.ahead:
        error = StepError(step=actor, kind="permanent", text="Permanent: no", at=NOW)
        if before.payload.escalation is not None:
            return
        after = before.fail(error, hop=hop(actor, "failed"))
    else:
        return
    assert after.route.behind == (*before.route.behind, actor)
    assert after.metadata.hops[: len(before.metadata.hops)] == before.metadata.hops
    assert len(after.metadata.hops) == len(before.metadata.hops) + 1
    assert written(before).items() <= written(after).items()
    assert after.payload.customer_message == before.payload.customer_message
    assert after.payload.verified == before.payload.verified


def test_message_is_frozen() -> None:
    with pytest.raises(ValidationError):
        message().attempt = 2


def test_enrichment_is_never_overwritten() -> None:
    done = message().advance(sentiment(), hop=hop("sentiment_analyzer"))
    with pytest.raises(ValidationError, match="repeats sentiment_analyzer"):
        done.advance(intent(), hop=hop("intent_analyzer"), ahead=("sentiment_analyzer", "response_aggregator"))


def test_actor_cannot_write_another_actors_type() -> None:
    with pytest.raises(ValidationError):
        message().advance(intent(), hop=hop("sentiment_analyzer"))


@pytest.mark.parametrize(
    ("steps", "complaint"),
    [
        (("sentiment_analyzer",), "ends in response_aggregator"),
        (("mind_reader", "response_aggregator"), "no such actor: mind_reader"),
        ((), "at least 1"),
    ],
)
def test_illegal_route_is_refused(steps: tuple[str, ...], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        Route(steps=steps)


def test_route_visits_no_actor_twice() -> None:
    with pytest.raises(ValidationError, match="visits an actor twice"):
        message(route=Route(steps=("intent_analyzer", "intent_analyzer", "response_aggregator")))


def test_unknown_field_is_refused() -> None:
    with pytest.raises(ValidationError, match="mood"):
        Message.model_validate({**message().model_dump(mode="json"), "mood": "sunny"})


def test_retry_goes_to_the_recovery_log_and_leaves_room_for_an_escalation() -> None:
    error = StepError(step="sentiment_analyzer", kind="temporary", text="Temporary: busy", at=NOW)
    failed = message().fail(error, hop=hop("sentiment_analyzer", "failed"))
    assert failed.route.current == "escalation_router"
    retried = failed.advance(
        Escalation(outcome="retry"),
        hop=hop("escalation_router"),
        ahead=("sentiment_analyzer", *failed.route.ahead),
    )
    assert retried.route.current == "sentiment_analyzer"
    assert retried.payload.error is None
    assert retried.payload.escalation is None
    assert [entry.step for entry in retried.payload.recovery_log] == ["sentiment_analyzer"]
