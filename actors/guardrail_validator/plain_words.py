"""The words that prose may use beyond those of its template: none of them can state something new of its own.

`PLAIN` may always stand. A line of `MEANINGS` are words for one thing: all of them may stand when the template, or the
facts beside it, have one of them. Inflected forms need not be listed: words are compared by their stems.
"""

PLAIN: dict[str, str] = {
    "en": """
        a able about above absolutely according add additional additionally advance afraid after again all along
        already also although always am among amount an and annoying another answer any anyone anything anyway
        apologies apologise apologize appear appears appreciate are aren as ask asked asking at based be because been
        before being below best better between both brought but by can cannot case certainly chat check checked choose
        clear clearly com come comes concern confusing confusion copy cost costs could couldn couple course current
        currently d date day detail details did didn different directions directly disappointed disappointing
        disappointment discuss do does doesn doing don done down during each easy either else email enough entry even
        every everything exact exactly expect expecting explain far feel few figure fine first follow following for
        from frustrating frustration further general glad good had handy happen happy hard has hasn have haven having
        hear help helpful helps her here hers hi hold hope hoped hopefully hoping how however i ideal if in
        inconvenience inconvenient indeed information instead is isn it item items its itself join just keep kind
        kindly know known last later least let light like line list listed little ll look looking looks m made make
        makes many match matches matter may me mean means meanwhile mention mentioned message might mind moment month
        more most much my name need needed needs new news next no nor not note nothing now number numbers of off often
        okay on once one ones only option options or order orders other others otherwise our ours out over overview
        own part patience patient picture piece pieces place places please point price question questions quick
        quickly quite quote rather re really reason referring regarding regret regrets related remaining reply respond
        responses result right s said same say says second see seem seems set shall share short should show shown
        shows side simply since sincerely situation so some someone something sorry sort stand stands start started
        status step steps still stuck such sum summary support supposed sure t take taken taking tell than thank
        thanks that the their theirs them then there these they thing things this those though through time to
        together too total totals touch towards trouble truly try turn type unable under understand understandable
        understandably unexpected unfortunate unfortunately unsettling until up upsetting us use useful using ve very
        via wait waiting want wanted was wasn way we week welcome well were weren what whatever when whenever where
        whether which while who whole why will wish with within without won word words worried worry worrying would
        write writing wrote yes yet you your yours yourself
    """,
    "de": """
        ab aber aktuell aktuelle aktuellen alle allem allen aller allerdings alles als also am an andere anderem
        anderen anderer anderes anders angaben angegeben angelegenheit anliegen anmeldung anschauen ansehen ansonsten
        antwort antworten antwortet anzahl anzeigen arbeiten artikel auch auf aufgrund auftauchen auftaucht aus
        außerdem außerhalb bedauerlich bedauerlicherweise bedauern bedaure bei beide beiden beim bekannt bekannte
        benötigen bereits beschäftigt besser bestand bestellnummer bestellt bestellung bestellungen betrag betreffende
        beträge beunruhigend beunruhigt bevor bezüglich bin bis bisher bitte bleibt blick brauchen chat da dabei
        dadurch dafür daher damit danach dank danke danken dann daran darauf daraus darf darin darum darunter darüber
        das dass daten davon dazu dein dem den denen denn dennoch der deren derzeit des deshalb dessen dich die dies
        diese diesem diesen dieser dieses direkt doch dort du durch dürfen e eigentlich ein eine einem einen einer
        eines einfach eingeloggt einige einmal einsehen einzelnen enthält entschuldigen entschuldigung enttäuschend er
        erfreulich ergeben ergibt erhofft erneut erst es etwa etwas euch euro fall falls folgende folgenden folgendes
        folgt frage fragen freuen freut frustrierend funktioniert für ganz gar geduld gehen geht gehören gemeint
        genannt genau gerade gern gerne gesamte geschehen geschrieben gewünscht gibt gleich grund gut guten habe haben
        hat hatte hatten heißt helfen hier hierfür hiermit hilfe hilfreich hilft hinaus hinweis hoffe hoffen
        hoffentlich höhe ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im immer in indem information
        informationen innerhalb ins insgesamt inzwischen ist ja jede jedem jeden jeder jederzeit jedoch jetzigen jetzt
        kann kauf kein keine keinem keinen keiner klappt klar kleinen kommen kommt konnte kosten kostet kurz können
        könnte könnten lag lange lassen laut leid leider lief liste loggen los lässt mail man manchmal mehr mein
        meinem meinen meiner mich mir mit moment momentan muss möchte möchten mögen möglich möglicherweise möglichkeit
        müssen nach nachricht nachvollziehen name namen natürlich neben nennen neu nicht nichts nie noch nummer nun
        nur nutzen nächste nächsten ob oben obwohl oder offen ohne option ort passen passend passende passt per preis
        probieren punkt recht rein rufen rund sache sagen schade schauen schon schreib schreiben schritt sehe sehen
        sehr sei sein seine seinem seinen seiner seit seite selbst selbstverständlich sich sicher sie sieht sind
        situation sitzen so sobald sofern solange soll sollen sollte sollten somit sondern sonst sonstige sonstigen
        sowie sowohl stand stehen steht stellen stimmt suchen summe tag tage tatsächlich team text trotzdem tun tut um
        umstände unannehmlichkeiten und unklar uns unser unsere unserem unseren unserer unten unter unterstützung
        verbunden verstehe verstehen verständlich verständlicherweise verständnis versuchen verunsicherung verwendet
        verwirrend verärgert viel viele vielen vielleicht vom von vor voraussichtlich vorher wahrscheinlich wann war
        waren warte warten wartezeit warum was wegen weil weise weiter weitere weiteren weiterhelfen weiterhilft
        weiterhin weiterkommen welche welchem welchen welcher wenn wer werde werden wichtig wie wieder will wir wird
        wirklich wissen wo wollen wollten worden wort worten wunsch wurde wurden wünschen wünscht würde würden zeigen
        zeile zeit zu zugang zuletzt zum zuordnen zur zurzeit zusammen zwar zweite zweiten zwischen änderung ärger
        ärgerlich über überblick übersicht übrigens
    """,
}

MEANINGS: dict[str, str] = {
    "en": """
        late delayed delay overdue behind longer planned past running slower
        due expected estimated scheduled expect
        shipped ship ships shipping shipment dispatched way
        transit way route moving underway travelling traveling journey transport
        delivered marked deliver delivery arrived arrive arrives arrival reach reached received receive doorstep
        parcel package shipment delivery tracking carrier shipped delivered transit
        last latest recent recently scan scanned update
        seen spotted scanned location
        cancel cancelled canceled cancellation
        return returned returns returning back
        refund refunded refunds money
        window period deadline timeframe
        ended closed passed expired over end
        longer anymore
        possible option available eligible allowed
        placed ordered made came bought purchase purchased
        amount amounts total totals totaled totalled came cost costs price charge charges charged paid pay payment
        charge charges charged payment bill billing
        carrier courier carried handled handling shipped
        tracking track tracked follow
        pending processing prepared preparing progress waiting
        find located locate see found matching match linked listed associated
        orders purchases
        address email e mail
        sign signed account login log logged
        person human colleague team member agent someone
        colleague teammate
        change changed changes adjust update updated modify edit
        right wrong
        hours open opening available reach hours
        team staff people
        chat assistant around clock
        answer answers answered respond responds reply replies
        decide decided decision look review
        anything
        pleasure
    """,
    "de": """
        verspätet verspätung verzögert verzögerung verzögern länger spät später überfällig geplant
        erwartet voraussichtlich geplant vorgesehen liefertermin liefertag eintreffen ankommen ankunft erwarten
        verschickt versandt versendet versand verschicken versenden abgeschickt losgeschickt raus
        unterwegs transport
        zugestellt kam zustellung geliefert lieferung angekommen eingetroffen erhalten ausgeliefert zustellen liefern
        paket sendung lieferung sendungsnummer versand zugestellt verschickt unterwegs
        zuletzt letzte letzten letzter registriert erfasst gesehen gescannt
        gesehen standort erfasst registriert
        stornieren storniert stornierung
        zurückgeben zurückzugeben zurückgegeben zurücknehmen rückgabe rücksendung zurücksenden zurückschicken retoure
        erstattung erstatten erstattet rückerstattung geld
        rückgabefrist frist zeitraum rückgabezeitraum
        endete abgelaufen beendet vorbei ende
        mehr länger
        möglich geht option
        aufgegeben bestellt bestelldatum aufgabe gekauft
        kostete kosten betrug beträgt betrag beträge summe gesamtbetrag preis gekostet beläuft belief
        abbuchung abbuchungen abgebucht berechnet belastung zahlung
        versanddienst versanddienstleister paketdienst zusteller
        sendungsnummer verfolgen sendungsverfolgung
        bearbeitung ausstehend vorbereitet vorbereitung
        finden gefunden sehe angezeigt hinterlegt verknüpft verbunden
        adresse anschrift e mail mailadresse
        anmelden angemeldet konto login
        mensch menschen person mitarbeiter mitarbeiterin kollegin kollege kollegen team jemand persönlich
        ändern geändert änderung adressänderung anpassen angepasst
        stimmt richtig ordnung problem
        da erreichbar zeiten öffnungszeiten uhr
        chat assistent
        antwortet antworten antwort
        entscheidet entscheiden entscheidung
        nachfragen nachhaken erkundigen
        thema betrifft bezüglich
    """,
}
