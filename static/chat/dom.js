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
