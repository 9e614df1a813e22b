// Signing in inside the conversation: an address, then the code that was sent to it.

import { post } from "./api.js";
import { element, keepFocus, laterStyle } from "./dom.js";
import { SIGN_IN } from "./later-words.js";

await laterStyle();

// onSignedIn() once the browser's session is the customer's. session() => the conversation to go on in.
// email: where a code was sent already.
export function signInForm({ session, onSignedIn, email: sentTo = "" }) {
  const form = element("form", "signin");
  const told = element("p", "signin__told");
  told.setAttribute("role", "status");
  const email = field(SIGN_IN.email, { type: "email", autocomplete: "email", maxLength: 254 });
  const code = field(SIGN_IN.code, { inputMode: "numeric", autocomplete: "one-time-code", maxLength: 12, required: false });
  const send = element("button", "button button--main", SIGN_IN.sendCode);
  const again = element("button", "link", SIGN_IN.another);
  again.type = "button";
  code.hidden = again.hidden = true;
  form.append(email, code, told, send, again);

  const step = (codeWanted) => {
    email.input.readOnly = codeWanted;
    code.hidden = again.hidden = !codeWanted;
    code.input.required = codeWanted;
    send.textContent = codeWanted ? SIGN_IN.signIn : SIGN_IN.sendCode;
    if (form.isConnected) (codeWanted ? code : email).input.focus();
  };
  again.addEventListener("click", () => {
    code.input.value = told.textContent = "";
    step(false);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    send.disabled = true;
    const typed = { email: email.input.value };
    const verifying = !code.hidden;
    const answer = verifying
      ? await post("verify", { ...typed, code: code.input.value, session_id: session() || null })
      : await post("code", typed);
    send.disabled = false;
    if (answer.error) {
      told.textContent = answer.error;
      const wrong = (verifying ? code : email).input;
      wrong.focus(); // the button that sent it could not keep the focus
      wrong.select();
    } else if (verifying) {
      keepFocus(() => form.remove());
      onSignedIn();
    } else {
      told.textContent = demoWords(answer) || answer.detail;
      code.input.value = answer.demo_code || "";
      step(true);
    }
  });
  email.input.value = sentTo;
  if (sentTo) step(true);
  return form;
}

// In a shop's page: a code by mail signs in by a cookie, which no browser keeps there. jwt: whether that page can say
// who its customer is.
export function signInElsewhere({ jwt }) {
  const place = element("p", "signin", jwt ? SIGN_IN.onThisPage : "");
  if (jwt) return place;
  const link = element("a", "turn__link", SIGN_IN.onOurPage);
  Object.assign(link, { href: "/", target: "_blank", rel: "noopener" });
  place.append(link);
  return place;
}

function field(words, attributes) {
  const label = element("label", "signin__field", words);
  label.input = Object.assign(element("input", "signin__input"), { required: true, ...attributes });
  label.append(label.input);
  return label;
}

// The demo sends no mail: it says the code itself.
function demoWords(answer) {
  if (answer.demo_code === undefined) return "";
  return answer.demo_code ? SIGN_IN.demoCode : SIGN_IN.demoUnknown;
}
