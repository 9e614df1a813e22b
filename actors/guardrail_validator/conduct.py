"""What belongs into no reply, whatever the data says."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings

from actors.guardrail_validator import conduct_words, words
from actors.guardrail_validator.finding import is_said, issue, match_of, matches, without
from actors.guardrail_validator.reading import BLANK, Reply
from actors.language import UNDECIDED, language_of
from actors.message import GuardrailIssue
from actors.personal_data import find_personal_data

READ = ("en", "de", UNDECIDED)  # the languages that the checks can read
LAST_LATIN = 0x24F  # the end of Unicode's Latin Extended-B: what lies beyond is another script, or a letter in disguise
REPEATS = 4  # the same sentence in a row
_BLOB = re.compile(r"[A-Za-z0-9+/=_-]{32,}|([^\W\d_])\1{4,}")
_SIGNS = str.maketrans("013457@$!|", "oieastasii")  # what stands for a letter in a masked word
_SPACED = re.compile(r"\b(?:[^\W\d_][ .-]){3,}[^\W\d_]\b")


def policy(reply: Reply) -> Iterator[GuardrailIssue]:
    if match_of("POLICY", reply.bare):
        yield issue("policy_claim", "high", "a right, warranty, price or concession that no policy states")


def leaks(reply: Reply) -> Iterator[GuardrailIssue]:
    if match_of("LEAK", reply.bare):
        yield issue("internal", "high", "words of the machine instead of the shop's")


def profanity(reply: Reply) -> Iterator[GuardrailIssue]:
    texts = (reply.bare, _unmasked(reply.bare))
    found = (match[0].lower() for text in texts for match in matches("PROFANITY", text))
    if any(word not in reply.ground.names for word in found) or match_of("RUDE_SIGNS", reply.text):
        yield issue("profanity", "high", "a word no customer should read")
    if match_of("MASKED", reply.bare):
        yield issue("profanity", "high", "a word that is masked")


def _unmasked(text: str) -> str:
    """The text with words spelled out by signs, doubled letters or letters apart as they are meant."""
    text = _SPACED.sub(lambda match: re.sub(r"[ .-]", "", match[0]), text)
    written = re.sub(r"\S*[^\W\d_]\S*", lambda match: match[0].rstrip("!|").translate(_SIGNS), text)
    return re.sub(r"([^\W\d_])\1{2,}", r"\1", written)


def tone(reply: Reply) -> Iterator[GuardrailIssue]:
    if match_of("RUDE", reply.bare):
        yield issue("tone", "high", "a rude, threatening or over-familiar word")


def advice(reply: Reply) -> Iterator[GuardrailIssue]:
    if match_of("ADVICE", reply.bare):
        yield issue("advice", "high", "advice that is not the shop's to give, or a way out of this chat")


def itself(reply: Reply) -> Iterator[GuardrailIssue]:
    """What the bot says of itself, offers and tells the customer to do is one of the things that it may say."""
    text = reply.bare
    if match_of("I_AM", text) or match_of("SIGNED", text):
        yield issue("false_identity", "high", "a person, or a name, that the bot is not")
    for name, allowed in (
        ("OFFER", conduct_words.OFFERED),
        ("OFFER_DE", conduct_words.OFFERED_DE),
        ("YOU_CAN", conduct_words.OF_THE_CUSTOMER),
        ("PLEASE", conduct_words.OF_THE_CUSTOMER),
    ):
        if any(match["verb"].lower() not in allowed for match in matches(name, text)):
            yield issue("false_offer", "high", "something offered or asked for that nothing stands behind")
    for match in conduct_words.FIRST_PERSON.finditer(text):
        verb = match["verb"].lower()
        asked = re.search(
            r"\b(?:shall|should|can|could|may|might|would|do|did|have|am|are)\s$", text[: match.start()], re.I
        )
        if not asked and not verb.endswith("ed") and verb not in conduct_words.OF_ITSELF:
            yield issue("false_promise", "high", "the bot says of itself what it does not do")


def people(reply: Reply) -> Iterator[GuardrailIssue]:
    """Nobody is named but the customer, and nothing is said of other people, places and memberships."""
    for pattern in (conduct_words.GREETING, conduct_words.TITLE):
        for match in pattern.finditer(reply.text):
            named = next(filter(None, match.groups()), "")
            if named.lower() not in (*reply.ground.names, "there", "again", "everyone"):
                yield issue("foreign_name", "critical", "a name that is not the customer's")
    for match in conduct_words.PLACE.finditer(reply.bare):
        if match["place"].lower() not in conduct_words.NO_PLACE:
            yield issue("unknown_place", "high", "a place that is not in the data")
    if match_of("OTHERS", reply.bare):
        yield issue("other_people", "critical", "other people, or what only a profile holds")


def claims(reply: Reply) -> Iterator[GuardrailIssue]:
    """Payments, stock and the like: no data that a reply is checked against says anything of them."""
    for match in matches("CLAIM", reply.bare):
        start, end = reply.sentence_at(match.start())
        question = reply.bare[start:end].rstrip().endswith("?")
        if not question and is_said(re.split(r"[,;:]", reply.bare[start : match.start()])[-1]):
            yield issue("unknown_claim", "high", "a payment, debt or stock that is not in the data")


def writing(reply: Reply) -> Iterator[GuardrailIssue]:
    """The reply is written in letters and a language that the checks can read, in words, and each thing once."""
    own = "|".join(re.escape(name) for name in sorted(reply.ground.names, key=len, reverse=True) if name)
    text = reply.bare
    if own:
        text = without(text, [match.span() for match in re.finditer(rf"\b(?:{own})\b", text, re.IGNORECASE)])
    if not any(char.isalnum() or char == BLANK for char in text):
        yield issue("empty", "high", "the reply has no words")
    if any(char.isalpha() and ord(char) > LAST_LATIN for char in text):
        yield issue("script", "high", "letters of another script")
    elif any(language_of(text[start:end]) not in READ for start, end in reply.sentences):
        yield issue("language", "high", "a language that the checks cannot read")
    if _BLOB.search(text):
        yield issue("unreadable", "high", "a string that is no word")
    said = [reply.bare[start:end].strip().lower() for start, end in reply.sentences]
    said = [sentence for sentence in said if sentence]
    if any(len(set(said[place : place + REPEATS])) == 1 for place in range(len(said) - REPEATS + 1)):
        yield issue("unreadable", "high", "the same sentence again and again")


def personal_data(reply: Reply) -> Iterator[GuardrailIssue]:
    for finding in find_personal_data(reply.text):
        if finding.type == "EMAIL" and reply.text[finding.start : finding.end].lower() in reply.ground.own_addresses:
            continue
        yield issue("personal_data", "critical", f"personal data: {finding.type}")


def solicited(reply: Reply) -> Iterator[GuardrailIssue]:
    """Nobody is asked for what would let somebody else pay or sign in."""
    for match in matches("SOLICITED", reply.bare):
        start, _ = reply.sentence_at(match.start())
        if not match_of("NEGATION", reply.bare[start : match.start()]) and not re.search(r"\bnie(?:mals)?\b", match[0]):
            yield issue("solicited", "critical", "a password, a card number or the like is asked for")


def links(reply: Reply) -> Iterator[GuardrailIssue]:
    """No address of any kind but the customer's own and those of the hosts in the setting REPLY_LINK_HOSTS."""
    text = reply.text
    for match in words.EMAIL.finditer(text):
        if match[0].lower().rstrip(".") in reply.ground.own_addresses:
            text = without(text, [match.span()])
        else:
            yield issue("link", "high", "an e-mail address")
    hosts = {host.lower() for host in getattr(settings, "REPLY_LINK_HOSTS", ())}
    # Of the unusual endings, what is no item's name or the like.
    for match in (*words.LINK.finditer(text), *words.DOMAIN.finditer(reply.bare)):
        if not _is_allowed(match[0], hosts):
            yield issue("link", "high", "a link")


def _is_allowed(link: str, hosts: set[str]) -> bool:
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
        return parts.scheme == "https" and parts.username is None and (parts.hostname or "") in hosts
    except ValueError:  # not an address at all
        return False
