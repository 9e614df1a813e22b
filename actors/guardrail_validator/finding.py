"""What every check uses: a finding, and the patterns of all languages at once."""

import re
from collections.abc import Iterator

from actors.guardrail_validator import conduct_words, german, words
from actors.guardrail_validator.reading import BLANK
from actors.message import GuardrailIssue, Level

LANGUAGES = (words, german, conduct_words)


def issue(kind: str, severity: Level, detail: str) -> GuardrailIssue:
    return GuardrailIssue(kind=kind, severity=severity, detail=detail)


def matches(name: str, text: str) -> Iterator[re.Match[str]]:
    """Everything that this pattern finds, in whichever language."""
    for language in LANGUAGES:
        pattern: re.Pattern[str] | None = getattr(language, name, None)
        if pattern is not None:
            yield from pattern.finditer(text)


def match_of(name: str, text: str) -> re.Match[str] | None:
    return next(matches(name, text), None)


def is_said(clause: str) -> bool:
    """Whether what follows this clause's beginning is said to be so, and not denied."""
    return not (match_of("HYPOTHETICAL", clause) or match_of("NEGATION", clause))


def without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with these spans blanked; every place in it stays where it is."""
    for start, end in spans:
        text = text[:start] + BLANK * (end - start) + text[end:]
    return text
