// The shopkeeper's screen: a sound and a spoken amount for each payment that is new. The list itself comes by htmx.

const screen = document.querySelector("[data-shop-screen]");
const slot = screen.querySelector("[data-latest]");
const [on, off, said] = ["[data-sound-on]", "[data-sound-off]", "[data-said]"].map((name) => screen.querySelector(name));
const seen = new Set(shown().map((one) => one.dataset.payment));
let audio = null; // a browser lets a page sound only after a tap

function shown() {
  return [...slot.querySelectorAll("[data-payment]")];
}

const newest = () => slot.querySelector("[data-newest]").dataset.newest;
tellServer();

/** Ask only for what is newer than the list that stands here. */
function tellServer() {
  slot.setAttribute("hx-vals", JSON.stringify({ after: newest() }));
}

document.body.addEventListener("htmx:afterSwap", () => {
  tellServer();
  const fresh = shown().filter((one) => !seen.has(one.dataset.payment));
  for (const one of fresh.reverse()) announce(one);
});

for (const name of ["htmx:sendError", "htmx:responseError"])
  document.body.addEventListener(name, () => (said.textContent = screen.dataset.failed));

function announce(one) {
  seen.add(one.dataset.payment);
  one.classList.add("is-new");
  said.textContent = one.textContent.trim();
  if (!audio) return;
  ring();
  speak(Number(one.dataset.whole));
}

/** Two rising tones, loud enough for a stall. */
function ring() {
  [880, 1318.5].forEach((pitch, place) => {
    const tone = audio.createOscillator(), loudness = audio.createGain();
    const start = audio.currentTime + place * 0.18;
    tone.type = "triangle";
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0.0001, start);
    loudness.gain.exponentialRampToValueAtTime(0.6, start + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.0001, start + 0.5);
    tone.connect(loudness).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.55);
  });
}

/** Say the amount in Indonesian where the device has such a voice. */
function speak(rupiah) {
  const voice = window.speechSynthesis?.getVoices().find((one) => one.lang.toLowerCase().startsWith("id"));
  if (!voice) return;
  const words = new SpeechSynthesisUtterance(`Pembayaran QRIS ${rupiah} rupiah diterima`);
  words.lang = "id-ID";
  words.voice = voice;
  speechSynthesis.speak(words);
}

on.addEventListener("click", async () => {
  audio = new AudioContext();
  await audio.resume();
  ring();
  window.speechSynthesis?.getVoices(); // some browsers load voices only when asked
  navigator.wakeLock?.request("screen").catch(() => {});
  show();
});

off.addEventListener("click", () => {
  audio?.close();
  audio = null;
  show();
});

function show() {
  on.hidden = Boolean(audio);
  off.hidden = !audio;
  screen.dataset.sound = audio ? "on" : "off";
}
