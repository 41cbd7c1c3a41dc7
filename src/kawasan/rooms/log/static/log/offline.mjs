// The page of a proof in one file: shows what the proof holds, and only after it was found to hold.
import { showAnchors } from "./anchors.mjs";
import { isSupported, verify } from "./verify.mjs";

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const { names: labels, said: words } = read("labels"); // what names mean, and how the zone says values

const named = (name) => (Object.hasOwn(labels, name) ? labels[name] : name);

const withText = (tag, textContent) => Object.assign(document.createElement(tag), { textContent });

// What people say for a value; the name and the value that are proved open with a click.
function asSaid(heading, said, name, value) {
  const [line, opened] = [document.createElement("dd"), document.createElement("details")];
  opened.append(withText("summary", said), withText("code", `${name}: ${value}`));
  line.append(opened);
  return [withText("dt", heading), line];
}

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
    const key = `${name}\n${value}`;
    list.append(...(Object.hasOwn(words, key) ? asSaid(...words[key], name, value) : [withText("dt", name), withText("dd", value)]));
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
