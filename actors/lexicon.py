"""How good or bad words sound: the vocabulary of sentiment_analyzer, written for the customers of a shop."""

import re

# Words by how they sound, from -3 to 3. Inflections ("loved", "quickly") are found by their stem.
_WORDS = {
    3.0: """
        adore amazing amazed awesome beautiful beautifully best bless blessed blown breathtaking brilliant
        delighted delightful ecstatic excellent exceptional exceptionally extraordinary fabulous fantastic
        fantastically flawless flawlessly gorgeous heavenly impeccable incredible incredibly lifesaver love
        loved lovely loving magnificent marvelous marvellous masterpiece miracle outstanding overjoyed perfect
        perfection phenomenal priceless remarkable sensational spectacular splendid stellar stunning stupendous
        sublime superb superior terrific thrilled unbeatable unforgettable wonderful wonderfully wow woohoo yay
    """,
    2.0: """
        admire affordable appreciate appreciated appreciative attentive attractive bargain beloved bonus brave
        bright caring celebrate champion charming cheerful clever comfortable comfortably comfy congrats
        congratulations considerate courteous crisp cute dependable durable eager easy effortless efficient
        elegant enjoy enjoyable enjoyed enthusiastic excited exciting exquisite fascinating favorite favourite
        fine first-class fond freedom friendly fun funny generous genius gift glad good graceful grateful great
        gratitude greatest handy happily happy happier helpful hilarious honest impress impressed impressive joy
        joyful kind kindly kindness likable luxurious luxury nice nicely nicer peaceful pleasant pleased
        pleasure polite positive praise pretty prompt promptly proud quality recommend recommended
        recommendation refreshing reliable reliably relieved remedy respectful rewarding rich romantic satisfied
        satisfying satisfaction sharp sleek smart smile smooth smoothly solid speedy strong sturdy stylish
        success successful succeed superfast sweet talented tasty thank thankful thanks thx thoughtful tidy
        top-notch treasure triumph trust trusted trustworthy upbeat useful valuable versatile victory vivid warm
        welcoming well win winner winning wise won worthwhile worthy yummy delicious
    """,
    1.0: """
        accurate agree adequate advantage approve assured available benefit better calm careful cheap clean
        clear compact convenient cool correct correctly cozy decent encouraging enough fair fairly faith fast
        fit flexible fresh free fulfilled genuine gentle healthy hope hopeful hug improve improved improvement
        inspire intact interested interesting intuitive laugh lightweight lucky neat okay peace popular quick
        quickly ready respect responsive safe safely save secure simple soft special support supportive sure
        timely tolerable treat upgrade value welcome work worked works worth
    """,
    -1.0: """
        abrupt absurdity ache afraid alone average awkward bland blah blurry bored boring bother bulky bump
        but-hurt challenge cheaply clunky clumsy cold concern concerned concerning confused confusing confusion
        costly crooked dark delay delayed deny denied difficult difficulty dim dirty dislike doubt doubtful dull
        dropped expensive faded flimsy forgot forgotten fuss glitch hard hassle heavy hesitant ignorant
        inconsistent inconvenience inconvenient interrupt irregular issue kinda-bad lack lacking lag laggy late
        limited lonely loose loud low mediocre mess messy mild-pain misplaced miss missed mistake noisy odd
        outdated overdue overpriced plain problem problematic question reluctant risk risky rough sad-ish shaky
        short skeptical sloppy slow slowly sluggish small-minded smell sorry stain stained stale stiff strange
        stubborn stuck struggle suspicious tear thin tight tire tired tough tricky uncertain unclear
        uncomfortable uneven unfortunate unfortunately unhelpful unsure unused unusual unexpected upset vague
        wait waiting weak weird wobbly worn worry worried wrinkled wrong
    """,
    -2.0: """
        abandoned abuse aggressive alarming angry annoy annoyed annoying anxious appalled argue ashamed attack
        avoid awkwardly bad badly bent betray blame break broke broken bug buggy bully careless cancel-worthy
        chaos cheat cheated clueless complain complained complaint complaints corrupt cracked crap crappy crash
        crashed crashes cruel cry crying damage damaged damaging dead deceive deceived defect defective dent
        dented depressed depressing deplorable desperate destroy destroyed die died disappoint disappointed
        disappointing disappointment discouraging disrespect disrespectful dissatisfied distress dumb
        embarrassed embarrassing error evil exhausted fail failed fails failure fake false fault faulty fear
        flaw flawed foul fraud fraudulent frustrate frustrated frustrating frustration fool grief gross guilty
        harm harmful heartbroken hell hopeless hurt ignore ignored ill inadequate incompetent incompetence
        incorrect inferior insult irresponsible irritate irritated irritating jerk junk kill killed lame leak
        leaking leaky lie lied liar lose losing loser lost lousy lying mad malfunction malfunctioned mad
        misleading miserable mislead missing mistreated moldy mouldy negative neglect nasty negligent nonsense
        offended offensive overcharge overcharged pain painful panic pathetic pissed poor poorly pointless
        punish rage reject rejected regret rip ripped rotten rubbish ruin ruined rude rudely rusty sad sadly
        scratch scratched screw screwed shame shameful shatter shattered shoddy sick smashed smelly steal stole
        stolen stink stinks stinky stress stressed stressful stupid suck sucked sucks suffer suffering tangled
        terrified threat torn tragedy tragic trash trouble ugly unauthorized unauthorised unfair unfriendly
        unhappy unpleasant unprofessional unreasonable unreliable unresponsive unsafe unsatisfactory unsatisfied
        untrue unusable unwilling useless vile violent war warped waste wasted weep worthless wreck
    """,
    -3.0: """
        abysmal abhorrent abomination appalling atrocious awful awfully bastard bullshit catastrophe
        catastrophic crooks criminal damn despicable despise detest devastated devastating dire disaster
        disastrous disgrace disgraceful disgust disgusted disgusting dreadful enraged fiasco fuck fucking fucked
        furious garbage ghastly hate hated hateful hates heinous hideous horrible horribly horrid horrific
        horrified horrifying idiot idiotic idiots inexcusable infuriated infuriating insane insulting
        intolerable joke laughable livid ludicrous nightmare outrage outraged outrageous pathetic preposterous
        repulsive revolting ridiculous robbed robbery scam scammed scammer scammers scams scandal seething shit
        shitty shambles sickening swindle terrible terribly thief thieves toxic unacceptable unbelievable
        unforgivable worst worse wtf
    """,
}
VALENCE = {word: value for value, words in _WORDS.items() for word in words.split()}

# Word groups whose words mislead when read alone. 0 means: says nothing.
PHRASES = {
    # praise in the words of a complaint
    "no problem": 1.0, "no problems": 1.5, "no issues": 1.5, "no complaints": 2.0, "no trouble": 1.5,
    "no worries": 1.0, "no hassle": 1.5, "can't wait": 2.0, "cannot wait": 2.0, "can't complain": 1.5,
    "couldn't be happier": 3.0, "could not be happier": 3.0, "couldn't be better": 3.0,
    "couldn't be more pleased": 3.0, "never disappoints": 2.5, "never fails": 1.5, "not bad": 1.0, "not too bad": 1.0,
    "nothing wrong": 1.0, "well done": 2.5, "hats off": 2.5, "thumbs up": 2.0, "five stars": 3.0, "5 stars": 3.0,
    "keep it up": 2.0, "made my day": 3.0, "spot on": 2.5, "above and beyond": 3.0, "works great": 3.0,
    "works like a charm": 3.0, "works perfectly": 3.0, "as described": 1.0, "as expected": 0.5,
    "worth every penny": 3.0, "can't go wrong": 2.0, "highly recommend": 3.0, "life saver": 3.0, "on time": 1.0,
    "my favorite": 2.0, "must have": 2.0, "hands down": 1.0, "blown away": 3.0, "look forward": 1.0,
    "looking forward": 1.0, "so far so good": 2.0, "top notch": 3.0, "first class": 2.5, "sorted out": 1.0,
    # complaint in harmless words
    "waste of money": -3.0, "waste of time": -3.0, "let down": -2.0, "fed up": -2.5, "had enough": -2.5,
    "sick of": -2.5, "sick and tired": -3.0, "tired of": -2.0, "ripped off": -3.0, "rip off": -3.0, "rip-off": -3.0,
    "fell apart": -2.5, "falls apart": -2.5, "falling apart": -2.5, "money back": -1.5, "stay away": -2.5,
    "steer clear": -2.5, "buyer beware": -3.0, "do not buy": -3.0, "don't buy": -3.0, "never again": -2.5,
    "never buy": -2.5, "never order": -2.5, "never shop": -2.5, "last straw": -3.0, "losing patience": -2.5,
    "lost patience": -2.5, "run out of patience": -2.5, "at my wits end": -3.0, "customer for": 0.0,
    "no response": -2.0, "no reply": -2.0, "no one": -0.5, "nobody": -0.5, "no help": -2.0, "no use": -2.0,
    "no good": -2.0, "no longer works": -2.0, "stopped working": -2.5, "stops working": -2.5, "stop working": -2.5,
    "quit working": -2.5, "not working": -2.0, "doesn't work": -2.0, "does not work": -2.0, "didn't work": -2.0,
    "did not work": -2.0, "don't work": -2.0, "won't work": -2.0, "isn't working": -2.0, "never worked": -2.5,
    "never arrived": -2.0, "never came": -2.0, "never received": -2.0, "not received": -1.5, "haven't received": -1.5,
    "hasn't arrived": -1.5, "has not arrived": -1.5, "didn't arrive": -1.5, "still waiting": -1.5, "still no": -1.5,
    "still not": -1.5, "still hasn't": -1.5, "still haven't": -1.5, "too late": -1.5, "wrong item": -2.0,
    "wrong size": -1.5, "wrong order": -2.0, "wrong color": -1.5, "wrong colour": -1.5, "charged twice": -2.0,
    "double charged": -2.0, "not worth": -2.0, "not as described": -2.5, "not as advertised": -2.5,
    "not what i ordered": -2.5, "nothing like": -1.5, "gave up": -2.0, "give up": -2.0, "too small": -1.0,
    "too big": -1.0, "too expensive": -1.5, "too loud": -1.5, "too slow": -1.5, "too heavy": -1.0, "too short": -1.0,
    "how dare you": -3.0, "how hard can": -2.5, "what a joke": -3.0, "shame on you": -3.0,
    "get your act together": -2.5, "run around": -2.0, "runaround": -2.0, "one star": -3.0, "1 star": -3.0,
    "zero stars": -3.0, "want my money": -2.0, "or else": -2.0, "sent back": -1.0, "could be better": -1.0,
    "could have been better": -1.0, "do better": -1.0, "not happy": -2.0, "not impressed": -2.0, "not pleased": -2.0,
    "not amused": -2.0, "not acceptable": -2.5, "not good enough": -2.5, "wish i had": -1.0,
    # says nothing
    "would like": 0.0, "i'd like": 0.0, "like to": 0.0, "credit card": 0.0, "gift card": 0.0, "free shipping": 0.0,
    "as well": 0.0, "good morning": 0.0, "good evening": 0.0, "good afternoon": 0.0, "good day": 0.0, "sold out": 0.0,
    "trouble shooting": 0.0, "pretty much": 0.0, "of course": 0.0, "make sure": 0.0, "not sure": 0.0, "for sure": 0.0,
    "how well": 0.0, "works with": 0.0, "work with": 0.0, "work out": 0.0, "at work": 0.0, "to work": 0.0,
    "i work": 0.0, "question about": 0.0, "a question": 0.0, "thanks in advance": 0.0, "thank you in advance": 0.0,
    "kind of": 0.0, "kind regards": 0.0, "best regards": 0.0, "best way": 0.0, "do i need": 0.0, "as soon as": 0.0,
    "fast can": 0.0, "i hope": 0.0, "lost and found": 0.0, "customer support": 0.0, "tech support": 0.0,
    "in case": 0.0, "hard drive": 0.0, "good for": 0.5, "at least": 0.0, "if possible": 0.0, "short sleeve": 0.0,
    "it won": 0.0, "the works": 0.0,
}  # fmt: skip
PHRASES_BY_FIRST: dict[str, list[tuple[list[str], float]]] = {}  # by their first word, the longest first
for _phrase in sorted(PHRASES, key=len, reverse=True):
    PHRASES_BY_FIRST.setdefault(_phrase.split()[0], []).append((_phrase.split(), PHRASES[_phrase]))

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
    1.25: "very really so too such quite truly",
    1.4: """
        absolutely extremely completely totally utterly incredibly insanely beyond highly deeply thoroughly entirely
        seriously super freaking fucking bloody damn terribly awfully ridiculously most
    """,
    0.6: "slightly somewhat little bit kinda sorta fairly rather mildly partly marginally moderately maybe",
}
BOOSTS = {word: factor for factor, words in _BOOST_WORDS.items() for word in words.split()}
