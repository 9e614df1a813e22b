// What is typed for a case is kept in this tab, box by box, until it is sent: over reloads, and when the case is lost.

export const url = document.querySelector("[data-url]").dataset.url;
const lost = document.getElementById("lost");
const boxes = ["reply", "note"].map((name) => ({
  key: `supportmesh.${name}.${url}`,
  field: document.getElementById(name), // where it is written, while it can be
  shown: document.querySelector(`[data-kept="${name}"]`),
}));

// This may be the answer to a button that was refused, and to load that again would press the button again.
if (location.pathname !== url) history.replaceState(null, "", url);

for (const { key, field, shown } of boxes) {
  const box = field || shown.querySelector("textarea");
  const keep = () => sessionStorage.setItem(key, box.value);
  if (box.value) keep(); // the server gave it back
  else box.value = sessionStorage.getItem(key) || "";
  if (!field) continue;
  field.addEventListener("input", keep);
  field.form.addEventListener("submit", () => sessionStorage.removeItem(key));
}

// Shows, to be copied, what cannot be written here any more; `all`: nothing can. Returns whether there is any.
export function showKept(all = false) {
  let any = false;
  for (const { key, field, shown } of boxes) {
    const text = (all || !field) && sessionStorage.getItem(key);
    shown.querySelector("textarea").value = text || "";
    shown.hidden = !text;
    any ||= Boolean(text);
  }
  return any;
}

// Whoever gives the case away themselves has lost nothing: what they typed waits for their next claim.
const GIVEN = `supportmesh.given.${url}`;
if (boxes[0].field || lost.dataset.lost) sessionStorage.removeItem(GIVEN); // theirs again, or lost before they could
document.addEventListener("submit", ({ target }) => {
  if (/\/do\/(release|reassign|resolve|hand-back)\/$/.test(target.action)) sessionStorage.setItem(GIVEN, "1");
});

export function isGivenAway() {
  return sessionStorage.getItem(GIVEN) !== null;
}

if (showKept() && !isGivenAway()) lost.hidden = false;
