"""What a message should not contain: attempts to command the bot, and personal data that needs care."""

import re

from actors.injection_model import sounds_like_injection
from actors.message import Part
from actors.personal_data import Finding, find_personal_data, in_order

__all__ = ["Finding", "InputCheck", "check_input", "find_personal_data"]


class InputCheck(Part):
    attack: bool  # somebody tries to command the bot
    findings: tuple[Finding, ...] = ()


def check_input(text: str) -> InputCheck:
    """Whether a message tries to command the bot, and where; with the personal data in it.

    Patterns name the words that give an attack away; what only sounds like one to the model is marked as a whole.
    """
    cues = injection_cues(text)
    if not cues and sounds_like_injection(text):
        cues = [Finding(type="INJECTION", start=0, end=len(text))]
    return InputCheck(attack=bool(cues), findings=in_order([*cues, *find_personal_data(text)]))


def injection_cues(text: str) -> list[Finding]:
    """The words that no customer writes who wants something of the shop."""
    spans = [match.span() for match in _SURE.finditer(text)]
    if not text.isupper():
        spans += [match.span() for match in _DAN.finditer(text)]
    hints = {match.lastgroup: match.span() for match in _HINTS.finditer(text)}
    if spans or len(hints) >= 2:
        spans += hints.values()
    return [Finding(type="INJECTION", start=start, end=end) for start, end in spans]


_RULES = (
    r"(?:instructions?|prompts?|rules?|guidelines?|directions?|directives?|commands?|polic(?:y|ies)|restrictions?"
    r"|programming|training|constraints?|limitations?|filters?|safeguards?|context|assignments?|tasks?)"
)
# Within one sentence, a few words on.
_NEAR = r"[^.!?\n]{0,40}"

# Any one of these is enough.
_SURE_PATTERNS = (
    # Undo what the bot was told. "Ignore my previous instructions" is a customer about the own parcel.
    r"\b(?:ignor(?:e|ing)|disregard|forget|bypass|overrid(?:e|ing)|neglect|circumvent|do(?:n't| not) (?:follow|obey))"
    rf"(?! (?:my|our))\b{_NEAR}\b{_RULES}\b",
    r"\b(?:ignore|forget|disregard) (?:everything|all|anything|whatever)\b(?: of)? (?:that|the|you|said|i|we|before"
    r"|above|previous|prior|earlier|told|and|else|know|have|been|learned)\b",
    r"\b(?:skip|bypass|override|ignore) (?:the |your |any |all )?(?:\w+ )?"
    r"(?:approvals?|verification|security|safety|identity)\b",
    # Read what the bot was told.
    r"\b(?:system|hidden|initial|original|secret|developer) (?:prompt|instructions?)\b",
    r"\b(?:reveal|show|print|repeat|output|display|leak|dump|tell me|give me|what (?:is|are|were)|write down"
    rf"|spell out|summari[sz]e)\b{_NEAR}\byour (?:\w+ )?(?:instructions?|prompts?|guidelines|directives|programming)\b",
    rf"\b(?:repeat|print|output|show|display)\b{_NEAR}\b(?:above|preceding) {_RULES}\b",
    r"\b(?:repeat|print|output|show|display) (?:(?:all|everything|the|text|words?|sentences?) )+(?:above|before)\b",
    # Become somebody who may do everything.
    r"\bdo anything now\b|\bprompt injection\b|\b(?:sudo|dan|unrestricted|unfiltered|uncensored|evil|opposite) mode\b",
    r"(?:^|[.!?:;,]\s+)(?:please |now |and )*(?:enter|enable|activate|start|switch (?:in)?to|go into)(?: the| your)?"
    r" (?:developer|dev|god|debug|admin|maintenance|root|test) mode\b",
    r"\byou(?: are|'re) (?:now )?in (?:developer|dev|god|debug|admin|maintenance|root|test) mode\b",
    r"\byou(?: are|'re|’re) (?:now|no longer) (?:an? (?!day|week|month|few|couple|bit|little)|in |called|named|free"
    r"|going to (?:be|act|play|pretend)|bound|un\w+ed)",
    r"\b(?:from now on|henceforth|starting now),? (?:you (?!guys)|your|act|answer|respond|always|only)\b",
    r"(?:^|[.!?:;,]\s*|\b(?:you|now|and|please|then|just|must|should|will|always) )act (?:as|like) (?:an? |the |my"
    r" |if you|though you|you are)",
    r"\bpretend(?:ing)? (?:that |like )?(?:you|to be|to have)\b|\brole[ -]?play",
    r"\b(?:take|play|assume|adopt) (?:on )?the (?:role|persona|part|character) of\b|\b(?:stay in|break) character\b",
    r"\bi (?:want|need|would like) you to (?:act|pretend|imagine|simulate|play|become|behave|impersonate|forget)\b",
    r"\byou (?:will|must|shall|should|are to) (?:now )?(?:act|play|pretend|simulate|impersonate|answer as|respond as"
    r"|never refuse|obey|not refuse)\b",
    r"\b(?:never|cannot|can't|don't) (?:refuse|decline|reject) (?:any|to answer|to respond|the user)\b",
    r"\b(?:without|no|free (?:of|from)|bypass(?:es|ing)?) (?:(?:any|all|the|your|its|moral|ethical|legal|content) )*"
    r"(?:restrictions|censorship|content filters?|ethical guidelines|ethics|morals|moral compass)\b",
    r"\bopenai(?:'s)? (?:\w+ )?(?:polic|content|guideline|rules?\b|restriction)",
    rf"\b(?:chat ?gpt|gpt-?\d|language model)\b{_NEAR}\b(?:mode|named|called|will now|must)\b",
    # Text that poses as the frame around a chat.
    r"<\|?/?(?:im_start|im_end|system|endoftext|instructions?)\|?>|\[/?(?:INST|SYS|SYSTEM)\]|<<SYS>>",
    r"\"role\"\s?:\s?\"(?:system|assistant)\"|^\W{0,4}(?:system|assistant)\W{0,3}:\s",
    # Orders in disguise, and other people's data.
    rf"\b(?:decode|decrypt|decipher)\b{_NEAR}\b(?:hex|binary|morse|cipher|follow|execute|obey)\b|\b(?:base64|rot13)\b",
    rf"\b(?:list|show|give|dump|export|reveal|send|tell)\b{_NEAR}\b(?:all|every|other|another) (?:the |of )?(?:your )?"
    r"(?:(?:customer|user|people|client|account)(?:s|'s|s')?'? (?:data|details|orders|emails|addresses|names|records"
    r"|passwords?|cards?|list)|customers|users|passwords)\b",
    rf"\b(?:list|show|give|dump|export|reveal|send|tell|what|which|read)\b{_NEAR}\b(?:other|another|previous|last"
    r"|different|next|random) (?:customer|user|client|buyer|visitor|shopper)(?:'s|s')? (?:\w+ )?(?:data|details|orders?"
    r"|e-?mails?|address(?:es)?|names?|phone|cards?|chats?|conversations?|messages?|account|history|wrote|said|bought"
    r"|ordered)\b",
    # Orders over the shop's checks. "You cancelled it without confirmation" is a complaint: only the plain verb counts.
    r"\b(?:refund|approve|execute|issue|transfer|process|grant|authorize|authorise)\b[^.!?\n]{0,60}\bwithout (?:any "
    r"|further |the |asking for |your )*(?:approval|verification|confirmation|authori[sz]ation|permission|checks"
    r"|checking)\b",
    r"\b(?:mark|set|flag|treat|consider|register) (?:me|my (?:account|session|e-?mail)|(?:this|the) (?:account|session"
    r"|user|customer)) (?:as|to) (?:an? |the )?(?:verified|vip|admin\w*|staff|employee|trusted|authenticated"
    r"|supervisor|owner)\b",
    r"\b(?:full|root|system|developer) (?:access|permissions?|privileges?|authority) (?:is |are )?(?:granted"
    r"|enabled)\b",
    r"\b(?:note|message|instructions?|attention|command|order)s? (?:to|for) (?:the |any |all )?(?:ai|bot|assistant"
    r"|chatbot|llm|language models?|model)\b",
    r"\bif you are an? (?:ai|llm|bot|language model|assistant)\b",
    r"\b(?:show|tell|reveal|what|list|print|share|give|describe|explain|disclose)\b"
    rf"{_NEAR}\b(?:internal|hidden|secret|confidential|backend) (?:rules|instructions?|guidelines|polic(?:y|ies)|notes"
    r"|config\w*|prompts?|thresholds?|tools?|functions?)\b",
    r"\b(?:tools?|functions?|endpoints?|plugins?) (?:(?:do|can) you|you (?:can|have|use|call)|are available to you)\b",
    r"\b(?:new|updated|revised|special|emergency) (?:system )?(?:policy|instructions?|rules?|directives?|protocol) ?:",
    r"\bforget (?:that )?you(?:'re| are| were) (?:an? |the )?(?:\w+ ){0,2}(?:bot|assistant|support|ai|agent)\b",
    r"\bi (?:command|hereby order) you\b|\bend of (?:the )?(?:system |user )?(?:prompt|instructions)\b",
    r"\bselect \* from\b|\bdrop table\b|\b(?:your|the) (?:api|secret) keys?\b|\benvironment variables\b",
    # The same in German, French, Spanish and others.
    rf"\b(?:ignoriere?n?|vergiss|vergesse?n?|missachte)\b{_NEAR}\b(?:anweisung\w*|alle[sn]?|regeln|vorherig\w*"
    r"|bisherig\w*|davor|aufgaben?|befehle?|instruktion\w*)\b",
    r"\b(?:du bist (?:jetzt|nun|ab jetzt)|spiele? die rolle|tu so als|(?:verhalte dich|agiere|handle) (?:wie|als))\b",
    rf"\b(?:ignorez|oubliez?|ignore (?:toutes?|les|tes|vos))\b{_NEAR}\b(?:instructions|consignes|règles|tout)\b",
    rf"\b(?:ignora|olvida|dimentica|esqueça|vergeet|zapomnij|unut|забудь|игнорируй)\b{_NEAR}\b(?:instrucciones|reglas|todo"
    r"|anteriores|istruzioni|regole|instruções|regras|instructies|regels|polece\w+|instrukc\w+|инструкци\w+|правила)\b",
    r"(?:忽略|无视|忘记).{0,12}(?:指令|指示|规则|提示)|(?:指示|命令|ルール).{0,8}(?:無視|忘れ)",
    r"\b(?:gib|zeige?|nenne?|verrate?|wiederhole?|was ist|wie laute[nt])\b"
    rf"{_NEAR}\b(?:dein\w*|system) ?-?(?:\w+ )?(?:prompts?|anweisungen|instruktionen|vorgaben)\b",
)
_SURE = re.compile("|".join(_SURE_PATTERNS), re.IGNORECASE | re.MULTILINE)

# Whoever writes DAN among small letters means the jailbreak, not the name.
_DAN = re.compile(r"\bD\.?A\.?N\b")

# Two different ones are needed: a customer may well write any one of them.
_HINT_PATTERNS = {
    "persona": r"your (?:new )?name is|you are an? (?:ai|assistant|bot|expert|character|chatbot|hacker)"
    r"|imagine (?:you|that you|a world)|simulate|hypothetical(?:ly)?|persona",
    "ai": r"as an ai|jail ?br(?:ea|o)k\w*|uncensored|unfiltered|amoral"
    r"|ai (?:model|language|assistant)|chat ?gpt|openai|llm|gpt",
    "illegal": r"illegal|unethical|immoral|hack(?:er|ing)|malware|bomb|drugs|weapons?|nsfw|profanity|swear",
    "control": r"(?:must|always|only) (?:answer|respond|reply)|your (?:response|answer|output) (?:must|should)"
    r"|(?:answer|respond|reply) (?:only )?with|begin (?:with|by)|start your (?:answer|response)"
    r"|in this (?:mode|scenario|story)|(?:say|write|reply|respond|answer)(?: with)? (?:exactly|verbatim|word for word)",
    "fresh": r"new (?:task|instructions?|rules?|role|assignment)|now (?:answer|write|tell|say|generate|create)"
    r"|generate|write an? (?:poem|story|essay|article|code|program|script|sql)",
    "game": r"(?:in|out of) character|characters?|(?:fictional|the) story|scenario|novel|rpg",
    "puppet": r"you will (?:respond|answer|write|generate|reply|follow|provide|speak|talk|be|not)|i want you to \w+"
    r"|(?:respond|reply|answer|speak|talk|write) (?:to me )?(?:as|like) an?|(?:this|my|first|next|following) prompt"
    r"|i will (?:give|provide) you",
    "rank": r"i am (?:the|an|your) (?:admin|administrator|developer|creator|owner|engineer)|authori[sz]ed by"
    r"|for (?:testing|research|educational) purposes",
}
_HINTS = re.compile(
    r"\b(?:" + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _HINT_PATTERNS.items()) + r")\b", re.IGNORECASE
)
