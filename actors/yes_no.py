"""How customers say yes and no, when the message is nothing else. Small letters only."""

import re

_FILLER = r"(?:actually|well|hmm+|oh|please|pls|thanks|thank you|thx|sir|madam|mate|then|there|bot|[\W_])*"
CONFIRM = re.compile(
    rf"{_FILLER}(?:(?:yes|yep|yeah|yea|yup|ya|yess+|y|sure|sure thing|ok|okay|okey|k|kk|alright|all right|fine"
    r"|right|correct|exactly|indeed"
    r"|absolutely|definitely|certainly|of course|affirmative|agreed|confirm|confirmed|i confirm|i agree|i do"
    r"|i am|go ahead|go for it|do it|do that|do so"
    r"|proceed|continue|sounds good|sounds great|looks good|works for me|that works|that's (?:right|correct"
    r"|fine|ok|okay|it|the one|good)|perfect|let's do it|let's do that"
    r"|please do|please go ahead|yes please|by all means|that is (?:right|correct|fine|ok)|it is"
    r"|that would be (?:great|nice|good|perfect|fine|lovely)"
    r"|i'd like that|i would like that|i want that|make it so|👍|👌|✅|✔️?|🆗|💯)(?!\w)"
    r"(?:[\s,.!;]|and|just|(?:cancel|refund|return|change|send) (?:it|that|this|them|(?:the|my) order)|it|with it"
    r"|with that|for sure|then|please|thanks|thank you|[\U0001F3FB-\U0001F3FF])*)+"
    rf"{_FILLER}"
)
DENY = re.compile(
    rf"{_FILLER}(?:(?:no|nope|nah|nay|n|no way|not now|not yet|not today|never|never mind|nevermind|nvm"
    r"|no thanks|no thank you|not really|negative|cancel that"
    r"|don't|dont|do not|please don't|please do not|don't do (?:it|that)|do not do (?:it|that)"
    r"|don't (?:proceed|continue|bother|go ahead)|do not (?:proceed|continue)|stop|stop it|stop that"
    r"|forget it|forget about it|leave it|leave it as (?:it is|is)|i don't|i do not|i don't want (?:that|it|to"
    r"|this)|i'd rather not|rather not|i would rather not"
    r"|i(?:'ve| have)? changed my mind(?: about (?:it|that|this|cancell?ing|returning))?"
    r"|(?:i'll |i will |let me |i'd rather |i want to )?keep (?:it|them|the order|my order|the item)"
    r"|absolutely not|definitely not"
    r"|of course not|certainly not|hell no|that's (?:wrong|not right|incorrect|not it)|wrong|incorrect"
    r"|not that one|not that|i decline|decline|reject|abort|hold off|👎|❌|🚫|🙅)(?!\w)"
    r"(?:[\s,.!;]|at all|don't (?:cancel|refund|return|change|send)|do not (?:cancel|refund|return|change|send)"
    r"|it|that|please|thanks|thank you|sorry|anymore|for now|[\U0001F3FB-\U0001F3FF])*)+"
    rf"{_FILLER}"
)
