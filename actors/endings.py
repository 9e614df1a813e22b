"""How customers begin and end a conversation, when the message is nothing else: a greeting; thanks, "got it", goodbye.
An ending is read in German as well as in English: it asks for nothing that a person would have to read."""

import re
from collections.abc import Iterable

_LONGEST = 80  # characters; a longer message has something to say
_BETWEEN = r"[\s.,!;:()\-–…'\"*~\uFE0F\U0001F3FB-\U0001F3FF]*"  # no "?": "ok?" is a question
_WORDS = (
    # English
    r"ok|okay|okey|oki|k|kk|alright|all right|fine|got it|gotcha|understood|noted|i see|makes sense|will do|sure"
    r"|great|super|perfect|cool|nice|good|very good|excellent|awesome|amazing|wonderful|brilliant|lovely|fantastic"
    r"|(?:that's|that is|thats|it's|all|sounds) (?:ok|okay|fine|great|good|perfect|all|it|clear)"
    r"|(?:that|this) (?:helps|helped)|very helpful|nothing else|no problem|no worries"
    r"|(?:(?:no|many) )?(?:thanks|thank you|thank u|thx|thanx|ty|tysm)|cheers|much appreciated|(?:i )?appreciate it"
    r"|so much|very much|a lot|again|anyway|for (?:your|the|all your|all the) (?:(?:quick|kind|great) )?"
    r"(?:help|support|reply|answer|info|information)|for everything|to you|you too"
    r"|bye|bye bye|goodbye|good night|see you|see ya|take care"
    r"|have a (?:nice|good|great|lovely) (?:day|one|evening|weekend)"
    # German
    r"|(?:nein )?danke|dankeschön|dankeschoen|schön|schoen|sehr|dir|euch|ihnen|nochmal|nochmals"
    r"|(?:vielen|besten|herzlichen|tausend|lieben|vielen lieben) dank|merci"
    r"|für (?:die|ihre|deine|eure) (?:(?:schnelle|nette|gute) )?(?:hilfe|antwort|unterstützung|info|auskunft)|für alles"
    r"|(?:ist |geht )?(?:alles )?klar|alles gut|(?:das )?passt(?: so| schon| für mich)?|prima|toll|klasse|perfekt"
    r"|wunderbar|top|gut|(?:ist )?in ordnung|verstanden|verstehe|das war's|das wars"
    r"|(?:das )?hat geholfen|das hilft(?: mir)?"
    r"|tschüss|tschüß|tschuess|tschüs|tschau|ciao|bis bald|bis dann|auf wiedersehen|gute nacht"
    r"|(?:einen )?schönen (?:tag|abend|feierabend)(?: noch)?|schönes wochenende|ebenfalls|auch"
    r"|👍|👌|🙏|✅|🆗|❤|🥰|😊|🙂|😀|😃|👋|💯|🎉"
)
_ENDING = re.compile(rf"{_BETWEEN}(?:(?:{_WORDS})(?!\w){_BETWEEN})+")
# What makes more of a thank-you than that: "thanks, but it was the wrong one".
_MORE = re.compile(
    r"\?|\b(?:but|however|except|still|not|never|no|other|another|also|although|though|wrong|question|only|yet|instead"
    r"|when|where|why|how|what|which|who|please|pls)\b|n't\b"
)


# What may stand beside a greeting without a question in it.
_BESIDE_GREETING = re.compile(
    rf"{_BETWEEN}(?:(?:there|all|everyone|team|guys|again|bot|support|please|quick"
    r"|(?:is )?(?:any|some)(?:one|body)(?: there)?"
    r"|(?:can|could|would) (?:you|some(?:one|body)) (?:please )?help(?: me)?(?: out)?|i need (?:some |your )?help"
    r"|help(?: me)?|i have (?:a|some) (?:quick )?questions?|questions?|how are you(?: doing)?(?: today)?)(?!\w)"
    rf"{_BETWEEN})*"
)


def is_mere_greeting(text: str, greetings: Iterable[str]) -> bool:
    """Whether a message says no more than these greetings of its own, and perhaps that there is a question to come."""
    small, found = _small(text), False
    for greeting in greetings:
        found = found or greeting in small
        small = small.replace(greeting, " ", 1)
    return found and _BESIDE_GREETING.fullmatch(small.replace("?", " ")) is not None


def is_ending(text: str) -> bool:
    """Whether a message says no more than "ok", "thanks" or "bye"."""
    return len(text) <= _LONGEST and _ENDING.fullmatch(_small(text)) is not None


def adds_more(text: str) -> bool:
    """Whether something is added to the thanks."""
    return not is_ending(text) and _MORE.search(_small(text)) is not None


def _small(text: str) -> str:
    return text.lower().replace("’", "'").strip()
