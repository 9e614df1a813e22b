// The "How this was answered" expander below a reply.

import { element, laterStyle } from "./dom.js";
import { HOW, INTENTS, OUTCOMES } from "./later-words.js";
import { stageWords } from "./words.js";

await laterStyle();

// Fills the expander. askedFor: the message whose steps the server tells this visitor in full, or "".
export async function explain(details, answered, askedFor) {
  const { intent, confidence, sources = [], outcome, processing_time: took, steps = [] } = answered;
  const facts = element("dl", "how__facts");
  const add = (label, value) => {
    if (!value) return;
    const row = element("div");
    row.append(element("dt", "", label), element("dd", "", value));
    facts.append(row);
  };
  const certain = typeof confidence === "number" ? ` (${Math.round(confidence * 100)} % ${HOW.confidence})` : "";
  add(HOW.intent, intent && `${INTENTS[intent] || intent}${certain}`);
  add(HOW.sources, sources.map(sourceWords).join(", "));
  add(HOW.result, OUTCOMES[outcome] || outcome);
  add(HOW.took, typeof took === "number" ? duration(took) : "");
  details.append(facts);
  showSteps(details, steps);
  if (askedFor) showSteps(details, await stepsOf(askedFor));
}

function showSteps(details, steps) {
  if (!steps.length) return;
  const list = element("ol", "how__steps");
  for (const step of steps) {
    const item = element("li");
    item.append(element("span", "", stageWords(step.actor)), element("span", "how__time", duration(step.seconds)));
    list.append(item);
  }
  details.querySelector(".how__steps")?.remove();
  details.append(list);
}

// A source is a name, or {kind, value}-like: show what names it.
function sourceWords(source) {
  return typeof source === "string" ? source : Object.values(source).filter(Boolean).join(" ");
}

// None when they cannot be had now.
async function stepsOf(messageId) {
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

function duration(seconds) {
  if (seconds < 0.001) return "< 1 ms";
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
}
