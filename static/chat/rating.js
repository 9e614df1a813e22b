// How the customer found a conversation that is closed: one to five stars, and a word if they like.

import { byId, element, keepFocus, laterStyle } from "./dom.js";
import { RATING } from "./later-words.js";
import { LABELS } from "./words.js";

await laterStyle();

export class Rating {
  #form = byId("rating");
  #told = byId("rating-told");

  // onRate({score, comment}) => false when there is no line. onLater() when they would rather not.
  constructor({ onRate, onLater }) {
    byId("rating-stars").append(...RATING.stars.map((words, index) => star(words, index + 1)));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      const { score, comment } = this.#form.elements;
      const sent = onRate({ score: Number(score.value), comment: comment.value.trim() });
      this.#told.textContent = sent ? "" : LABELS.noLine;
    });
    byId("rating-later").addEventListener("click", onLater);
  }

  ask() {
    if (!this.#form.hidden) return; // they may be at it
    this.#form.reset();
    this.#show(true, "");
  }

  thank() {
    this.#show(false, RATING.thanks);
  }

  hide() {
    this.#show(false, "");
  }

  #show(form, words) {
    keepFocus(() => (this.#form.hidden = !form));
    this.#told.textContent = words;
  }
}

function star(words, score) {
  const label = element("label", "rating__star");
  const radio = Object.assign(element("input"), { type: "radio", name: "score", value: score, required: true });
  const icon = element("span", "icon icon--star");
  icon.ariaHidden = "true";
  label.append(radio, icon, element("span", "hidden", words));
  return label;
}
