// The conversation: what is sent, what arrives, and what survives a bad line, a reload and a second tab.

import { stepsOf } from "./api.js";
import { Composer } from "./composer.js";
import { DemoPanel } from "./demo.js";
import { signInForm, signOut } from "./signin.js";
import { Socket } from "./socket.js";
import { newId, store } from "./store.js";
import { Timeline } from "./timeline.js";
import { View } from "./view.js";
import { LABELS } from "./words.js";

const SENT_WITHIN = 12_000; // no word about a message for so long: the line is dead, take another
const PASSING = ["too_fast", "unavailable"]; // refusals that are over in a moment: sent again without asking
const PASSED_AFTER = 2_000;
const UNANSWERED = ["accepted", "processing"];

const config = JSON.parse(document.getElementById("chat-config").textContent);

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
  #tabs = new BroadcastChannel("supportmesh.session"); // tells the browser's other tabs: "in" or "out"
  #refusal = ""; // why the server did not open the conversation we asked for
  #socket = new Socket({
    url: () => this.#url(),
    onFrame: (frame) => this.#frame(frame),
    onState: (state) => this.#connection(state),
  });
  #composer = new Composer({ onSend: (text) => this.say(text) });
  #demo = config.demo
    ? new DemoPanel({
        customers: config.demo,
        chosen: store.customer,
        onAsk: (text) => this.say(text),
        onCustomer: async (email) => {
          if (this.#signedIn) await signOut();
          this.startOver();
          store.customer = email;
        },
      })
    : null;

  start() {
    for (const item of store.unsent()) this.#queue(item);
    document.getElementById("human").addEventListener("click", () => this.#askForPerson());
    document.getElementById("restart").addEventListener("click", () => this.#confirmRestart());
    document.getElementById("sign-out").addEventListener("click", () => this.#signOut());
    this.#tabs.onmessage = ({ data }) => (data === "in" ? this.#socket.open() : this.startOver());
    this.#socket.open();
    this.#composer.focus();
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
    this.#forget();
    this.#unsent = [];
    this.#view.clear();
    this.#socket.open();
    this.#composer.focus();
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
      this.#view.customerState(next.turn, this.#socket.isOpen ? "sending" : "kept");
      return;
    }
    const { message, id, action_id, customer_email } = next.item;
    const data = { message, client_msg_id: id, action_id, customer_email }; // the conversation is the line's
    if (!this.#socket.send("chat", data)) return;
    this.#view.customerState(next.turn, "sending");
    this.#onItsWay = next;
    this.#sentTimer = setTimeout(() => this.#socket.reconnect(), SENT_WITHIN);
  }

  #messageSent({ message_id, session_id, seq, status }) {
    const entry = this.#arrived();
    if (!entry) return;
    if (session_id) store.session = session_id;
    store.forget(entry.item.id);
    this.#unsent.splice(this.#unsent.indexOf(entry), 1);
    if (this.#timeline.add(seq)) this.#view.customerState(entry.turn, "sent", { seq });
    else entry.turn.remove(); // the server's copy came first
    if (status === undefined || UNANSWERED.includes(status)) this.#begin(message_id);
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
    if (store.session) url.searchParams.set("session_id", store.session);
    if (config.mode === "widget") url.searchParams.set("channel", "widget");
    return url;
  }

  #connection(state) {
    if (state !== "open") {
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

  #connected({ session_id, last_seq: lastSeq = 0, status, identity }) {
    this.#signedIn = Boolean(identity?.verified);
    this.#view.setSignedIn(this.#signedIn ? identity.email : "");
    if (store.session && !session_id) {
      if (this.#refusal !== "not_found") return this.#socket.reconnect(); // it is ours, but not to be had now
      this.#lostConversation();
    } else if (session_id) {
      store.session = session_id;
    }
    this.#ready = true;
    this.#flush();
    if (lastSeq > this.#timeline.lastSeq) this.#socket.send("resume", { last_seq: this.#timeline.lastSeq });
    if (status) this.#view.setStatus(status);
  }

  // It was deleted, or belongs to somebody else now: what is unsent goes into a new one.
  #lostConversation() {
    store.session = "";
    this.#forget();
    this.#view.clear();
    this.#unsent = [];
    for (const item of store.unsent()) this.#queue(item);
    this.#view.notice(LABELS.newSession);
  }

  #forget() {
    this.#timeline = new Timeline();
    this.#working.clear();
    this.#answered.clear();
    this.#onItsWay = null;
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

  #reply({ response, message_id, seq, processing_time, metadata = {} }, at) {
    const steps = withSeconds(this.#end(message_id), at);
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
      loadSteps: config.demo ? () => stepsOf(message_id) : null,
      choices: isOpen ? question.choices || [] : [],
      onChoice: (choice) => this.say(choice, { actionId: question.action_id }),
      form: metadata.outcome === "verify" && !this.#signedIn ? this.#signInForm() : null,
    });
  }

  #agentMessage({ text, seq, agent }, at) {
    this.#end();
    this.#turn({ role: "agent", text, seq, name: agent }, at);
  }

  // What another tab, the system or the past said.
  #turn({ role, text, seq, name, message_id, status }, at) {
    if (!this.#timeline.add(seq)) return;
    this.#view.dropQuickReplies();
    if (role !== "customer") {
      this.#view.reply({ role, name, text, at, seq });
      return;
    }
    this.#view.customerTurn({ text, at, seq });
    if (UNANSWERED.includes(status)) this.#begin(message_id);
  }

  #status({ status, agent }) {
    if (!status) return;
    if (status === "human") this.#end();
    this.#view.setStatus(status, agent);
  }

  #begin(messageId) {
    if (this.#working.has(messageId) || this.#answered.has(messageId)) return;
    this.#working.set(messageId, []);
    if (this.#working.size === 1) this.#view.setWorking({});
  }

  // The steps that led to the reply to this message; without one, nothing is under way any more.
  #end(messageId) {
    const steps = this.#working.get(messageId) || [];
    for (const done of messageId ? [messageId] : [...this.#working.keys()]) {
      this.#answered.add(done);
      this.#working.delete(done);
    }
    if (!this.#working.size) this.#view.setWorking(null);
    return steps;
  }

  // Once signed in, take a line with the new session: the answer to what waited comes there.
  #signInForm() {
    const onSignedIn = () => {
      this.#tabs.postMessage("in");
      this.#socket.open();
    };
    return signInForm({ session: () => store.session, onSignedIn });
  }

  // --- the buttons of the header ---

  async #signOut() {
    const { error } = await signOut();
    if (error) return this.#view.notice(error, "error");
    this.startOver();
    this.#tabs.postMessage("out");
  }

  #askForPerson() {
    if (!store.session || !this.#socket.send("human")) this.say(LABELS.personPlease);
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

new Chat().start();
