// What is said on what is loaded later: an explanation, a rating, signing in, cards.

import * as english from "./later-words.js";
import { translate } from "./words.js";

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

// Below an answer: how it came about.
export const HOW = {
  intent: "Understood as",
  confidence: "certain",
  sources: "Looked at",
  result: "Result",
  took: "Answered in",
};

export const SIGN_IN = {
  onThisPage: "Please sign in on this page. The conversation then goes on here by itself.",
  onOurPage: "Sign in and ask on our support page",
  email: "E-mail address of your account",
  code: "Code from the mail",
  sendCode: "Send me a code",
  signIn: "Sign in",
  another: "Use another address, or send a new code",
  demoCode: "This demo sends no mail, so here is your code.",
  demoUnknown: "No customer of the demo has this address. Try john.doe@example.com.",
};

export const RATING = {
  stars: ["1 star: bad", "2 stars: poor", "3 stars: all right", "4 stars: good", "5 stars: very good"],
  thanks: "Thank you for your rating.",
};

// Of an order, on its card: by stage, and by what became of it instead.
export const ORDER = {
  stages: ["Ordered", "Shipped", "Out for delivery", "Delivered"],
  cancelled: "Cancelled",
  returned: "Returned",
  late: "Delayed",
  due: "Expected",
  delivered: "Delivered",
  more: "+ {count} more",
  choose: "Choose this order",
};

await translate(english, "later-words");
