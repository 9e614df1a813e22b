"""The words by which a language is told from others, for customers of a shop; small letters."""

# What stands in an English message, and may stand in another language's list too: there it tells nothing.
ENGLISH = """
a about account address after again ago all already also always am an and another any anyone anything are around as
ask asked at back bad be because been before being better big bill black blue bought box but buy by call called can
cancel cancelled card cash change charge charged charges check come comment could customer date day days delivered
delivery did die different do does doesn done don down due each email enough even ever every excellent exchange fast
few find fine first for from fur get getting give go going gone good got great green guys had has hat have haven
having he hello help her here hey hi him his home hour hours how i if im in into invoice is isn issue it item items
its jacket just keep kind know large last late left let letter like little long look looking lost lot love made mail
make man many may me mean men message method mind minute minutes mit money more most much must my name need never new
next nice no not nothing now number of off ok okay old on one ones only open or order ordered orders other our out
over own package paid parcel part pay payment people phone place plane plus please policy pour problem product
purchase put question quick read really received red refund refunded return returned right said sale same saw say see
send sent service set shall she ship shipped shipping shirt shoes should since size small so some somebody someone
something son soon sorry stand still stop store such support sure take talk team tell ten tender than thank thanks
that the their them then there these they thing think this those three through ticket time times to today told too
total track tracking tried try turn two under until up us use used very wait waiting want wanted war was wasn way we
week weeks well went were what when where which while who why will with without won work working works would wrong
year years yes yesterday yet you your yours
"""

VOCABULARIES = {
    "de": """
ich du wir ihr mich mir dich dir uns euch ihnen ihn ihm mein meine meinen meiner meinem meines dein deine deinen sein
seine unser unsere unseren eure das dem ein eine einen einem einer eines kein keine keinen keiner ist sind bin bist
habe haben hast hatte hätte wurde wurden wird werden worden kann kannst können könnte könnten könntet möchte möchten
muss müssen soll sollte sollten gibt geht gehen kommt und oder aber nicht auch noch nur schon sehr mehr immer wieder
jetzt heute gestern morgen wo wann warum wieso wie wer welche welcher welches mit von vom zu zum zur bei beim auf aus
nach für über seit bis ohne durch gegen dass weil wenn ob doch mal bitte danke hallo guten gruß grüße bestellung
bestellungen bestellt bestellen bestellnummer lieferung geliefert liefern lieferadresse paket sendung rechnung geld
zurück rückerstattung erstattung erstattet rücksendung zurückgeben zurückschicken zurücksenden umtauschen stornieren
storniert stornierung kaputt defekt beschädigt falsch falsche falschen ändern konto passwort kundenservice mitarbeiter
mensch menschen sprechen reden hilfe helfen angekommen erhalten bekommen warte warten schuhe größe artikel ware
zahlung bezahlt abgebucht retoure verspätet wohin bleibt passt passen ihre ihren ihrer sie es nein ja eurer vielen
dank brauche wollte gekauft kaufen zahlen widerrufen vertrag termin morgens abend tag
""",
    "fr": """
j' n' c' qu' je tu il elle nous vous ils elles moi toi mon ma mes tes ses notre nos votre vos leur leurs les une des
aux et ou où mais donc que qui quoi quand pourquoi combien est sont suis êtes était avons avez ont avait été être
avoir fait faire puis peux peut pouvez pouvons voudrais veux voulez souhaite dois doit ce cet cette ces ça ai pas
jamais toujours encore déjà très bien avec sans dans sur chez depuis après avant merci bonjour bonsoir salut svp plaît
commande commandé commander colis livraison livré livrer livrée reçu recevoir rembourser remboursé remboursement
annuler annulé annulation retourner renvoyer échanger cassé cassée abîmé facture compte parler quelqu'un quelqu humain
aide aider produit paiement payé argent adresse changer chaussures taille arrivé arrivée arrive deux fois débité
besoin aujourd'hui hier demain problème lui mauvais mauvaise numéro suivi
""",
    "es": """
yo tú usted ustedes nosotros él ella ellos mis tus nuestro nuestra los una unos unas al que qué quien quién cuando
cuándo donde dónde cómo como por porque para sobre desde hasta entre pero sí está están estoy eres ser estar han hay
tengo tiene tienen quiero quiere quieren quisiera puedo puede pueden puedes necesito gustaría te nos este esta estos
estas ese esa esto aquí ahora ayer hoy mañana ya muy más también todavía aún nunca siempre gracias hola buenos buenas
días tardes favor pedido pedidos pedí comprado compré compra envío enviado envían entrega entregado paquete llegado
llegó llegar llega reembolso reembolsar devolver devolución dinero cancelar cambiar dirección cuenta contraseña
factura pagado cobrado dañado roto rota equivocado talla producto artículo ayuda ayudar hablar persona problema
zapatos número cuánto cuánta veces me le lo se es un con era fue alguien recibido recibí
""",
    "it": """
io tu lui lei noi voi loro mio mia miei mie tuo tua suo sua nostro vostro il lo gli un una uno della dei delle dello
degli dal dalla alla ai nel nella con tra che chi cosa quando dove come perché quanto sono sei siamo era stato stata
essere avere ho hai abbiamo avete hanno avevo voglio vorrei vuole posso può potete puoi potrei devo deve ti ci vi si
questo questa questi queste quello ora oggi ieri domani già ancora molto più anche sempre grazie ciao buongiorno
buonasera salve ordine ordinato pacco spedizione spedito consegna consegnato arrivato arrivata arriva rimborso
rimborsare restituire reso soldi annullare annullato cambiare indirizzo fattura pagamento pagato rotto rotta sbagliato
scarpe prodotto articolo aiuto aiutare parlare persona operatore problema dov' ricevuto faccio fare subito taglia non
mi è qualcuno nessuno
""",
    "nl": """
ik jij je hij zij wij jullie mij mijn jouw zijn haar ons onze hun het een dit dat deze ben bent heb hebt heeft hebben
word wordt worden kunt kunnen kon wil wilt willen moet moeten mag zou zal niet geen wel ook nog maar omdat als voor
naar bij uit tot door zonder sinds wanneer waar waarom hoe wat wie welke vandaag gisteren zeer heel graag alstublieft
alsjeblieft bedankt dank hallo goedemorgen goedemiddag goedendag dag bestelling besteld bestellen pakket levering
geleverd bezorgd bezorging verzonden terug terugsturen terugkrijgen retourneren geld terugbetaling annuleren adres
wijzigen rekening factuur betaling betaald kapot beschadigd verkeerde verkeerd schoenen hulp helpen medewerker mens
spreken praten ontvangen aangekomen klacht te klein groot ze hoelang iemand kan is product
""",
    "pl": """
ja ty ona wy oni mnie mój moja moje moją mojego mojej swój jest są jestem był była było być mam masz mają chcę
chciałbym chciałabym mogę może można proszę nie tak czy co kto kiedy gdzie jak dlaczego czemu ile że żeby bo ale lub
albo oraz na od dla po pod przez przed przy tego tej tym już jeszcze też bardzo teraz dzisiaj dziś wczoraj jutro
zawsze nigdy dziękuję dzień dobry cześć witam zamówienie zamówienia zamówiłem zamówiłam paczka paczkę paczki dostawa
przesyłka przesyłki doszła dotarła dotarło przyszła przyszedł zwrot zwrócić pieniądze pieniędzy anulować anulowanie
adres zmienić faktura płatność zapłaciłem uszkodzony uszkodzona zepsuty zły buty numer pomoc pomocy porozmawiać
rozmawiać człowiekiem konsultantem konto hasło zrobić produkt kupiłem dostałem mi się otrzymałem otrzymałam
""",
    "tr": """
ben sen biz siz onlar benim bana beni senin bir bu şu ve veya ama değil var yok mı mu mü ne nerede nereden nasıl neden
niçin zaman kim kaç için ile gibi kadar daha çok hiç hala hâlâ henüz şimdi bugün dün yarın lütfen teşekkürler teşekkür
ederim merhaba selam iyi günler sipariş siparişim siparişimi siparişimin kargo kargom paket paketim paketimi gelmedi
ulaşmadı geldi teslim edildi edilmedi iade etmek istiyorum iptal paramı geri ödeme adres adresimi değiştirmek fatura
bozuk kırık yanlış ürün ürünü ayakkabı numara yardım yardımcı insan insanla biriyle konuşmak müşteri hizmetleri olarak
ettim edebilir misiniz miyim istemiyorum aldım yapmam gerekiyor olur
""",
    "pt": """
eu você vocês nós meu minha meus minhas seu sua nosso um uma uns umas ao aos que quem quando onde como porque para por
com sem mas não sim está estão estou tenho tem quero queria posso pode podem preciso gostaria este esta isso aqui
agora ontem hoje amanhã já muito mais também ainda nunca sempre obrigado obrigada olá bom boa dia tarde favor pedido
encomenda comprei compra envio entrega entregue pacote chegou chegar reembolso devolver dinheiro cancelar mudar
endereço conta senha fatura pago cobrado quebrado errado tamanho produto artigo ajuda falar pessoa problema sapatos
recebi
""",
}

# Words that stand in names and between languages: each counts for half.
WEAK = {
    "de": "der den des am im so",
    "fr": "la le de du au l' d' m' s' t'",
    "es": "la las el de del y o su sus es me no con con",
    "it": "di da la le al del ma e i l' d' si",
    "nl": "van de en u hier nu al ja op die we",
    "pl": "w z ze do o i to ta te ma",
    "tr": "o en ya para mi",
    "pt": "o a os as de do da dos das e no na em é",
}
