"""Prompts are files: `<name>.v<number>.txt`. A changed prompt is a new file, so that a message names what wrote it."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Prompt:
    name: str  # "reply.v1"
    text: str


@cache
def prompt(name: str) -> Prompt:
    """The prompt of this name and version. Raises FileNotFoundError."""
    return Prompt(name=name, text=(FOLDER / f"{name}.txt").read_text().strip())


def fenced(label: str, text: str) -> str:
    """Text of somebody else as data: between tags that it cannot close, and without references that it could forge."""
    return f"<{label}>\n{harmless(text)}\n</{label}>"


def harmless(text: str) -> str:
    """The text without anything that could be read as a tag or as a reference to a fact."""
    return text.translate(_HARMLESS)


_HARMLESS = str.maketrans({"<": "‹", ">": "›", "{": "(", "}": ")"})
