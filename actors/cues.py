"""What a customer says that changes who must act: a problem, a wish for a person, a threat, danger, haste.

The patterns read small letters only: ignoring case would make them ten times slower.
"""

import re

# What makes a message a complaint even when it is said politely; whether it is negated, the caller looks.
PROBLEM = re.compile(
    r"\b(?:broken?|damag\w+|defect\w*|fault\w*|crack\w*|shatter\w*|torn|ripped|leak\w*|scratch\w*|stain\w*|dent(?:ed)?"
    r"|crushed|chipped|soaked|counterfeit|in pieces|shrank|shrunk|never (?:showed|turned) up"
    r"|(?:nobody|no one) (?:came|showed|answer(?:s|ed)|repl(?:ies|ied)|respond(?:s|ed)|car(?:es|ed))"
    r"|late|delay(?:ed|s)?|overdue|lost|missing|stolen|wrong (?:item|size|product|order|colou?r|thing|one"
    r"|address)|incorrect"
    r"|complain\w*|overcharged|charged (?:me )?(?:twice|two times|double)|double[- ]charged|unauthori[sz]ed"
    r"|malfunction\w*"
    r"|(?:never|not|nothing|yet to|(?:has|have|had|did|does|do|wo|is|was|are|were|would|could"
    r"|ca)n't) (?:\w+ )?(?:arrive[d]?|receive[d]?|come|came"
    r"|show(?:ed|n)? up|work(?:s|ed|ing)?"
    r"|been (?:delivered|refunded|shipped)|delivered|refunded|respond(?:ed)?|repl(?:y|ied)|turn(?:ed)? on|charge|fit)"
    r"|stopped working|fell apart|falling apart|no (?:response|reply|answer|refund)|still (?:waiting|no|not"
    r"|hasn't|haven't)"
    r"|money back|let down|fed up|unacceptable|waited (?:for )?(?:\w+ )?(?:hours|days|weeks|months)"
    r"|rip(?:ped)?[- ]off|scam\w*)\b"
)

_PERSON = (
    r"(?:human(?: being)?|person|people|agent|representative|rep|manager|supervisor|someone|somebody|operator"
    r"|advis[eo]r"
    r"|team lead(?:er)?|colleague|employee|staff|specialist|associate|customer (?:service|support|care)"
    r"|support team|boss)"
)
ASKS_FOR_PERSON = re.compile(
    # The verbs are in the present: "I spoke to an agent" is a story, not a wish.
    r"\b(?<!not )(?<!n't )(?:talk|speak|chat)(?:ing)? (?:to|with) (?:an? |the |your |some "
    rf"|one of your )?(?:\w+ ){{0,2}}?{_PERSON}\b"
    rf"|\b(?:connect|transfer|put|pass|hand|escalate|forward|redirect|switch)\b[^.!?\n]{{0,25}}\b(?:to|with"
    rf"|through to|over to|on to) (?:an? |the |your )?(?:\w+ ){{0,2}}?{_PERSON}\b"
    rf"|\b(?:get|give|find|bring|send) me (?:an? |the |your )?(?:\w+ ){{0,2}}?(?:human|person|agent"
    r"|representative|manager|supervisor|operator)\b"
    r"|\b(?:want|need|like|demand|request|require|get) (?:to have )?(?:an? |the |your |some )(?:(?:real|live"
    r"|actual|human|different|customer service|support) )*(?:human|person|agent|representative|manager|supervisor"
    r"|operator)\b"
    r"|\b(?:real|live|actual) (?:human|person|agent|people|representative|operator)\b"
    r"|^\W*(?:(?:a |an )?(?:human|agent|representative|manager|supervisor|operator|person|live chat"
    r"|customer service)\W*(?:please|now|pls)?\W*)+$"
    r"|\bhuman (?:agent|support|help|assistance|being|representative)\b|\b(?:not|no more|stop with|sick of"
    r"|tired of) (?:an?|this|the|these|your)? ?(?:chat)?(?:bots?|robots?|machines?)\b"
    r"|\b(?:please |someone |somebody |can you |could you |have (?:someone|somebody|an? \w+) )call me\b"
    r"|\bcall me back\b|\bescalate (?:this|my|it)\b"
    r"|\b(?:is|are) (?:there )?(?:any ?one|any ?body|a (?:human|person)) (?:there|here|available|i can (?:talk|speak))"
)
LEGAL_THREAT = re.compile(
    r"\b(?:lawyers?|attorneys?|solicitors?|barrister|lawsuit|litigation|suing|small claims|trading standards|ombudsman"
    r"|better business bureau|consumer (?:protection|rights|affairs)|legal (?:action|proceedings|steps|advice"
    r"|counsel|notice)"
    r"|(?:will|to|'ll|’ll|gonna|can|could|should|might) sue|sue (?:you|your|the|this|them)|(?:to|in) court"
    r"|court (?:case|action)"
    r"|press charges|(?:report|go|going|complain) (?:\w+ ){0,3}to the (?:police|authorities|ftc|bbb)|class action"
    r"|(?:file|filing|open|start|initiate|do|request|issue|raise|lodge) (?:an? )?(?:formal )?(?:charge ?back"
    r"|(?:credit card |payment |bank )dispute)"
    r"|dispute (?:it|this|the (?:charge|payment)) with (?:my|the) (?:bank|card)|see you in court)\b"
)
SAFETY = re.compile(
    r"\b(?<!no )(?<!without )(?<!don't )(?:(?:caught|catch(?:es|ing)?|on|set|started an?|starts?) (?:\w+ )?fire"
    r"|fire hazard|(?:a|the) (?:\w+ )?fire(?= (?:in|broke|started|at))"
    r"|burst into flames|in flames|up in smoke|smok(?:e|ed|ing)(?! ?(?:detectors?|alarms?|free|gr[ae]y|machine"
    r"|salmon|glass|colou?r))"
    r"|(?:got|getting|was|were|been) burn(?:t|ed)|burn(?:t|ed|s|ing) (?:my|me|his|her|our|the|their|smell|down"
    r"|through)|(?:smells?|smelling) (?:of|like) (?:burn\w*|gas|smoke)"
    r"|explod(?:ed?|es|ing)|explosion|electric(?:al)? shocks?|electrocut\w+|shocked me|gave me a shock|sparks?"
    r"|sparking|short[- ]circuit\w*"
    r"|injur(?:y|ies|ed|ing)|bleeding|hospital|ambulance|emergency room|allergic|anaphyla\w+|chok(?:ed|ing)|poison\w*"
    r"|gas leak|carbon monoxide|overheat(?:s|ed|ing)?|swollen battery|battery (?:is |has )?swell\w*|melt(?:ed"
    r"|ing) (?:\w+ )?(?:plug|socket|cable|charger)|(?:plug|socket|cable|charger|battery|outlet) (?:has "
    r"|is )?melt(?:ed|ing)"
    r"|(?:cut|hurt) (?:my|myself|his|her|our|me|himself|herself)|glass in (?:my|the) (?:food|drink|mouth)"
    r"|kill myself|suicid\w+|unsafe for|danger(?:ous)? (?:to|for) (?:my|children|kids|the))\b"
)

URGENT = re.compile(
    r"\b(?<!not )(?<!n't )(?<!nothing )(?:urgent(?:ly)?|asap|a\.s\.a\.p|as soon as possible|immediate(?:ly)?"
    r"|right (?:now|away)|straight away|at once"
    r"|emergency|hurry|in a (?:hurry|rush)|time[- ]sensitive|deadline|without (?:any )?(?:further )?delay"
    r"|this (?:very )?(?:instant|minute|second)|today or|within the hour"
    r"|(?:need|want|must have|have to have|require|expect)\w* (?:\w+ ){1,6}?(?:now|today|tonight|tomorrow"
    r"|by (?:\w+day|the end of|noon))"
    r"|(?:by|until|before) (?:today|tonight|tomorrow|noon|end of (?:the )?day)|(?:leave|leaving|fly|flying"
    r"|travel\w*|moving|move) (?:\w+ ){0,3}(?:today|tonight|tomorrow)"
    r"|(?:wedding|birthday|funeral|party|flight|trip|anniversary|interview|surgery|graduation|exam|event"
    r"|christmas|vacation|holiday) (?:\w+ ){0,3}(?:today|tonight|tomorrow)"
    r"|(?:today|tonight|tomorrow)(?:'s)? (?:\w+ ){0,4}?(?:wedding|birthday|funeral|party|flight|anniversary"
    r"|interview|surgery|graduation|event)"
    r"|hacked|unauthori[sz]ed|fraud(?:ulent)?|(?:card|account|identity|phone|wallet) (?:was|got|has been|is"
    r"|were) (?:stolen|hacked|compromised)|stolen (?:card|phone|wallet)|last (?:chance|warning)|final (?:warning"
    r"|notice))\b"
)
PRESSING = re.compile(
    r"\b(?:soon|quick(?:ly|er)?|fast(?:er)?|this week|(?:still|been|keep) waiting|waited"
    r"|how (?:much )?long(?:er)?|when (?:will|can|do|does|is|am|are)|overdue|delay(?:ed)?|late|already|yet"
    r"|important|(?:days|weeks|months) (?:ago|late|now)|for (?:\w+ )?(?:days|weeks|months)|need(?:s|ed)? (?:it"
    r"|this|them|to)|tomorrow|tonight|today|expir\w+|lost|locked out|can(?:'t|not) (?:log|access|get in))\b"
)
NO_HURRY = re.compile(
    r"\b(?:no (?:rush|hurry)|not urgent|isn't urgent|whenever you|when you (?:get|have) (?:a |the )?(?:chance"
    r"|time|moment)|take your time|not in a (?:rush|hurry))\b"
)


def names_problem(text: str) -> bool:
    """Whether a text in small letters says that something went wrong, and does not deny it ("never late")."""
    return any(not _denied(text, match.start()) for match in PROBLEM.finditer(text))


def _denied(text: str, at: int) -> bool:
    before = re.findall(r"[\w']+", text[max(0, at - 20) : at])[-2:]
    return any(word in ("not", "no", "never", "nothing", "if", "without") or word.endswith("n't") for word in before)
