// What every page shares: theme buttons, menus that close, forms sent once, htmx with the CSRF token, toasts.

const root = document.documentElement;

function showTheme() {
  const theme = root.dataset.theme || "system";
  for (const button of document.querySelectorAll("[data-theme-choice]"))
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
}

function chooseTheme(theme) {
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  try {
    if (theme === "system") localStorage.removeItem("kawasan-theme");
    else localStorage.setItem("kawasan-theme", theme);
  } catch { /* storage is switched off: the choice lasts for this page */ }
  showTheme();
}

for (const part of document.querySelectorAll("[data-needs-js]")) part.hidden = false;
showTheme();

// On a phone the present tab may lie outside what is seen of its row.
for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
  const row = tab.parentElement;
  const ahead = tab.getBoundingClientRect().left - row.getBoundingClientRect().left;
  row.scrollLeft += ahead - (row.clientWidth - tab.offsetWidth) / 2;
}

// What is wrong in a form that was sent may lie below what is seen.
const wrong = document.querySelector("main form [role=alert], main form [aria-invalid=true]");
wrong?.scrollIntoView({ block: "center" });
wrong?.focus({ preventScroll: true });

document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-theme-choice]");
  if (choice) chooseTheme(choice.dataset.themeChoice);
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (!menu.contains(event.target)) menu.open = false;
  event.target.closest("[data-dismiss]")?.closest(".toast")?.remove();
  if (event.target.closest("[data-print]")) window.print();
  const copy = event.target.closest("[data-copy]");
  if (copy) copyText(copy);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

async function copyText(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    toast(button.dataset.copied || "✓", "success");
  } catch { /* the text stays selectable on the page */ }
}

// A form is sent once. The server is safe against repeats too; this keeps people from wondering.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-busy", "true");
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
});

function toast(text, level = "info") {
  const place = document.getElementById("toasts");
  const sample = document.getElementById("toast-sample");
  if (!place || !sample || !text) return;
  const item = sample.content.firstElementChild.cloneNode(true);
  item.dataset.level = level;
  item.querySelector("[data-text]").textContent = text;
  place.append(item);
  if (level !== "error") setTimeout(() => item.remove(), 8000);
}

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value;
  if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
});
document.addEventListener("htmx:responseError", (event) => toast(problemText(event.detail.xhr), "error"));
document.addEventListener("htmx:sendError", () => toast(document.getElementById("toasts")?.dataset.offline, "error"));

// A refusal comes as a problem document or as the problem page; both carry the same words.
function problemText(xhr) {
  const kind = xhr.getResponseHeader("Content-Type") || "";
  if (kind.includes("json")) {
    try {
      const problem = JSON.parse(xhr.responseText);
      return [problem.title, problem.detail].filter(Boolean).join(". ");
    } catch { return String(xhr.status); }
  }
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  return page.querySelector("[data-problem]")?.dataset.problem ?? String(xhr.status);
}
