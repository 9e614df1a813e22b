// What the customer sees of the conversation.

import { appendText, byId, element } from "./dom.js";
import { explanation } from "./explanation.js";
import { LABELS, SIGN_IN, STATES, STATUSES, stageWords } from "./words.js";

const NEAR_BOTTOM = 80; // pixels
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });

export class View {
  #scroll = byId("scroll");
  #log = byId("log");
  #jump = byId("jump");
  #logo = document.querySelector(".bar__logo").src;

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
    button.title = email ? `${SIGN_IN.as} ${email}` : "";
    if (email) this.#dropSignIn();
  }

  setStatus(status, agent = "") {
    const words = status === "human" && agent ? `${agent} from our team is answering now.` : STATUSES[status] || "";
    document.body.dataset.status = status;
    byId("human").hidden = status === "waiting" || status === "human";
    this.notice(words);
  }

  notice(words, kind = "info") {
    const notice = byId("notice");
    notice.textContent = words;
    notice.dataset.kind = kind;
    notice.hidden = !words;
  }

  // stage: {actor, index, total}, or {} before the first is known, or null when nothing is under way.
  setWorking(stage) {
    const stick = this.#isAtBottom();
    const bar = byId("bar");
    byId("working").hidden = !stage;
    if (!stage) return;
    byId("stage").textContent = stageWords(stage.actor);
    bar.max = stage.total || 1;
    bar.value = stage.index || 0;
    if (stick) this.toBottom();
  }

  // state: "sending" | "kept" | "sent" | "failed". retry() is called by "Try again".
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
    line.replaceChildren(element("span", "", state === "sent" ? `${words} · ${time}` : words));
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
  // loadSteps() => the steps in full, when the server tells them to this visitor.
  // form: what the customer fills in below the words; one at a time.
  reply({ role, name, text, at, seq, answered = null, loadSteps = null, choices = [], onChoice = null, form = null }) {
    const turn = this.#turn(role, { name, at, text });
    if (answered) {
      const more = explanation(answered, loadSteps);
      if (more) turn.append(more);
    }
    if (choices.length) turn.append(this.#quickReplies(choices, onChoice));
    if (form) {
      this.#dropSignIn();
      turn.append(form);
    }
    this.#place(turn, seq);
    return turn;
  }

  dropQuickReplies() {
    for (const old of this.#log.querySelectorAll(".quick")) old.remove();
  }

  #dropSignIn() {
    for (const old of this.#log.querySelectorAll(".signin")) old.remove();
  }

  toBottom() {
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#jump.hidden = true;
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
