"""How customers say what they want. Small letters only; the weight says how surely the words mean it (1 to 4)."""

import re

from actors.message import IntentName

# What may stand between "my" and the thing.
_MY = r"(?:my|the|this|that|an?|our|these|those|it|your|some|one|both|all)"
_PARCEL = r"(?:order|package|parcel|delivery|shipment|item|items|purchase|product|stuff|goods|things?|box|shoes|dress)"
_WANT = r"(?:i (?:want|need|wish|have|would like|wanna|like|am trying|tried)|i'd (?:like|love)|i'm trying|can (?:i|you|we)|could (?:i|you|we)|may i|please|how (?:do|can|would|could|should) i|how to|help me|let me|want to|need to|trying to|would you)"

_PATTERNS: dict[IntentName, tuple[tuple[float, str], ...]] = {
    "order_inquiry": (
        (3.5, rf"where(?:'s| is| are|s)? (?:the heck |on earth |is )?{_MY} (?:\w+ )?{_PARCEL}"),
        (3, rf"(?:status|whereabouts|progress|eta|location) (?:of|on|for) (?:{_MY} )?(?:\w+ )?(?:{_PARCEL}|ord)|(?:order|delivery|shipping|shipment|package) status|order updates?"),
        (3, rf"track(?:ing)? (?:down )?(?:{_MY} )?(?:\w+ )?(?:{_PARCEL}|ord)|track it"),
        (3, rf"(?:has|have|is|was|did|are) (?:{_MY} )?(?:\w+ )?{_PARCEL} (?:\w+ )?(?:shipped|been (?:shipped|sent|dispatched)|on (?:its|the) way|out for delivery|dispatched|processed|gone through|confirmed|ship|go through|ready)"),
        (3, rf"when (?:will|is|does|can|should|do|am|are) (?:i |you )?(?:\w+ ){{0,3}}(?:{_MY} )?(?:\w+ )?(?:{_PARCEL}|it|they|ord-\d+) (?:\w+ ){{0,2}}(?:arrive|come|be delivered|ship|be here|get here|be shipped|due|coming|arriving|expected)|when (?:will|can|should|do) i (?:get|receive|expect|have)"),
        (2.5, r"tracking (?:number|code|link|info\w*|id|details)|expected (?:delivery|arrival)|estimated (?:delivery|arrival)|delivery (?:date|estimate|time) (?:of|for) my|arrival date"),
        (2.5, r"(?:check|see|view|find|look up|know|update|info\w*|details|news) (?:\w+ ){0,4}(?:my|the|an?|recent|past|previous) (?:\w+ )?(?:orders?|package|shipment)|order (?:history|details|confirmation|number)|what did i (?:order|buy)|my (?:last|recent|previous|past) (?:orders?|purchases?)|did my order go"),
        (2, r"how (?:long|soon) (?:\w+ ){0,4}(?:until|till|before) (?:\w+ ){0,4}(?:arrives?|comes?|delivered|ships?)|how far (?:away )?is my|any (?:news|update)s? (?:on|about|regarding)"),
        (1, rf"(?:my|the) (?:\w+ )?(?:orders?|package|parcel|shipment)|track(?:ing)?\b"),
    ),
    "delivery_issue": (
        (3.5, rf"(?:{_PARCEL}|it|they|which|ord-\d+|delivery) (?:\w+ ){{0,3}}(?:hasn't|has not|haven't|have not|didn't|did not|never|not|isn't|hasnt|havent|didnt) (?:\w+ ){{0,2}}(?:arrived?|come|came|been (?:delivered|received)|show(?:n|ed)? up|delivered|here|reached|turned up|shipped)"),
        (3.5, rf"(?:haven't|have not|never|didn't|did not|not|havent|yet to|hasn't) (?:\w+ ){{0,2}}(?:received?|gotten|got|get|recieved?) (?:{_MY} )?(?:\w+ )?(?:{_PARCEL}|ord|it|anything|yet)"),
        (3.5, rf"(?:{_PARCEL}|it|they|which|delivery|ord-\d+)(?:'s|'re| is| are| was| were| has been)? (?:\w+ ){{0,4}}(?:late|delayed|overdue|lost|missing|stuck|stolen|behind schedule)\b(?! fee)"),
        (3.5, r"(?:says|shows?|marked|showing|claims?|said) (?:\w+ ){0,4}delivered|delivered to (?:the|a) wrong|wrong (?:address|house|door|neighbou?r)|left (?:\w+ ){0,4}(?:outside|in the rain|porch|neighbou?r)|tracking (?:\w+ ){0,3}(?:hasn't|not|stopped|stuck|no)|not been updated"),
        (3, r"(?:late|delayed|missing|lost|failed|missed|damaged|stolen) (?:delivery|package|parcel|shipment|order)|delivery (?:problem|issue|failed|attempt|exception|driver|guy|complaint)|(?:courier|driver|carrier|mailman|ups|fedex|dhl|usps) (?:\w+ ){0,4}(?:lost|never|didn't|left|threw|rude|damaged|not|failed)"),
        (2.5, r"still (?:waiting (?:for|on)|no sign of|hasn't|haven't|not here|not (?:arrived|received|delivered))|(?:days|weeks|week|month|months) late|supposed to (?:arrive|be (?:here|delivered)|come)|should have (?:arrived|been (?:here|delivered)|come)|is (?:not|n't) here|taking (?:so|too|forever|ages)"),
        (2.5, r"(?:waiting|waited) (?:\w+ ){0,3}(?:days|weeks|months|ages|forever)"),
    ),
    "product_complaint": (
        (3.5, r"(?:arrived|came|received|delivered|got|is|are|was|were|it's|seems?|completely|totally|all) (?:\w+ ){0,3}(?:broken|damaged|cracked|defective|faulty|shattered|torn|scratched|smashed|dented|dead|ripped|stained|leaking|expired|rotten|moldy|used|opened|incomplete)\b"),
        (3, r"(?:doesn't|does not|didn't|did not|don't|won't|isn't|is not|not|stopped|quit|never|doesnt|wont|isnt|can't get \w+ to) (?:\w+ )?(?:work(?:s|ed|ing)?|turn(?:ing)? on|charg(?:e|ing)|start(?:ing)?|function(?:ing)?|power(?:ing)? on|fit together|connect(?:ing)?|respond(?:ing)?|boot)\b(?! for me)"),
        (3, r"wrong (?:item|product|colou?r|size|thing|one|order|model|shoes|shirt)|(?:sent|received|got|shipped|delivered) (?:me )?(?:the |a |an )?(?:\w+ )?(?:wrong|different|incorrect)|not what i (?:ordered|expected|bought)|instead of the"),
        (3, r"(?:poor|bad|terrible|horrible|awful|low|cheap|inferior|lousy|disappointing) (?:\w+ )?(?:quality|product|material|build|workmanship|experience|service)|quality (?:is|was) (?:\w+ )?(?:poor|bad|terrible|awful|low|disappointing)|not as (?:described|advertised|pictured|expected)|nothing like the|false advertis\w+|misleading"),
        (3, r"fell apart|falls? apart|falling apart|broke (?:after|down|within|when|on)|(?:came|coming|come) (?:apart|off|loose|undone)|missing (?:parts?|pieces?|screws?|buttons?|a |an |the |some|accessor\w+|items?)|parts? (?:is|are|was|were) missing|waste of money|caught fire|overheat\w*|explod\w*|gave me a shock|battery (?:\w+ ){0,3}(?:dies|drains|dead)|(?:keeps?|kept) (?:crashing|freezing|breaking|disconnecting|restarting|turning off|shutting)|screen (?:\w+ ){0,2}(?:cracked|black|blank|froze\w*|flicker\w*)"),
        (3, r"(?:defect(?:ive)?|faulty|broken|damaged|malfunction\w*|cracked|shattered)"),
        (2, r"complain(?:t|ts|ing)?|(?:very |really |so |extremely )?(?:disappointed|dissatisfied|unhappy|frustrated|not (?:happy|satisfied|impressed)) (?:with|by|about|in)|worst|terrible|horrible|awful|useless|unacceptable|disgusting"),
        (2.5, r"(?:problem|issue|trouble|problems|issues|error)s? (?:with|using|installing) (?:my|the|this|your|a)|(?:crash(?:es|ed|ing)?|freez(?:es|ing)|frozen|froze|error (?:message|code)|virus|malware|glitch\w*|bug|buggy|won't (?:install|load|open|update|download)|install(?:ing|ation)? (?:\w+ )?(?:fail\w*|problem|issue|error))"),
    ),
    "billing_question": (
        (3.5, r"(?:charged|billed|debited|paid|deducted) (?:me |my \w+ )?(?:\w+ ){0,3}(?:twice|two times|double|again|extra|too much|more than|multiple|three times|the wrong|incorrect\w*)|(?:double|over|over-|duplicate|multiple|extra|wrong(?:ly)?|incorrectly)[ -]?charge[sd]?|overcharg\w+|charged for"),
        (3.5, r"(?:unusual|unknown|strange|suspicious|unexpected|weird|unauthori[sz]ed|unrecogni[sz]ed|fraudulent|mysterious|random|extra|duplicate|wrong|incorrect|hidden|additional|pending|late|annual|monthly|foreign|atm|overdraft|service) (?:\w+ )?(?:charges?|transactions?|payments?|fees?|withdrawals?|debits?|amounts?)|don't recogni[sz]e"),
        (3, r"(?:why|what) (?:was|were|am|is|did|are|do|have|has) (?:i |you |this |that |the |there |my )?(?:\w+ ){0,4}(?:charged?|charging|billed?|fees?|deducted|debited)|charge[sd]? (?:of|on|for|to|from|in|me|my|that|appear\w*)|(?:was|been|got|being|am|were) (?:\w+ )?(?:charged|billed)"),
        (3, r"invoices?\b|receipts?\b|\bbills?\b|billing|bank statement|statement balance|proof of payment|vat\b|tax(?:es)? (?:invoice|on my|charged)|minimum payment|amount due|balance|due date|pay(?:ing)? (?:off )?(?:my|the|this) (?:\w+ ){0,2}(?:bill|balance|invoice)"),
        (3, r"(?:payment|card|transaction|paypal|visa|mastercard|transfer|direct debit|purchase|check|cheque) (?:\w+ ){0,4}(?:declined?|rejected|failed|fail(?:s|ing)?|refused|didn't (?:go|work)|not (?:going|working|accepted|go|work)|denied|pending|stuck|wasn't (?:accepted|processed)|reverted|doesn't work|isn't working)|(?:declined?|rejected) (?:my )?(?:\w+ )?(?:card|payment|transaction)"),
        (3, r"(?:payment|billing) (?:method|details|info\w*|issue|problem|question|address|plan|history|error|date|schedule|option)|(?:update|change|add|remove|new|replace|use) (?:\w+ ){0,3}(?:credit card|debit card|bank account|card (?:on file|details|number|info\w*)|payment)|autopay|auto[- ]pay|direct debit|automatic payments?"),
        (2.5, r"(?:promo|discount|coupon|voucher|gift card) (?:code )?(?:\w+ ){0,4}(?:not|n't|didn't|doesn't|isn't|wasn't|won't|invalid|rejected)|(?:price|total|amount|cost) (?:\w+ ){0,4}(?:wrong|incorrect|different|higher|changed|too high|doesn't match)|price (?:match|adjust\w+|differen\w+)|exchange rate|interest rate|credit (?:limit|score|line)|apr\b"),
        (2, r"\bcharges?\b|\bfees?\b|(?:make|made|making|submit|send|schedule|post) (?:a |my |the |another )?(?:\w+ )?payments?|(?:my|the) payments?\b|(?:on|in|from|to) my (?:\w+ )?(?:statement|card|bank|account statement|paypal|credit card)|credit card|debit card|how much (?:do i owe|is due|was i charged|did i pay|have i)|\bowe\b|transactions?\b|subscription (?:fee|price|cost|charge)|top[- ]?up|transfer(?:red|s)?\b|cash withdrawal|withdr[ae]w\w*"),
        (1.2, r"\bpay(?:ment|ments|ing|pal)?\b|\bpaid\b|\bprice\b|\bcost\b"),
    ),
    "return_request": (
        (3.5, rf"(?:return|exchange|swap|send(?:ing)?|ship|bring|give|take|mail) (?:{_MY} )?(?:\w+ ){{0,3}}(?:back\b)|send back"),
        (3.5, rf"(?:{_WANT}|to|going to|will|i'll|gonna|and) (?:\w+ ){{0,3}}(?:return|exchange|swap)\b(?! polic)"),
        (3.5, r"^(?:\W|please|hi|hello)*(?:return|exchange)\b|return(?:ing)? (?:my|the|this|an?|these|those|it|them|some|ord|order|item|both|all)\b|returning\b"),
        (3, r"return (?:label|request|authori[sz]ation|form|shipping|slip|process)|\brma\b|exchange (?:it|them|this|these|my|the|for)|(?:start|initiate|begin|arrange|set up|make|process|request|do) (?:a |an |the |my )?(?:return|exchange)"),
        (2.5, r"(?:doesn't|does not|don't|do not|didn't|did not|doesnt|dont) fit|too (?:small|big|large|tight|loose|long|short)\b|wrong fit|changed my mind|don't (?:like|want|need) (?:it|them|this|these)(?: anymore)?$"),
        (2, r"\breturns?\b(?! polic)|\bexchange\b(?! rate)"),
    ),
    "refund_request": (
        (3.8, rf"(?:{_WANT}|get|give|want|demand|request|issue|process|expect|claim|deserve|asking for|need) (?:\w+ ){{0,4}}(?:refund(?:ed)?|reimburse\w*)\b(?! polic)"),
        (3.5, r"money back|refund (?:me|my|the|this|for|request|please|status|now|it|ord)|(?:full|partial|complete|my|a) refund|reimburse\w*|compensat\w+|get (?:my|the) (?:money|cash)|(?:return|give|send) (?:me )?my money"),
        (3, r"refund(?:s|ed|ing)?\b(?! polic)"),
        (1.5, r"store credit|credited? (?:back|to my)"),
    ),
    "cancellation_request": (
        (4, rf"cancel(?:l?ing|l?ed|s|lation|ation)? (?:\w+ )?(?:of )?(?:{_MY} )?(?:\w+ ){{0,3}}(?:{_PARCEL}|ord|subscription|membership|it|plan|reservation|appointment|service)"),
        (3.5, rf"(?:{_WANT}|to|want) (?:\w+ ){{0,3}}cancel\b|^\W*(?:please )?cancel\b|cancel(?:lation)? (?:request|please|asap|immediately|everything)"),
        (3, r"\bcancel(?:l?ed|l?ing|lation|ation)?\b|call off (?:my|the)|stop (?:my|the|this) (?:order|shipment|delivery|subscription)|(?:don't|do not|no longer|dont) (?:want|need) (?:my|the|this|that) (?:\w+ )?(?:order|package|subscription|delivery|shipment)|(?:order|bought|ordered) (?:\w+ )?by (?:mistake|accident)|accidentally ordered|ordered (?:it |this |that )?(?:by accident|twice)|unsubscribe from (?:my|the) (?:plan|subscription|membership)|end my (?:subscription|membership)"),
    ),
    "order_change": (
        (4, rf"(?:change|update|modify|edit|correct|fix|adjust|amend|switch|alter|swap|redirect) (?:{_MY} )?(?:\w+ ){{0,3}}(?:address|order|size|quantity|colou?r|delivery (?:date|time|slot|option|method|location)|shipping|items?|ord-\d+)\b(?! (?:on|in|for) my (?:account|profile))"),
        (3.5, r"(?:change|update|modify|different|new|another|other|wrong|correct) (?:the |my |a )?(?:delivery|shipping|shipment) address|(?:ship|deliver|send|redirect|reroute) (?:it|them|this|my (?:order|package|parcel)|the (?:order|package|parcel)) (?:to|at) (?:a |an |my |the |another )(?:different|new|other|another|work|office|neighbou?r|friend|\w+ address)|reroute|reschedule (?:my |the )?delivery"),
        (3.5, rf"(?:add|include|remove|delete|take off|drop) (?:\w+ ){{1,5}}(?:to|from|in|into) {_MY} (?:\w+ )?order|(?:a|in) (?:different|bigger|smaller|larger|another|other) (?:size|colou?r)|(?:size|colou?r|quantity) (?:\w+ ){{0,4}}(?:to|instead|from)|instead of (?:size|\d|one|two|the (?:black|white|red|blue|small|large|medium))"),
        (3, r"(?:make|change) (?:that|it) (?:to )?(?:two|three|four|\d+|an?|size)|(?:wrong|incorrect|old) address (?:on|for|in) (?:my|the) order|(?:entered|put|gave|typed|used) (?:\w+ ){0,3}(?:wrong|old|incorrect) (?:\w+ )?address|i(?:'ve| have)? moved|moving house|upgrade (?:my |the |to )(?:express|shipping|delivery)"),
    ),
    "account_issue": (
        (3.8, r"pass ?words?\b|passcode|\bpin\b|user ?name|log ?in\b|logg(?:ed|ing) (?:in|into|out|on)|log (?:in|into|on|onto)|login\b|sign(?:ed|ing)? (?:in|into|up|on)|two[- ]factor|2fa|verification (?:code|email|link)|security (?:code|question)|authenticator|one[- ]time code|verify my (?:identity|account|email)"),
        (3.5, r"(?:locked|blocked|suspended|disabled|frozen|deactivated|hacked|compromised|unlock|freeze|restricted|activate|reactivate|verify|recover|reset) (?:\w+ ){0,3}(?:account|card|profile)|(?:account|profile|card) (?:\w+ ){0,3}(?:locked|blocked|suspended|disabled|frozen|hacked|compromised|stolen|lost)|locked out|access (?:to )?(?:my|the) account|someone (?:\w+ ){0,3}(?:accessed|used|using|in) my (?:account|card)|identity verification|prove my identity"),
        (3.5, r"(?:delete|close|remove|deactivate|terminate|create|open|set up|make|merge|register|cancel|start|switch) (?:my |an? |the |this |two |new |another |your )*(?:\w+ )?(?:account|profile)s?|(?:new|joint|savings|checking) account"),
        (3.5, r"(?:change|update|edit|correct|fix|modify|new|wrong|add|remove|switch|changing|updating) (?:my |the |our |an? )?(?:\w+ ){0,3}(?:e-?mail|phone number|mobile number|phone|name|surname|last name|personal (?:details|info\w*|data)|contact (?:details|info\w*)|profile|account (?:details|info\w*|settings|name)|date of birth|details|username|insurance|beneficiar\w+|preferences|settings)\b|address (?:on|in|for) my (?:account|profile)"),
        (3, r"(?:delete|erase|remove|export|access|copy of) (?:all )?(?:\w+ )?(?:my )?(?:personal )?data|newsletter|unsubscribe|marketing e-?mails?|stop (?:sending|e-?mailing) me|mailing list|two accounts|my (?:online )?accounts?\b|account (?:number|balance|type|info\w*|settings|page|details)|lost (?:my )?(?:\w+ )?card|card (?:was |is |got )?(?:lost|stolen)|stolen card|replacement card|new card"),
        (2, r"\baccounts?\b|\bprofile\b|my (?:registration|membership|subscription)|policy (?:number|details)|\bmembers?hip\b|\benroll\w*"),
    ),
    "general_inquiry": (
        (3.5, r"opening (?:hours|times?)|business hours|(?:store|office|working) hours|hours of operation|your hours|are you (?:guys )?open|(?:do|when do|what time do) you (?:open|close)|closing time"),
        (3.5, r"(?:return|refund|exchange|shipping|privacy|warranty|price match|cancellation) polic(?:y|ies)|terms (?:and conditions|of service)|(?:what|how) (?:is|are|does|about|long is) (?:your|the) (?:\w+ )?(?:polic(?:y|ies)|warranty|guarantee|return|shipping|delivery)|under warranty|warranty (?:cover|period|on|for|last)\w*|how long (?:do i have|is the (?:warranty|return|guarantee)|does (?:\w+ )?(?:shipping|delivery|it take)|do (?:\w+ )?(?:deliver|refunds?|returns?))"),
        (3.5, r"do you (?:\w+ )?(?:ship|deliver|offer|have|sell|accept|take|carry|stock|provide|support|do|make|price|charge|give|restock|match)\b|can (?:i|you) (?:pay (?:with|by|in|using)|ship to|deliver to|pick ?up|buy)|is (?:it|there|this|the) (?:\w+ ){0,4}(?:available|in stock|waterproof|compatible|included|come|free|store|shop|discount|app)|(?:how much|what) (?:is|does|are|do) (?:\w+ ){0,4}(?:shipping|delivery|cost|price|postage)|does (?:it|this|the) (?:\w+ ){0,4}(?:come|have|fit|work with|include|support|ship)"),
        (3.5, r"where are you (?:located|based)|(?:your|nearest|closest) (?:store|shop|location|address|branch|office)|(?:contact|phone|support|customer service|telephone) (?:number|details|e-?mail)|how (?:can|do) i (?:contact|reach|call|e-?mail) (?:you|customer|support)|get in touch|size (?:guide|chart)|what size|in stock|gift (?:cards?|wrap\w*)|student discount|loyalty (?:program|points)|discount codes?|(?:any|current) (?:discounts?|sales?|promotions?|deals|offers)|careers?|job openings|hiring|ingredients|made (?:in|of|from)|sustainab\w+"),
        (2.5, r"(?:have|had|got|ask) (?:a |some |another |one |quick )*(?:general )?questions?\b|more information|tell me (?:more )?about|(?:what|which) (?:\w+ ){0,3}(?:recommend|difference|best|payment methods?|sizes?|colou?rs?|brands?)|recommend(?:ation)?s? (?:for|a)|who (?:are|owns|is) (?:you|the)|how does (?:it|this|the) \w+ work|what (?:can|do) you (?:do|help|sell|offer)|how (?:are|is) (?:you|it going|your day)|what's up"),
    ),
    "compliment": (
        (3, r"(?:love|loved|loving|adore) (?:it|this|my|the|your|these|them|how|everything)|(?:great|excellent|amazing|awesome|fantastic|wonderful|outstanding|superb|good|brilliant|perfect|incredible|exceptional|lovely|fabulous|terrific|nice|best|impressive|stellar|super|friendly|helpful|fast|quick) (?:\w+ )?(?:service|job|work|product|products|experience|support|quality|team|shop|store|help|company|customer service|delivery|shipping|staff|purchase|item|website|stuff|shoes|people)|(?:is|was|are|were|been|it's|you're|so|very|really|absolutely|simply|just|quite) (?:\w+ ){0,2}(?:great|excellent|amazing|awesome|fantastic|wonderful|outstanding|superb|brilliant|perfect|incredible|exceptional|lovely|fabulous|terrific|helpful|friendly|delightful|impressive|stellar|gorgeous|beautiful|stunning|flawless|the best|kind|polite|courteous|patient)\b"),
        (3, r"(?:very|so|really|extremely|super|totally|absolutely|more than|couldn't be|could not be|am|i'm|we're) (?:\w+ )?(?:happy|happier|pleased|satisfied|impressed|delighted|grateful|thrilled|thankful)|well done|good job|keep (?:it )?up|hats off|kudos|(?:you (?:guys )?(?:rock|rule|are)|you're) (?:\w+ ){0,3}(?:best|awesome|amazing|great|wonderful|fantastic|lifesaver|star|stars|legend|legends|helpful|kind|sweet)|made my day|five stars|5 stars|highly recommend|works (?:great|perfectly|like a charm|beautifully)|exceeded (?:my|our|all) expectations|above and beyond|compliments? to|shout ?out to|praise"),
        (2.5, r"\b(?:thanks|thank (?:you|u)|thx|appreciate|appreciated|grateful|cheers|ty|tysm|thanx)\b"),
        (2, r"\b(?:awesome|fantastic|amazing|excellent|wonderful|brilliant|superb|perfect|great|lovely)\b"),
    ),
}  # fmt: skip
PATTERNS: dict[IntentName, tuple[tuple[float, re.Pattern[str]], ...]] = {
    intent: tuple((weight, re.compile(rf"(?<!\w)(?:{pattern})")) for weight, pattern in patterns)
    for intent, patterns in _PATTERNS.items()
}

_FILLER = r"(?:please|pls|thanks|thank you|thx|sir|madam|mate|then|there|bot|[\W_])*"
CONFIRM = re.compile(
    rf"{_FILLER}(?:(?:yes|yep|yeah|yea|yup|ya|yess+|y|sure|sure thing|ok|okay|okey|k|kk|alright|all right|fine|right|correct|exactly|indeed"
    r"|absolutely|definitely|certainly|of course|affirmative|agreed|confirm|confirmed|i confirm|i agree|i do|i am|go ahead|go for it|do it|do that|do so"
    r"|proceed|continue|sounds good|sounds great|looks good|works for me|that works|that's (?:right|correct|fine|ok|okay|it|the one|good)|perfect|let's do it|let's do that"
    r"|please do|please go ahead|yes please|by all means|that is (?:right|correct|fine|ok)|it is|that would be (?:great|nice|good|perfect|fine|lovely)"
    r"|i'd like that|i would like that|i want that|make it so|👍|👌|✅|✔️?|🆗|💯)(?:[\s,.!;]|and|just|it|with it|with that|for sure|then|please|thanks|thank you|[\U0001F3FB-\U0001F3FF])*)+"
    rf"{_FILLER}"
)
DENY = re.compile(
    rf"{_FILLER}(?:(?:no|nope|nah|nay|n|no way|not now|not yet|not today|never|never mind|nevermind|nvm|no thanks|no thank you|not really|negative|cancel that"
    r"|don't|dont|do not|please don't|please do not|don't do (?:it|that)|do not do (?:it|that)|don't (?:proceed|continue|bother|go ahead)|do not (?:proceed|continue)|stop|stop it|stop that"
    r"|forget it|forget about it|leave it|leave it as (?:it is|is)|i don't|i do not|i don't want (?:that|it|to|this)|i'd rather not|rather not|i would rather not|i changed my mind|absolutely not|definitely not"
    r"|of course not|certainly not|hell no|that's (?:wrong|not right|incorrect|not it)|wrong|incorrect|not that one|not that|i decline|decline|reject|abort|hold off|👎|❌|🚫|🙅\S*)"
    r"(?:[\s,.!;]|at all|it|that|please|thanks|thank you|sorry|anymore|for now|[\U0001F3FB-\U0001F3FF])*)+"
    rf"{_FILLER}"
)
# Where one wish ends and the next begins.
CLAUSE_BREAK = re.compile(
    r"[.!?;\n]+(?=\s|$)|,? (?:and then|and also|also|plus|but also|as well as|but|besides|additionally|furthermore|moreover|secondly|second|third|then) |"
    r",? and (?=(?:i|i'm|i'd|i've|my|we|can|could|please|what|where|when|why|how|is|are|was|do|does|the|you|it|they|would|cancel|change|return|refund|update|there|one|another)\b)|"
    r", (?=(?:i|i'm|i'd|i've|my|we|can|could|please|what|where|when|why|how|is|are|do|does|you|it|they|the|there|so|because|also|cancel|change|return|refund|update|one|another)\b)"
)
