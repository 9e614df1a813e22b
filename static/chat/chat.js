// The conversation: what is sent, what arrives, and what survives a bad line, a reload and a second tab.

import { Composer } from "./composer.js";
import { DemoPanel } from "./demo.js";
import { Socket } from "./socket.js";
import { newId, store } from "./store.js";
import { Timeline } from "./timeline.js";
import { View } from "./view.js";
import { LABELS } from "./words.js";

const SENT_WITHIN = 12_000; // no word about a message for so long: the line is dead, take another
const ASK_AGAIN = 10_000; // an answer is due: ask the ledger now and then, a hint may have been lost
const GAP_PATIENCE = 400; // frames may overtake each other; longer than this and one is missing

const config = JSON.parse(document.getElementById("chat-config").textContent);

class Chat {
  #view = new View();
  #timeline = new Timeline();
  #ready = false; // "connected" has arrived on this line
  #unsent = []; // [{item, turn}], oldest first; the first one may be on its way
  #onItsWay = null;
  #sentTimer = 0;
  #gapTimer = 0;
  #working = new Map(); // message_id -> {seq, steps: [{actor, at}]}
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
        onCustomer: (email) => {
          this.startOver();
          store.customer = email;
        },
      })
    : null;

  start() {
    for (const item of store.unsent()) this.#queue(item);
    document.getElementById("human").addEventListener("click", () => this.#askForPerson());
    document.getElementById("restart").addEventListener("click", () => this.#confirmRestart());
    setInterval(() => this.#working.size && this.#resume(), ASK_AGAIN);
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
    const data = { message, client_msg_id: id, action_id, customer_email };
    if (!this.#socket.send("chat", data)) return;
    this.#view.customerState(next.turn, "sending");
    this.#onItsWay = next;
    this.#sentTimer = setTimeout(() => this.#socket.reconnect(), SENT_WITHIN);
  }

  #messageSent({ message_id, session_id, seq, status, client_msg_id }) {
    const entry = this.#arrived(client_msg_id);
    if (!entry) return;
    if (session_id) store.session = session_id;
    store.forget(entry.item.id);
    this.#unsent.splice(this.#unsent.indexOf(entry), 1);
    if (this.#timeline.add(seq)) this.#view.customerState(entry.turn, "sent", { seq });
    else entry.turn.remove(); // the ledger's copy came first
    if (["accepted", "processing"].includes(status ?? "accepted")) this.#begin(message_id, seq);
    this.#mindGap();
    this.#flush();
  }

  #error({ error, details, client_msg_id }) {
    const words = errorWords(error, details);
    const entry = this.#arrived(client_msg_id);
    if (!entry) {
      this.#view.notice(words, "error");
      return;
    }
    entry.failed = true;
    this.#view.customerState(entry.turn, "failed", { why: words, retry: () => this.#retry(entry) });
    this.#flush();
  }

  #retry(entry) {
    entry.failed = false;
    this.#view.customerState(entry.turn, "sending");
    this.#flush();
  }

  #arrived(clientMsgId) {
    const entry = this.#onItsWay;
    if (!entry || (clientMsgId && clientMsgId !== entry.item.id)) return null;
    clearTimeout(this.#sentTimer);
    this.#onItsWay = null;
    return entry;
  }

  // --- the line ---

  #url() {
    const url = new URL(config.socket, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    if (store.session) url.searchParams.set("session_id", store.session);
    return url;
  }

  #connection(state) {
    if (state !== "open") {
      this.#ready = false;
      this.#onItsWay = null;
      clearTimeout(this.#sentTimer);
      if (state !== "connecting") {
        for (const entry of this.#unsent) if (!entry.failed) this.#view.customerState(entry.turn, "kept");
      }
    }
    this.#view.setConnection(state);
  }

  #connected({ session_id, last_seq: lastSeq = 0, status }) {
    if (session_id && session_id !== store.session) {
      if (this.#timeline.lastSeq) {
        this.#forget();
        this.#view.clear();
        for (const { turn } of this.#unsent) turn.remove();
        this.#unsent = [];
        for (const item of store.unsent()) this.#queue(item);
        this.#view.notice(LABELS.newSession);
      }
      store.session = session_id;
    }
    this.#ready = true;
    if (status) this.#view.setStatus(status);
    if (lastSeq > this.#timeline.lastSeq || this.#working.size) this.#resume();
    this.#flush();
  }

  #resume() {
    if (this.#ready) this.#socket.send("resume", { last_seq: this.#timeline.lastSeq });
  }

  #mindGap() {
    clearTimeout(this.#gapTimer);
    if (this.#timeline.hasGap) this.#gapTimer = setTimeout(() => this.#timeline.hasGap && this.#resume(), GAP_PATIENCE);
  }

  #forget() {
    this.#timeline = new Timeline();
    this.#working.clear();
    clearTimeout(this.#gapTimer);
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
    const work = this.#working.get(message_id);
    if (!work) return;
    work.steps.push({ actor, at });
    this.#view.setWorking({ actor, index, total });
  }

  #reply(data, at) {
    const steps = this.#end(data);
    if (!this.#timeline.add(data.seq)) return;
    const { metadata = {}, processing_time } = data;
    const question = metadata.question;
    const isOpen = question && !(question.expires_at && new Date(question.expires_at) < new Date());
    this.#view.dropQuickReplies();
    this.#view.reply({
      role: "assistant",
      text: data.response,
      at,
      seq: data.seq,
      answered: { ...metadata, processing_time, steps: withSeconds(steps, at) },
      choices: isOpen ? question.choices || [] : [],
      onChoice: (choice) => this.say(choice, { actionId: question.action_id }),
    });
    this.#mindGap();
  }

  #agentMessage({ text, seq, agent }, at) {
    this.#working.clear();
    this.#view.setWorking(null);
    if (!this.#timeline.add(seq)) return;
    this.#view.dropQuickReplies();
    this.#view.reply({ role: "agent", name: agent, text, at, seq });
    this.#mindGap();
  }

  // A turn of the past, or of another tab.
  #turn(data, at) {
    const { role, text, seq, message_id, status } = data;
    if (role === "assistant") return this.#reply({ ...data, response: text }, at);
    if (role === "agent") return this.#agentMessage(data, at);
    if (!this.#timeline.add(seq)) return;
    if (role === "customer") {
      this.#view.dropQuickReplies();
      this.#view.customerTurn({ text, at, seq });
      if (["accepted", "processing"].includes(status)) this.#begin(message_id, seq);
    } else {
      this.#view.reply({ role: "system", text, at, seq });
    }
    this.#mindGap();
  }

  #status({ status, agent }) {
    if (status === "human") {
      this.#working.clear();
      this.#view.setWorking(null);
    }
    this.#view.setStatus(status, agent);
  }

  #begin(messageId, seq) {
    if (this.#working.has(messageId)) return;
    this.#working.set(messageId, { seq, steps: [] });
    this.#view.setWorking({});
  }

  // The steps that led to this reply.
  #end({ message_id, in_reply_to, covers = [] }) {
    const id = in_reply_to || message_id;
    const steps = this.#working.get(id)?.steps || [];
    for (const done of [id, ...covers]) this.#working.delete(done);
    if (!this.#working.size) this.#view.setWorking(null);
    return steps;
  }

  // --- the buttons of the header ---

  #askForPerson() {
    if (!this.#ready || !this.#socket.send("human")) this.#view.notice(LABELS.kept, "error");
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
  return steps.map((step, index) => ({
    actor: step.actor,
    seconds: Math.max(0, (steps[index + 1]?.at ?? end) - step.at) / 1000,
  }));
}

function errorWords(error, details) {
  const first = Array.isArray(details) ? details[0] : details;
  const more = typeof first === "string" ? first : first?.message || first?.detail || "";
  return [error, more].filter(Boolean).join(" ");
}

new Chat().start();
