// What the line does not tell: the transcript, and in the demo the steps of an answer.

// null when it cannot be had now.
async function read(path) {
  try {
    const answer = await fetch(path, { headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // no network: the socket notices too, and asks again when it is back
  }
}

export function transcript(sessionId, after) {
  return read(`/api/conversations/${sessionId}?after=${after}`);
}

export async function stepsOf(messageId) {
  const message = await read(`/api/messages/${messageId}`);
  return (message?.hops || []).map((hop) => ({
    actor: hop.actor,
    seconds: (new Date(hop.finished_at) - new Date(hop.started_at)) / 1000,
  }));
}
