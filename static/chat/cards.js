// Orders as cards: what it is, how it stands, and how far it has come.

import { element, laterStyle } from "./dom.js";
import { ORDER } from "./later-words.js";

await laterStyle();

const LATEST = ORDER.stages.length - 1;
const day = new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "short" });

// cards: [{number, item, more, total, stage, status, late, due, delivered_at}]. One whose number is among the choices is
// a button that chooses it.
export function orderCards(cards, choices, onChoice) {
  const list = element("ul", "orders");
  for (const card of cards) {
    const item = element("li");
    item.append(choices.includes(card.number) ? chooser(card, onChoice) : orderCard(card, "article"));
    list.append(item);
  }
  return list;
}

function chooser(card, onChoice) {
  const button = orderCard(card, "button");
  button.type = "button";
  button.title = ORDER.choose;
  button.addEventListener("click", () => onChoice(card.number));
  return button;
}

function orderCard({ number, item, more, total, stage, status, late, due, delivered_at }, tag) {
  const card = element(tag, "order");
  const head = element("span", "order__head");
  head.append(element("b", "number", number), element("span", "", total));
  const things = more ? `${item} ${ORDER.more.replace("{count}", more)}` : item;
  card.append(head, element("span", "order__item", things), state({ stage, status, late, due, delivered_at }));
  if (stage !== null) card.append(track(stage));
  return card;
}

function state({ stage, status, late, due, delivered_at: deliveredAt }) {
  const words = [stage === null ? ORDER[status] || status : ORDER.stages[stage]];
  if (late) words.push(ORDER.late);
  if (deliveredAt) words.push(day.format(new Date(deliveredAt)));
  else if (due && stage !== null && stage < LATEST) words.push(`${ORDER.due} ${day.format(new Date(`${due}T12:00`))}`);
  const line = element("span", "order__state", words.join(" · "));
  if (late) line.dataset.late = "";
  return line;
}

// A picture: the words above say the same.
function track(stage) {
  const line = element("span", "order__track");
  line.ariaHidden = "true";
  ORDER.stages.forEach((_, index) => {
    const step = element("span", "order__step");
    if (index <= stage) step.dataset.done = "";
    line.append(step);
  });
  return line;
}
