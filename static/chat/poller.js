// The line for networks that let no WebSocket through: asks over REST every few seconds, and tells what it hears in the
// frames of the socket.

const ASK_EVERY = 2_500;
const ASK_HIDDEN = 15_000;
const CODES = { 400: "invalid", 401: "unauthorized", 404: "not_found", 409: "conflict", 413: "too_long", 429: "too_fast" };

export class Poller {
  #session;
  #headers;
  #onFrame;
  #onLost;
  #last = 0; // the newest turn that was told
  #standing = ""; // as last told
  #timer = 0;
  #asking = false;
  isOpen = false;

  // session() => the conversation's name or "". headers() => who we are, where no cookie says it. onLost() once no network
  // carries it any more: it is shut then, and what was not sent stays so.
  constructor({ session, headers, onFrame, onLost }) {
    this.#session = session;
    this.#headers = headers;
    this.#onFrame = onFrame;
    this.#onLost = onLost;
  }

  // True when the server answers; the frame `connected` has then been told.
  async open() {
    const session = this.#session();
    const answer = await this.#call("GET", session ? `conversations/${session}?after=2147483647` : "health");
    if (!answer.status || answer.status >= 500) return false;
    this.isOpen = true;
    const told = session && answer.ok ? answer.body : {};
    if (session && !answer.ok) this.#tell("error", { error: CODES[answer.status] || "invalid", details: [] });
    this.#standing = standingOf(told);
    this.#last = told.last_seq || 0;
    this.#tell("connected", { ...told, session_id: told.session_id || null, turns: undefined });
    this.#later(ASK_EVERY);
    return true;
  }

  close() {
    this.isOpen = false;
    clearTimeout(this.#timer);
  }

  // False when this line cannot say it.
  send(type, data = {}) {
    if (!this.isOpen) return false;
    if (type === "chat") this.#say(data);
    else if (type === "resume") this.#last = data.last_seq;
    else if (type === "human" || type === "rating") this.#ask(type, data);
    else return type === "seen" || type === "ping"; // reading tells what was seen
    this.#later(0);
    return true;
  }

  async #say(data) {
    const body = { ...data, session_id: this.#session() || undefined };
    const { ok, status, body: answer } = await this.#call("POST", "chat?wait=0", body);
    if (!status) return;
    if (!ok) return this.#tell("error", { error: CODES[status] || "unavailable", details: answer?.errors || answer?.detail });
    const { status: reached, body: message } = await this.#call("GET", `messages/${answer.message_id}`);
    if (!reached) return;
    if (!message?.seq) return this.#tell("error", { error: "unavailable" }); // sent again under the same name
    this.#tell("message_sent", { ...answer, seq: message.seq, status: message.status });
    this.#later(0);
  }

  async #ask(what, data) {
    const { ok } = await this.#call("POST", `conversations/${this.#session()}/${what}`, data);
    if (ok && what === "rating") this.#tell("status", { ...JSON.parse(this.#standing), rated: true, rating: data.score });
  }

  async #look() {
    const session = this.#session();
    if (!session || this.#asking) return;
    this.#asking = true;
    try {
      const { ok, body } = await this.#call("GET", `conversations/${session}?after=${this.#last}`);
      if (!ok || !this.isOpen) return;
      for (const turn of body.turns) {
        await this.#turn(turn);
        this.#last = Math.max(this.#last, turn.seq);
      }
      const standing = standingOf(body);
      if (standing !== this.#standing) this.#tell("status", JSON.parse(standing));
      this.#standing = standing;
    } finally {
      this.#asking = false;
    }
  }

  async #turn(turn) {
    if (turn.role === "agent") return this.#tell("agent_message", turn);
    if (!turn.in_reply_to) return this.#tell("turn", turn);
    const { ok, body } = await this.#call("GET", `messages/${turn.in_reply_to}`);
    const reply = ok && body.reply?.seq === turn.seq ? body.reply : { response: turn.text };
    this.#tell("chat_response", { ...reply, seq: turn.seq, created_at: turn.created_at, message_id: turn.in_reply_to });
  }

  #later(delay) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      await this.#look();
      if (this.isOpen) this.#later(document.hidden ? ASK_HIDDEN : ASK_EVERY);
    }, delay);
  }

  #lost() {
    if (!this.isOpen) return;
    this.close();
    this.#onLost();
  }

  #tell(type, data) {
    this.#onFrame({ type, data, timestamp: Date.now() });
  }

  // {ok, status, body}; status 0 without a network.
  async #call(method, path, body) {
    const headers = { Accept: "application/json", "Accept-Language": document.documentElement.lang, ...this.#headers() };
    if (body) headers["Content-Type"] = "application/json";
    try {
      const credentials = headers["X-Guest-Token"] ? "omit" : "same-origin"; // who says it needs no cookie
      const answer = await fetch(`/api/${path}`, { method, headers, credentials, body: body && JSON.stringify(body) });
      return { ok: answer.ok, status: answer.status, body: await answer.json() };
    } catch {
      this.#lost();
      return { ok: false, status: 0, body: null };
    }
  }
}

function standingOf({ status, agent, rated, waiting }) {
  return JSON.stringify({ status, agent, rated, waiting });
}
