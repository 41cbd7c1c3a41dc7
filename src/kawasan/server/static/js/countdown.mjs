// <time data-countdown datetime="…">until 14.32</time> counts down once a second; without a script the time stays readable.
// Parts may be shown apart: children with data-part="days|hours|minutes|seconds". Fires `kawasan:expired` once, when over.

const clockSkew = () => {
  const now = Number(document.querySelector("[data-server-now]")?.dataset.serverNow);
  return now ? now - Date.now() : 0; // the server's clock decides, phones are often wrong
};
const skew = clockSkew();
const two = (number) => String(number).padStart(2, "0");

function show(node, seconds) {
  const parts = { days: Math.floor(seconds / 86400), hours: Math.floor(seconds / 3600) % 24, minutes: Math.floor(seconds / 60) % 60, seconds: seconds % 60 };
  const places = node.querySelectorAll("[data-part]");
  if (places.length) {
    for (const place of places) place.textContent = two(parts[place.dataset.part]);
    return;
  }
  const hours = Math.floor(seconds / 3600);
  const text = hours ? `${hours}:${two(parts.minutes)}:${two(parts.seconds)}` : `${parts.minutes}:${two(parts.seconds)}`;
  (node.querySelector("[data-left]") ?? node).textContent = text;
}

function expire(node) {
  node.dataset.over = "1";
  const box = node.closest(".countdown") ?? node;
  box.classList.add("over");
  if (node.dataset.expired) (box.querySelector("[data-countdown-text]") ?? node).textContent = node.dataset.expired;
  node.dispatchEvent(new CustomEvent("kawasan:expired", { bubbles: true }));
}

function tick() {
  for (const node of document.querySelectorAll("[data-countdown]:not([data-over])")) {
    const seconds = Math.floor((Date.parse(node.getAttribute("datetime")) - Date.now() - skew) / 1000);
    if (Number.isNaN(seconds)) node.dataset.over = "1";
    else if (seconds < 0) expire(node);
    else {
      show(node, seconds);
      (node.closest(".countdown") ?? node).classList.toggle("soon", seconds < 120);
    }
  }
}

tick();
setInterval(tick, 1000);
document.addEventListener("htmx:afterSettle", tick);
