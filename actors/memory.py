"""What a model is told of the conversation so far: the present episode, as much of it as fits."""

from actors.endings import is_ending
from actors.masking import mask
from actors.message import ConversationView, RecentTurn
from actors.prompts.prompt import harmless

NEWEST = 1600  # characters of the newest turns, word for word: about 400 tokens
OLDER = 100  # characters that are kept of each turn before them
_SPEAKERS = {"customer": "Customer", "assistant": "Assistant"}


def remembered(conversation: ConversationView) -> str:
    """The turns of the episode, oldest first, one a line; the older ones cut to their beginnings. Masked.

    An episode ends with a person's words, a notice of the system, or the customer's goodbye: a quarrel that was solved
    does not colour the next question.
    """
    lines: list[str] = []
    room = NEWEST
    for turn in reversed(_episode(conversation.recent_turns)):
        text = harmless(" ".join(mask(_without_greeting(turn)).text.split()))
        room -= len(text)
        lines.insert(0, f"{_SPEAKERS[turn.role]}: {text if room >= 0 else _beginning(text)}")
    return "\n".join(lines)


def _episode(turns: tuple[RecentTurn, ...]) -> list[RecentTurn]:
    found: list[RecentTurn] = []
    for turn in turns:
        ended = turn.role not in _SPEAKERS or (turn.role == "customer" and is_ending(turn.text))
        found = [] if ended else [*found, turn]
    # The reply to a goodbye belongs to what ended.
    while found and found[0].role != "customer":
        found.pop(0)
    return found


def _without_greeting(turn: RecentTurn) -> str:
    """A reply without the customer's name above it."""
    first, _, rest = turn.text.partition("\n\n")
    return rest if rest and turn.role == "assistant" and first.endswith(",") else turn.text


def _beginning(text: str) -> str:
    return text if len(text) <= OLDER else f"{text[:OLDER].rsplit(' ', 1)[0]} …"
