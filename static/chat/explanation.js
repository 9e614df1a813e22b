// The "How this was answered" expander below a reply.

import { element } from "./dom.js";
import { INTENTS, LABELS, OUTCOMES, duration, stageWords } from "./words.js";

// null when the server told nothing worth opening it for. loadSteps() => the steps in full, asked for when opened.
export function explanation({ intent, confidence, sources = [], outcome, processing_time: took, steps = [] }, loadSteps) {
  const facts = element("dl", "how__facts");
  const add = (label, value) => {
    if (!value) return;
    const row = element("div");
    row.append(element("dt", "", label), element("dd", "", value));
    facts.append(row);
  };
  const certain = typeof confidence === "number" ? ` (${Math.round(confidence * 100)} % ${LABELS.confidence})` : "";
  add(LABELS.intent, intent && `${INTENTS[intent] || intent}${certain}`);
  add(LABELS.sources, sources.map(sourceWords).join(", "));
  add(LABELS.result, OUTCOMES[outcome] || outcome);
  add(LABELS.took, typeof took === "number" ? duration(took) : "");
  if (!facts.children.length && !steps.length) return null;

  const details = element("details", "how");
  details.append(element("summary", "", LABELS.how), facts);
  showSteps(details, steps);
  if (loadSteps) {
    details.addEventListener("toggle", async () => showSteps(details, await loadSteps()), { once: true });
  }
  return details;
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
