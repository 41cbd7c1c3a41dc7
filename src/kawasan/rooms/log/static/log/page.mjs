// The page of a proof: checks it as soon as the page is there, and again with a key that the reader trusts.
import { showAnchors } from "./anchors.mjs";
import { isSupported, verify } from "./verify.mjs";

const box = document.querySelector("[data-proof]");

const show = (name) => {
  for (const one of box.querySelectorAll("[data-answer]")) one.hidden = one.dataset.answer !== name;
};

async function check() {
  const data = JSON.parse(document.getElementById("proof-data").textContent);
  const key = box.querySelector("[data-key]").value;
  for (const step of box.querySelectorAll("[data-step]")) step.dataset.state = "";
  const holds = await verify(data, key, (name, isGood) => {
    const step = box.querySelector(`[data-step="${name}"]`);
    if (step) step.dataset.state = isGood ? "good" : "bad";
  });
  show(holds ? "good" : "bad");
  await showAnchors(data, key, box.querySelector("[data-roots]")?.value ?? "");
}

if (box) {
  box.querySelector("[data-again]").addEventListener("submit", (event) => {
    event.preventDefault();
    check();
  });
  if (await isSupported()) await check();
  else show("unsupported");
}
