// Everything the script says to a customer, in one place.

import * as english from "./words.js";

export const STAGES = {
  sentiment_analyzer: "Reading your message",
  intent_analyzer: "Understanding what you need",
  context_retriever: "Looking up your orders",
  decision_router: "Deciding what to do",
  execution_coordinator: "Working on it",
  response_generator: "Writing the answer",
  guardrail_validator: "Checking the answer",
  escalation_router: "Handing over to a colleague",
  response_aggregator: "Sending",
};

// In a shop's page.
export const EMBED = {
  signInEnded: "Your sign-in has ended. Please load the page again.",
};

// Of the connection.
export const STATES = {
  connecting: "Connecting …",
  open: "Online",
  waiting: "Connection lost. Trying again …",
  offline: "You are offline. What you write is kept and sent later.",
  polling: "Online, with a short delay",
};

// Of the conversation.
export const STATUSES = {
  bot: "",
  waiting: "Handed over to our team. You can keep writing here.",
  human: "A person from our team is answering now.",
  closed: "This conversation is closed. Write again to reopen it.",
};

export const LABELS = {
  you: "You",
  assistant: "Assistant",
  automated: "Automated",
  team: "Support team",
  person: "Person",
  working: "Getting your message",
  sending: "Sending …",
  kept: "Waiting for the connection",
  held: "Will be sent when you have signed in",
  sent: "Sent",
  failed: "Not sent.",
  tryAgain: "Try again",
  how: "How this was answered",
  personPlease: "I would like to talk to a person, please.",
  signInFirst: "Sign in to go on with your conversation.",
  notThere: "The conversation of that link is not available to you.",
  answers: "{name} from our team is answering now.",
  place: "Handed over to our team. You are number {position} in the queue.",
  goOn: "You can keep writing here.",
  newSession: "The earlier conversation is not available any more. This is a new one.",
  noLine: "That did not get through. Please try again.",
  signedInAs: "Signed in as",
};

// Another language's words replace the English ones of this file before anybody reads them.
export async function translate(english, file) {
  const { lang } = document.documentElement;
  if (lang === "en") return;
  const words = await import(`./${file}.${lang}.js`);
  for (const name in words) Object.assign(english[name], words[name]);
}

await translate(english, "words");

export function stageWords(actor) {
  return STAGES[actor] || LABELS.working;
}
