// What must survive a reload: the conversation's name, the demo's customer, messages nobody has confirmed yet, and which
// conversations the customer would rather not rate.
// Each unsent message has a key of its own, so that two tabs never overwrite each other's.

const SESSION = "supportmesh.session";
const CUSTOMER = "supportmesh.customer";
const UNSENT = "supportmesh.unsent.";
const UNRATED = "supportmesh.unrated.";

const memory = new Map(); // what storage refuses (blocked in a frame, or full) lives as long as the page
let keeper = null; // who keeps it, where it is not this page's own storage

// In a shop's page that page keeps it: `entries` is what it has, keep(key, value) tells it what is new.
export function keepElsewhere(entries, keep) {
  for (const [key, value] of entries) memory.set(key, value);
  keeper = keep;
}

export const store = {
  get session() {
    return read(SESSION);
  },
  set session(id) {
    write(SESSION, id);
  },
  get customer() {
    return read(CUSTOMER);
  },
  set customer(email) {
    write(CUSTOMER, email);
  },

  // Oldest first.
  unsent() {
    return keys()
      .filter((key) => key.startsWith(UNSENT))
      .map((key) => JSON.parse(read(key)))
      .sort((one, other) => one.at - other.at);
  },
  keep(item) {
    write(UNSENT + item.id, JSON.stringify(item));
  },
  forget(id) {
    write(UNSENT + id, "");
  },
  declineRating(session) {
    write(UNRATED + session, "1");
  },
  ratingDeclined(session) {
    return Boolean(read(UNRATED + session));
  },
  forgetConversation() {
    this.session = "";
    for (const item of this.unsent()) this.forget(item.id);
  },
};

// A UUID4, also on a page served over plain http from another host, where randomUUID is missing.
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export function read(key) {
  if (keeper || memory.has(key)) return memory.get(key) || "";
  try {
    return localStorage.getItem(key) || "";
  } catch {
    return "";
  }
}

export function write(key, value) {
  memory.delete(key);
  if (keeper) {
    if (value) memory.set(key, value);
    return keeper(key, value);
  }
  try {
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
  } catch {
    if (value) memory.set(key, value);
  }
}

function keys() {
  if (keeper) return [...memory.keys()];
  try {
    return [...new Set([...Object.keys(localStorage), ...memory.keys()])];
  } catch {
    return [...memory.keys()];
  }
}
