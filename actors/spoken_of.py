"""An action that a message speaks of and does not ask for: it is not wanted, or the question is what became of it.

The patterns read small letters and straight apostrophes only.
"""

import re

from actors.message import IntentName

_REFUND = r"(?:refunds?|money back|reimbursements?)"
_NOUN = rf"(?:{_REFUND}|returns?|cancell?ations?|exchanges?)"
_DONE = r"(?:cancell?ed|refunded|reimbursed|returned|exchanged|sent (?:\w+ ){0,3}?back)"
_MENTIONS: dict[IntentName, re.Pattern[str]] = {
    "cancellation_request": re.compile(r"\bcancel"),
    "refund_request": re.compile(r"\brefund|\breimburs|\bmoney\b"),
    "return_request": re.compile(r"\breturn|\bexchang|\bsen[dt](?:ing)? (?:\w+ ){0,3}?back\b"),
}

# "I don't want to cancel". What "you don't" do is a complaint, and "why not" a proposal.
_NOT = r"(?<!why )(?<!you )(?<!you do )(?<!u )\b(?:don't|dont|do not|didn't|didnt|did not|never|not|rather not|no need)"
_NOT_WANTED = re.compile(
    rf"{_NOT} (?:(?:want|wish|need|like|mean|intend|plan|planning|going|trying|looking|ask|asked|asking|to|for|an?|any"
    rf"|the|my|your|full|partial) )*?(?:cancel|refund|return|exchange|send (?:\w+ ){{0,3}}?back|{_NOUN})\b"
    rf"|{_NOT} (?:want|wish|need|like) (?:\w+ ){{0,3}}?(?:to be )?{_DONE}\b"
)
_WORD = r"[\w'-]+"
_ADVERB = r"(?:been|already|just|also|not|never|ever|still|now|since|fully|partly|even)"
_SOMEBODY = (
    r"(?:i|i've|we|we've|you|you've|u|he|she|they|who|shop|friend|wife|husband|partner|mother|father|mom|mum|dad"
    r"|brother|sister|son|daughter|colleague|neighbou?r|boss)"
)
_BECAME = re.compile(
    "|".join(
        (
            # was it cancelled, has it already been refunded, I returned it
            rf"\b(?:is|are|was|were|been|isn't|aren't|wasn't|weren't|got|not|never|already|{_SOMEBODY})"
            rf" (?:{_ADVERB} )*{_DONE}\b|n't (?:{_ADVERB} )*{_DONE}\b",
            rf"\b(?:is|are|was|were|has|have) (?:my|the|this|that|our|order) (?:{_WORD} ){{0,4}}?{_DONE}\b",
            # I have asked for a refund, I am still waiting for it
            rf"\b{_SOMEBODY} (?:have |{_ADVERB} )*(?:registered|requested|asked for|opened|started|applied for|filed"
            rf"|got|received) (?:an?|the|my|any|this|that) (?:full |partial )?{_NOUN}\b",
            rf"(?:\bnot|n't|\bnever|\byet to|\bstill) (?:{_WORD} )?(?:received?|get|got|gotten|see|seen|had)"
            rf" (?:{_WORD} ){{0,3}}?{_NOUN}\b|\bwaiting (?:for|on) (?:{_WORD} ){{0,3}}?{_NOUN}\b",
            rf"\bdid (?:you|u|they|he|she|i|we|some(?:body|one)|any(?:body|one)) (?:{_WORD} ){{0,2}}?"
            r"(?:cancel|refund|return)\b",
            # did my refund go through
            rf"\b(?:did|has|is|was|were|isn't|hasn't|wasn't) (?:my|the|this|that|our|his|her|their)"
            rf" (?:{_WORD} ){{0,2}}?{_NOUN}\b(?!.*\b(?:possible|allowed)\b)",
            # when will I get my refund
            rf"\b(?:when|where|how (?:long|soon|quickly|fast|many \w+))(?:'s| is| are| will| do| does| did| can| should"
            rf"| until| till| before) (?:{_WORD} ){{0,7}}?(?:{_REFUND}|money|cancell?ation)\b",
            rf"\bhow long (?:{_WORD} ){{0,4}}?{_NOUN}\b",
            rf"\bwhy (?:is|are|was|were|has|have|did|am)(?:n't)? (?:{_WORD} ){{0,8}}?(?:{_NOUN}|{_DONE})\b",
            rf"\b(?:status|progress|state|updates?|news|info\w*) (?:of|on|about|for|regarding) (?:{_WORD} ){{0,3}}?"
            rf"{_NOUN}\b",
            rf"\b{_NOUN} (?:status|progress|updates?)\b",
            rf"\b(?:track|check|follow)(?: up)?(?: on)? (?:my|the) (?:{_WORD} )?{_NOUN}\b",
            # what if
            rf"\bif (?:i|we|it|they|this|these|he|she|the \w+) (?:{_WORD} )?(?:do(?:es)?n't|do not|does not|am not"
            r"|isn't|aren't|cancel|return|change my mind|ever|wanted)\b",
            rf"\b(?:can|could|may) (?:i|we) (?:{_WORD} ){{1,6}}?(?:later|afterwards)\b",
        )
    )
)
# Of anything whatever, so that it is no wish of its own.
_RULE = re.compile(
    r"\bhow (?:long|many (?:days|weeks)|much time) (?:do|will|would) (?:i|we|you|customers|people) (?:have|get|give)\b"
    r"[^.!?]*\b(?:return|exchange|send)\b"
    r"|\bcan (?:i|we|you|one) (?:still )?(?:return|exchange|send) (?:something|anything|an item|items|things|a product"
    r"|products|goods)\b"
)


def asks_for_rule(small: str) -> bool:
    """Whether a message asks how returns are done here: "how long do I have to return something?"."""
    return _RULE.search(small) is not None and "ord-1" not in small


def is_not_wanted(clause: str) -> bool:
    """Whether a clause says that an action is not wanted: "please don't cancel it"."""
    return _NOT_WANTED.search(clause) is not None


def asks_for(wish: IntentName, clauses: list[str]) -> bool:
    """Whether one of the clauses asks for what the wish stands for. False when each of those that speak of it only says
    that it is not wanted, or asks what became of it or would become of it."""
    mentions = [clause for clause in clauses if wish in _MENTIONS and _MENTIONS[wish].search(clause)]
    return not mentions or any(not is_not_wanted(clause) and not _BECAME.search(clause) for clause in mentions)
