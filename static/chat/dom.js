// Everybody's text goes in as text, never as markup.

export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

let style;

// The style of what is shown later.
export function laterStyle() {
  style ??= patiently(() => {
    const sheet = Object.assign(element("link"), { rel: "stylesheet" });
    sheet.href = new URL("later.css", import.meta.url);
    document.head.append(sheet);
    return new Promise((done, failed) => {
      sheet.onload = done;
      sheet.onerror = () => failed(sheet.remove());
    });
  });
  return style;
}

// A module that the first look does without, tried for half a minute. Browsers remember what failed by its address.
export function later(name) {
  return patiently((tries) => import(`./${name}.js${tries ? `?${tries}` : ""}`));
}

async function patiently(load, tries = 0) {
  try {
    return await load(tries);
  } catch (error) {
    if (tries > 8) throw error;
  }
  await new Promise((done) => setTimeout(done, Math.min(250 * 2 ** tries, 8000)));
  return patiently(load, tries + 1);
}

// Whose control goes away under the keyboard stays in the conversation.
export function keepFocus(change) {
  const had = document.activeElement;
  change();
  if (!had.isConnected || had.closest("[hidden]")) byId("scroll").focus({ preventScroll: true });
}

export function byId(id) {
  return document.getElementById(id);
}

// The text as it is, but a number such as ORD-12345678 never breaks at its hyphen, and a web address can be followed.
export function appendText(parent, text) {
  for (const part of text.split(/([A-Z]{2,}-[0-9]+|https?:\/\/[^\s<>"'`]+[^\s<>"'`.,;:!?)\]])/)) {
    if (/^https?:/.test(part)) parent.append(link(part));
    else parent.append(/^[A-Z]+-[0-9]+$/.test(part) ? element("span", "number", part) : part);
  }
}

// In a tab of its own, which learns nothing of this one. Shown whole: nobody is led elsewhere than they read.
function link(address) {
  const anchor = element("a", "turn__link", address);
  anchor.href = address;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer nofollow";
  return anchor;
}
