// The page of a proof in one file: shows what the proof holds, and only after it was found to hold.
import { showAnchors } from "./anchors.mjs";
import { isSupported, verify } from "./verify.mjs";

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const { names: labels, said: words } = read("labels"); // what names mean, and how the zone says values

const named = (name) => (Object.hasOwn(labels, name) ? labels[name] : name);

function* linesOf(name, value) {
  if (Array.isArray(value)) for (const [place, item] of value.entries()) yield* linesOf(`${name} ${place + 1}`, item);
  else if (value !== null && typeof value === "object") {
    for (const [key, item] of Object.entries(value)) yield* linesOf(name ? `${name} › ${named(key)}` : named(key), item);
  } else yield [name, typeof value === "string" ? value : JSON.stringify(value)];
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function tell(data, holds) {
  const section = document.querySelector("[data-document]");
  const list = section.querySelector("dl");
  const text = (data.part ?? data).document;
  section.hidden = !holds || typeof text !== "string";
  list.replaceChildren();
  if (section.hidden) return;
  section.querySelector("[data-hashed]").textContent = text;
  for (const [name, value] of linesOf("", parsed(text))) {
    if (name.startsWith("@")) continue; // words of JSON-LD itself
    for (const [tag, content] of [["dt", name], ["dd", value]]) {
      const line = Object.assign(document.createElement(tag), { textContent: content });
      const said = `${name}\n${value}`;
      if (tag === "dd" && Object.hasOwn(words, said)) line.dataset.said = words[said];
      list.append(line);
    }
  }
}

async function check() {
  const data = read("proof-data");
  for (const step of document.querySelectorAll("[data-step]")) step.dataset.state = "";
  const key = document.querySelector("[data-key]").value;
  const holds = await verify(data, key, (name, isGood) => {
    const step = document.querySelector(`[data-step="${name}"]`);
    if (step) step.dataset.state = isGood ? "good" : "bad";
  });
  for (const one of document.querySelectorAll("[data-answer]")) one.hidden = one.dataset.answer !== (holds ? "good" : "bad");
  tell(data, holds);
  await showAnchors(data, key, document.querySelector("[data-roots]")?.value ?? "");
}

document.querySelector("[data-again]").addEventListener("submit", (event) => {
  event.preventDefault();
  check();
});
if (await isSupported()) await check();
