// Bring what waits on the device into the books, as often as it takes; sending it again changes nothing there.

const AT_ONCE = 200; // documents a request; the server takes 500
const TIMEOUT = 20_000;
const KEEP_DAYS = 14; // how long a document stays readable on the device once it is in the books

export class Sync {
  constructor({ store, api, told }) {
    this.store = store;
    this.api = api;
    this.told = told; // called with {state: "fine" | "offline" | "signed-out" | "failed", waiting}
    this.running = null;
  }

  /** Send everything that waits; a second call while one runs waits for the same. */
  run() {
    this.running ??= navigator.locks.request(`kawasan-till-${this.api}`, () => this.#all()).finally(() => (this.running = null));
    return this.running;
  }

  async waiting() {
    const [shifts, documents] = await Promise.all([this.store.read("shifts"), this.store.read("documents")]);
    return { shifts: shifts.filter((shift) => shift.waits), documents: documents.filter((one) => one.state === "waiting") };
  }

  async #all() {
    let state = "fine";
    try {
      for (;;) {
        const { shifts, documents } = await this.waiting();
        if (!shifts.length && !documents.length) break;
        const batch = documents.slice(0, AT_ONCE);
        const answers = await this.#send(shifts, batch);
        await this.#note(answers, shifts, batch);
        if (batch.length === documents.length) break;
      }
      await this.#forgetOld();
    } catch (error) {
      state = error.state ?? "offline";
    }
    const { shifts, documents } = await this.waiting();
    this.told({ state, waiting: documents.length + shifts.length });
  }

  async #send(shifts, documents) {
    const of = (kind) => documents.filter((one) => one.kind === kind).map((one) => one.body);
    const body = { shifts: shifts.map((shift) => shift.body), sales: of("sale"), returns: of("return") };
    const response = await request(`${this.api}/sync`, { method: "POST", body: JSON.stringify(body) });
    return (await response.json()).answers;
  }

  async #note(answers, shifts, documents) {
    const answered = new Map(answers.map((answer) => [answer.id, answer]));
    for (const shift of shifts) {
      const answer = answered.get(shift.id);
      // A shift that was closed while this was on its way waits on.
      await this.store.write(["shifts"], (at) => {
        const row = at("shifts").get(shift.id);
        row.onsuccess = () =>
          at("shifts").put({ ...row.result, answer, waits: Boolean(row.result.body.closed_at) !== Boolean(shift.body.closed_at) });
      });
    }
    for (const one of documents) {
      const answer = answered.get(one.id);
      await this.store.update("documents", one.id, { state: answer.taken ? "taken" : "refused", answer });
    }
  }

  async #forgetOld() {
    const before = Date.now() - KEEP_DAYS * 86_400_000;
    const old = (await this.store.read("documents")).filter((one) => one.state === "taken" && one.at < before);
    if (old.length) await this.store.remove("documents", old.map((one) => one.id));
  }
}

/** Fetch JSON as the signed-in person. Throws an error with `state` where there is no network, no sign-in or a fault. */
export async function request(url, options = {}) {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
  let response;
  try {
    response = await fetch(url, {
      ...options,
      signal: AbortSignal.timeout(TIMEOUT),
      headers: { "Content-Type": "application/json", "X-CSRFToken": token, Accept: "application/json" },
    });
  } catch {
    throw Object.assign(new Error("offline"), { state: "offline" });
  }
  if (response.status === 401 || response.status === 403) throw Object.assign(new Error("signed out"), { state: "signed-out" });
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({})); // in words of the person's language
  const told = [problem.title, problem.detail].filter(Boolean).join(". ");
  throw Object.assign(new Error(`answered ${response.status}`), { state: response.status >= 500 ? "offline" : "failed", told });
}
