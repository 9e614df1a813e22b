"""What a reply never says, in English and German: rudeness, advice that is no shop's to give, claims about itself.

The lists of verbs work the other way round: what the bot may say of itself, offer, or tell the customer to do. Everything
else is taken for an invention, since no action and no policy stands behind it.
"""

import re

from actors.guardrail_validator.words import any_of

# ruff: noqa: E501  (a pattern is read alternative by alternative, not by its length)


def words_of(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# --- the bot, the customer, and what each can do --------------------------------------------------

_AUXILIARY = (
    "am|are|was|were|have|had|do|did|can|could|may|might|would|should|must|cannot|don't|didn't|can't|couldn't|wouldn't|haven't"
    "|wasn't|aren't|not|also|only|just|really|very|so|truly|already|then|now|gladly|fully|completely|quite|still|both|always"
    "|simply|currently|been|deeply|terribly|personally|certainly|unfortunately"
)
# "I can only read": whatever an ending in -ed says was done is for the promises.
FIRST_PERSON = re.compile(
    rf"\b(?:I|we)(?:'m|'re|'ve|'d)?(?: (?:{_AUXILIARY})\b)* (?!(?:{_AUXILIARY})\b)(?P<verb>[a-z]+)", re.IGNORECASE
)
OF_ITSELF = words_of(
    "sorry afraid glad happy pleased delighted sure certain unable able here aware being be see understand know realise realize"
    " appreciate hope wish think believe mean suggest need want like look cancel refund register ask show tell say find change"
    " help explain answer read apologise apologize thank left leave regret imagine hear feel pass to that it about you and or but"
    " will shall check confirm put a an the"
)
_PROGRAM = r"an? (?:(?:automated|virtual|digital|chat|automatic) )?(?:assistant|bot|chatbot|computer|program)\b"
I_AM = any_of(
    rf"\bI(?:'m| am) (?!{_PROGRAM})(?:not )?(?:an?|the|your|human|real|alive)\b|\bI(?:'m| am) not {_PROGRAM}",
    r"\bich bin (?:k?eine?|der|die|Ihre?) (?!automatisch|virtuell|digital|Assisten)\w+",
    r"\b(?:real|actual|living) human\b|\becht\w* mensch\b",
)
YOU_CAN = re.compile(
    r"\byou (?:can|could|may|might|should|must|have to|need to|are allowed to)"
    r"(?: (?:also|always|just|simply|only|now|still|then|not|easily|either|never|even))* (?P<verb>[a-z]+)",
    re.IGNORECASE,
)
PLEASE = re.compile(r"\bplease (?:also |simply |then |just |do )*(?P<verb>[a-z]+)", re.IGNORECASE)
OF_THE_CUSTOMER = words_of(
    "return cancel ask write see find reach send sign reply change track tell request keep read try exchange mean need know want"
    " like give check choose contact do talk speak say be let look use follow open log search type add wait have note excuse accept"
    " provide include stop mention name feel forgive answer repeat come hold stand bear no not rest understand allow view"
)
# Not "Which phone number may we call?": it asks for what a call that was wished for still needs.
OFFER = re.compile(
    r"(?<!phone number )\b(?:(?:shall|should|can|may|could) (?:I|we)|(?:would you like|do you want|would you prefer|want) (?:me|us) to) (?P<verb>\w+)",
    re.IGNORECASE,
)
OFFERED = words_of(
    "do ask help show tell cancel refund return register change explain look be assist know understand see find say answer not also"
    " only"
)
OFFER_DE = re.compile(
    r"(?<!welcher nummer )\b(?:(?:soll(?:en|te|ten)?|darf|dürfen|kann|können) (?:ich|wir)|(?:möchten|wünschen|wollen) sie, dass (?:ich|wir))\b"
    r"[^.!?\n]*?(?P<verb>\w+)\?",
    re.IGNORECASE,
)
OFFERED_DE = words_of(
    "fragen helfen tun zeigen sagen nennen stornieren erstatten ändern anmelden machen ausführen erklären bitten umtauschen sehen"
    " finden antworten beantworten wissen verstehen weiterhelfen unterstützen"
)

# --- who and where ------------------------------------------------------------------------------

GREETING = re.compile(
    r"(?:^|\n)\s*(?:[Hh]ello|[Hh]i|[Hh]ey|[Dd]ear|[Gg]ood (?:[Mm]orning|[Aa]fternoon|[Ee]vening|[Dd]ay)|[Hh]allo|[Gg]uten (?:Tag|Morgen|Abend)"
    r"|Liebe[rs]?|Sehr geehrte[rs]?|Moin|Servus)(?: (?P<name>[A-ZÄÖÜ]\w+)|, (?P<last>[A-ZÄÖÜ]\w+)(?=[,!.]))"
)
TITLE = re.compile(r"\b(?:Mrs?|Ms|Miss|Dr|Herrn?|Frau)\.? (?P<name>[A-ZÄÖÜ]\w+)")
SIGNED = any_of(
    r"\b(?:my|the) name is\b|\b(?:mein|der) name ist\b|\bich heiße\b|\bcall me\b",
    r"(?:regards|sincerely|yours|wishes|grüße|grüßen),?\s+(?!from\b|aus\b|ihr\b)[^\W\d_]+\s*$",
)
PLACE = re.compile(
    r"\b(?:is|was|are|now|currently|seen|scanned|stuck|located|arrived|ist|war|liegt|steht|befindet sich|gesehen|jetzt|derzeit|gerade)"
    r"(?: (?:now|currently|still|last|already|jetzt|noch|zuletzt|gerade))* (?:in|near|outside|nahe) (?P<place>[A-ZÄÖÜ][\w-]+)"
)
NO_PLACE = words_of(
    "english german deutsch englisch zustellung vorbereitung bearbeitung ordnung verzug prüfung ihrer ihrem ihren kürze transit may"
    " march"
)
OTHERS = any_of(
    r"\b(?:another|other|all(?: of)? our|our other|the previous|the last|many|some|most) customers?\b|\blist of (?:our )?customers\b",
    r"\b(?:somebody|someone|anybody) else(?:'s)?\b|\banother (?:person|account|buyer)\b|\bour customers\b",
    r"\b(?:ander\w*|viele[nr]?|all\w* unsere[nr]?|unsere[nr]?) kund(?:e|en|in|innen)\b|\bjemand(?:em|en)? ander\w+\b|\bliste (?:der|unserer) kunden\b",
    r"\bdate of birth\b|\bbirthday\b|\bmaiden name\b|\bgeburts(?:tag|datum)\b|\bmädchenname\b",
    r"\b(?:gold|silver|platinum|diamond|bronze|vip)[ -]?(?:member|customer|status|tier|level|kund\w+|mitglied|status)\b",
    r"\b\d+[a-z]? (?:\w+ ){1,2}(?:street|road|avenue|lane|drive|boulevard|square|court|close|terrace)\b|\b\w+(?:straße|strasse|gasse|platz|allee) \d+",
)

# --- what is said to be so, though nothing of it stands in the data -----------------------------------

CLAIM = any_of(
    r"\bowe[ds]?\b|\boutstanding\b|\bunpaid\b|\bnot (?:yet )?(?:been )?paid\b|\binvoice is\b|\bdebt\w*\b",
    r"\bpayments?\b[^.!?\n]{0,60}\b(?:failed|declined|refused|rejected|bounced|overdue|missing|did not go through)\b",
    r"\b(?:declined|refused|rejected) (?:the|your|a) (?:payment|card)\b|\b(?:charged|billed|debited)(?: you)? (?:twice|double|again)\b",
    r"\b(?:in|out of|back in) stock\b|\bsold out\b|\bavailable again\b|\bdiscontinued\b|\binsured\b",
    r"\bschulde[nt]?\b|\b(?:noch )?nicht bezahlt\b|\bunbezahlt\b|\bdoppelt (?:abgebucht|berechnet|belastet)\b|\brechnung ist\b",
    r"\bzahlung\b[^.!?\n]{0,60}\b(?:fehlgeschlagen|abgelehnt|geplatzt|fällig)\b|\bauf lager\b|\bausverkauft\b|\bwieder (?:verfügbar|lieferbar)\b|\bist versichert\b",
)
DEED = any_of(
    r"\b(?:consider (?:it|that)|(?:it|that|this|everything|all)(?:'s| is| has been)(?: all| now| already)?) (?:done|sorted|taken care of|settled|handled|arranged|fixed)\b",
    r"\ball (?:done|set|sorted|fixed)\b|\bsorted out for you\b|\byour (?:label|refund|voucher|confirmation|invoice) is in your\b|\b(?:label|invoice|confirmation) is in your inbox\b",
    r"\b(?:manager|supervisor|team|boss|warehouse|carrier|courier) (?:already )?(?:knows|is aware|has been told)\b|\bpicks? (?:it|them|this|that) up\b",
    r"\bfollows (?:by|in|soon|shortly)\b|\b(?:e-?mail|letter|message|confirmation|details)\b[^.!?\n]{0,30}\bfollows?\b",
    r"\bkeep you (?:posted|updated|informed|in the loop)\b|\blet you know\b|\b(?:I|we|they) (?:call|ring|phone|text|e-?mail|visit|refund|pay) you\b",
    r"\b(?:I|we)(?:'m| am|'re| are) (?:now |just |already |currently )?(?:cancell?ing|refunding|sending|issuing|processing|changing|replacing|returning|crediting|shipping|arranging"
    r"|booking|deleting|updating|calling|ordering|paying|transferring|escalating|upgrading|removing)\b",
    r"\b(?:it|this|that|I|we|they) (?:won't|will never)\b",
    r"\balles (?:erledigt|geklärt|geregelt|in die wege geleitet)\b|\b(?:ist|dafür ist|darum ist) (?:schon |bereits )?(?:gesorgt|geregelt)\b",
    r"\bauf dem laufenden\b|\bbescheid\b|\b(?:e-?mail|brief|nachricht|bestätigung)\b[^.!?\n]{0,40}\bfolgt\b|\b(?:kurier|bote|fahrer|techniker)\b[^.!?\n]{0,30}\b(?:holt|kommt|bringt)\b",
    r"\bkommt nicht (?:wieder|mehr) vor\b|\bpassiert nicht (?:wieder|noch einmal|mehr)\b",
)

# --- tone -----------------------------------------------------------------------------------------

RUDE = any_of(
    r"\byour own (?:fault|mistake|problem)\b|\b(?:you should|you could|you ought to) have\b|\bcalm down\b|\bnot (?:our|my) (?:problem|fault|concern|business)\b|\bnone of (?:your|our|my) business\b",
    r"\byou(?:'re| are)(?: just| simply| all)? (?:lying|wrong|a liar|difficult|mistaken|crazy|paranoid|confused|being|blind|lazy|rude|impatient|unreasonable)\b|\bare you (?:blind|deaf|kidding|serious|crazy|stupid|drunk)\b",
    r"\bas (?:I|we) (?:already |have already |clearly )?(?:told|said|explained|wrote)\b|\bgo away\b|\bget lost\b|\bnobody cares\b|\bwho cares\b|\b(?:I|we) don't care\b|\bdeal with it\b|\bgood luck with\b",
    r"\bstop (?:complaining|whining|asking|bothering|writing)\b|\bwhatever\b(?! you)|\byou people\b|\blearn to read\b|\bridiculous\b|\bpathetic\b|\bnonsense\b|\bliars?\b|\btoo bad\b|\btough luck\b|\bgrow up\b",
    r"\b(?:sweetheart|darling|honey|sweetie|babe|baby|my dear|my love|buddy|dude|bro|gorgeous|handsome|cutie)\b|\b(?:scam|rip-?off|fraud|crooks?|thieves|trash|garbage|rubbish)\b|\bhate\b",
    r"\bpolice\b|\bcriminal\b|\bprosecut\w+|\bblack-?list\w*|\bregret (?:this|it|that)\b|\bconsequences\b|\bcollectors?\b|\bcollection agency\b|\bwhere you live\b|\b(?:or|otherwise) (?:else|your account|we)\b",
    r"\b(?:account|access|order) (?:\w+ )?(?:gets?|is|was|has been|is being) (?:blocked|locked|closed|suspended|banned|frozen)\b",
    r"\bihre eigene schuld\b|\bselbst schuld\b|\bberuhigen sie sich\b|\bnicht (?:unser|mein) problem\b|\bsie (?:lügen|übertreiben|irren|spinnen|sind (?:blind|unverschämt|schwierig|verrückt))\b|\blügner\w*\b",
    r"\bhätten sie (?:nur|doch|mal|besser)\b|\bhauen sie ab\b|\bverschwinden sie\b|\binteressiert (?:niemanden|keinen)\b|\bpech gehabt\b|\bhören sie auf\b|\b(?:schatz|süße[rs]?|liebling)\b|\bwie (?:schon|bereits) gesagt\b",
    r"\bpolizei\b|\banzeige\b|\bbereuen\b|\binkasso\w*|\bkonsequenzen\b|\bwo sie wohnen\b|\bkonto\b[^.!?\n]{0,30}\b(?:gesperrt|geschlossen|gelöscht)\b|\bbetrug\b|\bbetrüger\w*\b|\bunsinn\b",
)
# Abbreviations and signs; masked spellings are read by their letters.
RUDE_SIGNS = any_of(
    r"\b(?:wtf|stfu|gtfo|fml|lmao|lmfao|omfg|ffs|kys)\b", "[\U0001f595\U0001f4a9\U0001f92c\U0001f621\U0001f52a]"
)
MASKED = any_of(r"\b[a-zäöü]+(?:\*+|#{2,}|_{2,}|-{2,})[a-zäöü]+\b|\b[a-z]\*+(?!\w)")

# --- advice that is not the shop's to give ----------------------------------------------------------

ADVICE = any_of(
    r"\b(?:tablets?|pills?|doses?|dosage|medicines?|medication|cures?|heals?|allerg\w+|pregnan\w+|diagnos\w+|symptoms?|painkillers?)\b",
    r"\b(?:is|are) (?:perfectly |completely |totally |quite )?(?:safe|harmless|waterproof|fireproof|non-toxic)\b|\bsafe (?:to|for|with)\b",
    r"\btabletten?\b|\bdosis\b|\bmedikament\w*|\bheilt\b|\ballergi\w+|\bschwanger\w*|\bsymptome?\b|\b(?:unbedenklich|ungefährlich|ungiftig)\b",
    r"\b(?:amazon(?! logistics)|ebay|walmart|temu|aliexpress|alibaba|etsy|zalando|shein|wish\.com|best buy|mediamarkt|saturn)\b|\bcompetitors?\b|\belsewhere\b|\b(?:andere[nrsm]?|nächsten) (?:shop|laden|händler|anbieter)\w*|\bkonkurrenz\b|\banderswo\b",
    r"\bvote\b|\belections?\b|\binvest\w*|\bcrypto\w*|\bbitcoins?\b|\bshares\b|\bwählen sie die\b|\bwahlen?\b|\baktien\b",
    r"\b(?:passport|driver'?s? licen[cs]e|identity card|id card|selfie)\b|\b(?:reise)?pass(?:es)?\b(?! word)|\b(?:personal)?ausweis(?:es)?\b|\bführerschein\w*",
    r"\b(?:wire|bank) transfers?\b|\bwestern union\b|\bmoneygram\b|\bpay (?:the|a|an) \w*(?: ?fee)?\b|\bread me the codes?\b|\btwo-?factor\b|\bantivirus\b|\bfirewall\b",
    r"\b(?:anydesk|teamviewer|remote desktop)\b|\binstall\w*\b|\bdownload\w*\b|\bherunterladen\b|\binstallieren\b",
    r"\b(?:whatsapp|telegram|signal|facebook|messenger|instagram|twitter|tiktok|snapchat|wechat|discord|skype)\b|\bQR[- ]?codes?\b|(?<![\w.])@\w{2,}",
    r"\b(?:stays?|remains?|keep this) between (?:us|you and me)\b|\b(?:tell|told) (?:anyone|anybody|nobody|no one)\b|\bconfidential\w*\b|\bour (?:little )?secret\b|\b(?:data|everything) is \w*(?: \w+)? ?(?:safe|secure)\b",
    r"\bbleibt unter uns\b|\bvertraulich\w*|\bgeheimnis\b|\bniemandem\b|\bdaten sind (?:\w+ )?sicher\b",
)
