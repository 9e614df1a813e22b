// The words of later-words.js in German.

export const INTENTS = {
  order_inquiry: "Frage zu einer Bestellung",
  delivery_issue: "Problem mit einer Lieferung",
  product_complaint: "Beschwerde über ein Produkt",
  billing_question: "Frage zu einer Zahlung",
  return_request: "Rückgabe",
  refund_request: "Erstattung",
  cancellation_request: "Stornierung",
  order_change: "Änderung einer Bestellung",
  account_issue: "Frage zum Kundenkonto",
  general_inquiry: "Allgemeine Frage",
  compliment: "Lob oder Gruß",
  escalation_request: "Wunsch nach einem Menschen",
  confirm: "Ja",
  deny: "Nein",
};

export const OUTCOMES = {
  answered: "Beantwortet",
  question: "Wartet auf Ihre Antwort",
  escalated: "An einen Menschen übergeben",
  verify: "Anmeldung nötig",
  delayed: "An einen Menschen übergeben",
};

// Below an answer: how it came about.
export const HOW = {
  intent: "Verstanden als",
  confidence: "sicher",
  sources: "Nachgesehen bei",
  result: "Ergebnis",
  took: "Beantwortet in",
};

export const SIGN_IN = {
  onThisPage: "Bitte melden Sie sich auf dieser Seite an. Das Gespräch geht dann hier von selbst weiter.",
  onOurPage: "Auf unserer Kundenservice-Seite anmelden und fragen",
  email: "E-Mail-Adresse Ihres Kundenkontos",
  code: "Code aus der E-Mail",
  sendCode: "Code zusenden",
  signIn: "Anmelden",
  another: "Andere Adresse oder neuer Code",
  demoCode: "Diese Demo verschickt keine E-Mails, hier ist Ihr Code.",
  demoUnknown: "Diese Adresse hat kein Kunde der Demo. Versuchen Sie john.doe@example.com.",
};

export const RATING = {
  stars: ["1 Stern: schlecht", "2 Sterne: mäßig", "3 Sterne: in Ordnung", "4 Sterne: gut", "5 Sterne: sehr gut"],
  thanks: "Danke für Ihre Bewertung.",
};

// Of an order, on its card: by stage, and by what became of it instead.
export const ORDER = {
  stages: ["Bestellt", "Verschickt", "In Zustellung", "Zugestellt"],
  cancelled: "Storniert",
  returned: "Zurückgeschickt",
  late: "Verspätet",
  due: "Erwartet",
  delivered: "Zugestellt",
  more: "+ {count} weitere",
  choose: "Diese Bestellung wählen",
};
