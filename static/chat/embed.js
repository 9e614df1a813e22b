// The chat inside a shop's page. That page (static/widget.js) says who the customer is and keeps what must survive a
// reload, for this frame's own storage is cut off or blocked there. Nobody else is believed, and nobody else is told.

import { byId } from "./dom.js";
import { Line } from "./line.js";
import { keepElsewhere, read, store, write } from "./store.js";
import { EMBED } from "./words.js";

const GUEST = "supportmesh.guest"; // the token that owns a guest's conversations
const SEEN = "supportmesh.seen"; // a conversation's name, and its newest turn that somebody had before their eyes
const LANGUAGE = "supportmesh.lang"; // the one chosen here
const config = JSON.parse(byId("chat-config").textContent);
const allowed = [location.origin, ...config.parents];
const framed = window.parent !== window;
const told = { jwt: "", shown: !framed, focused: !framed }; // by the shop's page
let shop = ""; // its origin, once it has spoken
let chat = null;
let line = null;
let newest = 0; // of what was told to us

// Says who it is before anything else, and takes no answer that was meant for nobody in particular.
export class WidgetLine extends Line {
  #unnamed = false; // connected, but the server has not heard yet who we are

  constructor({ onFrame, onState, ...about }) {
    super({
      ...about,
      headers: () => ({ "X-Channel": "widget", "X-Guest-Token": guestToken(), ...bearer() }),
      onFrame: (frame) => this.#heard(frame, onFrame),
      onState: (state) => {
        this.#unnamed = state === "open" && this.identify();
        onState(state);
      },
    });
    line = this;
  }

  // False when there is no socket to say it on.
  identify() {
    const token = told.jwt || undefined;
    return this.send("identify", { token, guest_token: guestToken() });
  }

  #heard(frame, pass) {
    const { type, data } = frame;
    if (this.#unnamed) {
      if (type === "connected") this.#unnamed = false;
      return;
    }
    if (type === "error" && data.error === "unauthorized" && told.jwt) return refused(data.details);
    pass(frame);
    if (type === "chat_response" || type === "agent_message") noteNew(data.seq);
  }
}

// The chat that the shop's page may end.
export function follow(started) {
  chat = started;
}

// Not before somebody's eyes.
export function isShut() {
  return !told.shown;
}

// Somebody opened it just now: it did not come open with the page.
export function isFocused() {
  return told.focused;
}

// The customer has left, here or in another tab.
export function forget() {
  told.jwt = "";
  newest = 0;
  write(GUEST, "");
}

function guestToken() {
  if (!read(GUEST)) write(GUEST, newSecret());
  return read(GUEST);
}

// 256 bits that nobody guesses, in the letters of a guest's token.
function newSecret() {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
}

function bearer() {
  return told.jwt ? { Authorization: `Bearer ${told.jwt}` } : {};
}

// The shop's token is over, or wrong. With nothing to lose one goes on as a guest; a customer's conversation waits for
// the next token.
function refused(details) {
  tell("refused", { why: details?.[0]?.detail || "" });
  if (store.session) return chat.notice(EMBED.signInEnded);
  told.jwt = "";
  line.open();
}

function noteNew(seq) {
  newest = Math.max(newest, seq);
  if (told.shown) noteSeen();
  else if (newest > seen()) tell("unread");
}

function noteSeen() {
  if (newest > seen()) write(SEEN, `${store.session} ${newest}`);
}

function seen() {
  const [session, seq] = read(SEEN).split(" ");
  return session && session === store.session ? Number(seq) : 0;
}

// --- the shop's page ---

const welcome = new Promise((resolve) => {
  if (!framed) return resolve();
  addEventListener("message", ({ source, origin, data }) => {
    if (source !== window.parent || !allowed.includes(origin) || typeof data?.supportmesh !== "string") return;
    if (data.supportmesh === "welcome") {
      shop = origin;
      keepElsewhere(data.entries, (key, value) => tell("keep", { key, value }));
      Object.assign(told, { jwt: data.token, shown: data.shown, focused: data.focused });
      resolve();
    } else if (shop) {
      heardFromShop(data);
    }
  });
  window.parent.postMessage({ supportmesh: "hello" }, "*"); // whoever it is: this tells nothing
});

function tell(type, data = {}) {
  if (framed) window.parent.postMessage({ supportmesh: type, ...data }, shop);
}

function heardFromShop({ supportmesh: type, token, shown }) {
  if (type === "identify") {
    told.jwt = token;
    line.identify();
  } else if (type === "logout") {
    forget();
    chat.leave();
  } else if (type === "shown") {
    told.shown = shown;
    if (!shown) return;
    noteSeen();
    byId("message").focus({ preventScroll: true });
    document.dispatchEvent(new Event("visibilitychange")); // what came meanwhile is before their eyes now
  }
}

addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || document.querySelector("dialog[open]")) return;
  if (shop) tell("close");
});

await welcome;
const chosen = new URLSearchParams(location.search).get("lang");
if (chosen) write(LANGUAGE, chosen);
