// Everybody's text goes in as text, never as markup.

export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

export function byId(id) {
  return document.getElementById(id);
}

// The text as it is, but a number such as ORD-12345678 never breaks at its hyphen.
export function appendText(parent, text) {
  for (const part of text.split(/([A-Z]{2,}-[0-9]+)/)) {
    parent.append(/^[A-Z]+-[0-9]+$/.test(part) ? element("span", "number", part) : part);
  }
}
