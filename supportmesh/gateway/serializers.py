"""What clients may say, in one place for REST and the socket; and the shapes of the answers, for the documentation."""

import json
import math
from difflib import get_close_matches
from typing import IO, Any

from django.conf import settings
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from supportmesh.gateway.problems import Problem

BODY_LIMIT = 65_536  # bytes of a request's body


def read_object(text: bytes | str) -> dict[str, Any]:
    """The JSON object in the text. Raises ParseError, whose detail says what is wrong with it."""
    try:
        value = json.loads(text.decode() if isinstance(text, bytes) else text, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise ParseError("The body is not UTF-8.") from None
    except (ValueError, RecursionError):
        raise ParseError("The body is not valid JSON.") from None
    if not isinstance(value, dict):
        raise ParseError("The body must be a JSON object.")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


class ObjectParser(JSONParser):
    """A JSON object of a bounded size."""

    def parse(self, stream: IO[bytes], media_type: Any = None, parser_context: Any = None) -> dict[str, Any]:
        body = stream.read(BODY_LIMIT + 1)
        if len(body) > BODY_LIMIT:
            raise Problem(413, f"The body may have {BODY_LIMIT} bytes.")
        return read_object(body)


class StrictChar(serializers.CharField):
    """Text that came as text: a number is a mistake, not a message."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictEmail(serializers.EmailField):
    """An address, lower case: the same customer however they write it. No letter in it is one that nobody sees: an
    international domain may have them, and would look like another customer's."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or not data.strip().isprintable():
            self.fail("invalid")
        return super().to_internal_value(data).lower()


class StrictUUID(serializers.UUIDField):
    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class StrictInteger(serializers.IntegerField):
    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


LONGEST_SLIP, MOST_SLIPS = 40, 20  # characters of a field's name; fields looked at


class Message(StrictChar):
    """A customer's message. The limit is read when the serializer is made, so that a setting is a setting."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=settings.MESSAGE_MAX_LENGTH, trim_whitespace=True, **kwargs)


class ChatSerializer(serializers.Serializer):
    message = Message(help_text="What the customer says.")
    session_id = StrictUUID(
        required=False, allow_null=True, default=None, help_text="The conversation; absent to open one."
    )
    customer_email = StrictEmail(
        required=False,
        allow_null=True,
        default=None,
        max_length=254,
        help_text="Whom a server speaks for. Typed by anybody else it proves nothing and is ignored.",
    )
    client_msg_id = StrictUUID(
        required=False, allow_null=True, default=None, help_text="Sent again with the same body: the first answer."
    )
    action_id = StrictUUID(
        required=False, allow_null=True, default=None, help_text="The question's, when a button answers it."
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """What is nearly one of our fields is a slip: passed over, `custmer_email` would make every customer a guest.
        Other fields than ours are none of our business."""
        ours = {_bare(name): name for name in self.fields}
        others = [name for name in self.initial_data if name not in self.fields and len(name) <= LONGEST_SLIP]
        near = {name: get_close_matches(_bare(name), ours, n=1, cutoff=0.85) for name in others[:MOST_SLIPS]}
        wrong = {
            name: f"There is no such field. Did you mean {ours[found[0]]}?" for name, found in near.items() if found
        }
        if wrong:
            raise serializers.ValidationError(wrong)
        return data


def _bare(name: str) -> str:
    return name.replace("_", "").lower()


class RatingSerializer(serializers.Serializer):
    score = StrictInteger(min_value=1, max_value=5)
    comment = StrictChar(required=False, allow_blank=True, default="", max_length=1000)


class ExplainSerializer(serializers.Serializer):
    message = Message()
    customer_email = StrictEmail(required=False, allow_null=True, default=None, max_length=254)
    session_id = StrictUUID(required=False, allow_null=True, default=None)


class AfterSerializer(serializers.Serializer):
    after = serializers.IntegerField(
        required=False, default=0, min_value=0, max_value=2**31 - 1, help_text="Only turns with a higher seq."
    )


class WaitSerializer(serializers.Serializer):
    wait = serializers.FloatField(required=False, default=30, min_value=0, max_value=60)

    def validate_wait(self, seconds: float) -> float:
        """`nan` is neither below 0 nor above 60."""
        if not math.isfinite(seconds):
            raise serializers.ValidationError("A valid number is required.")
        return seconds


# --- answers ----------------------------------------------------------------------------------


class QuestionAnswer(serializers.Serializer):
    action_id = serializers.CharField(allow_null=True)
    text = serializers.CharField()
    choices = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField(allow_null=True)


class CardAnswer(serializers.Serializer):
    """An order that the reply is about."""

    number = serializers.CharField()
    status = serializers.CharField()
    stage = serializers.IntegerField(
        allow_null=True, help_text="0 ordered, 1 shipped, 2 out for delivery, 3 delivered; null: cancelled or returned"
    )
    late = serializers.BooleanField()
    item = serializers.CharField(help_text="The first one.")
    more = serializers.IntegerField(help_text="How many items there are besides.")
    total = serializers.CharField()
    due = serializers.DateField(allow_null=True)
    delivered_at = serializers.DateField(allow_null=True)
    carrier = serializers.CharField(allow_null=True)
    tracking_number = serializers.CharField(allow_null=True)


class MetadataAnswer(serializers.Serializer):
    outcome = serializers.ChoiceField(["answered", "question", "escalated", "verify", "delayed"])
    intent = serializers.CharField(allow_null=True)
    confidence = serializers.FloatField(allow_null=True)
    sources = serializers.ListField(child=serializers.CharField())
    question = QuestionAnswer(required=False)
    cards = CardAnswer(many=True, required=False)
    expected_seconds = serializers.IntegerField(
        required=False,
        allow_null=True,
        help_text="Of `delayed`: about when the reply will stand; null: nobody can say.",
    )


class ChatAnswer(serializers.Serializer):
    """The reply."""

    response = serializers.CharField()
    session_id = serializers.UUIDField()
    message_id = serializers.UUIDField()
    processing_time = serializers.FloatField(help_text="Seconds from accept to reply.")
    metadata = MetadataAnswer()


class AcceptedAnswer(serializers.Serializer):
    """Accepted, and the reply will stand at the `Location`."""

    session_id = serializers.UUIDField()
    message_id = serializers.UUIDField()
    status = serializers.CharField(help_text="accepted, processing, answered, escalated or with_human")
    detail = serializers.CharField(
        required=False, help_text="For the customer, when the reply takes longer than usual."
    )
    metadata = MetadataAnswer(required=False, help_text="`delayed`, when the reply takes longer than usual.")


class ReplyAnswer(serializers.Serializer):
    response = serializers.CharField()
    seq = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    processing_time = serializers.FloatField()
    metadata = MetadataAnswer()
    covers = serializers.ListField(
        child=serializers.UUIDField(), help_text="Other messages that waited, and are answered by the same reply."
    )


class MessageAnswer(serializers.Serializer):
    """A message's way so far. The last six are there for staff, service tokens and the demo only."""

    session_id = serializers.UUIDField()
    message_id = serializers.UUIDField()
    status = serializers.CharField(help_text="accepted, processing, answered, escalated or with_human")
    seq = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    reply = ReplyAnswer(allow_null=True)
    sources = serializers.ListField(child=serializers.CharField())
    route = serializers.ListField(child=serializers.CharField(), required=False)
    hops = serializers.ListField(child=serializers.DictField(), required=False)
    decision = serializers.DictField(required=False, allow_null=True)
    sentiment = serializers.DictField(required=False, allow_null=True)
    intent = serializers.DictField(required=False, allow_null=True)
    llm_calls = serializers.ListField(child=serializers.DictField(), required=False)


class TurnAnswer(serializers.Serializer):
    seq = serializers.IntegerField()
    role = serializers.ChoiceField(["customer", "assistant", "agent", "system"])
    text = serializers.CharField()
    created_at = serializers.DateTimeField()
    in_reply_to = serializers.UUIDField(allow_null=True)
    agent = serializers.CharField(allow_blank=True, help_text="Who of the team says it, or did it; else empty.")


class PlaceAnswer(serializers.Serializer):
    """The place in the queue, while nobody of the team has the conversation."""

    position = serializers.IntegerField()
    text = serializers.CharField(help_text="About how long it takes, or when the team is back.")


class ConversationAnswer(serializers.Serializer):
    session_id = serializers.UUIDField()
    status = serializers.CharField(help_text="bot, waiting, human or closed")
    agent = serializers.CharField(allow_blank=True, help_text="Who of the team has it.")
    rated = serializers.BooleanField()
    waiting = PlaceAnswer(allow_null=True)
    last_seq = serializers.IntegerField()
    turns = TurnAnswer(many=True)


class HumanAnswer(serializers.Serializer):
    session_id = serializers.UUIDField()
    seq = serializers.IntegerField()
    text = serializers.CharField()


class ExplainAnswer(serializers.Serializer):
    sentiment = serializers.DictField()
    intent = serializers.DictField()
    input_check = serializers.DictField()
    decision = serializers.DictField()
    route = serializers.ListField(child=serializers.CharField())


class OpenTurnsAnswer(serializers.Serializer):
    accepted = serializers.IntegerField(help_text="not begun yet")
    processing = serializers.IntegerField()


class MeshAnswer(serializers.Serializer):
    oldest_unanswered_seconds = serializers.FloatField(help_text="0 when every message has its answer")
    open_turns = OpenTurnsAnswer()
    executing_actions = serializers.IntegerField(help_text="under way at the shop")
    parked_messages = serializers.IntegerField(help_text="wait for an operator")
    queue_depth = serializers.IntegerField(allow_null=True, help_text="tasks in all queues; null while Redis is away")


class HealthAnswer(serializers.Serializer):
    status = serializers.CharField(help_text="ok, degraded or down")
    services = serializers.DictField()
    mesh = MeshAnswer(allow_null=True, help_text="null while the database is away")
    paused = serializers.ListField(child=serializers.CharField(), help_text="of bot, actions and llm")


class FieldError(serializers.Serializer):
    field = serializers.CharField(allow_blank=True)
    detail = serializers.CharField()


class ProblemAnswer(serializers.Serializer):
    """RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = FieldError(many=True)
