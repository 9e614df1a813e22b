"""Utterances by intent, from YAML files: the project's own, and those that a shop adds."""

from pathlib import Path
from typing import NamedTuple, get_args

import yaml

from actors.intent_model import NO_WISH
from actors.message import IntentName

OURS = Path(__file__).resolve().parent.parent / "knowledge" / "intents.yml"
INTENTS = (*get_args(IntentName), NO_WISH)
_LONGEST = 1000  # characters


class Utterance(NamedTuple):
    text: str
    intent: str


class BadUtterances(Exception):
    """The file cannot be used; the text says where and what would be right."""


def read_utterances(path: Path) -> list[Utterance]:
    """Every utterance of a file, in its order, each once. Whatever YAML would make of it (`yes`, `12`) is text here.

    Raises BadUtterances with file, line and intent.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise BadUtterances(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadUtterances(f"{path}: not UTF-8 text") from None
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise BadUtterances(f"{path}{line}: {error.problem}; put quotes around an utterance with `:` or `#`") from None
    except yaml.YAMLError as error:
        raise BadUtterances(f"{path}: {error}") from None
    if not isinstance(root, yaml.MappingNode):
        raise BadUtterances(f"{path}: an intent with its list of utterances is expected, as in {OURS.name}")
    found: dict[Utterance, None] = {}
    for key, entries in root.value:
        intent = _intent(path, key)
        if not isinstance(entries, yaml.SequenceNode) or not entries.value:
            raise BadUtterances(f"{_place(path, key)}: {intent} needs a list of utterances, each behind `- `")
        found |= {Utterance(_text(path, intent, entry), intent): None for entry in entries.value}
    return list(found)


def contradictions(utterances: list[Utterance]) -> list[str]:
    """What is listed under two intents, with their names."""
    intents: dict[str, dict[str, None]] = {}
    for text, intent in utterances:
        intents.setdefault(" ".join(text.lower().split()), {})[intent] = None
    return [f'"{text}" stands under {" and ".join(names)}' for text, names in intents.items() if len(names) > 1]


def _intent(path: Path, key: yaml.Node) -> str:
    if key.value not in INTENTS:
        raise BadUtterances(f"{_place(path, key)}: {key.value!r} is no intent; there are {', '.join(INTENTS)}")
    return str(key.value)


def _text(path: Path, intent: str, entry: yaml.Node) -> str:
    if not isinstance(entry, yaml.ScalarNode):
        raise BadUtterances(f"{_place(path, entry)}: an utterance of {intent} is no text; put quotes around it")
    text = entry.value.strip()
    if not text or len(text) > _LONGEST:
        raise BadUtterances(f"{_place(path, entry)}: an utterance of {intent} needs 1 to {_LONGEST} characters")
    return text


def _place(path: Path, node: yaml.Node) -> str:
    return f"{path}, line {node.start_mark.line + 1}"
