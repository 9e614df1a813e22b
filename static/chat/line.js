// The line to the server: a WebSocket, or, where none comes through, REST. It goes on trying for the socket.

import { Socket } from "./socket.js";

const TRIES = 3; // sockets in a row that never said a word

export class Line {
  #failed = 0;
  #onState;
  #socket;
  #poller = null; // loaded when it is needed
  #about;
  #opening = false;

  // As Socket's, and: session() => the conversation's name. headers() => who we are, where no cookie says it.
  constructor({ url, onFrame, onState, session, headers = () => ({}) }) {
    this.#onState = onState;
    this.#about = { session, headers, onFrame, onLost: () => this.#lost() };
    this.#socket = new Socket({
      url,
      onFrame: (frame) => {
        this.#failed = 0;
        this.#poller?.close();
        onFrame(frame);
      },
      onState: (state) => this.#changed(state),
    });
  }

  get isOpen() {
    return this.#polling || this.#socket.isOpen;
  }

  get #polling() {
    return Boolean(this.#poller?.isOpen);
  }

  open() {
    this.#failed = 0;
    this.#poller?.close();
    this.#socket.open();
  }

  close() {
    this.#poller?.close();
    this.#socket.close();
  }

  reconnect() {
    this.#poller?.close();
    this.#socket.reconnect();
  }

  send(type, data = {}) {
    return this.#polling ? this.#poller.send(type, data) : this.#socket.send(type, data);
  }

  // Without REST too: the socket's tries, soon again, say when one of the two is back.
  #lost() {
    this.#onState(navigator.onLine ? "waiting" : "offline");
    this.#socket.open();
  }

  async #changed(state) {
    if (state === "crowded") {
      this.#failed = TRIES; // there is a line over REST, and no use in trying for a socket soon
      state = "waiting";
    } else if (state === "waiting" || state === "offline") this.#failed += 1;
    if (state === "open") this.#poller?.close();
    if (this.#polling) return; // the socket's tries are no news while REST works
    this.#onState(state);
    if (state !== "waiting" || this.#failed < TRIES || this.#opening) return;
    this.#opening = true;
    try {
      const { Poller } = await import("./poller.js");
      this.#poller ??= new Poller(this.#about);
      if (await this.#poller.open()) this.#onState("polling");
    } catch {
      // not to be loaded now: with the next try
    }
    this.#opening = false;
  }
}
