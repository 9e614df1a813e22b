// What is asked beside the line.

import { LABELS } from "./words.js";

// Signing in and out: the answer's fields, or {error} in words.
export async function post(call, body) {
  try {
    const headers = { "Content-Type": "application/json", Accept: "application/json" };
    const answer = await fetch(`/api/auth/${call}`, { method: "POST", headers, body: JSON.stringify(body) });
    const told = await answer.json();
    return answer.ok ? told : { error: told.errors?.[0]?.detail || told.detail };
  } catch {
    return { error: LABELS.noLine };
  }
}
