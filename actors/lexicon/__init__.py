"""How good or bad words sound: the vocabulary of sentiment_analyzer, written for the customers of a shop."""

import re

from actors.lexicon.phrases import PHRASES_BY_FIRST
from actors.lexicon.words import COURTESY, VALENCE

__all__ = [
    "BOOSTS",
    "COURTESY",
    "EMOJI",
    "EMOJI_CHAR",
    "EMOTICON",
    "FAILURE",
    "FAILURE_VALUE",
    "NEGATIONS",
    "PHRASES_BY_FIRST",
    "REQUEST",
    "SAYING",
    "UNREAL",
    "VALENCE",
]

EMOJI = {
    **dict.fromkeys("😀😃😄😁😊🙂😍🥰😘🤩😎👍👏🙌🎉💯❤💖💕💙💚🔥😻🤗🙏✨⭐🌟🥳👌💪", 2.0),
    **dict.fromkeys("😡🤬😠👿💢🖕😤", -3.0),
    **dict.fromkeys("😞😢😭😔😟🙁☹😣😖😩😫😒🙄👎💔😕😑😓😥😰🤢🤮🤦💩", -2.0),
}
EMOJI_CHAR = re.compile("[" + "".join(EMOJI) + "]")
EMOTICON = re.compile(r"(?<!\w)(?:(?P<good>[:;=]-?[)D\]P]|<3|\^\^)|(?P<bad>[:=]'?-?[(/\[|]|>:\(|D:))(?!\w)")

_NEGATION_WORDS = """
    not no never none nothing neither nor without hardly barely scarcely rarely seldom cannot cant dont doesnt didnt
    isnt wasnt arent werent wont wouldnt couldnt shouldnt havent hasnt hadnt aint lacks lacked nobody
"""
NEGATIONS = frozenset(_NEGATION_WORDS.split())
_BOOST_WORDS = {
    1.25: "very really so too such quite truly pretty",
    1.4: """
        absolutely extremely completely totally utterly incredibly insanely beyond highly deeply thoroughly entirely
        seriously super freaking fucking bloody damn terribly awfully ridiculously most
    """,
    0.6: "slightly somewhat little bit kinda sorta fairly rather mildly partly marginally moderately maybe",
}
BOOSTS = {word: factor for factor, words in _BOOST_WORDS.items() for word in words.split()}

# Before praise in the same clause: it is wished for, and not there.
_UNREAL_WORDS = """
    if would could should hope hoped hoping wish wished looking need needed want wanted expect expected expecting
    supposed unless instead
"""
UNREAL = frozenset(_UNREAL_WORDS.split())
# "I just wanted to say how good it is" is real.
SAYING = frozenset(("say", "tell", "thank", "express", "compliment", "pass"))
REQUEST = re.compile(
    r"\?|\b(?:please|pls|plz|can (?:you|u|i|we)|could (?:you|u|i|we)|would you|i(?:'d| would) like|i(?:'m| am) looking"
    r"|i (?:need|require|have to)|how (?:do|can|to)|let me know|cancel my|change my|send me|tell me|give me)\b",
    re.IGNORECASE,
)
# "It doesn't close", "the app won't open". Not: "I don't need", "it doesn't matter", "it never fails".
FAILURE = re.compile(
    r"(?<!\bI )(?<!\byou )(?<!\bwe )(?<!\bwhy )\b(?:(?:doesn't|does not|doesnt|won't|will not|wont|wouldn't|would not"
    r"|didn't|did not|didnt|couldn't|could not) (?:even |really |always |ever )?"
    r"(?!hesitate|matter|mind|need|have to|hurt|bother|disappoint|fail|break|regret|take long|be the last|want|know"
    r"|think|like|believe|care|be (?:disappointed|sorry|long)|say|ask|see|feel|mean|seem)[a-z]{2,}"
    r"|(?:can't|cannot|can not|couldn't|could not) (?:get|make|be|even|hear|read|use|connect|open|turn|find|see"
    r"|figure)\b"
    r"|(?:isn't|is not|isnt|aren't|are not|hasn't|has not|wasn't|was not) (?:even |yet |been )?(?!going|doing|looking"
    r"|asking|being|willing|thinking|anything|everything|nothing|something)(?:[a-z]{2,}ing|here|moved|updated)\b"
    r"|keeps? (?:on )?(?!me|coming|going|working|looking|getting better|smiling)[a-z]+ing\b"
    r"|never (?:showed|turned up|got|called|answered|replied|delivered|started|fit|came|reached)"
    r"|nobody (?:came|showed|called|answers?|answered|replies|replied|cares)"
    r"|unable to [a-z]+|refuses? to [a-z]+|fail(?:s|ed)? to [a-z]+|no longer (?!need|want|interested)[a-z]+"
    r"|had to (?:be )?(?:return|replac|reset|reboot|restart|send|buy|call|repair|wait|pay)[a-z]*)",
    re.IGNORECASE,
)
FAILURE_VALUE = -1.2
