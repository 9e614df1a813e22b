// The words of words.js in German.

export const STAGES = {
  sentiment_analyzer: "Ihre Nachricht wird gelesen",
  intent_analyzer: "Ihr Anliegen wird erkannt",
  context_retriever: "Ihre Bestellungen werden nachgesehen",
  decision_router: "Das Vorgehen wird gewählt",
  execution_coordinator: "Es wird daran gearbeitet",
  response_generator: "Die Antwort wird geschrieben",
  guardrail_validator: "Die Antwort wird geprüft",
  escalation_router: "Das Team wird dazugeholt",
  response_aggregator: "Die Antwort wird gesendet",
};

// In a shop's page.
export const EMBED = {
  signInEnded: "Ihre Anmeldung ist abgelaufen. Bitte laden Sie die Seite neu.",
};

// Of the connection.
export const STATES = {
  connecting: "Verbindung wird hergestellt …",
  open: "Online",
  waiting: "Verbindung unterbrochen. Neuer Versuch …",
  offline: "Sie sind offline. Was Sie schreiben, bleibt erhalten und wird später gesendet.",
  polling: "Online, mit kurzer Verzögerung",
};

// Of the conversation.
export const STATUSES = {
  bot: "",
  waiting: "An unser Team übergeben. Sie können hier weiter schreiben.",
  human: "Jetzt antwortet ein Mensch aus unserem Team.",
  closed: "Dieses Gespräch ist beendet. Schreiben Sie wieder, dann geht es weiter.",
};

export const LABELS = {
  you: "Sie",
  assistant: "Assistent",
  automated: "Automatisch",
  team: "Kundenservice",
  person: "Mensch",
  working: "Ihre Nachricht kommt an",
  sending: "Wird gesendet …",
  kept: "Wartet auf die Verbindung",
  held: "Wird gesendet, wenn Sie angemeldet sind",
  sent: "Gesendet",
  failed: "Nicht gesendet.",
  tryAgain: "Noch einmal",
  how: "So entstand die Antwort",
  personPlease: "Ich möchte bitte mit einem Menschen sprechen.",
  signInFirst: "Melden Sie sich an, um Ihr Gespräch fortzusetzen.",
  notThere: "Das Gespräch aus diesem Link ist für Sie nicht verfügbar.",
  answers: "{name} aus unserem Team antwortet jetzt.",
  place: "An unser Team übergeben. Sie sind Nummer {position} in der Warteschlange.",
  goOn: "Sie können hier weiter schreiben.",
  newSession: "Das frühere Gespräch ist nicht mehr verfügbar. Dies ist ein neues.",
  noLine: "Das kam nicht durch. Bitte versuchen Sie es noch einmal.",
  signedInAs: "Angemeldet als",
};
