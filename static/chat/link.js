// A conversation that the page's address names: the link of a mail.

const NAME = "session_id";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

// Its name; "" without one, or when it is the one that this browser has open anyway.
export function linked(current) {
  const id = new URLSearchParams(location.search).get(NAME) || "";
  return UUID.test(id) && id !== current ? id : "";
}

// Out of the address bar, the history and the next reload.
export function forgetLink() {
  const url = new URL(location.href);
  if (!url.searchParams.has(NAME)) return;
  url.searchParams.delete(NAME);
  history.replaceState(null, "", url);
}
