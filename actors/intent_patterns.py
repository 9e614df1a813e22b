"""How customers say what they want. The weight says how surely the words mean it (1 to 4).

The patterns read small letters only, and `ord-1` where an order or shipment is named by its number.
"""

import re

from actors.gated import Gated
from actors.message import IntentName

# What may stand between "my" and the thing.
_MY = r"(?:my|the|this|that|an?|our|these|those|it|your|some|one|both|all)"
_PARCEL = (
    r"(?:order|package|parcel|delivery|shipment|item|items|purchase|product|stuff|goods|things?|box|shoes|dress|ord-1)"
)
_WANT = (
    r"(?:i (?:want|need|wish|have|would like|wanna|like|am trying|tried)|i'd (?:like|love)|i'm trying|can (?:i"
    r"|you|we)|could (?:i|you|we)|may i|please|how (?:do|can|would|could|should) i|how to|help me|let me"
    r"|want to|need to|trying to|would you)"
)

_PATTERNS: dict[IntentName, tuple[tuple[float, str], ...]] = {
    "order_inquiry": (
        (3.5,
            rf"where(?:'s| is| are|s)? (?:the heck |on earth |is )?(?:{_MY} (?:\w+ )?{_PARCEL}"
            r"|(?:(?:order|parcel|package|shipment|delivery) )?ord-1)"),
        (3,
            rf"(?:status|whereabouts|progress|eta|location) (?:of|on|for) (?:{_MY} )?(?:\w+ )?(?:{_PARCEL}|ord)"
            r"|(?:order|delivery|shipping|shipment|package) status|order updates?"
            r"|updates? (?:on|about|for|regarding) (?:(?:my|the|this) )?(?:order|package|parcel|shipment"
            r"|delivery|ord-1)"),
        (3, rf"track(?:ing)? (?:down )?(?:{_MY} )?(?:\w+ )?(?:{_PARCEL}|ord)|track it"),
        (3,
            rf"(?:has|have|is|was|did|are) (?:{_MY} )?(?:\w+ )?{_PARCEL} (?:\w+ )?(?:shipped|been (?:shipped|sent"
            r"|dispatched)|on (?:its|the) way|out for delivery|dispatched|processed|gone through|confirmed|ship"
            r"|go through|ready)"),
        (3,
            r"when (?:will|is|does|can|should|do|am|are) (?:i "
            rf"|you )?(?:\w+ ){{0,3}}(?:{_MY} )?(?:\w+ )?(?:{_PARCEL}|it|they|ord-1) (?:\w+ ){{0,2}}(?:arrive"
            r"|come|be delivered|ship|be here|get here|be shipped|due|coming|arriving|expected)|when (?:will|can"
            r"|should|do) i (?:get|receive|expect|have)"),
        (2.5,
            r"tracking (?:number|code|link|info\w*|id|details)|expected (?:delivery|arrival)"
            r"|estimated (?:delivery|arrival)|delivery (?:date|estimate|time) (?:of|for) my|arrival date"),
        (3,
            r"(?:its|it's) (?:current |latest )?status|what(?:'s| is| was) the (?:\w+ )?(?:total|price|cost|amount) "
            rf"(?:of|for) (?:{_MY} )?(?:order )?ord-1|how much (?:was|is|did) (?:{_MY} )?(?:order )?ord-1"),
        (2.5,
            r"(?:check|see|show|list|view|find|look up|know|update|info\w*|details|news) (?:\w+ ){0,4}(?:my|the|an?"
            r"|recent|past|previous) (?:\w+ )?(?:orders?|package|shipment)|order (?:history|details|confirmation"
            r"|number)|what did i (?:order|buy)|my (?:last|recent|previous|past) (?:orders?|purchases?)"
            r"|did my order go"),
        (2,
            r"how (?:long|soon) (?:\w+ ){0,4}(?:until|till|before) (?:\w+ ){0,4}(?:arrives?|comes?|delivered"
            r"|ships?)|how far (?:away )?is my|any (?:news|update)s? (?:on|about|regarding)"),
        (1, r"(?:my|the) (?:\w+ )?(?:orders?|package|parcel|shipment)|track(?:ing)?\b"),
    ),
    "delivery_issue": (
        (3.5,
            rf"(?:{_PARCEL}|it|they|which|ord-1|delivery) (?:\w+ ){{0,3}}(?:hasn't|has not|haven't|have not"
            rf"|didn't|did not|never|not|isn't|hasnt|havent|didnt) (?:\w+ ){{0,2}}(?:arrived?|come|came"
            r"|been (?:delivered|received)|show(?:n|ed)? up|delivered|here|reached|turned up|shipped)"),
        (3.5,
            rf"(?:haven't|have not|never|didn't|did not|not|havent|yet to|hasn't) (?:\w+ ){{0,2}}(?:received?"
            rf"|gotten|got|get|recieved?) (?:{_MY} )?(?:\w+ )?(?:{_PARCEL}|ord|it|anything|yet)"),
        (3.5,
            rf"(?:{_PARCEL}|it|they|which|delivery|ord-1)(?:'s|'re| is| are| was| were"
            rf"| has been)? (?:\w+ ){{0,4}}(?:late|delayed|overdue|lost|missing|stuck|stolen"
            r"|behind schedule)\b(?! fee)"),
        (3.5,
            r"(?:says|shows?|marked|showing|claims?|said) (?:\w+ ){0,4}delivered|delivered to (?:the|a) wrong"
            r"|wrong (?:address|house|door|neighbou?r)|left (?:\w+ ){0,4}(?:outside|in the rain|porch"
            r"|neighbou?r)|tracking (?:\w+ ){0,3}(?:hasn't|not|stopped|stuck|no)|not been updated"),
        (3,
            r"(?:late|delayed|missing|lost|failed|missed|damaged|stolen) (?:delivery|package|parcel|shipment"
            r"|order)|delivery (?:problem|issue|failed|attempt|exception|driver|guy|complaint)|(?:courier|driver"
            r"|carrier|mailman|ups|fedex|dhl|usps) (?:\w+ ){0,4}(?:lost|never|didn't|left|threw|rude|damaged|not"
            r"|failed)"),
        (2.5,
            r"still (?:waiting (?:for|on)|no sign of|hasn't|haven't|not here|not (?:arrived|received|delivered))"
            r"|(?:days|weeks|week|month|months) late|supposed to (?:arrive|be (?:here|delivered)|come)"
            r"|should have (?:arrived|been (?:here|delivered)|come)|is (?:not|n't) here|taking (?:so|too|forever"
            r"|ages)"),
        (2.5, r"(?:waiting|waited) (?:\w+ ){0,3}(?:days|weeks|months|ages|forever)"),
    ),
    "product_complaint": (
        (3.5,
            r"(?:arrived|came|received|delivered|got|is|are|was|were|it's|seems?|completely|totally"
            r"|all) (?:\w+ ){0,3}(?:broken|damaged|cracked|defective|faulty|shattered|torn|scratched|smashed"
            r"|dented|dead|ripped|stained|leaking|expired|rotten|moldy|used|opened|incomplete)\b"),
        (3,
            r"(?<!it )(?<!that )(?:doesn't|does not|didn't|did not|don't|won't|isn't|is not|not|stopped|quit"
            r"|never|doesnt|wont|isnt|can't get \w+ to) (?:\w+ )?(?:work(?:s|ed|ing)?|turn(?:ing)? on|charg(?:e"
            r"|ing)|start(?:ing)?|function(?:ing)?|power(?:ing)? on|fit together|connect(?:ing)?|respond(?:ing)?"
            r"|boot)\b(?! for me)"),
        (3,
            r"wrong (?:item|product|colou?r|size|thing|one|order|model|shoes|shirt)|(?:sent|received|got|shipped"
            r"|delivered) (?:me )?(?:the |a |an )?(?:\w+ )?(?:wrong|different|incorrect)|not what i (?:ordered"
            r"|expected|bought)|instead of the"),
        (3,
            r"(?:poor|bad|terrible|horrible|awful|low|cheap|inferior|lousy|disappointing) (?:\w+ )?(?:quality"
            r"|product|material|build|workmanship|experience|service)|quality (?:is|was) (?:\w+ )?(?:poor|bad"
            r"|terrible|awful|low|disappointing)|not as (?:described|advertised|pictured|expected)"
            r"|nothing like the|false advertis\w+|misleading"),
        (3,
            r"fell apart|falls? apart|falling apart|broke (?:after|down|within|when|on)|(?:came|coming"
            r"|come) (?:apart|off|loose|undone)|missing (?:parts?|pieces?|screws?|buttons?|a |an |the |some"
            r"|accessor\w+|items?)|parts? (?:is|are|was|were) missing|waste of money|caught fire|overheat\w*"
            r"|explod\w*|gave me a shock|battery (?:\w+ ){0,3}(?:dies|drains|dead)|(?:keeps?|kept) (?:crashing"
            r"|freezing|breaking|disconnecting|restarting|turning off|shutting)|screen (?:\w+ ){0,2}(?:cracked"
            r"|black|blank|froze\w*|flicker\w*)"),
        (3, r"(?:defect(?:ive)?|faulty|broken|damaged|malfunction\w*|cracked|shattered)"),
        (2,
            r"complain(?:t|ts|ing)?|(?:very |really |so |extremely )?(?:disappointed|dissatisfied|unhappy"
            r"|frustrated|not (?:happy|satisfied|impressed)) (?:with|by|about|in)|worst|terrible|horrible|awful"
            r"|useless|unacceptable|disgusting"),
        (2.5,
            r"(?:can't|cannot|unable to|can not) (?:\w+ ){0,3}(?:install|download|open|launch|run|update) "
            r"|not responding|blue screen|licen[cs]e key|running (?:very |so |really )?slow|(?:computer|laptop"
            r"|phone|device|app|software|program|system|printer) (?:is |has |keeps |won't |doesn't |not )"
            r"|(?:problem|issue|trouble|problems|issues|error)s? (?:with|using|installing) (?:my|the|this|your"
            r"|a)|(?:crash(?:es|ed|ing)?|freez(?:es|ing)|frozen|froze|error (?:message|code)|virus|malware"
            r"|glitch\w*|bug|buggy|won't (?:install|load|open|update|download)|install(?:ing"
            r"|ation)? (?:\w+ )?(?:fail\w*|problem|issue|error))"),
    ),
    "billing_question": (
        (3.5,
            r"(?:charged|billed|debited|paid|deducted) (?:me |my \w+ )?(?:\w+ ){0,3}(?:twice|two times|double"
            r"|again|extra|too much|more than|multiple|three times|the wrong|incorrect\w*)|(?:double|over|over-"
            r"|duplicate|multiple|extra|wrong(?:ly)?|incorrectly)[ -]?charge[sd]?|overcharg\w+|charged for"),
        (3.5,
            r"(?:unusual|unknown|strange|suspicious|unexpected|weird|unauthori[sz]ed|unrecogni[sz]ed|fraudulent"
            r"|mysterious|random|extra|duplicate|wrong|incorrect|hidden|additional|pending|late|annual|monthly"
            r"|foreign|atm|overdraft|service) (?:\w+ )?(?:charges?|transactions?|payments?|fees?|withdrawals?"
            r"|debits?|amounts?)|don't recogni[sz]e"),
        (3,
            r"(?:why|what) (?:was|were|am|is|did|are|do|have|has) (?:i |you |this |that |the |there "
            r"|my )?(?:\w+ ){0,4}(?:charged?|charging|billed?|fees?|deducted|debited)|charge[sd]? (?:of|on|for"
            r"|to|from|in|me|my|that|appear\w*)|(?:was|been|got|being|am|were) (?:\w+ )?(?:charged|billed)"),
        (3,
            r"invoices?\b|receipts?\b|\bbills?\b|billing|bank statement|statement balance|proof of payment|vat\b"
            r"|tax(?:es)? (?:invoice|on my|charged)|minimum payment|amount due|balance|due date"
            r"|pay(?:ing)? (?:off )?(?:my|the|this) (?:\w+ ){0,2}(?:bill|balance|invoice)"),
        (3,
            r"(?:payment|card|transaction|paypal|visa|mastercard|transfer|direct debit|purchase|check"
            r"|cheque) (?:\w+ ){0,4}(?:declined?|rejected|failed|fail(?:s|ing)?|refused|didn't (?:go|work)"
            r"|not (?:going|working|accepted|go|work)|denied|pending|stuck|wasn't (?:accepted|processed)"
            r"|reverted|doesn't work|isn't working)|(?:declined?|rejected) (?:my )?(?:\w+ )?(?:card|payment"
            r"|transaction)"),
        (3,
            r"(?:payment|billing) (?:method|details|info\w*|issue|problem|question|address|plan|history|error"
            r"|date|schedule|option)|(?:update|change|add|remove|new|replace|use) (?:\w+ ){0,3}(?:credit card"
            r"|debit card|bank account|card (?:on file|details|number|info\w*)|payment)|autopay|auto[- ]pay"
            r"|direct debit|automatic payments?"),
        (3.7,
            r"(?:promo|discount|coupon|voucher|gift card) (?:code )?(?:\w+ ){0,4}(?:not|didn't|doesn't|isn't"
            r"|wasn't|won't|invalid|rejected)"),
        (2.5,
            r"(?:price|total|amount|cost) (?:\w+ ){0,4}(?:wrong|incorrect"
            r"|different|higher|changed|too high|doesn't match)|price (?:match|adjust\w+|differen\w+)"
            r"|exchange rate|interest rate|credit (?:limit|score|line)|apr\b"),
        (2,
            r"\bcharges?\b|\bfees?\b|(?:make|made|making|submit|send|schedule|post) (?:a |my |the "
            r"|another )?(?:\w+ )?payments?|(?:my|the) payments?\b|(?:on|in|from|to) my (?:\w+ )?(?:statement"
            r"|card|bank|account statement|paypal|credit card)|credit card|debit card|how much (?:do i owe"
            r"|is due|was i charged|did i pay|have i)|\bowe\b|transactions?\b|subscription (?:fee|price|cost"
            r"|charge)|top[- ]?up|transfer(?:red|s)?\b|cash withdrawal|withdr[ae]w\w*"),
        (1.2, r"\bpay(?:ment|ments|ing|pal)?\b|\bpaid\b|\bprice\b|\bcost\b"),
    ),
    "return_request": (
        (3.5,
            r"(?:return|exchange|swap|send(?:ing)?|ship|bring|give|take"
            rf"|mail) (?:{_MY} )?(?:\w+ ){{0,3}}(?:back\b)|send back"),
        (3.5, rf"(?:{_WANT}|to|going to|will|i'll|gonna|and) (?:\w+ ){{0,3}}(?:return|exchange|swap)\b(?! polic)"),
        (3.5,
            r"^(?:\W|please|hi|hello)*(?:return|exchange)\b|return(?:ing)? (?:my|the|this|an?|these|those|it"
            r"|them|some|ord|order|item|both|all)\b|returning\b"),
        (3,
            r"return (?:label|request|authori[sz]ation|form|shipping|slip|process)|\brma\b|exchange (?:it|them"
            r"|this|these|my|the|for)|(?:start|initiate|begin|arrange|set up|make|process|request|do) (?:a |an "
            r"|the |my )?(?:return|exchange)"),
        (2.5,
            r"(?:doesn't|does not|don't|do not|didn't|did not|doesnt|dont) fit|too (?:small|big|large|tight"
            r"|loose|long|short)\b|wrong fit|changed my mind|don't (?:like|want|need) (?:it|them|this"
            r"|these)(?: anymore)?$"),
        (2, r"\breturns?\b(?! polic)|\bexchange\b(?! rate)"),
    ),
    "refund_request": (
        (3.8,
            rf"(?:{_WANT}|get|give|want|demand|request|issue|process|expect|claim|deserve|asking for"
            rf"|need) (?:\w+ ){{0,4}}(?:refund(?:ed)?|reimburse\w*)\b(?! polic)"),
        (3.5,
            r"money back|refund (?:me|my|the|this|for|request|please|status|now|it|ord)|(?:full|partial|complete"
            r"|my|a) refund|reimburse\w*|compensat\w+|get (?:my|the) (?:money|cash)|(?:return|give"
            r"|send) (?:me )?my money"),
        (3, r"refund(?:s|ed|ing)?\b(?! polic)"),
        (1.5, r"store credit|credited? (?:back|to my)"),
    ),
    "cancellation_request": (
        (4,
            rf"(?<!don't )(?<!not )cancel(?:l?ing|l?ed|s|lation|ation)? (?:\w+ )?(?:of )?"
            rf"(?:{_MY} )?(?:\w+ ){{0,3}}(?:{_PARCEL}|ord|subscription|membership"
            r"|it|plan|reservation|appointment|service)"),
        (3.5,
            rf"(?:{_WANT}|to|want) (?:\w+ ){{0,3}}cancel\b|^\W*(?:please )?cancel\b|cancel(?:lation)? (?:request"
            r"|please|asap|immediately|everything)"),
        (3,
            r"(?<!don't )(?<!not )\bcancel(?:l?ed|l?ing|lation|ation)?\b|call off (?:my|the)"
            r"|stop (?:my|the|this) (?:order|shipment|delivery|subscription)"
            r"|(?:don't|do not|no longer|dont) (?:want|need) (?:my|the|this"
            r"|that) (?:\w+ )?(?:order|package|subscription|delivery|shipment)|(?:order|bought"
            r"|ordered) (?:\w+ )?by (?:mistake|accident)|accidentally ordered|ordered (?:it |this "
            r"|that )?(?:by accident|twice)|unsubscribe from (?:my|the) (?:plan|subscription|membership)"
            r"|end my (?:subscription|membership)"),
    ),
    "order_change": (
        (4,
            r"(?<!an )(?<!any )(?<!the )(?:change|update|modify|edit|correct|fix|adjust|amend|switch|alter|swap"
            rf"|redirect) (?:{_MY} )?(?:\w+ ){{0,3}}(?:(?<!mail )address|order|size|quantity|colou?r|delivery (?:date"
            r"|time|slot|option|method|location)|shipping|items?|ord-1)\b(?! (?:on|in|for) my (?:account|profile))"),
        (3.5,
            r"(?:change|update|modify|different|new|another|other|wrong|correct) (?:the |my |a )?(?:delivery"
            r"|shipping|shipment) address|(?:ship|deliver|send|redirect|reroute) (?:it|them|this|my (?:order"
            r"|package|parcel)|the (?:order|package|parcel)) (?:to|at) (?:a |an |my |the |another )(?:different"
            r"|new|other|another|work|office|neighbou?r|friend|\w+ address)|reroute|reschedule (?:my "
            r"|the )?delivery"),
        (3.5,
            rf"(?:add|include|remove|delete|take off|drop) (?:\w+ ){{1,5}}(?:to|from|in"
            rf"|into) {_MY} (?:\w+ )?order|(?:a|in) (?:different|bigger|smaller|larger|another|other) (?:size"
            rf"|colou?r)|(?:size|colou?r|quantity) (?:\w+ ){{0,4}}(?:to|instead|from)|instead of (?:size|\d|one"
            r"|two|the (?:black|white|red|blue|small|large|medium))"),
        (3,
            r"(?:make|change) (?:that|it) (?:to )?(?:two|three|four|\d+|an?|size)|(?:wrong|incorrect"
            r"|old) address (?:on|for|in) (?:my|the) order|(?:entered|put|gave|typed|used) (?:\w+ ){0,3}(?:wrong"
            r"|old|incorrect) (?:\w+ )?address|i(?:'ve| have)? moved|moving house|(?:ship|deliver|send) (?:it"
            r"|them|this|my order|ord-1) to|upgrade (?:my |the |to )(?:express|shipping|delivery)"),
    ),
    "account_issue": (
        (3.8,
            r"pass ?words?\b|passcode|\bpin\b|user ?name|log ?in\b|logg(?:ed|ing) (?:in|into|out|on)|log (?:in"
            r"|into|on|onto)|login\b|sign(?:ed|ing)? (?:in|into|up|on)|two[- ]factor|2fa|verification (?:code"
            r"|email|link)|security (?:code|question)|authenticator|one[- ]time code|verify my (?:identity"
            r"|account|email)"),
        (3.5,
            r"(?:locked|blocked|suspended|disabled|frozen|deactivated|hacked|compromised|unlock|freeze"
            r"|restricted|activate|reactivate|verify|recover|reset) (?:\w+ ){0,3}(?:account|card|profile)"
            r"|(?:account|profile|card) (?:\w+ ){0,3}(?:locked|blocked|suspended|disabled|frozen|hacked"
            r"|compromised|stolen|lost)|locked out|access (?:to )?(?:my|the) account"
            r"|someone (?:\w+ ){0,3}(?:accessed|used|using|in) my (?:account|card)|identity verification"
            r"|prove my identity"),
        (3.5,
            r"(?:delete|close|remove|deactivate|terminate|create|open|set up|make|merge|register|cancel|start"
            r"|switch) (?:my |an? |the |this |two |new |another |your )*(?:\w+ )?(?:account|profile)s?|(?:new"
            r"|joint|savings|checking) account"),
        (3.5,
            r"(?:change|update|edit|correct|fix|modify|new|wrong|add|remove|switch|changing|updating) (?:my "
            r"|the |our |an? )?(?:\w+ ){0,3}(?:e-?mail|phone number|mobile number|phone|name|surname|last name"
            r"|personal (?:details|info\w*|data)|contact (?:details|info\w*)|profile|account (?:details|info\w*"
            r"|settings|name)|date of birth|details|username|insurance|beneficiar\w+|preferences|settings)\b"
            r"|address (?:on|in|for) my (?:account|profile)"),
        (3,
            r"(?:delete|erase|remove|export|access|copy of) (?:all )?(?:\w+ )?(?:my )?(?:personal )?data"
            r"|newsletter|unsubscribe|marketing e-?mails?|stop (?:sending|e-?mailing) me|mailing list"
            r"|two accounts|my (?:online )?accounts?\b|account (?:number|balance|type|info\w*|settings|page"
            r"|details)|lost (?:my )?(?:\w+ )?card|card (?:was |is |got )?(?:lost|stolen)|stolen card"
            r"|replacement card|new card"),
        (2,
            r"\baccounts?\b|\bprofile\b|my (?:registration|membership|subscription)|policy (?:number|details)"
            r"|\bmembers?hip\b|\benroll\w*"),
    ),
    "general_inquiry": (
        (3.5,
            r"opening (?:hours|times?)|business hours|(?:store|office|working) hours|hours of operation"
            r"|your hours|are you (?:guys )?open|(?:do|when do|what time do) you (?:open|close)|closing time"),
        (3.5,
            r"(?:return|refund|exchange|shipping|privacy|warranty|price match|cancellation) polic(?:y|ies)"
            r"|terms (?:and conditions|of service)|(?:what|how) (?:is|are|does|about|long is) (?:your"
            r"|the) (?:\w+ )?(?:polic(?:y|ies)|warranty|guarantee|return|shipping|delivery)|under warranty"
            r"|warranty (?:cover|period|on|for|last)\w*|how long (?:do i have|is the (?:warranty|return"
            r"|guarantee)|does (?:\w+ )?(?:shipping|delivery|it take)|do (?:\w+ )?(?:deliver|refunds?|returns?))"),
        (3.5,
            r"do you (?:\w+ )?(?:ship|deliver|offer|have|sell|accept|take|carry|stock|provide|support|do|make"
            r"|price|charge|give|restock|match)\b|can (?:i|you) (?:pay (?:with|by|in|using)|ship to|deliver to"
            r"|pick ?up|buy)|is (?:it|there|this|the) (?:\w+ ){0,4}(?:available|in stock|waterproof|compatible"
            r"|included|come|free|store|shop|discount|app)|(?:how much|what) (?:is|does|are"
            r"|do) (?:\w+ ){0,4}(?:shipping|delivery|cost|price|postage)|does (?:it|this"
            r"|the) (?:\w+ ){0,4}(?:come|have|fit|work with|include|support|ship)"),
        (3.5,
            r"where are you (?:located|based)|(?:your|nearest|closest) (?:store|shop|location|address|branch"
            r"|office)|(?:contact|phone|support|customer service|telephone) (?:number|details|e-?mail)"
            r"|how (?:can|do) i (?:contact|reach|call|e-?mail) (?:you|customer|support)|get in touch"
            r"|size (?:guide|chart)|what size|in stock|gift (?:cards?|wrap\w*)|student discount"
            r"|loyalty (?:program|points)|discount codes?|(?:any|current) (?:discounts?|sales?|promotions?|deals"
            r"|offers)|careers?|job openings|hiring|ingredients|made (?:in|of|from)|sustainab\w+"),
        (2.5,
            r"(?:have|had|got|ask) (?:a |some |another |one |quick )*(?:general )?questions?\b|more information"
            r"|tell me (?:more )?about|(?:what|which) (?:\w+ ){0,3}(?:recommend|difference|best|payment methods?"
            r"|sizes?|colou?rs?|brands?)|recommend(?:ation)?s? (?:for|a)|who (?:are|owns|is) (?:you|the)"
            r"|how does (?:it|this|the) \w+ work|what (?:can|do) you (?:do|help|sell|offer)|how (?:are"
            r"|is) (?:you|it going|your day)|what's up"),
    ),
    "compliment": (
        (3,
            r"(?:love|loved|loving|adore) (?:it|this|my|the|your|these|them|how|everything)|(?:great|excellent"
            r"|amazing|awesome|fantastic|wonderful|outstanding|superb|good|brilliant|perfect|incredible"
            r"|exceptional|lovely|fabulous|terrific|nice|best|impressive|stellar|super|friendly|helpful|fast"
            r"|quick) (?:\w+ )?(?:service|job|work|product|products|experience|support|quality|team|shop|store"
            r"|help|company|customer service|delivery|shipping|staff|purchase|item|website|stuff|shoes|people)"
            r"|(?:is|was|are|were|been|it's|you're|so|very|really|absolutely|simply|just"
            r"|quite) (?:\w+ ){0,2}(?:great|excellent|amazing|awesome|fantastic|wonderful|outstanding|superb"
            r"|brilliant|perfect|incredible|exceptional|lovely|fabulous|terrific|helpful|friendly|delightful"
            r"|impressive|stellar|gorgeous|beautiful|stunning|flawless|the best|kind|polite|courteous|patient)\b"),
        (3,
            r"(?:very|so|really|extremely|super|totally|absolutely|more than|couldn't be|could not be|am|i'm"
            r"|we're) (?:\w+ )?(?:happy|happier|pleased|satisfied|impressed|delighted|grateful|thrilled"
            r"|thankful)|well done|good job|keep (?:it )?up|hats off|kudos|(?:you (?:guys )?(?:rock|rule|are)"
            r"|you're) (?:\w+ ){0,3}(?:best|awesome|amazing|great|wonderful|fantastic|lifesaver|star|stars"
            r"|legend|legends|helpful|kind|sweet)|made my day|five stars|5 stars|highly recommend|works (?:great"
            r"|perfectly|like a charm|beautifully)|exceeded (?:my|our|all) expectations|above and beyond"
            r"|compliments? to|shout ?out to|praise"),
        (2.5, r"\b(?:thanks|thank (?:you|u)|thx|appreciate|appreciated|grateful|cheers|ty|tysm|thanx)\b"),
        (2, r"\b(?:awesome|fantastic|amazing|excellent|wonderful|brilliant|superb|perfect|great|lovely)\b"),
    ),
}  # fmt: skip
SOURCES = repr(_PATTERNS)
PATTERNS: dict[IntentName, tuple[tuple[float, Gated], ...]] = {
    intent: tuple((weight, Gated(rf"(?<!\w)(?:{pattern})")) for weight, pattern in patterns)
    for intent, patterns in _PATTERNS.items()
}

# Said of the people or the service, not of a thing that was bought.
INSULT = re.compile(
    r"\b(?:you(?: guys| people| all)?(?:'re| are)|(?:your|the|this) (?:\w+ )?(?:service|support|bot|chat|company|shop"
    r"|team|staff|help) (?:is|are)) (?:\w+ ){0,3}(?:useless|terrible|horrible|awful|unacceptable|disgusting"
    r"|(?:the )?worst)|\b(?:useless|terrible|horrible|awful|disgusting|poor|bad|worst|lousy) (?:customer )?"
    r"(?:service|support|bot|chat|company|shop|team|staff|people)\b"
)

# A wish of its own (actions/wishes.py reads it): the order stays as it is.
NOTE = re.compile(r"\b(?:add|put|leave|make) (?:a |this )?note\b")

# Where one wish ends and the next begins.
CLAUSE_BREAK = re.compile(
    r"[.!?;\n]+(?=\s|$)|,? (?:and then|and also|also|plus|but also|as well as|but|besides|additionally"
    r"|furthermore|moreover|secondly|thirdly|then) |"
    r",? and (?=(?:i|i'm|i'd|i've|my|we|can|could|please|what|where|when|why|how|is|are|was|do|does|the|you|it"
    r"|they|would|cancel|change|return|refund|update|there|one|another|tell me|let me|send me|give me|check)\b)|"
    r", (?=(?:i|i'm|i'd|i've|my|we|can|could|please|what|where|when|why|how|is|are|do|does|you|it|they|the"
    r"|there|so|because|also|cancel|change|return|refund|update|one|another)\b)"
)
