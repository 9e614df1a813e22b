// One WebSocket that comes back by itself: exponential backoff with jitter, and a ping that notices a dead line.

const FIRST_DELAY = 500;
const MAX_DELAY = 20_000;
const OPEN_WITHIN = 10_000;
const PING_EVERY = 25_000;
const PONG_WITHIN = 8_000;
const TOO_MANY = 4429; // the close code: as many sockets are open as this customer may have
const CROWDED_DELAY = 60_000;

export class Socket {
  #url;
  #onFrame;
  #onState;
  #ws = null;
  #attempt = 0;
  #retryTimer = 0;
  #pingTimer = 0;
  #silenceTimer = 0;
  #wanted = false;

  // url: () => string, asked at every attempt. onFrame(frame). onState("connecting" | "open" | "waiting" | "crowded" | "offline").
  constructor({ url, onFrame, onState }) {
    this.#url = url;
    this.#onFrame = onFrame;
    this.#onState = onState;
    window.addEventListener("online", () => this.retryNow());
    window.addEventListener("offline", () => this.#probe());
    document.addEventListener("visibilitychange", () => document.hidden || this.retryNow());
  }

  get isOpen() {
    return this.#ws?.readyState === WebSocket.OPEN;
  }

  open() {
    this.#wanted = true;
    this.#attempt = 0;
    this.#connect();
  }

  close() {
    this.#wanted = false;
    this.#drop();
  }

  // False when there is no line: the caller keeps what it wanted to say.
  send(type, data = {}) {
    if (!this.isOpen) return false;
    this.#ws.send(JSON.stringify({ type, data }));
    return true;
  }

  // Give up this line and take another: for a server that stopped answering.
  reconnect() {
    this.#drop();
    this.#later();
  }

  retryNow() {
    if (!this.#wanted) return;
    if (this.#ws) this.#probe();
    else this.#connect();
  }

  #connect() {
    this.#drop();
    this.#onState("connecting");
    const ws = new WebSocket(this.#url());
    this.#ws = ws;
    this.#silenceTimer = setTimeout(() => this.reconnect(), OPEN_WITHIN);
    ws.onopen = () => this.#onState("open");
    ws.onmessage = (event) => {
      this.#attempt = 0;
      this.#heard();
      let frame;
      try {
        frame = JSON.parse(event.data);
      } catch {
        return; // not one of ours; the next frame may be
      }
      if (frame && typeof frame.type === "string") this.#onFrame(frame);
    };
    ws.onclose = ({ code }) => {
      if (this.#ws !== ws) return;
      this.#drop();
      if (code === TOO_MANY) this.#muchLater();
      else this.#later();
    };
  }

  #heard() {
    clearTimeout(this.#silenceTimer);
    clearTimeout(this.#pingTimer);
    this.#pingTimer = setTimeout(() => this.#probe(), PING_EVERY);
  }

  #probe() {
    clearTimeout(this.#silenceTimer);
    if (!this.isOpen) return;
    this.send("ping");
    this.#silenceTimer = setTimeout(() => this.reconnect(), PONG_WITHIN);
  }

  #later() {
    if (!this.#wanted) return;
    this.#onState(navigator.onLine ? "waiting" : "offline");
    const longest = Math.min(MAX_DELAY, FIRST_DELAY * 2 ** this.#attempt);
    this.#attempt += 1;
    this.#retryTimer = setTimeout(() => this.#connect(), longest * (0.5 + Math.random() / 2));
  }

  #muchLater() {
    this.#onState("crowded");
    this.#retryTimer = setTimeout(() => this.#connect(), CROWDED_DELAY);
  }

  #drop() {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#pingTimer);
    clearTimeout(this.#silenceTimer);
    const ws = this.#ws;
    this.#ws = null;
    if (!ws) return;
    ws.onopen = ws.onmessage = ws.onclose = null;
    ws.close();
  }
}
