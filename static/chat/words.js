// Everything the script says to a customer, in one place.

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

export const INTENTS = {
  order_inquiry: "Question about an order",
  delivery_issue: "Problem with a delivery",
  product_complaint: "Complaint about a product",
  billing_question: "Question about a payment",
  return_request: "Return",
  refund_request: "Refund",
  cancellation_request: "Cancellation",
  order_change: "Change of an order",
  account_issue: "Question about the account",
  general_inquiry: "General question",
  compliment: "Praise or greeting",
  escalation_request: "Wish to talk to a person",
  confirm: "Yes",
  deny: "No",
};

export const OUTCOMES = {
  answered: "Answered",
  question: "Waiting for your answer",
  escalated: "Handed over to a person",
  verify: "Needs you to sign in",
  delayed: "Handed over to a person",
};

export const SIGN_IN = {
  email: "E-mail address of your account",
  code: "Code from the mail",
  sendCode: "Send me a code",
  signIn: "Sign in",
  another: "Use another address, or send a new code",
  noLine: "That did not get through. Please try again.",
  demoCode: "This demo sends no mail, so here is your code.",
  demoUnknown: "No customer of the demo has this address. Try john.doe@example.com.",
  as: "Signed in as",
};

// Of the connection.
export const STATES = {
  connecting: "Connecting …",
  open: "Online",
  waiting: "Connection lost. Trying again …",
  offline: "You are offline. What you write is kept and sent later.",
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
  sent: "Sent",
  failed: "Not sent.",
  tryAgain: "Try again",
  how: "How this was answered",
  intent: "Understood as",
  confidence: "certain",
  sources: "Looked at",
  result: "Result",
  steps: "Steps",
  took: "Answered in",
  personPlease: "I would like to talk to a person, please.",
  newSession: "The earlier conversation is not available any more. This is a new one.",
};

export function stageWords(actor) {
  return STAGES[actor] || LABELS.working;
}

export function duration(seconds) {
  if (seconds < 0.001) return "< 1 ms";
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
}
