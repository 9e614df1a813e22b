"""Single words by how they sound."""

_WORDS = {
    3.0: """
        adorable adore adored adoring amazed amazing astonishing astounding awesome badass beautiful beautifully
        best bless blessed bliss blissful blown breathtaking brilliant dazzling delectable delighted delightful
        ecstatic elated enamored enthralled euphoric exceeded exceeds excellent excellently exceptional
        exceptionally exhilarating exquisitely extraordinary fabulous fantastic fantastically faultless favorites
        first-rate flawless flawlessly glorious godsend gorgeous greatly heavenly hooray hurray impeccable
        incredible incredibly invaluable jaw-dropping lifesaver love loved lovelier lovely loves loving magnificent
        magnificently majestic marvellous marvelous marvelously masterpiece mesmerizing miracle must-have
        outstanding outstandingly overjoyed perfect perfection perfectly phenomenal priceless rave raves rejoice
        remarkable remarkably rocked rocks sensational spectacular splendid splendidly stellar stunning stunningly
        stupendous sublime superb superbly superior terrific thrilled thrilling top-quality unbeatable unforgettable
        unmatched unparalleled unrivaled wonderful wonderfully wonderfulness wonders woohoo world-class wow wowed
        yay yippee
    """,
    2.0: """
        accomplish accomplished achievement adept admirable admirably admire advantageous affordable agreeable
        amusing appealing applaud appreciate appreciated appreciates appreciation appreciative approval attentive
        attractive aww bargain beloved best-selling blessing bonus brave bravo breeze bright brilliance caring
        celebrate champion charm charming cheerful chic classy clever comfortable comfortably comfy commend
        commendable compliment compliments congrats congratulation congratulations considerate courteous crisp
        crystal-clear cute dazzle decently delicious delight delights dependable diligent dreamy durability durable
        eager easy efficient effortless effortlessly elegance elegant embrace enchanting endearing enjoy enjoyable
        enjoyed enjoying enjoys enriched entertaining enthusiasm enthusiastic excel excels excited excitement
        exciting exquisite fanciful fascinating faster fave favorite favourite feature-rich fine finest first-class
        flattering fond foolproof forgiving freedom friendliness friendly fulfilling fun funny gem generous
        generously genius glad gladly glee gloriously good goodies goodness graceful gracious grateful gratifying
        gratitude great greater greatest handsome handy handy-dandy happier happily happiness happy hassle-free
        heartfelt hearty helpful high-quality hilarious honest hooked humor impress impressed impressive ingenious
        innovative inspired inviting joy joyful joyous keen kind kindly kindness kudos likable likeable lively
        luxurious luxuriously luxury memorable neatly nice nicely nicer nicest nifty no-brainer optimistic
        outperform outperforms painless painlessly pampered peaceful peachy perky pleasant pleasantly pleased
        pleasing pleasurable pleasure plush polished polite praise praised precious privileged professionally
        promising prompt promptly prosper proud recommend recommendation recommended recommending refreshing
        rejuvenated relaxed relaxing reliability reliable reliably relieved remedy respected respectful rewarding
        rich romantic satisfaction satisfactory satisfied satisfies satisfy satisfying savvy seamless seamlessly
        sensible sharp sharper sharpest simplicity skilled sleek slick smart smile smooth smoother smoothly snappy
        solid solidly soothing sophisticated speedy straightforward streamlined strong strongest sturdier sturdy
        stylish succeed succeeded successful successfully sunny superfast sweet sweetest swift swiftly talented
        tasty terrifically thanked thankful thankfully thanksgiving thoughtful thoughtfully thrive thumbs-up tidy
        timeless top-notch tremendously triumph trouble-free trusted trustworthy upbeat useful user-friendly
        valuable versatile vibrant victory virtuous vivid warm welcoming well well-built well-designed well-made
        well-written whoa win win-win winner winning wise wisely witty won worry-free worthwhile worthy yum yummy
        zippy
    """,
    1.0: """
        acceptable accurate adequate advantage agree assured authentic available balanced benefit better calm
        careful clarity clean cleaner clear compact comprehensive consistently convenient conveniently cool correct
        correctly cosy cozy decent ease easier easiest easily encouraging enough fair fairly faith fast flexible
        fortunate fortunately fresh fulfilled functional gentle genuine gifted haha hahaha healthier healthy hopeful
        hopefully hug improve improved improvement improving inspire intact interesting intuitive laugh legit
        lighter lightweight lucky neat okay peace plus popular practical quick quickly quieter quietest ready
        reasonable reasonably resolved respect responsive safe safely secure simple smarter soft spacious sparkle
        special stronger sufficient suitable supportive sure timely tolerable usable welcome work worked works worth
    """,
    -1.0: """
        abrupt absurdity ache afraid alas alone annoyingly argh average awkward baffled baffling beware bitter blah
        bland blurry bored boring bother bothers bothersome bulky bump cheaply choppy clogged clumsy clunky
        complicated concerning confused confusing confusion cons costly cramped crooked cumbersome delay delayed
        denied deny deteriorated difficult difficulty dim dirty disadvantage discourage dislike dismal disturbed
        disturbing doubt doubtful downside downsides drains drawback drawbacks dropped dull excessive expensive
        faded feeble finicky flicker flickering flimsy freezes freezing froze fuss fuzzy glitch gloomy grainy grim
        grouchy grumpy hangs harsh hassle hesitant ignorant impatient impractical inability inaccurate incompatible
        incomplete inconsistency inconsistent inconvenience inconvenient inefficient insufficient intermittent
        interrupt irregular issue itchy jammed jams jealous jerky lack lacking lag laggy late lazy limitations
        lonely lonesome loose loud low lowest mediocre meh mess messy minus misaligned misplaced miss missed misses
        mistake moody muddy muffled mushy nag nervous noisy nuisance numb obsolete odd off-putting ordeal outdated
        overdue overheat overheating overheats overly overpriced overwhelmed pity pixelated problem problematic
        problems questionable quirky quits rattles reluctant reluctantly repetitive restless rigid risky rough
        sadder scary shabby shaky shortcoming shortcomings sigh skeptical skipping sloppy slow slower slowest slowly
        sluggish small-minded smell smudge smudges soggy sore sorry squeaky stain stained stale static sticky stiff
        strange struggle stubborn stuck stutters sub-par subpar suspicious tacky tear tedious temperamental tense
        thin tight tinny tire tired tiresome tough tricky troublesome ugh unattractive uncertain unclear
        uncomfortable uncomfortably underpowered underwhelmed underwhelming undesirable uneasy uneven unexpected
        unfortunate unfortunately unhelpful unimpressed uninspired unintuitive unlucky unnecessarily unnecessary
        unpredictable unrealistic unresolved unstable unsure unused unusual unwieldy upset vague wait waiting weak
        weaker weakest weakness weary weird whining wimpy wobbles wobbly worn worried worries worry worrying
        wrinkled wrong yikes
    """,
    -2.0: """
        abandon abandoned abuse abused aggravate aggravated aggravating aggravation aggressive agitated agony
        alarmed alarming anger angrily angry anguish annoy annoyance annoyed annoying anxiety anxious apathetic
        appalled argue argued arrogant ashamed assault atrociously avoid awkwardly bad badly bait-and-switch
        bankrupt banned battered beaten bent betray blame bleak bogus bollocks break bricked broke broken brutal bug
        buggy bully bummed bummer careless chaos cheap-looking cheat cheated cheats chokes clueless complain
        complained complaint complaints condescending confiscated conned contaminated contempt convoluted corroded
        corrupt corrupted coward cracked crackling crap crappiest crappy crash crashed crashes crashing crazy creepy
        cringe crisis cruel crummy cry crying cursed cuss damage damaged damaging dead deaf dearth deceit deceitful
        deceive deceived deception deceptive defect defective deficiency degrading dejected delusional demeaning
        denial dent dented deplorable depressed depressing deprived derogatory desperate destroy destroyed
        destroying destruction destructive detrimental die died dies disagreeable disappoint disappointed
        disappointing disappointment disappoints disapprove disconnecting disconnects discontent discouraging
        disgraced dishonest dishonesty disliked dislikes dismayed disorganized displeased disrespect disrespectful
        dissatisfaction dissatisfactory dissatisfied distasteful distorted distortion distraught distress distressed
        dodgy doomed downgrade dreaded dreary dud dumb dumped dysfunctional egotistical embarrass embarrassed
        embarrassing error evil excruciating exhausted exploited eyesore fail failed failing fails failure fake
        fallacy false falsely farce fault faulty fear feared filthy flaw flawed flaws flop flunk fool foolish
        foolishly forgettable foul fraud frauds fraudulent frightened frightening frustrate frustrated frustrates
        frustrating frustratingly frustration glitches glitchy gouging greed greedy grief grieving gross grumble
        guilt guilty gunk harm harmful headaches heartbreaking heartbroken heartless hell helpless hopeless hostile
        humiliated humiliating hurt hurtful idiocy ignorance ignore ignored ignoring ill imbecile immature
        inadequate incompetence incompetent incompetently inconsiderate incorrect ineffective inept inferior
        infuriate injustice insincere instability insult insulted insults intrusive irresponsible irritant irritate
        irritated irritates irritating irritation jerk junk junky kill killed lackluster lacklustre lame lamented
        leak leaking leaky liar liars lie lied lifeless loath loathe loathing lose loser losing lost lousiest lousy
        lying mad maddening malfunction malfunctioned malfunctioning malfunctions malicious manipulative meaningless
        menace mess-up miserable misery mishandled mislead misleading misleads misrepresented missing mistreat
        mistreated misuse mocked moldy molested morbid moron moronic mouldy mourn nagging nasty nauseating nauseous
        needless neglect neglected neglects negligent nerve-racking nerve-wracking nonresponsive nonsense notorious
        offend offended offends offensive oppressive overbearing overcharge overcharged overrated pain painful pains
        panic panicked paranoid pathetically peeled peeling perished perplexed petty piss pissed pointless pollute
        poor poorest poorly pretentious puke punish punished rage rattling regret reject rejected rejects resentful
        ridicule rip rip-offs ripped rob rotted rotten rubbish rude rudely ruin ruined ruining ruins rusty sabotage
        sad sadden saddened sadly sadness scratch scratched scratchy screeching screw screwed screwy shabbily shame
        shamed shameful shatter shattered shoddy shortchanged shredded sick sicker sickly slimy sloppily smashed
        smelly snobby sob sobbing spiteful stalling steal stink stinking stinks stinky stole stolen strained
        stranded stress stressed stressful struggled struggles struggling stuffy stunk stupid suck sucked sucks
        sucky suffer suffered suffering suffers sulk tangled terrified threat threaten threatened threatening
        tiredness torment torn tortured tragedy tragic trash trashy traumatic trouble troubled troubles troubling
        turd ugly unacceptably unauthorised unauthorized unbearable unbearably uncaring uncivil unclean
        uncooperative undermine uneducated unethical unfair unfriendly unfulfilled ungrateful unhappy unhealthy
        unhelpfully unjust unknowledgeable unlawful unlikable unpleasant unpleasantly unprofessional
        unprofessionally unreadable unreasonable unreliable unresponsive unsafe unsanitary unsatisfactory
        unsatisfied unsuccessful unsupportive untidy untrue untrustworthy unusable unwilling unworkable upsets
        upsetting useless vile villain violated violent vomit warped waste wasted weakly weep worn-out worthless
        worthlessness wound wreck wrecked wrongly yelled yelling yuck yucky
    """,
    -3.0: """
        abhorrent abomination abysmal appalling appallingly asinine asshole assholes atrocious atrocity awful
        awfully awfulness barbaric bastard bullcrap
        bitch cunt bullshit catastrophe catastrophic cretin criminal crooks damn
        damned deplorably despicable despicably despise detest devastated devastating diabolical dire disaster
        disastrous disgrace disgraceful disgust disgusted disgusting dogshit dreadful egregious embezzled enraged
        enraging fiasco fraudsters fuck fucked fucking fuming furious garbage ghastly god-awful godawful harassed
        harassing harassment hate hated hateful hates heinous hellhole hellish hideous horrendous horrendously
        horrible horribly horrid horrific horrified horrifying horrors idiot idiotic idiots inexcusable infuriated
        infuriating inhumane insulting intolerable jackass jerks joke laughable livid ludicrous ludicrously
        monstrous murderous nightmare nightmarish obscene outrage outraged outrageous outrageously pathetic
        pissed-off pos preposterous raging rancid repulsive revolted revolting ridiculous ripoff robbed robbery scam
        scammed scammer scammers scamming scams scandal scumbag scumbags seething shambles shit shite shittiest
        shitty sickening swindle swindled swindlers terrible terribly terrorized thief thieves toxic trashed
        unacceptable unbelievable unforgivable worse worst wtf
    """,
}
# Said out of courtesy below a request; praise only when nothing is asked for.
COURTESY = frozenset(("thanks", "thank", "thankyou", "thx", "thanx", "thnx", "tysm", "ty", "cheers"))
VALENCE = {word: value for value, words in _WORDS.items() for word in words.split()} | dict.fromkeys(COURTESY, 2.0)
