"""What the guardrail looks for, as patterns: the words of status, promise, policy and of the machine itself."""

import re

# ruff: noqa: E501  (a pattern is read alternative by alternative, not by its length)


def any_of(*alternatives: str) -> re.Pattern[str]:
    """A pattern that finds any of these."""
    return re.compile("|".join(rf"(?:{alternative})" for alternative in alternatives), re.IGNORECASE)


# --- statuses -----------------------------------------------------------------------------------

STATUS = re.compile(
    r"\b(?:(?P<elsewhere>(?:is|are|was|were|still|now|waiting|sitting) (?:in|at) (?:our|the|a|another) (?:warehouse|depot|hub|sorting cent(?:er|re)|post office|parcel shop|locker)"
    r"|(?:with|at|in|through|held by) (?:the )?customs|ready (?:for|to) (?:collect(?:ion)?|be collected|pick-?up|be picked up)|with (?:your|a|the) neighbou?rs?"
    r"|left (?:at|by|in front of|behind|with|outside) (?:your|the|a)|signed for|(?:on (?:its|the) way|going|sent|coming|went|goes) back to (?:us|the sender|the shop)"
    r"|destroyed|seized|confiscated|on hold|on back-?order|paused)"
    r"|(?P<pending>pending)|(?P<confirmed>confirmed)|(?P<processing>(?:being|getting) (?:prepared|processed|packed))"
    r"|(?P<shipped>(?:already |just )?shipped|dispatched|on (?:its|the) way|left (?:our|the) warehouse)"
    r"|(?P<announced>announced to the carrier|label (?:has been |was )?created)|(?P<in_transit>in transit)"
    r"|(?P<out_for_delivery>out for delivery)|(?P<held_up>held up|stuck)"
    r"|(?P<delivered>delivered|arrived|dropped off|handed over to you)|(?P<returned>returned|sent back|received your (?:return|parcel)|return (?:has )?reached|back with us)"
    r"|(?P<cancelled>cancell?ed)|(?P<refunded>refunded|paid back|reimbursed|credited)"
    r"|(?P<late>late(?! (?:at night|in the))|overdue|delayed)|(?P<on_time>on (?:time|schedule))"
    r"|(?P<lost>(?:got |been |is |was )(?:lost|stolen)))\b",
    re.IGNORECASE,
)
# The refund as a noun: "the refund has been issued".
REFUND_DONE = re.compile(
    r"\b(?:refund|money|credit)\b(?: \w+){0,3}? (?:has|have|was|were|is|are)(?: (?:already|just|now|also))?(?: been)?"
    r"(?: (?:already|just|now|also|fully|successfully))? "
    r"(?:issued|processed|sent|made|approved|completed?|initiated|granted|transferred|confirmed|done|through|there|paid out|back\b"
    r"(?! to)|in your account|on (?:its|the) way)\b|\brefund (?:granted|approved|issued|completed|confirmed|sent)\b",
    re.IGNORECASE,
)
# In front of a status, within its clause: it is possible, wished or expected, not said to be so.
HYPOTHETICAL = re.compile(
    r"\b(?:can|can't|cannot|could|couldn't|may|might|would|should|shall|will|won't|if|once|when|whether|unless|until"
    r"|before|to be|to have|to get|want|wants|instead of|waits|waiting)\b|'ll\b",
    re.IGNORECASE,
)
NEGATION = re.compile(r"(?:\b(?:not|no|never|nothing|neither|nor|without)\b|n't\b)(?: \w+){0,4}\W*$", re.IGNORECASE)

CARRIER = any_of(
    r"\b(?:UPS|FedEx|DHL|USPS|GLS|DPD|TNT|Hermes|Evri|Royal Mail|Canada Post|Australia Post|PostNL|La Poste|Chronopost|Colissimo"
    r"|Deutsche Post|OnTrac|LaserShip|Purolator|Aramex|InPost|Yodel|Amazon Logistics)\b"
)

# --- dates --------------------------------------------------------------------------------------

ROLE = re.compile(
    r"\b(?:(?P<due>(?:will|should|to) (?:be |have )?(?:deliver(?:ed)?|arrive[d]?)|due|expected|estimated|arrives?|arriving|scheduled)"
    r"|(?P<placed>placed|ordered|purchased|bought)|(?P<shipped>shipped|dispatched|sent out|went out)"
    r"|(?P<delivered>delivered|arrived|received)|(?P<deadline>until|ended|ends|deadline|latest))\b",
    re.IGNORECASE,
)
DURATION = re.compile(
    r"\b(?P<number>\d+(?:\.\d+)?|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|thirty|sixty|ninety"
    r"|a few|a couple of|several)"
    r"(?:[- ]?(?:to|-|or)[- ]?(?:\d+|\w+))?[- ](?:business |working |calendar )?"
    r"(?P<unit>minute|hour|day|week|month|year)s?\b|\b\d+(?: ?- ?\d+)? ?(?:h|hrs?|mins?|wks?|yrs?)\b|\bfortnights?\b|\blifetime\b",
    re.IGNORECASE,
)
VAGUE_TIME = any_of(
    r"\b(?:next|this|coming) (?:week|month|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b",
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b",
    r"\b(?:january|february|april|june|july|august|september|october|november|december)\b",
    r"\b24/7\b|\b\d{1,2}:\d\d\b|\b\d{1,2} ?[ap]\.?m\b\.?|\bo'clock\b|\b(?:by|at) (?:noon|midnight)\b",
    r"\b(?:later|arrives?|arriving|delivered|delivery|shipped|ships|due|expected|out|dispatched|sent|comes?|coming|closed|open|ready) today\b",
    r"\b(?:in|by|until|before|since|mid-?|early|late) ?-?(?:march|may)\b|\bmid-(?=\w)|\bweek-?ends?\b|\bend of (?:the|this) (?:day|week|month|year)\b",
    r"\b(?:christmas|easter|thanksgiving|new year|black friday|halloween|pentecost|holidays)\b|\bthis (?:morning|afternoon|evening|week|month|year)\b",
    r"\bany (?:day|minute|moment|hour)\b|\bweek \d+\b|\bq[1-4]\b|\bovernight\b|\baround the clock\b|\b(?:every|each|all) day\b|\bclosed\b",
    r"\b(?:at|by|from|until|before|after) (?:\d{1,2}\b(?! \w)|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b(?= to\b|[.,!?]))",
)
NUMBERS = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
    "|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|dozen"
)
NUMBER_WORDS = any_of(
    rf"\b(?:{NUMBERS})[ -](?:dollars?|euros?|pounds?|francs?|bucks|quid|grand|cents?|pence|percent|per cent|USD|EUR|GBP)\b",
    r"\b\d+(?:[.,]\d+)? ?(?:k|grand|quid|cents?|pence|rupees?|bitcoins?|BTC|ETH)\b|[¢₹₽₩₪₫₴₺₿฿]|\w\$ ?\d|\d\u2044\d",
    r"\b(?:half|twice|double|triple) (?:of|off|the|your|that|this|as much|price)\b|\b(?:an?|one|two|three) (?:third|quarter|fifth|eighth|tenth)s?\b",
)
SPELLED_DIGITS = re.compile(
    r"\b(?:(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|null|eins|zwei|drei|vier|fünf|sechs|sieben|acht|neun)\b[ ,.-]+){3,}",
    re.IGNORECASE,
)

# --- promises -----------------------------------------------------------------------------------

# "A colleague will confirm it here": good only when a case or an action waits for that colleague.
FUTURE = re.compile(
    r"\b(?P<who>I|we|they|he|she|someone|somebody|who|(?:a|an|our|the|one of our|another|my|any) (?:\w+ ){0,2}?"
    r"(?:colleagues?|person|agents?|team|managers?|specialists?|experts?|human|staff|department|supervisor|support)|support)"
    r"(?:'ll| will| shall| is going to| are going to|'re going to|'m going to| am going to)(?: (?:also|then|now|personally"
    r"|gladly|soon|certainly|definitely|happily))? (?P<verb>be (?:happy|glad)|get back|take over|follow up|look|[a-z]+)",
    re.IGNORECASE,
)
FIRST_PERSON = ("i", "we")
OFFERS = frozenset({"be happy", "be glad", "show", "tell", "explain", "help", "answer", "need", "not"})
COLLEAGUE_VERBS = frozenset({"confirm", "reply", "look", "review", "decide", "check", "answer", "read", "take over"})
# Promised to the customer or by itself: no row stands behind any of these.
FORETOLD = any_of(
    r"\byou(?:'ll| will| are going to|'re going to| should) (?:soon |shortly |then |also )?"
    r"(?:receive|get|be (?:contacted|called|refunded|notified|informed|compensated|reimbursed)|hear)\b",
    r"\b(?:your|the|a|it|this|that)(?: (?:refund|replacement|money|order|parcel|package|item|delivery|payment|credit))*"
    r"(?:'ll| will)(?: \w+)? (?:be (?!looked|confirmed|one)|arrive|reach|come|ship|leave|show up)",
    r"\b(?:expect|count on|look forward to) (?:a|an|your|the|it)\b",
    r"\b(?:replacement|new one|refund|voucher|technician|courier|e-?mail|confirmation) (?:is|are) (?:on (?:its|the) way|coming)\b",
    r"\b(?:will|going to|'ll) (?:call|phone|ring|text|e-?mail|visit|contact) you\b|\bcall you back\b|\breach out to you\b",
    r"\b(?:promise|rest assured)\b",
)
# "I have cancelled": an executed action stands behind it.
DONE = re.compile(
    r"\b(?:I|we)(?:'ve| have)?(?: just| already| now| also| gone ahead and| successfully)* (?P<verb>cancell?ed|refunded|issued"
    r"|processed|returned|changed|updated|shipped|sent|credited|approved|arranged|scheduled|booked|initiated|started|placed"
    r"|completed|informed|contacted|notified|asked|spoken|spoke|reported|replaced|removed|reset|deleted|upgraded|added|applied"
    r"|transferred|fixed|resolved|ordered|got|made|paid|bought|put|gave|went|given|told)\b"
    r"|\b(?:cancellation|return|replacement|exchange|address|request|account|password|order|change|payment)\b(?: \w+){0,3}?"
    r" (?:has|have|was|were|is|are)(?: (?:already|just|now|successfully))?(?: been)?(?: (?:already|just|now|successfully))?"
    r" (?P<passive>issued|processed|approved|arranged|scheduled|completed|initiated|changed|updated|replaced|reset|deleted|fixed"
    r"|resolved|registered for return|accepted|done)\b"
    r"|\b(?:has|have) been (?:registered for return|changed|updated|replaced|approved|exchanged|accepted)\b",
    re.IGNORECASE,
)
# "I have requested the return": an action was stored for it, or a case is open.
RECORDED = re.compile(
    r"\b(?:I|we)(?:'ve| have)?(?: just| already| now| also)* (?:requested|noted|registered|logged|recorded|forwarded|passed|opened"
    r"|created|filed|escalated|submitted|flagged|handed|raised|marked)\b"
    r"|\b(?:request|return|refund|cancellation|complaint|ticket|case|conversation|change|report)\b(?: \w+){0,2}?"
    r" (?:has|have|was|is)(?: (?:already|just|now))?(?: been)? (?:requested|noted|registered|logged|recorded|forwarded|passed on"
    r"|opened|created|filed|escalated|submitted|flagged|raised|with a colleague|already with a colleague)\b"
    r"|\ba colleague (?:already )?(?:has|is|knows)\b|\b(?:someone|team|specialist) is (?:already )?(?:on it|working|looking)\b",
    re.IGNORECASE,
)
RUNNING = re.compile(
    r"\b(?:is|are) (?:currently |now )?being (?:carried out|cancelled|refunded|issued|changed)\b", re.I
)
KIND_NOUNS = {
    "cancellation": "cancel",
    "cancelled": "cancel",
    "canceled": "cancel",
    "refund": "refund",
    "refunded": "refund",
    "credited": "refund",
    "return": "return",
    "returned": "return",
    "replacement": "replace",
    "replaced": "replace",
    "exchange": "exchange",
    "address": "address",
}
HOLLOW = any_of(
    r"\blet me (?:just |quickly )?(?:check|look|see|find|verify|pull|investigate|get)\b",
    r"\b(?:I|we)(?:'ll| will|'m| am|'re| are)(?: now| just| going to)? (?:look(?:ing)? into|check(?:ing)?|investigat(?:e|ing)|get back|find out)\b",
    r"\b(?:one|just a|a) moment\b|\bplease (?:hold|wait|stand by)\b|\bbear with (?:me|us)\b|\bhold on\b",
)

# --- policy -------------------------------------------------------------------------------------

POLICY = any_of(
    r"\bguarante(?:e|es|ed)\b|\bentitled\b|\bcompensat\w+|\bliab(?:le|ility)\b|\blegal(?:ly)?\b|\bby law\b|\blawsuit\b",
    r"\bconsumer rights?\b|\byour rights?\b|\b(?:covered by|under|within|still in) (?:the |our |your |its )?warranty\b",
    r"\bwarranty (?:covers|lasts|of|is)\b|\bfree of charge\b|\bfor free\b|\bat no (?:extra )?(?:cost|charge)\b",
    r"\bfree (?:shipping|delivery|returns?|replacement|gift|exchange)\b|\b(?:discount|voucher|coupon|gift card|store credit|promo)s?\b",
    r"\d ?%|\bper ?cent\b|\bfull refund\b|\bmoney[- ]back\b|\bprice match\w*\b|\bhalf (?:the )?price\b|\bwaive[ds]?\b",
    r"\b(?:we|I) (?:accept (?:full )?responsibility|are at fault|admit)\b|\bour fault\b|\bnegligen\w+",
    r"\b(?:use|with|enter|apply) (?:the |this |our |my )?(?:promo |coupon )?codes?\b|\bon the house\b|\b(?:is|are) on us\b|\bgifts?\b|\bpresents?\b|\bbonus\b|\bloyalty\b|\breward\w*",
    r"\b(?:two|three|2|3|buy one) (?:for|get)\b|\bcheap(?:er|est)\b|\bhalf off\b|\b(?:best|lowest|special) (?:price|deal|offer)\b|\bon sale\b|\bexceptions?\b|\bfees?\b",
    r"\bcourts?\b|\bsue[ds]?\b|\blaws?\b|\blawyers?\b|\bstatut\w+|\bterms and conditions\b|\bright to\b|\bunder warranty\b|\bguarantee\b|\bour polic(?:y|ies)\b|\bgdpr\b",
    r"\bsales are final\b|\bnon-?refundable\b|\bnon-?returnable\b|\bno questions asked\b|\balways\b[^.!?\n]{0,20}\b(?:return|cancel|exchange|refund|get)\w*\b|\bnever\b[^.!?\n]{0,20}\b(?:return|refund|exchang)\w*\b",
)

# --- the machine itself ---------------------------------------------------------------------------

LEAK = any_of(
    r"\bsystem (?:prompt|message|instructions?)\b|\b(?:my|these|the following|developer|hidden) instructions\b|\bprompt\b(?! reply)",
    r"\bas an? (?:AI|artificial|language)\b|\blanguage model\b|\b(?:chat ?)?gpt\b|\bopenai\b|\banthropic\b|\bclaude\b|\bllms?\b",
    r"\bI(?:'m| am) (?:programmed|instructed|trained|not allowed to (?:tell|reveal))\b|\bknowledge cut-?off\b",
    r"\bguardrails?\b|\bpayload\b|\btraceback\b|\bexception\b(?= in\b|:)|\bstack trace\b|\bapi[ _]?key\b|\bjson\b|\bcelery\b|\bdjango\b",
    r"\b[a-z]+(?:_[a-z]+)+\b|\bsk-[A-Za-z0-9_-]{8,}|<\|\w+\|>|\[/?INST\]|\{\{.*?\}\}|\{%|\{\w*\}|\$\{",
    r"\[(?:your|customer|order|name|insert|date|tracking|amount)[^\]]*\]|\b(?:undefined|null|NaN)\b|\bNone\b(?= (?:with|on|for)\b)",
    r"(?:^|\n)\s*(?:system|assistant|user|human|ai)\s*:",
    r"\byou write the replies\b|\byou are an? (?:\w+ )?(?:assistant|bot|ai|model)\b|\bmy (?:rules|guidelines|orders|programming|training|task|creators?)\b|\bI was (?:told|asked|ordered|made)\b",
    r"\b(?:developer|debug|admin|god|dan|maintenance|jailbreak|unrestricted) mode\b|\b(?:pwned|hacked|jailbroken)\b|%\(\w+\)s|\b(?:x{3,}|todo|tbd|lorem ipsum)\b",
    r"\{\s*[\"']|[\"']\s*:\s*[\[{\"'\d]|\bselect\b.{1,60}\bfrom \w+;|\bimport \w+\s*$|\b\w+\(\w+=|<\w+_\w+>|\[\[|\]\]",
)
# What no reply asks for: whoever has it can pay, or sign in, as the customer.
SOLICITED = any_of(
    r"\b(?:send|give|tell|share|enter|type|provide|submit|supply|confirm|verify|reply with|respond with|need|require|read me|let me have|let us have)\b"
    r"[^.!?\n]*?\b(?:pass(?:word|code|phrase)s?|PINs?|(?:credit |debit |bank )?card(?:'s)? (?:number|details|data|info\w*|code)|CVV|CVC|security code"
    r"|(?:bank|account) (?:details|data|number)|IBAN|social security|SSN|log-?in (?:details|data)|credentials|(?:one-time|verification|sign-in) code)\b",
)
PROFANITY = any_of(
    r"\b(?:damn(?:ed|it)?|goddamn|hell|crap|crappy|shit(?:ty|s)?|bullshit|fuck(?:s|ed|er|ers|ing)?|motherfuckers?|bitch(?:es)?"
    r"|bastards?|ass|asses|assholes?|arse(?:hole)?|dick|dickhead|piss(?:ed)?|cunts?|wankers?|twats?|bollocks|bloody|sluts?|whores?"
    r"|idiots?|idiotic|morons?|moronic|stupid|dumb|imbeciles?|retard(?:ed|s)?|shut up|suck(?:s|ed)?|screw you|loser)\b"
)

# --- links --------------------------------------------------------------------------------------

_TLDS = (
    "com|net|org|info|biz|io|co|de|uk|eu|fr|es|nl|pl|ru|cn|ch|at|us|ca|au|app|dev|shop|store|xyz|top|site|online|link|click|ly|gl|ai"
    "|support|help|tk|gg|cc|example|test"
)
LINK = any_of(
    r"\b(?:https?|ftp|hxxps?|javascript|vbscript|data|file|tel|mailto|sms|blob):\S+",
    r"\b\w{2,}://\S+",
    r"\bwww\.\S+",
    rf"(?<![\w@])(?:[a-z0-9-]+\.)+(?:{_TLDS})\b(?:/\S*)?",
    r"(?<![\w@])(?:[a-z0-9-]+\.)+[a-z]{2,}/\S+",
    r"\b[\w-]+ ?(?:\[\.\]|\(\.\)|\[dot\]|\(dot\)| dot ) ?[\w-]+",
    r"\b\d{1,3}(?:\.\d{1,3}){3}\b",
)
DOMAIN = re.compile(r"(?<![\w@.+-])(?:[a-z0-9-]{2,}\.)+[a-z]{2,}(?![\w@.-]*[\w@])", re.IGNORECASE)
EMAIL = re.compile(r"[\w.+%-]+ ?(?:@|\[at\]|\(at\)) ?[\w-]+(?: ?(?:\.|\[dot\]|\(dot\)) ?[\w-]+)+", re.IGNORECASE)
SCRIPT = any_of(r"<\s*(?:script|iframe|object|embed|form|svg|style|link|meta|img)\b", r"\bon(?:error|load|click)\s*=")
NOT_FOUND = any_of(r"\b(?:can't|cannot|could not|couldn't|don't|do not) (?:find|see|look up)\b")
NO_ORDERS = any_of(
    r"\b(?:have|see|find|are|has|there's) no (?:\w+ )?orders?\b|\b(?:don't|do not|doesn't) have any (?:\w+ )?orders?\b",
    r"\bno orders (?:under|in|for|on|with)\b|\baren't any orders\b|\bnever ordered\b",
)
