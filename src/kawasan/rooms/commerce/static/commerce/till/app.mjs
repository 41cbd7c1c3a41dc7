// The till: what is on the counter, paid, written down on the device first, and then brought into the books.

import * as model from "./model.mjs";
import { open } from "./store.mjs";
import { Sync, request } from "./sync.mjs";
import { scan } from "./scan.mjs";
import { Counter } from "./counter.mjs";

const SYNC_EVERY = 15_000;
const ITEMS_EVERY = 5 * 60_000;
const SHOWN_MOST = 60;
const HISTORY_MOST = 200;

const page = document.querySelector("[data-till]");
const words = JSON.parse(document.getElementById("till-words").textContent);
const { api, business, shop } = page.dataset;
const $ = (name, root = page) => root.querySelector(`[data-part="${name}"]`);
// Papers of the till tell the time that the zone's pages tell, wherever the device stands.
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short", timeZone: "Asia/Jakarta" });
const stamp = { format: (at) => `${clock.format(at)} WIB` };
const say = (name, values = {}) => words[name].replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");

const state = { items: [], cart: [], shift: null, till: null, text: "" };
const TOLD_FOR = 8_000;
let store, sync, counter, telling, pasting;

start().catch((error) => {
  $("status").textContent = words.broken;
  console.error(error);
});

async function start() {
  store = await open(`kawasan-till-${business}`);
  sync = new Sync({ store, api, told: showState });
  counter = new Counter({ page, store, business, words, paid: ({ name, id, sale }) => sold({ ...sale, payment_id: id }, name), unsure: ({ name, sale }) => sold(sale, name) });
  navigator.storage?.persist?.(); // ask that unsent sales are not thrown away when the device is full
  const cart = await store.read("meta", "cart");
  state.till = (await store.read("meta", "till")) ?? { name: "till", label: "", prefix: prefix(), count: 0 };
  state.cart = cart?.lines ?? [];
  state.shift = (await store.read("shifts")).find((shift) => !shift.body.closed_at) ?? null;
  useItems(await store.read("items"));
  wire();
  render();
  if (state.shift) await counter.resume();
  await loadItems();
  bring();
  setInterval(bring, SYNC_EVERY);
  setInterval(loadItems, ITEMS_EVERY);
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(page.dataset.worker);
}

const prefix = () => Array.from(crypto.getRandomValues(new Uint8Array(3)), (byte) => "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"[byte % 32]).join("");

// --- items ---

function useItems(items) {
  for (const item of items) item.searched = `${item.name} ${item.sku} ${item.gtin}`.toLowerCase();
  state.items = items.sort((a, b) => a.name.localeCompare(b.name));
}

async function loadItems() {
  try {
    const { items } = await (await request(`${api}/items`)).json();
    await store.replaceItems(items);
    useItems(items);
    renderItems();
  } catch (error) {
    if (error.state === "signed-out") showState({ state: "signed-out", waiting: null });
  }
}

async function bring() {
  if (state.shift) await counter.settle();
  await sync.run();
  await renderHistory();
}

function showState({ state: how, waiting }) {
  page.dataset.state = how;
  const count = waiting ?? Number(page.dataset.waiting ?? 0);
  page.dataset.waiting = count;
  const name = how === "fine" ? "fine" : how;
  $("status").textContent = count ? `${words[name]} · ${say("waiting", { count })}` : words[name];
  $("sign-in").hidden = how !== "signed-out";
}

// --- the counter ---

function add(item, quantity = 1) {
  const line = state.cart.find((one) => one.variant_id === item.variant_id && item.variant_id);
  if (line) line.quantity += quantity;
  else
    state.cart.push({
      variant_id: item.variant_id ?? null,
      name: item.name.slice(0, 160),
      quantity,
      unit_price_minor: item.variant_id ? model.priceAt(item, Date.now()) : item.price_minor,
    });
  changed();
  $("said").textContent = say("added", { name: item.name });
}

function changed() {
  state.cart = state.cart.filter((line) => line.quantity > 0);
  store.put("meta", { name: "cart", lines: state.cart });
  renderCart();
}

function scanned(code) {
  const item = model.byCode(state.items, code);
  if (item) add(item);
  else if (model.isPayersCode(code)) readPayer(code);
  else tell(say("unknown_code", { code: code.slice(0, 40) }));
  return Boolean(item) || model.isPayersCode(code);
}

/** Say something to eyes and ears, also above an open dialog. */
function tell(text) {
  const toast = $("toast");
  clearTimeout(telling);
  $("said").textContent = toast.textContent = text;
  toast.hidePopover?.();
  toast.showPopover?.();
  telling = setTimeout(() => (toast.hidePopover?.(), (toast.textContent = "")), TOLD_FOR);
}

/** Show what the code of a buyer's own app says, and that nothing is taken by it. */
async function readPayer(code) {
  $("scanner").close();
  const [issuer, account, amount] = ["payer-issuer", "payer-account", "payer-amount"].map((name) => $(name));
  for (const place of [issuer, account, amount]) place.textContent = "…";
  if (!$("payer").open) $("payer").showModal();
  try {
    const body = JSON.stringify({ code: code.trim() });
    const found = await (await request(`/v1/businesses/${business}/qris/payer-readings`, { method: "POST", body })).json();
    issuer.textContent = found.issuer || words.payer_unknown;
    account.textContent = found.masked_account || "–";
    amount.textContent = found.amount_minor ? model.rupiah(found.amount_minor) : words.payer_no_amount;
  } catch (error) {
    issuer.textContent = error.state === "failed" ? words.payer_broken : words[error.state];
    account.textContent = amount.textContent = "–";
  }
}

async function openCamera() {
  try {
    await scan($("scanner"), scanned);
  } catch (error) {
    tell(words[`camera_${error.why ?? "busy"}`]);
    $("search").focus();
  }
}

function render() {
  $("closed").hidden = Boolean(state.shift);
  $("counter").hidden = !state.shift;
  $("shift-name").textContent = state.shift?.body.till ?? "";
  renderItems();
  renderCart();
  renderHistory();
}

function renderItems() {
  const found = model.find(state.items, state.text, SHOWN_MOST);
  $("items").replaceChildren(
    ...found.map((item) => {
      const button = copy("item");
      button.onclick = () => add(item);
      $("name", button).textContent = item.name;
      $("price", button).textContent = model.rupiah(model.priceAt(item, Date.now()));
      $("stock", button).textContent = say(item.stock > 0 ? "left" : "none_left", { count: item.stock });
      $("stock", button).classList.toggle("warm-text", item.stock <= 0);
      return button;
    }),
  );
  $("nothing").hidden = found.length > 0;
  $("nothing").textContent = state.items.length ? words.nothing_found : words.no_items;
}

function renderCart() {
  const sum = model.total(state.cart);
  const count = state.cart.reduce((all, line) => all + line.quantity, 0);
  for (const part of page.querySelectorAll('[data-part="sum"]')) part.textContent = model.rupiah(sum);
  for (const part of page.querySelectorAll('[data-part="count"]')) part.textContent = say("pieces", { count });
  for (const button of page.querySelectorAll('[data-do="pay"]')) button.disabled = !count;
  $("empty").hidden = count > 0;
  $("lines").replaceChildren(
    ...state.cart.map((line) => {
      const row = copy("line");
      $("name", row).textContent = line.name;
      $("price", row).textContent = model.rupiah(line.unit_price_minor);
      $("line-sum", row).textContent = model.rupiah(line.unit_price_minor * line.quantity);
      const quantity = $("quantity", row);
      quantity.value = line.quantity;
      quantity.setAttribute("aria-label", say("quantity_of", { name: line.name }));
      quantity.onchange = () => set(line, Number(quantity.value));
      $("less", row).onclick = () => set(line, line.quantity - 1);
      $("more", row).onclick = () => set(line, line.quantity + 1);
      return row;
    }),
  );
}

function set(line, quantity) {
  line.quantity = Number.isInteger(quantity) && quantity >= 0 ? Math.min(quantity, 9999) : line.quantity;
  changed();
}

const copy = (name) => document.getElementById(`till-${name}`).content.firstElementChild.cloneNode(true);

// --- paying ---

function openPay() {
  const form = $("pay-form"), sum = model.total(state.cart);
  form.reset();
  $("quick").replaceChildren(
    ...model.quickCash(sum).map((amount) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button secondary", textContent: model.rupiah(amount) });
      button.onclick = () => {
        form.elements.tendered.value = model.rupiah(amount).slice(2);
        showChange();
      };
      return button;
    }),
  );
  showChange();
  $("cart-sheet").close?.();
  $("pay").showModal();
}

const paid = () => {
  const form = $("pay-form"), discount = model.readRupiah(form.elements.discount.value || "0");
  const sum = discount === null ? null : model.total(state.cart, discount);
  const tendered = form.elements.tendered.value ? model.readRupiah(form.elements.tendered.value) : sum;
  return { method: form.elements.method.value, discount, sum, tendered };
};

function showChange() {
  const { method, sum, tendered } = paid();
  const isCash = method === "cash", isWallet = method === "wallet";
  const code = $("pay-form").elements.code.value, hasCode = code.replace(/\D/g, "").length === 12 && !model.isPayersCode(code);
  const isRight = (!isWallet || (hasCode && sum > 0)) && sum !== null && sum >= 0 && (!isCash || (tendered !== null && tendered >= sum));
  $("cash").hidden = !isCash;
  $("qris").hidden = method !== "qris";
  $("wallet").hidden = !isWallet;
  $("to-pay").textContent = sum === null ? "–" : model.rupiah(sum);
  $("change").textContent = isRight && isCash ? model.rupiah(tendered - sum) : "–";
  $("done").disabled = !isRight;
}

async function sell(event) {
  event.preventDefault();
  const { method, discount, tendered } = paid();
  const body = {
    shift_id: state.shift.id,
    sold_at: new Date().toISOString(),
    method,
    lines: state.cart,
    discount_minor: discount,
    tendered_minor: method === "cash" ? tendered : null,
  };
  if (method === "wallet") {
    $("done").disabled = true;
    const why = await counter.wallet(model.total(body.lines, discount), body, $("pay-form").elements.code.value);
    $("wallet-why").textContent = why;
    $("wallet-why").hidden = !why;
    $("done").disabled = false;
    return why ? undefined : $("pay").close();
  }
  $("pay").close();
  if (method === "qris" && body.lines.length && model.total(body.lines, discount) > 0) {
    try {
      if (navigator.onLine && (await counter.ask(model.total(body.lines, discount), body))) return;
    } catch (error) {
      tell(words.counter_refused);
    }
    if (!confirm(words.counter_unconfirmed_sure)) return;
  }
  await sold(body);
}

/** Write a sale down; `settled` is the name of what was asked for and is answered by it. */
async function sold(body, settled) {
  const one = await write("sale", { ...body, sold_at: new Date().toISOString() }, settled);
  state.cart = [];
  for (const line of body.lines) {
    const item = state.items.find((one) => one.variant_id === line.variant_id);
    if (item) item.stock -= line.quantity;
  }
  render();
  showReceipt(one);
  bring();
}

/** Write a document, its number and what follows from it in one transaction: after this it survives anything. */
async function write(kind, body, settled) {
  const id = model.uuid7();
  await store.write(["documents", "meta"], (at) => {
    const counter = at("meta").get("till");
    counter.onsuccess = () => {
      const till = { ...(counter.result ?? state.till) };
      till.count += 1;
      body.number = `${till.prefix}-${String(till.count).padStart(4, "0")}`;
      state.till = till;
      at("meta").put(till);
      if (kind === "sale") at("meta").put({ name: "cart", lines: [] });
      if (settled) at("meta").put({ name: settled });
      at("documents").put({ id, kind, state: "waiting", at: Date.now(), body: { id, ...body } });
    };
  });
  return store.read("documents", id);
}

// --- shifts ---

async function openShift(event) {
  event.preventDefault();
  const form = event.target, opening = model.readRupiah(form.elements.opening.value || "0");
  if (opening === null) return form.elements.opening.setCustomValidity(words.no_amount), form.reportValidity();
  const label = form.elements.till.value.trim();
  const id = model.uuid7();
  const body = { id, till: label, opened_at: new Date().toISOString(), opening_minor: opening };
  state.till = { ...state.till, label };
  await store.write(["shifts", "meta"], (at) => {
    at("shifts").put({ id, waits: true, body });
    at("meta").put(state.till);
  });
  state.shift = await store.read("shifts", id);
  render();
  bring();
}

async function showClosing() {
  const mine = (await store.read("documents")).filter((one) => one.body.shift_id === state.shift.id && one.state !== "refused");
  const cash = mine.reduce((sum, one) => sum + cashOf(one), state.shift.body.opening_minor);
  $("expected").textContent = model.rupiah(cash);
  $("closing-form").dataset.expected = cash;
  $("closing-form").reset();
  showDifference();
  $("closing").showModal();
}

const cashOf = ({ kind, body }) => (kind === "return" ? -body.refund_minor : body.method === "cash" ? model.total(body.lines, body.discount_minor) : 0);

function showDifference() {
  const form = $("closing-form"), counted = model.readRupiah(form.elements.counted.value);
  $("difference").textContent = counted === null ? "–" : model.rupiah(counted - Number(form.dataset.expected));
  $("close-shift").disabled = counted === null;
}

async function closeShift(event) {
  event.preventDefault();
  const form = event.target;
  const body = {
    ...state.shift.body,
    closed_at: new Date().toISOString(),
    counted_minor: model.readRupiah(form.elements.counted.value),
    note: form.elements.note.value.slice(0, 300),
  };
  await store.put("shifts", { ...state.shift, waits: true, body });
  state.shift = null;
  $("closing").close();
  render();
  bring();
}

// --- receipts and what happened ---

function receiptOf({ kind, body }) {
  const sum = kind === "return" ? body.refund_minor : model.total(body.lines, body.discount_minor);
  const sums = [];
  if (body.discount_minor) sums.push([words.printed_discount, -body.discount_minor]);
  sums.push([kind === "return" ? words.printed_given_back : words.printed_total, sum]);
  if (body.tendered_minor) sums.push([words.printed_cash, body.tendered_minor], [words.printed_change, body.tendered_minor - sum]);
  return { shop, number: body.number, when: stamp.format(new Date(body.sold_at ?? body.at)), lines: body.lines, sums, thanks: words.printed_thanks };
}

function showReceipt(one) {
  const receipt = receiptOf(one);
  $("receipt-number").textContent = receipt.number;
  $("receipt-text").textContent = [receipt.shop, ...model.receiptLines(receipt)].join("\n");
  const change = one.body.tendered_minor ? one.body.tendered_minor - model.total(one.body.lines, one.body.discount_minor) : 0;
  $("receipt-change").textContent = change ? say("give_change", { amount: model.rupiah(change) }) : "";
  $("receipt-file").href = URL.createObjectURL(new Blob([model.escpos(receipt)], { type: "application/octet-stream" }));
  $("receipt-file").download = `${receipt.number}.bin`;
  $("receipt-app").href = model.printApp(model.escpos(receipt));
  $("receipt-app").hidden = !/Android/.test(navigator.userAgent);
  $("receipt-print").hidden = !("serial" in navigator);
  $("receipt-print").onclick = () => print(model.escpos(receipt));
  const link = new URL(page.dataset.receipt.replace("SALE", one.id), location.href).href;
  $("receipt-share").hidden = one.kind !== "sale" || one.state !== "taken";
  $("receipt-share").onclick = () => (navigator.share ? navigator.share({ title: shop, url: link }) : navigator.clipboard.writeText(link).then(() => tell(words.copied)));
  const told = one.answer?.conflicts?.map(conflictText) ?? [];
  if (one.state === "refused") told.push(`${one.answer.title}. ${one.answer.detail}`);
  $("receipt-told").replaceChildren(...told.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  $("receipt-return").hidden = one.kind !== "sale" || !state.shift;
  $("receipt-return").onclick = () => openReturn(one);
  $("receipt").showModal();
}

async function print(bytes) {
  try {
    const port = (await navigator.serial.getPorts())[0] ?? (await navigator.serial.requestPort());
    await port.open({ baudRate: 9600 });
    const writer = port.writable.getWriter();
    await writer.write(bytes);
    writer.releaseLock();
    await port.close();
  } catch (error) {
    tell(say("not_printed", { why: error.message }));
  }
}

const conflictText = (conflict) =>
  say(`conflict_${conflict.kind.replaceAll("-", "_")}`, {
    name: conflict.name,
    sold: conflict.sold,
    missing: conflict.missing,
    then: model.rupiah(conflict.then_minor),
    now: model.rupiah(conflict.now_minor),
  });

async function renderHistory() {
  const documents = (await store.read("documents")).sort((a, b) => b.at - a.at).slice(0, HISTORY_MOST);
  $("history").replaceChildren(
    ...documents.map((one) => {
      const row = copy("document");
      const conflicts = one.answer?.conflicts?.length;
      $("number", row).textContent = one.body.number;
      $("when", row).textContent = stamp.format(new Date(one.at));
      $("amount", row).textContent = model.rupiah(one.kind === "return" ? -one.body.refund_minor : model.total(one.body.lines, one.body.discount_minor));
      const how = one.state === "taken" && conflicts ? "conflicts" : one.state;
      $("state", row).textContent = words[`state_${how}`];
      $("state", row).className = `status ${{ waiting: "warm", taken: "good", refused: "bad", conflicts: "warm" }[how]}`;
      row.querySelector("button").onclick = () => showReceipt(one);
      return row;
    }),
  );
  $("history-empty").hidden = documents.length > 0;
}

// --- taking back ---

function openReturn(sale) {
  const form = $("return-form");
  form.reset();
  $("return-lines").replaceChildren(
    ...sale.body.lines.map((line, at) => {
      const row = copy("return-line");
      $("name", row).textContent = line.name;
      const input = row.querySelector("input");
      input.name = `line-${at}`;
      input.max = line.quantity;
      input.value = 0;
      return row;
    }),
  );
  const lines = () => sale.body.lines.map((line, at) => ({ ...line, quantity: Number(form.elements[`line-${at}`].value) })).filter((line) => line.quantity > 0);
  const gross = model.total(sale.body.lines), net = model.total(sale.body.lines, sale.body.discount_minor);
  const refund = () => (gross ? Math.floor((model.total(lines()) * net) / gross / 100) * 100 : 0);
  form.oninput = () => {
    $("refund").textContent = model.rupiah(refund());
    $("take-back").disabled = !lines().length || !form.reportValidity();
  };
  form.oninput();
  form.onsubmit = async (event) => {
    event.preventDefault();
    const body = {
      shift_id: state.shift.id,
      sale_id: sale.id,
      at: new Date().toISOString(),
      lines: lines(),
      refund_minor: refund(),
      reason: form.elements.reason.value.slice(0, 300),
      restock: form.elements.restock.checked,
    };
    const one = await write("return", body);
    $("return").close();
    await renderHistory();
    showReceipt(one);
    bring();
  };
  $("receipt").close();
  $("return").showModal();
}

// --- hands on the page ---

function wire() {
  $("search").oninput = (event) => {
    state.text = event.target.value;
    renderItems();
  };
  $("search").onkeydown = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const first = model.find(state.items, state.text, 2);
    if (scanned(state.text) || (first.length === 1 && (add(first[0]), true))) event.target.value = state.text = "";
    renderItems();
  };
  // A scanner types like a keyboard, very fast, and ends with Enter: it works wherever the cursor is.
  let typed = "", last = 0;
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select, dialog") || !state.shift) return;
    const now = event.timeStamp; // of the key, not of our turn: a busy till hears a scanner too
    if (now - last > 100) typed = "";
    last = now;
    if (event.key.length === 1) typed += event.key;
    else if (event.key === "Enter" && typed.length >= 6) {
      event.preventDefault();
      scanned(typed);
      typed = "";
    }
  });
  const doing = {
    pay: openPay,
    cart: () => $("cart-sheet").showModal(),
    clear: () => confirm(words.clear_sure) && ((state.cart = []), changed()),
    history: () => $("history-sheet").showModal(),
    closing: showClosing,
    custom: () => $("custom").showModal(),
    bring,
    scan: openCamera,
  };
  page.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) doing[button.dataset.do]();
    if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
  });
  $("pay-form").elements.code.oninput = ({ target }) => {
    clearTimeout(pasting);
    if (model.isPayersCode(target.value)) pasting = setTimeout(() => (readPayer(target.value), (target.value = ""), showChange()), 300);
  };
  $("pay-form").oninput = showChange;
  $("pay-form").onsubmit = sell;
  $("opening-form").onsubmit = openShift;
  $("opening-form").elements.opening.oninput = (event) => event.target.setCustomValidity("");
  if (state.till.label) $("opening-form").elements.till.value = state.till.label;
  $("closing-form").oninput = showDifference;
  $("closing-form").onsubmit = closeShift;
  $("custom-form").onsubmit = (event) => {
    event.preventDefault();
    const form = event.target, price = model.readRupiah(form.elements.price.value);
    if (price === null) return form.elements.price.setCustomValidity(words.no_amount), form.reportValidity();
    add({ variant_id: null, name: form.elements.name.value.trim(), price_minor: price });
    form.reset();
    $("custom").close();
  };
  $("custom-form").elements.price.oninput = (event) => event.target.setCustomValidity("");
  addEventListener("online", bring);
  addEventListener("offline", () => showState({ state: "offline", waiting: null }));
}
