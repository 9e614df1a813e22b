"""Secrets that a customer discloses: passwords, PINs, card security codes, one-time codes, access keys."""

import re
from collections.abc import Iterator

from actors.phones import Span

_PASSWORD = re.compile(
    r"\b(?P<name>pass(?:word|wort|code|phrase)|passwd|pwd?|kennwort|contraseña|mot de passe|geheimzahl"
    r"|pin(?: ?code| number)?)\b"
    r"(?: (?:for|to|of|on|für|von) (?:[\w.@-]+ ){0,3}?[\w.@-]+)?"
    r" ?(?P<said>is now|is|was|=|:|ist|lautet|est|es) ?(?:now |jetzt )?(?P<quote>[\"'“„‘`])?"
    r"(?P<value>[^\s\"'“”’`]{3,64})",
    re.IGNORECASE,
)
# "my password is ..." goes on like this when nothing is disclosed.
_NO_PASSWORD = re.compile(
    r"(?:\w+(?:ed|ing)|\w+n't|wrong|not|now|no|never|always|still|incorrect|invalid|correct|right|the|that|this"
    r"|too|very|so|also|already|just|only|really|my|your|our|unknown|weak|strong|secure|safe|old|new|lost|gone|fine"
    r"|okay|ok|good|bad|required|on|in|out|being|because|same|different|somehow|apparently|about|what|it|he|she|they"
    r"|we|you|and|or|but|for|stuck|unable|impossible|working|broken|useless|given|hidden|empty|case|long|short|of|at"
    r"|to|an?|falsch|nicht|weg|ungültig|leider|immer|richtig|korrekt|unbekannt|verloren|vergessen|abgelaufen|gesperrt"
    r"|schwach|sicher|neu|alt|zu|das|die|der|ein|mein\w*|auch|noch|nun|schon|gut)\W*$",
    re.IGNORECASE,
)
# The three or four digits on a card, and codes that let somebody in.
_CODE = re.compile(
    r"\b(?:cvv2?|cvc2?|cvn|security (?:code|number)|kartenprüfnummer|prüfziffer"
    r"|(?:one[- ]time|verification|sign[- ]?in|log[- ]?in|2fa|authentication|sms|otp) (?:code|password|pin)|otp|tan)"
    r"[ \t]?(?:is|was|=|:|ist|lautet|on the card is)?[ \t]?(?P<value>\d{3,8})(?!\w)",
    re.IGNORECASE,
)
# Keys of well-known makers say what they are by their first letters.
_KEY = re.compile(
    r"(?<!\w)(?:sk-[\w-]{20,200}|sk_live_\w{10,200}|gh[pousr]_\w{30,200}|AKIA[A-Z0-9]{16}|xox[bap]-[\w-]{10,200}"
    r"|eyJ[\w-]{10,2000}\.[\w-]{10,2000}\.[\w-]{10,2000})(?!\w)"
)


def passwords(text: str) -> Iterator[Span]:
    """Where a secret stands: its value alone, without the words that introduce it."""
    yield from (match.span() for match in _KEY.finditer(text))
    yield from (match.span("value") for match in _CODE.finditer(text))
    for match in _PASSWORD.finditer(text):
        value = match["value"].rstrip(".,;!?)")
        if match["name"].lower().startswith("pin") and not value[:1].isdigit():
            continue  # "the pin is bent"
        plain = value.isalpha() and value[1:].islower()
        goes_on = re.match(r"[ \t]+(?!and\b|but\b|please\b|und\b|aber\b|bitte\b)\w", text[match.end("value") :])
        if value and (match["quote"] or not plain or not (_NO_PASSWORD.match(value) or goes_on)):
            yield match.start("value"), match.start("value") + len(value)
