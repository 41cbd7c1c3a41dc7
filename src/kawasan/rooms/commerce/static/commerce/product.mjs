// The product page: a chosen variant shows its price and stock, the stepper counts, small pictures become the large one.
const form = document.querySelector("[data-buy]");
const quantity = form?.querySelector("[name=quantity]");

function show(part, text) {
  const place = form.querySelector(part);
  if (!place) return;
  place.textContent = text;
  place.hidden = !text;
}

form?.addEventListener("change", ({ target }) => {
  if (target.name !== "variant") return;
  show("[data-price]", target.dataset.price);
  show("[data-was]", target.dataset.was);
  show("[data-off]", target.dataset.off);
  show("[data-left-text]", target.dataset.left);
  for (const note of form.querySelectorAll("[data-campaign]")) note.hidden = note.dataset.campaign !== target.value;
  if (quantity) {
    quantity.max = target.dataset.available;
    quantity.value = Math.min(Number(quantity.value) || 1, Number(target.dataset.available));
  }
});

form?.addEventListener("click", ({ target }) => {
  const step = Number(target.closest("[data-step]")?.dataset.step);
  if (!step || !quantity) return;
  quantity.value = Math.max(1, Math.min(Number(quantity.max) || 1, (Number(quantity.value) || 1) + step));
});

document.addEventListener("click", (event) => {
  const small = event.target.closest("[data-gallery]");
  const large = document.getElementById("gallery-main");
  if (!small || !large || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  large.src = small.href;
  for (const other of document.querySelectorAll("[data-gallery]")) other.toggleAttribute("aria-current", other === small);
});
