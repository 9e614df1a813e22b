"""A regular expression that is only tried where it has a chance.

Most patterns say nothing about most texts, and looking for a plain word is some fifty times cheaper than trying the
pattern. So the words of which every match must contain one are read from the pattern itself, once, at the start.
"""

import re
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any


class Gated:
    """`found_in(text)` is whether the pattern matches somewhere in the text, exactly as `re.search` says."""

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)
        self._needed = tuple(_needed(_parser.parse(pattern)) or ("",))  # "" is in every text: always tried

    def found_in(self, text: str) -> bool:
        return any(word in text for word in self._needed) and self._pattern.search(text) is not None


def _needed(sequence: Any) -> set[str] | None:
    """Words of which every match contains at least one, the longest to be had; None when there are none."""
    offers: list[set[str] | None] = []
    word = ""
    for kind, detail in sequence:
        if kind is _constants.LITERAL:
            word += chr(detail)
            continue
        offers.append({word})
        word = ""
        if kind is _constants.SUBPATTERN:
            offers.append(_needed(detail[3]))
        elif kind in (_constants.MAX_REPEAT, _constants.MIN_REPEAT) and detail[0] >= 1:
            offers.append(_needed(detail[2]))
        elif kind is _constants.BRANCH:
            branches = [_needed(branch) for branch in detail[1]]
            offers.append(set().union(*branches) if all(branches) else None)  # type: ignore[arg-type]
    offers.append({word})
    return max((offer for offer in offers if offer and min(map(len, offer)) > 1), key=_selective, default=None)


def _selective(words: set[str]) -> tuple[int, int]:
    return min(map(len, words)), -len(words)
