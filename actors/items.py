"""Orders by what is in them: customers say "the headphones", not a number."""

import re
from collections.abc import Iterable

from actors.message import Order

# Words of item names that are said of other things too.
_COMMON = re.compile(
    r"with|from|this|that|your|order|item|gift|card|case|phone|home|size|small|large|medium|pack|black|white|blue|green"
    r"|gr[ae]y|pink|back|work|time|best|good|great"
)


def orders_by_item(text: str, orders: Iterable[Order]) -> list[Order]:
    """Those with an item of which the text names the most words: "headphones" will do for "Wireless Headphones"."""
    orders, said = tuple(orders), _words(text)
    hits = [max((len(said & _words(item.name)) for item in order.items), default=0) for order in orders]
    most = max(hits, default=0)
    return [order for order, count in zip(orders, hits, strict=True) if most and count == most]


def _words(text: str) -> set[str]:
    """The telling words, each as its singular."""
    words = (word for word in re.findall(r"[^\W\d_]{4,}", text.lower()) if not _COMMON.fullmatch(word))
    return {re.sub(r"(?<=s|x|z)es$|(?<=[cs]h)es$|(?<!s)s$", "", word) for word in words}
