"""The same patterns as in words.py, for German. A reply is read in both languages, whichever it is written in."""

import re

from actors.guardrail_validator.words import any_of

# ruff: noqa: E501  (a pattern is read alternative by alternative, not by its length)

# --- statuses -----------------------------------------------------------------------------------

STATUS = re.compile(
    r"\b(?:(?P<elsewhere>(?:liegt|ist|noch|jetzt|wartet|steht|war) (?:in unserem|im|in einem) (?:lager|depot|paketzentrum|paketshop|verteilzentrum)"
    r"|(?:beim|im) zoll|abholbereit|zur abholung bereit|bei (?:ihre[mrn]|einem|einer|dem|der) nachbar\w*|vor (?:ihrer|der) (?:haus|wohnungs)?tür"
    r"|abgelegt|an den absender|zurück an uns|zerstört|vernichtet|beschlagnahmt|zurückgestellt|pausiert)"
    r"|(?P<pending>offen)|(?P<confirmed>bestätigt(?! es\b))"
    r"|(?P<processing>in (?:Vorbereitung|Bearbeitung)|(?:vor|be)reitet vor|gepackt)"
    r"|(?P<shipped>verschickt|versandt|versendet|abgeschickt|losgeschickt|auf dem Weg|Lager verlassen)"
    r"|(?P<announced>angekündigt|(?:Etikett|Marke) (?:wurde )?erstellt)|(?P<out_for_delivery>in (?:der )?Zustellung|beim Zusteller)"
    r"|(?P<in_transit>unterwegs)|(?P<held_up>aufgehalten|hängt fest|steckt fest)"
    r"|(?P<delivered>zugestellt|(?:aus)?geliefert|angekommen|abgegeben|übergeben)"
    r"|(?P<returned>(?:rück|retouren)sendung ist (?:\w+ ){0,3}eingegangen|zurückgeschickt|zurückgesendet|zurückgesandt|zurückgegeben|retourniert)|(?P<cancelled>storniert|annulliert)"
    r"|(?P<refunded>(?:zurück|rück)?erstattet|zurückgezahlt|zurücküberwiesen|gutgeschrieben)"
    r"|(?P<late>verspätet|überfällig|verzögert|zu spät)|(?P<on_time>pünktlich|rechtzeitig|im Zeitplan)"
    r"|(?P<lost>verloren(?:gegangen)?|gestohlen))\b",
    re.IGNORECASE,
)
REFUND_DONE = re.compile(
    r"\b(?:erstattung|rückerstattung|rückzahlung|geld|gutschrift)\b(?: \w+){0,4}? (?:ist|sind|wurden?)"
    r"(?: (?!nicht\b)\w+){0,3}? (?:veranlasst|ausgezahlt|überwiesen|gesendet|bearbeitet|genehmigt|abgeschlossen|angewiesen"
    r"|ausgestellt|unterwegs|erfolgt|auf ihrem konto|(?:wieder )?(?:da|zurück))\b",
    re.IGNORECASE,
)
HYPOTHETICAL = re.compile(
    r"\b(?:kann|können|konnten?|könnten?|darf|dürfen|soll(?:en|ten?)?|würden?|möchten?|will|wollen|muss|müssen|wird|werden|wenn"
    r"|falls|sobald|ob|bevor|ehe|lässt|lassen|statt|wartet|warten)\b",
    re.IGNORECASE,
)
NEGATION = re.compile(r"\b(?:nicht|nichts|nie|niemals|keine?[mnrs]?|weder|ohne)\b(?: \w+){0,4}\W*$", re.IGNORECASE)

# --- dates --------------------------------------------------------------------------------------

ROLE = re.compile(
    r"\b(?:(?P<due>erwartet|voraussichtlich|fällig|geplant|soll(?:te)?|ankommen|eintreffen)"
    r"|(?P<placed>aufgegeben|bestellt|gekauft)|(?P<shipped>verschickt|versandt|versendet|abgeschickt|ging hinaus)"
    r"|(?P<delivered>zugestellt|geliefert|angekommen|erhalten)|(?P<deadline>bis|endete?|spätestens))\b",
    re.IGNORECASE,
)
# In front of "am 3. Dezember zugestellt": it is still to come.
TO_COME = re.compile(r"\b(?:wird|werden|soll(?:te)?)\b", re.IGNORECASE)
DURATION = re.compile(
    r"\b(?P<number>\d+(?:[.,]\d+)?|eine?[mnrs]?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|zwölf|vierzehn|dreißig|sechzig"
    r"|neunzig|ein paar|einige[nr]?|wenige[nr]?|mehrere[nr]?)"
    r"(?: ?(?:bis|-|oder) ?(?:\d+|\w+))?[- ](?P<unit>(?:werk|arbeits|geschäfts|kalender)?(?:minute|stunde|tag|woche|monat|jahr))"
    r"(?:en|es|e|n|s)?\b",
    re.IGNORECASE,
)
VAGUE_TIME = any_of(
    r"\b(?:nächste|kommende|diese)[mnrs]? (?:woche|monat|jahr)\b",
    r"\b(?:mon|diens|donners|frei|sams|sonn)tag(?:s|e|en)?\b|\bmittwochs?\b",
    r"\bheute (?:abend|mittag|nachmittag|morgen|raus|hinaus|verschickt|versandt|erwartet|da|geschlossen)\b|\bwochenende\w*|\bende (?:der|des|dieser|dieses) (?:woche|monats|jahres)\b",
    r"\b(?:weihnachten|ostern|pfingsten|silvester|neujahr|feiertag\w*)\b|\bkw ?\d+\b|\b(?:jeden|jeder|den ganzen) tag\b|\büber nacht\b|\bgeschlossen\b|\bkalenderwoche\b",
    r"\b(?:januar|februar|märz|im mai|juni|juli|oktober|dezember)\b",
    r"\brund um die uhr\b|\b\d{1,2} uhr\b|\bmitternacht\b|\bin kürze\b|\bdemnächst\b",
    r"\bheute (?:noch )?(?:zugestellt|geliefert|bei ihnen)\b|\b(?:kommt|trifft) heute\b",
)
NUMBER_WORDS = re.compile(
    r"\b(?:\w*(?:zig|ßig|zehn|hundert|tausend)|elf|zwölf|einen?|zwei|drei|vier|fünf|sechs|sieben|acht|neun)"
    r" (?:dollar|euro|cent|pfund|franken|prozent)\b|\bhälfte\b|\b(?:ein|zwei|drei) (?:drittel|viertel|fünftel)\b|\bdas doppelte\b|\b\d+ ?(?:cent|rappen)\b",
    re.IGNORECASE,
)

# --- promises -----------------------------------------------------------------------------------

_COLLEAGUE = (
    r"(?:eine? |unsere? |die |der |das |ihre? |mein )?(?:\w+ ){0,1}?(?:kolleg\w+|mitarbeiter\w*|team|mensch|person|support"
    r"|kundendienst|kundenservice|abteilung|teamleitung|fachleute|vorgesetzte\w*)|jemand(?: \w+){0,3}?"
)
_PRESENT = (
    r"meld(?:e|et|en)|ruf(?:e|t|en)|schick(?:e|t|en)|erstatte(?:t|n)?|kümmer(?:e|t|n)|prüf(?:e|t|en)|antwort(?:e|et|en)"
    r"|bestätig(?:e|t|en)|entscheid(?:e|et|en)|les(?:e|en)|liest|seh(?:e|en)|sieht|schau(?:e|t|en)|überweis(?:e|t|en)"
    r"|send(?:e|et|en)|storniere[nt]?|ersetz(?:e|t|en)|veranlass(?:e|t|en)|übernehm(?:e|en)|übernimmt|organisier(?:e|t|en)"
    r"|liefer(?:e|t|n)|bring(?:e|t|en)|sorg(?:e|t|en)|zahl(?:e|t|en)|änder(?:e|t|n)|kontaktier(?:e|t|en)|besuch(?:e|t|en)|mach(?:e|t|en)|halt(?:e|en)|hält|geb(?:e|en)|gibt|leg(?:e|t|en)|biet(?:e|et|en)|hol(?:e|t|en)|schenk(?:e|t|en)|merk(?:e|t|en)"
    r"|notier(?:e|t|en)|leit(?:e|et|en)|reich(?:e|t|en)|besorg(?:e|t|en)|tausch(?:e|t|en)|verzicht(?:e|et|en)|lösch(?:e|t|en)|buch(?:e|t|en)"
)
FUTURE = re.compile(
    rf"\b(?P<who>ich|wir|{_COLLEAGUE}) (?:(?:werden?|wird)\b[^.!?;\n]*?(?P<later>\w+)(?=[.!?;,\n]|$)|(?P<now>{_PRESENT})\b)"
    rf"|\b(?:werden?|wird|(?P<first>{_PRESENT})) (?:sich )?(?P<they>ich|wir|{_COLLEAGUE})\b(?:[^.!?;\n]*?(?P<last>\w+)(?=[.!?;,\n]|$))?",
    re.IGNORECASE,
)
NO_PROMISE = ("sehe", "sehen", "lese", "lesen")  # "ich sehe keine Bestellungen"
COLLEAGUE_VERBS = re.compile(
    r"bestätig(?:t|en)|antwort(?:et|en)|seh(?:en)|sieht|ansehen|prüf(?:t|en)|entscheid(?:et|en)|les(?:en)|liest|übernimmt"
    r"|übernehmen"
)
FORETOLD = any_of(
    r"\bsie (?:erhalten|bekommen)\b",
    r"\bsie werden\b[^.!?;\n]*\b(?:erhalten|bekommen|hören|kontaktiert|angerufen|benachrichtigt|informiert|entschädigt)\b",
    r"\b(?:erstattung|rückerstattung|ersatz\w*|geld|bestellung|paket|sendung|lieferung|zahlung|gutschrift|artikel|es)\b"
    r"(?:(?!\b(?:kann|können|könnten?|darf|muss|müssen|soll(?:te)?)\b)[^.!?;:,\n]){0,150}?\b(?:wird|werden)\b(?! gerade\b| gesucht\b)",
    r"\b(?:ersatz\w*|erstattung|gutschein|techniker\w*|kurier|e-?mail|bestätigung|geld) (?:ist|sind) (?:schon |bereits )?(?:unterwegs|auf dem weg)\b",
    r"\b(?:paket|sendung|bestellung|lieferung|es) (?:kommt|trifft)\b|\brechnen sie mit\b|\berwarten sie\b|\bfreuen sie sich auf\b",
    r"\b(?:ruft?|rufen|kontaktiert|besucht|benachrichtigt) sie\b|\bbei ihnen melden\b|\bsich bei ihnen\b|\brückruf\b(?!bitte)",
    r"\bversprechen?\b|\bversprochen\b|\bversicher(?:e|n) ihnen\b|\bverlassen sie sich\b",
)
_DONE = (
    r"storniert|erstattet|überwiesen|geändert|aktualisiert|verschickt|versandt|gesendet|geschickt|gutgeschrieben|genehmigt"
    r"|veranlasst|gebucht|eingeleitet|informiert|kontaktiert|benachrichtigt|gefragt|gesprochen|ersetzt|entfernt|zurückgesetzt"
    r"|gelöscht|hinzugefügt|übertragen|behoben|gelöst|erledigt|bestellt|angerufen|umgetauscht|freigegeben"
)
DONE = re.compile(
    rf"\b(?:(?:ich|wir) haben?|haben? (?:ich|wir))\b[^.!?;\n]*?\b(?P<verb>{_DONE})\b"
    r"|\b(?:stornierung|rückgabe|rücksendung|erstattung|ersatz\w*|umtausch|\w*adresse|anfrage|konto|passwort|bestellung|änderung"
    r"|zahlung)\b(?: [^\s.!?;,]+){0,4}? (?:ist|sind|wurden?)(?: (?:schon|bereits|jetzt|gerade|erfolgreich))? (?P<passive>veranlasst"
    r"|bearbeitet|genehmigt|abgeschlossen|eingeleitet|geändert|aktualisiert|ersetzt|zurückgesetzt|gelöscht|behoben|gelöst"
    r"|angenommen|erledigt|durchgeführt|umgetauscht)\b"
    r"|\bwurden?(?: \w+){0,2}? (?:zur rücksendung angemeldet|geändert|ersetzt|umgetauscht|vorgezogen)\b"
    r"|\bhat jetzt (?:die neue lieferadresse|eine rücksendemarke|ihre notiz|vorrang)\b",
    re.IGNORECASE,
)
_STORED = (
    r"angefragt|beantragt|notiert|vermerkt|registriert|aufgenommen|weitergeleitet|weitergegeben|eröffnet|erstellt|eskaliert"
    r"|gemeldet|übergeben|angemeldet|vorgemerkt"
)
RECORDED = re.compile(
    rf"\b(?:(?:ich|wir) haben?|haben? (?:ich|wir))\b[^.!?;\n]*?\b(?:{_STORED}|gegeben)\b"
    r"|\b(?:anfrage|rückgabe|rücksendung|erstattung|stornierung|beschwerde|ticket|fall|gespräch|änderung|meldung)\b"
    rf"(?: [^\s.!?;,]+){{0,4}}? (?:ist|sind|wurden?)(?: (?:schon|bereits|jetzt|\w+ nicht))? (?:{_STORED})\b"
    r"|\bkolleg\w+ (?:hat|ist|weiß|kennt)\b|\bjemand (?:ist|arbeitet|kümmert)\b",
    re.IGNORECASE,
)
RUNNING = re.compile(r"\bwird gerade (?:ausgeführt|storniert|erstattet|geändert|bearbeitet)\b", re.IGNORECASE)
KIND_NOUNS = {
    "stornierung": "cancel",
    "storniert": "cancel",
    "erstattung": "refund",
    "rückerstattung": "refund",
    "erstattet": "refund",
    "gutgeschrieben": "refund",
    "rückgabe": "return",
    "rücksendung": "return",
    "zurückgeschickt": "return",
    "ersatz": "replace",
    "ersetzt": "replace",
    "umtausch": "exchange",
    "umgetauscht": "exchange",
    "adresse": "address",
    "lieferadresse": "address",
    "adressänderung": "address",
}
HOLLOW = any_of(
    r"\blassen sie mich\b|\bich (?:schaue|sehe|prüfe|überprüfe|kläre|suche) (?:das|es|mal|kurz|gleich|nach)\b",
    r"\b(?:einen|ein) (?:moment|augenblick)\b|\bmoment bitte\b|\bbitte warten sie\b|\bich kümmere mich\b|\bich melde mich\b",
)

# --- policy -------------------------------------------------------------------------------------

POLICY = any_of(
    r"\bgarantier\w+|\banspruch\b|\bentschädig\w+|\bhaft(?:en|bar|et|ung)\b|\b(?:ge)?rechtlich\b|\bgesetzlich\w*|\bverbraucherrecht\w*",
    r"\bgewährleistung\b|\bgarantie (?:gilt|deckt|von|abgedeckt)\b|\b(?:von|durch|unter) (?:der|die|unsere[rn]?|ihre[rn]?) garantie\b",
    r"\bkostenlos\w*|\bkostenfrei\w*|\bgratis\b|\bumsonst\b|\bohne (?:zusätzliche )?kosten\b|\brabatt\w*|\bgutscheine?\b|\bgeschenkkarte\b",
    r"\bprozent\b|\bvolle[nrs]? (?:erstattung|rückerstattung|betrag)\b|\bgeld[- ]zurück\b|\bpreisnachlass\b|\bkulanz\w*|\bhalbe[nrs]? preis\b",
    r"\bunser(?:e)? (?:fehler|schuld|verschulden)\b|\bwir (?:übernehmen die verantwortung|sind schuld)\b|\bfahrlässig\w*",
    r"\b(?:den|dem|der|diesen) (?:gutschein|rabatt|aktions)?code\b|\baufs haus\b|\bgeschenke?\b|\bschenken?\b|\bbonus\w*|\bprämien?\b|\bgünstiger\b|\bbilliger\b|\bausnahmen?\b|\bsonderpreis\w*",
    r"\bgericht\w*|\bverklag\w+|\banwalt\w*|\banwält\w+|\bgesetz\w*|\bwiderruf\w*|\brecht auf\b|\bAGB\b|\bgeschäftsbedingungen\b|\bdsgvo\b|\b(?:noch|ist|hat|haben) garantie\b|\bumtausch ausgeschlossen\b|\bgebühr\w*|\w+gebühr\w*",
)

# --- the machine itself -------------------------------------------------------------------------

LEAK = any_of(
    r"\bsystem-?(?:prompt|anweisung\w*|nachricht)\b|\b(?:meine|diese|die folgenden|geheime) anweisungen\b|\bsprachmodell\b",
    r"\bals (?:eine )?(?:KI|künstliche)\b|\bich (?:bin|wurde) (?:programmiert|trainiert|angewiesen)\b|\bich darf (?:das |es )?nicht verraten\b",
    r"\b(?:meine|unsere) (?:regeln|vorgaben|programmierung)\b|\bmir wurde (?:gesagt|befohlen|verboten)\b|\bentwicklermodus\b|\bprompts?\b",
    r"\[(?:ihr|kunde|bestellung|name|datum|betrag)[^\]]*\]",
)
_KEYS = (
    r"(?:Passw(?:ort|örter)\w*|Kennwort\w*|PIN|TAN|(?:Kredit|Bank)?karten(?:nummer|daten)|CVV|CVC|Prüf(?:ziffer|nummer)\w*|IBAN|Konto(?:nummer|daten)"
    r"|Bank(?:daten|verbindung)|Zugangsdaten|Anmeldedaten|(?:Anmelde|Bestätigungs|Sicherheits)code)"
)
_ASK = r"(?:senden|schicken|nennen|geben|teilen|verraten|sagen|übermitteln|bestätigen|mitteilen|eingeben|angeben|schreiben|brauchen?|benötigen?)"
SOLICITED = any_of(rf"\b{_ASK}\b[^.!?\n]*?\b{_KEYS}\b", rf"\b{_KEYS}\b[^.!?\n]*?\b(?:{_ASK}|mitzuteilen|anzugeben)\b")
PROFANITY = any_of(
    r"\b(?:scheiß\w*|scheiss\w*|arsch\w*|idiot(?:en|isch\w*)?|dumm(?:e[nrs]?|kopf)?|blöd(?:e[nrs]?|mann)?|verdammt\w*|hurensohn|wichser"
    r"|fick\w*|kacke|trottel|depp(?:en)?|halt die klappe|maul|bescheuert\w*|schwachsinn\w*)\b"
)
NOT_FOUND = any_of(
    r"\b(?:kann|können|konnten?)\b[^.!?\n]*\bnicht (?:finden|sehen|abrufen)\b|\bfinden?\b[^.!?\n]*\bnicht\b"
)
NO_ORDERS = any_of(
    r"\b(?:sehe|sehen|finden?|habe|haben|hat|gibt|sind)\b[^.!?\n]{0,20}\bkeine (?:\w+ )?bestellung(?:en)?\b",
    r"\bkeine bestellung(?:en)? (?:unter|mit|zu|bei|gefunden)\b|\bnie (?:etwas )?bestellt\b",
)
