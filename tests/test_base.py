"""The base: what is believed, what is parked, what is retried, and where an error goes."""

import json

import pytest
from celery import current_app
from django.test import override_settings

from actors import base
from actors.base import ACTORS, Refused, Routing, actor, dispatch, queue_depth, receive, seal, unseal, work
from actors.errors import Permanent, Temporary
from actors.message import Escalation
from actors.models import ParkedMessage
from actors.routes import ENRICHMENTS, queue_name, queue_names
from tests.builders import message, payload, sentiment

FAULT = "the words of the customer"


@pytest.fixture
def fails(monkeypatch: pytest.MonkeyPatch):
    """Makes an actor raise, by putting a failing function into the registry."""

    def set_up(name: str, error: Exception) -> None:
        def failing(*_: object) -> None:
            raise error

        failing_actor = base.Actor(name, ACTORS[name].kind, failing, ACTORS[name].takes_message, ACTORS[name].task)
        monkeypatch.setitem(ACTORS, name, failing_actor)

    return set_up


def queued(name: str) -> list[dict]:
    """The task messages that wait in an actor's queue, without taking them."""
    with current_app.connection_for_write() as connection:
        return [json.loads(raw) for raw in connection.default_channel.client.lrange(queue_name(name), 0, -1)]


def test_every_step_of_a_route_has_an_actor_a_task_and_a_queue() -> None:
    assert set(ACTORS) == set(ENRICHMENTS)
    for name in ENRICHMENTS:
        assert f"actors.{name}" in current_app.tasks
        assert queue_name(name) in current_app.amqp.queues


def test_worker_serves_later_steps_before_earlier_ones() -> None:
    consumed = list(current_app.amqp.queues.consume_from)
    assert consumed == list(queue_names())
    assert consumed.index("support.response_aggregator") < consumed.index("support.intent_analyzer")
    assert consumed.index("support.sentiment_analyzer.urgent") < consumed.index("support.sentiment_analyzer")


def test_decorator_returns_the_function_unchanged_and_refuses_a_second_of_the_name() -> None:
    def sentiment_analyzer(payload: object) -> None: ...

    with pytest.raises(ValueError, match="two actors"):
        actor("processor")(sentiment_analyzer)
    assert ACTORS["sentiment_analyzer"].function.__name__ == "sentiment_analyzer"


def test_decorator_refuses_an_actor_no_route_knows() -> None:
    def mind_reader(payload: object) -> None: ...

    with pytest.raises(ValueError, match="does not know mind_reader"):
        actor("processor")(mind_reader)


def test_sealed_message_is_believed() -> None:
    original = message()
    assert unseal(json.loads(json.dumps(seal(original)))) == original


@override_settings(SECRET_KEY="n" * 60, SECRET_KEY_FALLBACKS=["o" * 60])
def test_message_sealed_before_a_key_rotation_is_believed() -> None:
    with override_settings(SECRET_KEY="o" * 60, SECRET_KEY_FALLBACKS=[]):
        envelope = seal(message())
    assert unseal(envelope).attempt == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda e: e["payload"].update(verified=True, customer_email="someone.else@example.com"),
        lambda e: e.update(signature="forged"),
        lambda e: e.pop("signature"),
        lambda e: e.update(version=99),
        lambda e: e["route"].update(steps=["response_aggregator"]),
    ],
)
def test_tampered_message_is_refused(change) -> None:
    envelope = seal(message(of=payload(verified=False)))
    change(envelope)
    with pytest.raises(Refused):
        unseal(envelope)


@pytest.mark.django_db
@pytest.mark.parametrize("envelope", [None, "hello", 7, [], {}, {"signature": "x"}, {"a": "\x00", "signature": "é"}])
def test_malformed_delivery_is_parked_with_its_reason_and_never_looped(envelope: object) -> None:
    receive("sentiment_analyzer", envelope)
    parked = ParkedMessage.objects.get()
    assert parked.task == "actors.sentiment_analyzer"
    assert parked.reason
    assert queued("sentiment_analyzer") == []


@pytest.mark.django_db
def test_message_at_the_wrong_actor_is_parked() -> None:
    receive("response_generator", seal(message()))
    assert ParkedMessage.objects.get().reason == "the message is for sentiment_analyzer"


def test_dispatch_publishes_to_the_actors_own_queue_and_shows_only_the_id() -> None:
    on_its_way = message(at="intent_analyzer", of=payload(FAULT, sentiment=sentiment()))
    dispatch(on_its_way)
    (task,) = queued("intent_analyzer")
    assert task["headers"]["task"] == "actors.intent_analyzer"
    assert task["headers"]["argsrepr"] == on_its_way.message_id
    assert FAULT not in json.dumps(task["headers"])
    assert queue_depth("support.intent_analyzer") == 1


def test_urgent_first_step_has_a_queue_of_its_own() -> None:
    first = message()
    dispatch(first.copy_with(metadata=first.metadata.model_copy(update={"urgent": True})))
    assert queue_depth("support.sentiment_analyzer.urgent") == 1
    assert queue_depth("support.sentiment_analyzer") == 0


def test_success_moves_the_message_one_step_on() -> None:
    after, countdown = work(message(of=payload("Where is my order?")))
    assert countdown == 0
    assert after.route.current == "intent_analyzer"
    assert after.payload.sentiment is not None
    assert [(h.actor, h.outcome) for h in after.metadata.hops] == [("sentiment_analyzer", "ok")]


def test_temporary_error_is_retried_with_growing_pauses_then_handed_to_the_error_handler(fails) -> None:
    fails("sentiment_analyzer", Temporary("no answer"))
    current, pauses = message(), []
    while current.route.current == "sentiment_analyzer":
        current, countdown = work(current)
        pauses.append(countdown)
    assert len(pauses) == 4  # three retries, then the hand-over
    assert all(0 < pause <= 8 for pause in pauses[:-1])
    assert current.route.current == "escalation_router"
    assert current.payload.error.kind == "temporary"
    assert current.metadata.hops[-1].retries == 3


def test_retries_end_with_the_lease(fails) -> None:
    fails("sentiment_analyzer", Temporary("no answer"))
    late = message()
    metadata = late.metadata.model_copy(update={"deadline_at": late.metadata.created_at})
    after, _ = work(late.copy_with(metadata=metadata))
    assert after.route.current == "escalation_router"


def test_permanent_error_goes_to_the_error_handler_at_once(fails) -> None:
    fails("sentiment_analyzer", Permanent("no such thing"))
    after, _ = work(message())
    assert after.route.current == "escalation_router"
    assert after.route.ahead[:1] == ("intent_analyzer",)
    assert (after.payload.error.step, after.payload.error.kind) == ("sentiment_analyzer", "permanent")


def test_fault_of_ours_is_recorded_without_the_customers_words(fails, caplog: pytest.LogCaptureFixture) -> None:
    fails("sentiment_analyzer", RuntimeError(FAULT))
    after, _ = work(message(of=payload(FAULT)))
    assert after.payload.error.text == "RuntimeError"
    assert "RuntimeError" in caplog.text
    assert FAULT not in caplog.text


def test_failing_aggregator_and_failing_error_handler_are_left_to_the_sweeper(fails) -> None:
    fails("response_aggregator", Temporary("locked"))
    fails("escalation_router", Permanent("broken"))
    last = message(at="response_aggregator").copy_with(
        metadata=message().metadata.model_copy(update={"retry_count": 9})
    )
    assert work(last) is None
    assert work(message(at="escalation_router")) is None


def test_router_cannot_send_a_message_back(fails, monkeypatch: pytest.MonkeyPatch) -> None:
    def looping(message: object) -> Routing:
        return Routing(("sentiment_analyzer", "response_aggregator"), Escalation(outcome="no_escalation"))

    looping_actor = base.Actor("escalation_router", "router", looping, True, ACTORS["escalation_router"].task)
    monkeypatch.setitem(ACTORS, "escalation_router", looping_actor)
    there = message(at="escalation_router", of=payload(sentiment=sentiment()))
    assert work(there) is None  # an illegal route is an error of the handler itself: the sweeper takes over
