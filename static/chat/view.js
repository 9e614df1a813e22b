// What the customer sees of the conversation.

import { appendText, byId, element, keepFocus, later } from "./dom.js";
import { LABELS, STATES, STATUSES, stageWords } from "./words.js";

const NEAR_BOTTOM = 80; // pixels
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });

export class View {
  #scroll = byId("scroll");
  #log = byId("log");
  #jump = byId("jump");
  #logo = document.querySelector(".bar__logo").src;
  #growing = { attempt: 0, next: 0 };

  constructor() {
    this.#jump.addEventListener("click", () => this.toBottom());
    this.#scroll.addEventListener("scroll", () => {
      if (this.#isAtBottom()) this.#jump.hidden = true;
    });
    new ResizeObserver(() => this.#isAtBottom() && this.toBottom()).observe(this.#scroll);
  }

  clear() {
    this.#log.replaceChildren();
    this.setWelcome(true);
    this.setWorking(null);
    this.setStatus("bot");
    this.notice("");
  }

  setWelcome(shown) {
    byId("welcome").hidden = !shown;
  }

  setConnection(state) {
    byId("state").dataset.state = state;
    byId("state-text").textContent = STATES[state];
  }

  // email: whose session this browser has, or "". Signed in, nobody needs the form any more.
  setSignedIn(email) {
    const button = byId("sign-out");
    button.hidden = !email;
    button.title = email ? `${LABELS.signedInAs} ${email}` : "";
    if (email) this.#dropSignIn();
  }

  // waiting: {position, text}, the customer's place in the queue and about how long it takes.
  setStatus(status, agent = "", waiting = null) {
    let words = STATUSES[status] || "";
    if (status === "human" && agent) words = LABELS.answers.replace("{name}", agent);
    if (status === "waiting" && waiting) {
      words = `${LABELS.place.replace("{position}", waiting.position)} ${waiting.text} ${LABELS.goOn}`;
    }
    document.body.dataset.status = status;
    keepFocus(() => (byId("human").hidden = status === "waiting" || status === "human"));
    this.notice(words);
  }

  notice(words, kind = "info") {
    const notice = byId("notice");
    this.keepBottom(() => {
      notice.textContent = words;
      notice.dataset.kind = kind;
      notice.hidden = !words;
    });
  }

  // stage: {actor, index, total}, {} or {words} before the first is known, null when nothing is under way.
  setWorking(stage) {
    this.keepBottom(() => {
      const bar = byId("bar");
      byId("working").hidden = !stage;
      if (!stage?.actor) {
        byId("draft").hidden = true;
        byId("draft").textContent = "";
      }
      if (!stage) return;
      byId("stage").textContent = stage.words || stageWords(stage.actor);
      bar.max = stage.total || 1;
      bar.value = stage.index || 0;
      if (!stage.actor) this.#growing = { attempt: 0, next: 0 };
    });
  }

  // The answer grows beside the stage; nobody is read half a sentence. A new attempt begins anew, a lost piece ends it.
  grow(attempt, index, delta) {
    if (attempt !== this.#growing.attempt) this.#growing = { attempt, next: 0 };
    if (index !== this.#growing.next) return;
    this.#growing.next += 1;
    this.keepBottom(() => {
      const draft = byId("draft");
      draft.hidden = false;
      draft.textContent = index ? draft.textContent + delta : delta;
    });
  }

  // Who stands at the bottom still does after the change.
  keepBottom(change) {
    const stick = this.#isAtBottom();
    change();
    if (stick) this.toBottom();
  }

  // state: "sending" | "kept" | "held" | "sent" | "failed". retry() is called by "Try again".
  customerTurn({ text, at, seq, state = "sent" }) {
    const turn = this.#turn("customer", { name: LABELS.you, at, text });
    turn.append(element("p", "turn__state"));
    this.#place(turn, seq, { follow: true });
    this.customerState(turn, state);
    return turn;
  }

  customerState(turn, state, { why = "", retry = null, seq = 0 } = {}) {
    const stick = this.#isAtBottom();
    const line = turn.querySelector(".turn__state");
    turn.dataset.state = state;
    const words = state === "failed" ? [LABELS.failed, why].filter(Boolean).join(" ") : LABELS[state];
    const time = turn.querySelector(".turn__time").textContent;
    keepFocus(() => line.replaceChildren(element("span", "", state === "sent" ? `${words} · ${time}` : words)));
    if (state === "failed") line.setAttribute("role", "alert");
    else line.removeAttribute("role");
    if (retry) {
      const button = element("button", "link", LABELS.tryAgain);
      button.type = "button";
      button.addEventListener("click", retry);
      line.append(" ", button);
    }
    if (seq) this.#place(turn, seq, { follow: stick });
    else if (stick) this.toBottom();
  }

  // answered: {intent, confidence, sources, outcome, processing_time, steps}, when the server said so.
  // stepsFor: the message whose steps the server tells this visitor in full, or "".
  // form: what the customer fills in below the words; one at a time.
  // cards: orders the answer is about; one that is among the choices is chosen by its card.
  reply({ role, name, text, at, seq, answered = null, stepsFor = "", cards = [], choices = [], onChoice, form = null }) {
    const turn = this.#turn(role, { name, at, text });
    if (cards.length) turn.append(this.#cards(cards, choices, onChoice));
    choices = choices.filter((choice) => !cards.some((card) => card.number === choice));
    if (answered) turn.append(this.#explanation(answered, stepsFor));
    if (choices.length) turn.append(this.#quickReplies(choices, onChoice));
    if (form) {
      this.#dropSignIn();
      turn.append(form);
    }
    this.#place(turn, seq);
    return turn;
  }

  #explanation(answered, stepsFor) {
    const details = element("details", "how");
    details.append(element("summary", "", LABELS.how));
    const open = async () => (await later("explanation")).explain(details, answered, stepsFor);
    details.addEventListener("toggle", open, { once: true });
    return details;
  }

  #cards(cards, choices, onChoice) {
    const place = element("div");
    later("cards").then(({ orderCards }) => {
      this.keepBottom(() => place.replaceWith(orderCards(cards, choices, onChoice)));
    });
    return place;
  }

  dropQuickReplies() {
    keepFocus(() => {
      for (const old of this.#log.querySelectorAll(".quick")) old.remove();
    });
  }

  // Above everything else, once.
  signInFirst(form) {
    if (this.#log.querySelector(".first")) return;
    const first = element("section", "first");
    first.append(element("h2", "first__title", LABELS.signInFirst), form);
    this.setWelcome(false);
    this.#log.prepend(first);
  }

  #dropSignIn() {
    keepFocus(() => {
      for (const old of this.#log.querySelectorAll(".first, .signin")) old.remove();
    });
  }

  toBottom() {
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    keepFocus(() => (this.#jump.hidden = true));
  }

  #turn(role, { name, at, text }) {
    const turn = element("article", `turn turn--${role}`);
    const head = element("header", "turn__head");
    head.append(element("span", "turn__name", name || LABELS[role] || LABELS.team));
    if (role === "assistant") head.append(element("span", "tag", LABELS.automated));
    if (role === "agent") head.append(element("span", "tag tag--person", LABELS.person));
    const time = element("time", "turn__time", clock.format(at));
    time.dateTime = at.toISOString();
    head.append(time);
    const words = element("p", "turn__text");
    appendText(words, text);
    turn.append(head, words);
    if (role === "assistant") {
      const avatar = element("img", "avatar");
      avatar.src = this.#logo;
      avatar.alt = "";
      turn.prepend(avatar);
    } else if (role === "agent") {
      const avatar = element("span", "avatar avatar--person", (name || LABELS.team).slice(0, 1).toUpperCase());
      avatar.ariaHidden = "true";
      turn.prepend(avatar);
    }
    return turn;
  }

  #quickReplies(choices, onChoice) {
    const group = element("div", "quick chips");
    for (const choice of choices) {
      const button = element("button", "chip", choice.charAt(0).toUpperCase() + choice.slice(1));
      button.type = "button";
      button.addEventListener("click", () => onChoice(choice));
      group.append(button);
    }
    return group;
  }

  // By number; what has none yet (still being sent) stands last.
  #place(turn, seq, { follow = false } = {}) {
    const stick = follow || this.#isAtBottom();
    this.setWelcome(false);
    if (seq) turn.dataset.seq = seq;
    const before = seq
      ? [...this.#log.children].reverse().find((other) => other !== turn && Number(other.dataset.seq) < seq)
      : this.#log.lastElementChild;
    const next = before ? before.nextElementSibling : this.#log.firstElementChild;
    if (next !== turn && before !== turn) this.#log.insertBefore(turn, next);
    if (stick) this.toBottom();
    else this.#jump.hidden = false;
  }

  #isAtBottom() {
    return this.#scroll.scrollHeight - this.#scroll.scrollTop - this.#scroll.clientHeight < NEAR_BOTTOM;
  }
}
