// Keeps the case page up to date: the socket is the doorbell, the server's parts are the truth.

import { Socket } from "../chat/socket.js";
import { isGivenAway, showKept, url as own } from "./kept.js";

const ASK_EVERY = 10_000; // without a word from the socket
const GATHER = 120; // milliseconds in which several hints become one question
const page = document.getElementById("case");
const order = ["head", "transcript", "draft", "actions", "notes", "summary", "found"];
const digests = new Map(order.map((name) => [name, document.getElementById(`part-${name}`).dataset.digest]));
let asking = false;
let again = false;
let timer = 0;
let active = false;

function later(delay) {
  clearTimeout(timer);
  timer = setTimeout(refresh, delay);
}

// By its own address: this may be the answer to a button, and to reload that would press the button again.
function load() {
  location.replace(own);
}

async function refresh() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  const url = new URL(page.dataset.live, location.href);
  url.searchParams.set("have", order.map((name) => digests.get(name) || "").join(","));
  if (active) url.searchParams.set("active", "1");
  active = false;
  try {
    const response = await fetch(url, { headers: { Accept: "application/json" } });
    if (response.redirected) return load(); // logged out
    if (response.status === 404) return gone((await response.json().catch(() => ({}))).why);
    if (response.ok) show(await response.json());
  } catch {
    // no line: the next question may get through
  } finally {
    asking = false;
    if (!page.inert) later(again ? 0 : ASK_EVERY);
    again = false;
  }
}

function show({ state, parts }) {
  for (const [name, { digest, html }] of Object.entries(parts)) {
    const part = document.getElementById(`part-${name}`);
    if (isBeingEdited(part)) continue; // asked for again with the next question
    digests.set(name, digest);
    const bottom = part.scrollHeight - part.scrollTop - part.clientHeight < 80;
    part.innerHTML = html;
    if (name === "transcript" && bottom) part.scrollTop = part.scrollHeight;
    if (name === "actions") loadCustomer();
  }
  // Claimed, lost, resolved, verified: the page is another one. What was typed is kept over the reload.
  if (state === page.dataset.state) return;
  if (reply) sessionStorage.setItem(HAD, "1");
  load();
}

// A colleague has it by now, and it is no longer ours to see. What was typed stays.
function gone(why) {
  socket.close();
  document.getElementById("lost-why").textContent = why || "There is no such case any more.";
  showKept(true);
  lost.hidden = false;
  page.inert = true;
}

// Somebody is at it: writing, choosing, or about to.
function isBeingEdited(part) {
  if (part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) return true;
  return [...part.querySelectorAll("select")].some((field) => field.selectedIndex > 0) || part.querySelector("details[open] form");
}

async function loadCustomer() {
  const part = document.getElementById("part-customer");
  if (!part || isBeingEdited(part)) return;
  try {
    const response = await fetch(page.dataset.customer);
    if (!response.ok) throw new Error(response.status);
    part.innerHTML = await response.text();
    startForm(part);
  } catch {
    part.textContent = "The shop's data could not be loaded. Load the page again.";
  }
}

// Shows what the chosen action needs, and nothing else.
function startForm(part) {
  const form = part.querySelector("#start-action");
  if (!form) return;
  const needs = JSON.parse(part.querySelector("#action-needs").textContent);
  const choose = () => {
    const wanted = needs[form.elements.kind.value] || [];
    for (const label of form.querySelectorAll("[data-need]")) {
      label.hidden = !wanted.includes(label.dataset.need);
      const field = label.querySelector("input, select");
      field.disabled = label.hidden;
      field.required = !label.hidden && label.dataset.need !== "amount";
    }
  };
  form.elements.kind.addEventListener("change", choose);
  choose();
}

// --- the reply ---

const reply = document.getElementById("reply");
const lost = document.getElementById("lost");
const HAD = `supportmesh.had.${own}`; // it was ours until the page was loaded again just now

if (!reply && sessionStorage.getItem(HAD) && !isGivenAway()) lost.hidden = false;
sessionStorage.removeItem(HAD);

if (reply) {
  document.getElementById("canned")?.addEventListener("change", async ({ target }) => {
    if (!target.value) return;
    const response = await fetch(target.value);
    target.value = "";
    if (response.ok) put((await response.json()).text);
  });
}

function put(text) {
  reply.value = reply.value ? `${reply.value.trimEnd()}\n\n${text}` : text;
  reply.dispatchEvent(new Event("input"));
  reply.focus();
}

document.addEventListener("click", ({ target }) => {
  if (target.closest?.("[data-use-draft]")) put(document.getElementById("draft-text").textContent);
});
document.addEventListener("submit", ({ target }) => {
  if (target.matches("[data-key]")) target.elements.key.value = crypto.randomUUID?.() || document.querySelector("#composer [name=key]").value;
});
for (const name of ["keydown", "pointerdown"]) document.addEventListener(name, () => (active = true));

// --- the doorbell ---

const transcript = document.getElementById("part-transcript");
transcript.scrollTop = transcript.scrollHeight;
const address = new URL("/ws", location.href);
address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
address.searchParams.set("session_id", page.dataset.session);
const socket = new Socket({
  url: () => address,
  onFrame: () => page.inert || later(GATHER),
  onState: (state) => state === "open" && later(GATHER),
});
socket.open();
loadCustomer();
refresh();
