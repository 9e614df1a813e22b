// One line puts the support chat on a shop's page:
//   <script src="…/static/widget.js" data-identity="JWT" async></script>
// A button, and the chat in a frame of the support server. That frame's own storage is cut off here, so this page keeps
// for it what must survive: a guest's token, the conversation's name, unsent messages.

(() => {
  const script = document.currentScript;
  if (window.SupportMesh) return;

  const HOME = new URL(script.src).origin; // the support server: believed and told, and nobody else
  const KEPT = `supportmesh@${HOME}/`; // before each key kept
  const AHEAD = 60_000; // of its end a JWT is replaced; a short-lived one with a fifth of its time left
  const PATIENCE = 20_000; // with a silent frame, and between two tries for a JWT
  const WORDS = {
    en: ["Support chat", "Open the chat", "Close the chat", "New message"],
    de: ["Support-Chat", "Chat öffnen", "Chat schließen", "Neue Nachricht"],
  };
  const [TITLE, OPEN, CLOSE, UNREAD] = WORDS[navigator.language.slice(0, 2)] || WORDS.en;
  const PHONE = "(max-width: 480px), (max-height: 480px)"; // there the chat is all there is
  const STYLE = `
:host { all: initial !important; display: contents !important; }
button { all: unset; display: grid; place-items: center; cursor: pointer; }
button:focus-visible { outline: 3px solid; outline-offset: -6px; }
button::before { content: "✕"; font: 22px sans-serif; }
.launcher, dialog { position: fixed; inset: auto 20px 20px auto; z-index: 2147483000; box-shadow: 0 4px 24px #0005; }
.launcher { width: 56px; height: 56px; border-radius: 50%; background: #0f6b5c; color: #fff; }
.launcher[aria-expanded=false]::before { content: ""; width: 26px; height: 26px; background: #fff;
  clip-path: path("M4 1h18a4 4 0 0 1 4 4v11a4 4 0 0 1-4 4h-9l-7 6v-6h-2a4 4 0 0 1-4-4v-11a4 4 0 0 1 4-4Z"); }
.unread::after { content: ""; position: absolute; top: 0; right: 0; width: 12px; height: 12px; border: 2px solid #fff;
  border-radius: 50%; background: #c5221f; }
.told { position: fixed; width: 1px; overflow: hidden; clip-path: inset(50%); }
dialog { bottom: 88px; width: 400px; height: min(640px, 100vh - 108px); max-width: none; max-height: none; margin: 0; padding: 0;
  border: 0; border-radius: 16px; overflow: hidden; background: #fff; color: #14211f; }
dialog[open] { display: flex; flex-direction: column; }
iframe { flex: 1; border: 0; }
.cross { display: none; align-self: end; width: 44px; height: 44px; }
@media (prefers-color-scheme: dark) { dialog { background: #141c1b; color: #e8efed; } }
@media ${PHONE} { dialog { inset: 0; width: 100%; height: 100%; border-radius: 0; } .cross { display: grid; } }
@media (prefers-reduced-motion: no-preference) { dialog { animation: rise .2s; } @keyframes rise { from { opacity: 0; } } }`;

  let jwt = script.dataset.identity || "";
  let frame = null; // made for a conversation to follow, or for who opens it
  let ready = false; // the frame has said hello
  let refresh = null;
  let renewal = 0;
  let renewedAt = 0;
  let before = null; // where the focus was

  // --- what is seen ---

  const host = document.createElement("supportmesh-chat");
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet(); // no style in the markup: the page's policy may forbid it
  sheet.replaceSync(STYLE);
  shadow.adoptedStyleSheets = [sheet];
  const told = make("span", { className: "told", role: "status" });
  const launcher = make("button", { className: "launcher", onclick: () => (dialog.open ? close() : open()) });
  const cross = make("button", { className: "cross", onclick: close, ariaLabel: CLOSE });
  const dialog = make("dialog", { ariaLabel: TITLE, onclose: shut });
  dialog.append(cross);
  shadow.append(launcher, told, dialog);
  host.addEventListener("keydown", ({ key }) => key === "Escape" && close());

  function make(tag, properties) {
    return Object.assign(document.createElement(tag), properties);
  }

  function draw(unread) {
    launcher.classList.toggle("unread", unread);
    told.textContent = unread ? UNREAD : "";
    launcher.ariaLabel = dialog.open ? CLOSE : unread ? `${OPEN}. ${UNREAD}` : OPEN;
    launcher.ariaExpanded = String(dialog.open);
  }

  function open() {
    if (dialog.open) return;
    before = document.activeElement;
    show();
    frame.focus();
  }

  function show() {
    load();
    if (matchMedia(PHONE).matches) dialog.showModal();
    else dialog.show();
    keep("open", "yes", ofTab); // for the shop's next page
    draw(false);
    tell("shown", { shown: true });
  }

  function close() {
    dialog.close();
  }

  function shut() {
    keep("open", "", ofTab);
    draw(false);
    tell("shown", { shown: false });
    const nowhere = [host, document.body, null];
    if (nowhere.includes(document.activeElement)) (nowhere.includes(before) ? launcher : before).focus();
  }

  // --- the frame ---

  function load() {
    if (frame) return;
    const [, lang] = kept().find(([key]) => key === "supportmesh.lang") || [];
    frame = make("iframe", { title: TITLE, src: `${HOME}/widget${lang ? `?lang=${lang}` : ""}` });
    dialog.append(frame);
    setTimeout(() => {
      if (!ready) console.warn(`SupportMesh: no chat from ${HOME}. Does WIDGET_ORIGINS name ${location.origin}?`);
    }, PATIENCE);
  }

  function tell(type, data = {}) {
    if (ready) frame.contentWindow.postMessage({ supportmesh: type, ...data }, HOME);
  }

  addEventListener("message", ({ origin, source, data }) => {
    if (origin !== HOME || !frame || source !== frame.contentWindow) return;
    switch (data?.supportmesh) {
      case "hello":
        ready = true;
        return tell("welcome", { entries: kept(), token: jwt, shown: dialog.open, focused: shadow.activeElement === frame });
      case "keep":
        return keep(data.key, data.value);
      case "unread":
        return dialog.open || draw(true);
      case "close":
        return close();
      case "refused":
        console.warn(`SupportMesh: the JWT was refused. ${data.why}`);
        if (Date.now() - renewedAt > PATIENCE) renew();
    }
  });

  // --- what this page keeps; where storage is blocked or full, the frame knows it while it lives ---

  function allowed(action, otherwise) {
    try {
      return action();
    } catch {
      return otherwise;
    }
  }

  function kept() {
    const ours = allowed(() => Object.keys(localStorage).filter((name) => name.startsWith(KEPT)), []);
    return ours.map((name) => [name.slice(KEPT.length), localStorage[name]]);
  }

  const ofTab = () => sessionStorage;

  function keep(key, value, storage = () => localStorage) {
    allowed(() => (value ? storage().setItem(KEPT + key, value) : storage().removeItem(KEPT + key)));
  }

  // --- who the customer is ---

  function identify(token) {
    if (!token || typeof token !== "string") throw new TypeError("identify() needs the JWT");
    jwt = token;
    tell("identify", { token });
    plan();
  }

  function logout() {
    jwt = "";
    clearTimeout(renewal);
    for (const [key] of kept()) keep(key, "");
    tell("logout");
    draw(false);
  }

  // callback: async () => a new JWT of the same customer. Asked shortly before the present one ends.
  function onRefresh(callback) {
    refresh = callback;
    if (jwt && !(left() > 0)) renew();
    else plan();
  }

  function plan() {
    clearTimeout(renewal);
    const rest = left();
    if (refresh && jwt) renewal = setTimeout(renew, rest > 0 ? rest - Math.min(AHEAD, rest / 5) : PATIENCE);
  }

  async function renew() {
    if (!refresh) return;
    const before = jwt;
    renewedAt = Date.now();
    clearTimeout(renewal);
    try {
      const token = await refresh();
      if (jwt === before) identify(token); // else they have left
    } catch (error) {
      console.warn("SupportMesh: no new JWT.", error);
      if (jwt === before) renewal = setTimeout(renew, PATIENCE);
    }
  }

  // Milliseconds the JWT has to live; not a number when it is none.
  function left() {
    try {
      const claims = atob(jwt.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
      return JSON.parse(claims).exp * 1000 - Date.now();
    } catch {
      return NaN;
    }
  }

  draw(false);
  (document.body || document.documentElement).append(host);
  if (allowed(() => ofTab()[KEPT + "open"]) && !matchMedia(PHONE).matches) {
    show(); // not on a phone: there it would hide the page
    shadow.activeElement?.blur(); // nobody asked for the focus
  } else if (kept().some(([key]) => key === "supportmesh.session")) load();
  window.SupportMesh = { identify, logout, open, close, onRefresh };
  dispatchEvent(new Event("supportmesh:ready"));
})();
