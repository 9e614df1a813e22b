// What the line does not tell.

// The steps of an answer, for whom the server tells them; none when they cannot be had now.
export async function stepsOf(messageId) {
  let message = null;
  try {
    const answer = await fetch(`/api/messages/${messageId}`, { headers: { Accept: "application/json" } });
    if (answer.ok) message = await answer.json();
  } catch {
    return []; // no network: the steps seen while waiting stay
  }
  return (message?.hops || []).map((hop) => ({
    actor: hop.actor,
    seconds: (new Date(hop.finished_at) - new Date(hop.started_at)) / 1000,
  }));
}
