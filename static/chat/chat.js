// The conversation: what is sent, what arrives, what survives a bad line, a reload and a second tab.

import { post } from "./api.js";
import { Composer } from "./composer.js";
import { element, later } from "./dom.js";
import { forgetLink, linked } from "./link.js";
import { Line } from "./line.js";
import { newId, store } from "./store.js";
import { Timeline } from "./timeline.js";
import { View } from "./view.js";
import { LABELS } from "./words.js";

const SENT_WITHIN = 12_000; // no word about a message for so long: the line is dead, take another
const PASSING = ["too_fast", "unavailable"]; // refusals that are over in a moment: sent again without asking
const PASSED_AFTER = 2_000;
const SEEN_AFTER = 500; // the turns of a long transcript are seen in one go
const UNANSWERED = ["accepted", "processing"];

const config = JSON.parse(document.getElementById("chat-config").textContent);
const embed = config.mode === "widget" ? await import("./embed.js") : null; // in a shop's page: that page's side

class Chat {
  #view = new View();
  #timeline = new Timeline();
  #ready = false; // "connected" has arrived on this line
  #unsent = []; // [{item, turn}], oldest first; the first one may be on its way
  #onItsWay = null;
  #sentTimer = 0;
  #working = new Map(); // message_id -> [{actor, at}], the steps seen so far
  #answered = new Set(); // message_ids
  #signedIn = false; // this browser's session is a customer's
  #tabs = new BroadcastChannel(`supportmesh.${config.mode}`); // tells the browser's other tabs: "in" or "out"
  #refusal = ""; // why the server did not open the conversation we asked for
  #link = linked(store.session); // the conversation of the address, until it is open or given up
  #locked = false; // it opens for who signs in: until then nothing is sent
  #seen = 0; // told on this line
  #seenTimer = 0;
  #socket = new (embed?.WidgetLine ?? Line)({
    url: () => this.#url(),
    session: () => this.#link || store.session,
    onFrame: (frame) => this.#frame(frame),
    onState: (state) => this.#connection(state),
  });
  #composer = new Composer({ onSend: (text) => this.say(text) });
  #rating = null; // loaded when there is something to rate
  start() {
    if (this.#link) store.customer = ""; // in the demo: whose it is says the conversation
    else forgetLink();
    if (config.demo) this.#demo();
    for (const item of store.unsent()) this.#queue(item);
    document.addEventListener("visibilitychange", () => this.#noteSeen());
    document.getElementById("human").addEventListener("click", () => this.#askForPerson());
    document.getElementById("restart").addEventListener("click", () => this.#confirmRestart());
    document.getElementById("sign-out").addEventListener("click", () => this.#signOut());
    this.#tabs.onmessage = ({ data }) => {
      if (data === "in") return this.#socket.open();
      embed?.forget();
      this.startOver();
    };
    this.#socket.open();
    if (embed?.isFocused() ?? true) this.#composer.focus(); // the shop's page may have it
  }

  async #demo() {
    const { DemoPanel } = await later("../demo/demo");
    new DemoPanel({
      customers: config.demo,
      chosen: this.#link ? "" : store.customer,
      onAsk: (text) => this.say(text),
      onCustomer: async (email) => {
        if (this.#signedIn) await post("logout", {});
        this.startOver();
        store.customer = email;
      },
    });
  }

  say(text, { actionId = "" } = {}) {
    const item = { id: newId(), at: Date.now(), message: text };
    if (actionId) item.action_id = actionId;
    if (config.demo && store.customer) item.customer_email = store.customer;
    store.keep(item);
    this.#view.dropQuickReplies();
    this.#queue(item);
    this.#flush();
  }

  startOver() {
    this.#socket.close();
    store.forgetConversation();
    this.#dropLink();
    this.#turnTo("");
    this.#socket.open();
    this.#composer.focus();
  }

  // The customer is gone from this browser: from its other tabs, too.
  leave() {
    this.startOver();
    this.#tabs.postMessage("out");
  }

  notice(words) {
    this.#view.notice(words, "error");
  }

  // --- sending: one at a time, so that every answer of the server has its message ---

  #queue(item) {
    const turn = this.#view.customerTurn({ text: item.message, at: new Date(item.at), state: "sending" });
    this.#unsent.push({ item, turn, failed: false });
  }

  #flush() {
    if (this.#onItsWay) return;
    const next = this.#unsent.find((entry) => !entry.failed);
    if (!next) return;
    if (!this.#ready) {
      this.#view.customerState(next.turn, this.#locked ? "held" : this.#socket.isOpen ? "sending" : "kept");
      return;
    }
    const { message, id, action_id, customer_email } = next.item;
    const data = { message, client_msg_id: id, action_id, customer_email }; // the conversation is the line's
    if (!this.#socket.send("chat", data)) return;
    this.#view.customerState(next.turn, "sending");
    this.#onItsWay = next;
    this.#sentTimer = setTimeout(() => this.#socket.reconnect(), SENT_WITHIN);
  }

  #messageSent({ message_id, session_id, seq, status, detail }) {
    const entry = this.#arrived();
    if (!entry) return;
    if (session_id) store.session = session_id;
    store.forget(entry.item.id);
    this.#unsent.splice(this.#unsent.indexOf(entry), 1);
    if (this.#timeline.add(seq)) this.#view.customerState(entry.turn, "sent", { seq });
    else entry.turn.remove(); // the server's copy came first
    if (status === undefined || UNANSWERED.includes(status)) this.#begin(message_id);
    if (detail && this.#working.has(message_id)) this.#view.setWorking({ words: detail });
    this.#flush();
  }

  #error({ error, details }) {
    if (!this.#ready) {
      this.#refusal = error;
      return;
    }
    const words = errorWords(error, details);
    const entry = this.#arrived();
    if (!entry) {
      this.#view.notice(words, "error");
    } else if (PASSING.includes(error)) {
      setTimeout(() => this.#flush(), PASSED_AFTER);
    } else {
      entry.failed = true;
      const retry = () => this.#retry(entry, { asAnother: error === "conflict" });
      this.#view.customerState(entry.turn, "failed", { why: words, retry });
      this.#flush();
    }
  }

  #retry(entry, { asAnother }) {
    entry.failed = false;
    if (asAnother) {
      store.forget(entry.item.id);
      entry.item.id = newId();
      store.keep(entry.item);
    }
    this.#view.customerState(entry.turn, "sending");
    this.#flush();
  }

  #arrived() {
    const entry = this.#onItsWay;
    clearTimeout(this.#sentTimer);
    this.#onItsWay = null;
    return entry;
  }

  // --- the line ---

  #url() {
    const url = new URL(config.socket, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const session = this.#link || store.session;
    if (session) url.searchParams.set("session_id", session);
    if (config.mode === "widget") url.searchParams.set("channel", "widget");
    return url;
  }

  #connection(state) {
    if (state !== "open" && state !== "polling") {
      this.#ready = false;
      this.#onItsWay = null;
      this.#refusal = "";
      clearTimeout(this.#sentTimer);
      if (state !== "connecting") {
        for (const entry of this.#unsent) if (!entry.failed) this.#view.customerState(entry.turn, "kept");
      }
    }
    this.#view.setConnection(state);
  }

  #connected({ session_id, last_seq: lastSeq = 0, identity, ...standing }) {
    if (identity) {
      this.#signedIn = identity.verified;
      this.#view.setSignedIn(this.#signedIn ? identity.email : "");
    }
    if (session_id) {
      if (this.#link) this.#turnTo(session_id);
      this.#dropLink();
      store.session = session_id;
    } else if (this.#link || store.session) {
      if (this.#refusal !== "not_found") return this.#socket.reconnect(); // it is ours, but not to be had now
      if (this.#link) return this.#signedIn ? this.#linkLeadsNowhere() : this.#signInFirst();
      this.#turnTo(""); // it was deleted, or belongs to somebody else now
      this.#view.notice(LABELS.newSession);
    }
    this.#ready = true;
    this.#seen = 0;
    this.#flush();
    if (lastSeq > this.#timeline.lastSeq) this.#socket.send("resume", { last_seq: this.#timeline.lastSeq });
    this.#status(standing);
    this.#noteSeen();
  }

  // The link of a mail, in a browser that does not know its customer: what is written meanwhile belongs there, too.
  #signInFirst() {
    this.#locked = true;
    for (const entry of this.#unsent) this.#view.customerState(entry.turn, "held");
    this.#view.signInFirst(this.#signInForm());
  }

  // Somebody else's, or deleted: back to what this browser had.
  #linkLeadsNowhere() {
    this.#dropLink();
    this.#view.reply({ role: "system", text: LABELS.notThere, at: new Date() });
    this.#socket.open();
  }

  #dropLink() {
    this.#link = "";
    this.#locked = false;
    forgetLink();
  }

  // Another conversation than the one shown; what is unsent goes into it.
  #turnTo(session) {
    store.session = session;
    this.#timeline = new Timeline();
    this.#working.clear();
    this.#answered.clear();
    this.#onItsWay = null;
    this.#unsent = [];
    this.#rating?.hide();
    this.#view.clear();
    for (const item of store.unsent()) this.#queue(item);
  }

  // --- what arrives ---

  #frame({ type, data, timestamp }) {
    const at = new Date(data?.created_at || timestamp || Date.now());
    switch (type) {
      case "connected":
        return this.#connected(data);
      case "message_sent":
        return this.#messageSent(data);
      case "progress":
        return this.#progress(data, at);
      case "token":
        return this.#token(data);
      case "chat_response":
        return this.#reply(data, at);
      case "agent_message":
        return this.#agentMessage(data, at);
      case "turn":
        return this.#turn(data, at);
      case "status":
        return this.#status(data);
      case "error":
        return this.#error(data);
    }
  }

  #progress({ message_id, actor, index, total }, at) {
    if (this.#answered.has(message_id)) return;
    this.#begin(message_id);
    this.#working.get(message_id).push({ actor, at });
    this.#view.setWorking({ actor, index, total });
  }

  // The answer as it is written. What counts is the reply.
  #token({ message_id, attempt, index, delta }) {
    if (this.#answered.has(message_id)) return;
    this.#begin(message_id);
    this.#view.grow(attempt, index, delta);
  }

  #reply({ response, message_id, covers = [], seq, processing_time, metadata = {} }, at) {
    const steps = withSeconds(this.#end(message_id, ...covers), at);
    if (!this.#timeline.add(seq)) return;
    const question = metadata.question;
    const isOpen = question && !(question.expires_at && new Date(question.expires_at) < new Date());
    this.#view.dropQuickReplies();
    this.#view.reply({
      role: "assistant",
      text: response,
      at,
      seq,
      answered: { ...metadata, processing_time, steps },
      stepsFor: config.demo ? message_id : "",
      cards: metadata.cards || [],
      choices: isOpen ? question.choices || [] : [],
      onChoice: (choice) => this.say(choice, { actionId: question.action_id }),
      form: metadata.outcome === "verify" && !this.#signedIn ? this.#signInForm() : null,
    });
    this.#noteSeen();
  }

  #agentMessage({ text, seq, agent }, at) {
    this.#end();
    this.#turn({ role: "agent", text, seq, agent }, at);
  }

  // What another tab, the system or the past said.
  #turn({ role, text, seq, agent, message_id, status, verify }, at) {
    if (!this.#timeline.add(seq)) return;
    this.#noteSeen();
    this.#view.dropQuickReplies();
    if (role !== "customer") {
      const form = verify && !this.#signedIn ? this.#signInForm(verify) : null;
      this.#view.reply({ role, name: agent, text, at, seq, form });
      return;
    }
    this.#view.customerTurn({ text, at, seq });
    if (UNANSWERED.includes(status)) this.#begin(message_id);
  }

  // `rating` is there when this line has just rated.
  #status({ status, agent, rated, rating, waiting }) {
    if (!status) return;
    if (status === "human") this.#end();
    this.#view.setStatus(status, agent, waiting);
    if (rating) this.#view.keepBottom(() => this.#rating?.thank());
    else if (status === "closed" && !rated && !store.ratingDeclined(store.session)) this.#askForRating();
    else this.#rating?.hide();
  }

  async #askForRating() {
    const session = store.session;
    const { Rating } = await later("rating");
    this.#rating ??= new Rating({
      onRate: (rating) => this.#socket.send("rating", rating),
      onLater: () => {
        store.declineRating(store.session);
        this.#rating.hide();
      },
    });
    if (session === store.session && document.body.dataset.status === "closed") {
      this.#view.keepBottom(() => this.#rating.ask());
    }
  }

  // Tell what stands on a page that somebody has before their eyes: it need not be mailed.
  #noteSeen() {
    clearTimeout(this.#seenTimer);
    this.#seenTimer = setTimeout(() => {
      const seq = this.#timeline.lastSeq;
      if (document.visibilityState !== "visible" || embed?.isShut() || !this.#ready || seq <= this.#seen) return;
      if (this.#socket.send("seen", { seq })) this.#seen = seq;
    }, SEEN_AFTER);
  }

  #begin(messageId) {
    if (this.#working.has(messageId) || this.#answered.has(messageId)) return;
    this.#working.set(messageId, []);
    if (this.#working.size === 1) this.#view.setWorking({});
  }

  // The steps that led to the reply to the first; without one, nothing is under way any more.
  #end(...answered) {
    const steps = this.#working.get(answered[0]) || [];
    for (const done of answered[0] ? answered : [...this.#working.keys()]) {
      this.#answered.add(done);
      this.#working.delete(done);
    }
    if (!this.#working.size) this.#view.setWorking(null);
    return steps;
  }

  // Once signed in, take a line with the new session: the answer to what waited comes there.
  #signInForm(email = "") {
    const onSignedIn = () => {
      this.#tabs.postMessage("in");
      this.#socket.open();
    };
    const place = element("div", "signin");
    later("signin").then(({ signInForm, signInElsewhere }) => {
      const session = () => this.#link || store.session;
      const form = embed ? signInElsewhere(config) : signInForm({ session, onSignedIn, email });
      this.#view.keepBottom(() => place.replaceWith(form));
    });
    return place;
  }

  // --- the buttons of the header ---

  async #signOut() {
    const { error } = await post("logout", {});
    if (error) return this.#view.notice(error, "error");
    this.leave();
  }

  #askForPerson() {
    if (!this.#ready || !store.session || !this.#socket.send("human")) this.say(LABELS.personPlease);
  }

  #confirmRestart() {
    const dialog = document.getElementById("restart-dialog");
    dialog.returnValue = "";
    dialog.onclose = () => dialog.returnValue === "yes" && this.startOver();
    dialog.showModal();
  }
}

// A step lasts until the next one begins, the last one until the answer.
function withSeconds(steps, end) {
  return steps.map(({ actor, at }, index) => ({
    actor,
    seconds: Math.max(0, (steps[index + 1]?.at ?? end) - at) / 1000,
  }));
}

function errorWords(error, details) {
  const told = Array.isArray(details) ? details.map((one) => one.detail || one).join(" ") : details;
  return typeof told === "string" && told ? told : error;
}

const chat = new Chat();
embed?.follow(chat);
chat.start();
