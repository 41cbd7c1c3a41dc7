// Money without cash at the counter: a QRIS code for exactly the sum, or the buyer's wallet. The till goes on by itself
// once the bank has told. What is asked for is written down first, so that a killed tab asks again about the same one.

import { request } from "./sync.mjs";
import { rupiah, uuid7 } from "./model.mjs";

const LOOK_EVERY = 2_000;
const WALLET = "counter-wallet";

export class Counter {
  /** `page` has the dialog, `store` keeps what is asked for, `paid` is called with it once the money is there. */
  constructor({ page, store, business, words, paid, unsure }) {
    Object.assign(this, { page, store, business, words, paid, unsure });
    this.asked = null;
    this.timer = 0;
    this.$("counter-cancel").onclick = () => this.cancel();
    this.$("counter-unsure").onclick = () => this.giveUp();
    this.$("counter-ask").onclick = () => this.post("check").catch(() => {});
    this.$("counter-dialog").addEventListener("cancel", (event) => event.preventDefault());
  }

  $(name) {
    return this.page.querySelector(`[data-part="${name}"]`);
  }

  /** Ask for a sum; false where there is no network, and the till goes on as it does without one. */
  async ask(amount, sale) {
    const asked = { name: "counter", id: uuid7(), amount, sale };
    await this.store.put("meta", asked);
    try {
      await this.#request(asked);
    } catch (error) {
      await this.forget();
      if (error.state === "failed") throw error;
      return false;
    }
    this.show(asked);
    return true;
  }

  /**
   * Let the buyer's wallet pay a sum by the code that it shows; return why not, or nothing. What is sent is written down
   * first: where the answer gets lost, the same request is sent again and pays nothing twice.
   */
  async wallet(amount, sale, code) {
    const earlier = await this.store.read("meta", WALLET);
    if (earlier?.id && (earlier.code !== code || earlier.amount !== amount)) {
      const why = await this.#take(earlier);
      if (why) return why;
    }
    const asked = earlier?.code === code && earlier.amount === amount ? earlier : { name: WALLET, id: uuid7(), amount, sale, code };
    await this.store.put("meta", asked);
    return this.#take(asked);
  }

  /** Send again what a wallet was asked for and never answered. */
  async settle() {
    const asked = await this.store.read("meta", WALLET);
    if (asked?.id) await this.#take(asked);
  }

  #take(asked) {
    return this.#once(asked, () => this.#sent(asked));
  }

  // One tab at a time, and only while it still waits: an answer that comes twice makes one sale.
  #once(asked, work) {
    return navigator.locks.request(`kawasan-till-counter-${this.business}`, async () => {
      const waiting = await this.store.read("meta", asked.name);
      return waiting?.id === asked.id ? work() : "";
    });
  }

  async #sent(asked) {
    const body = JSON.stringify({ id: asked.id, business_id: this.business, amount_minor: asked.amount, code: asked.code });
    try {
      await request("/v1/counter-wallet-payments", { method: "POST", body });
    } catch (error) {
      if (error.state !== "failed") return this.words[error.state === "signed-out" ? "counter_signed_out" : "wallet_offline"];
      await this.store.put("meta", { name: WALLET });
      return error.told || this.words.counter_refused;
    }
    await this.paid(asked);
    return "";
  }

  /** Go on with what was asked for before the tab was closed or killed. */
  async resume() {
    await this.settle();
    const asked = await this.store.read("meta", "counter");
    if (asked?.id) this.show(asked);
  }

  show(asked) {
    this.asked = asked;
    this.$("counter-amount").textContent = rupiah(asked.amount);
    this.$("counter-code").removeAttribute("src");
    this.#state("making");
    if (!this.$("counter-dialog").open) this.$("counter-dialog").showModal();
    this.look();
  }

  async look() {
    clearTimeout(this.timer);
    const asked = this.asked;
    if (!asked) return;
    try {
      const found = await (await this.#request(asked)).json();
      if (this.asked !== asked) return;
      asked.public = found.id;
      await this.#tell(found);
    } catch (error) {
      if (this.asked === asked) this.#state(error.state === "signed-out" ? "signed-out" : "offline");
    }
    if (this.asked) this.timer = setTimeout(() => this.look(), LOOK_EVERY);
  }

  async #tell(found) {
    if (found.status === "paid") {
      const asked = this.asked;
      this.asked = null;
      this.#state("paid");
      await this.#once(asked, () => this.paid(asked)); // writes the sale and forgets this in one transaction
      return this.close();
    }
    if (found.status !== "requested" || found.problem) return this.#state(found.problem ? "refused" : "over");
    if (found.qris && !this.$("counter-code").src) this.$("counter-code").src = `/v1/counter-payments/${found.id}/code.svg`;
    this.$("counter-name").textContent = found.merchant_name;
    this.#state(found.qris ? "waiting" : "making");
  }

  /** The buyer pays otherwise: close the code, so that nobody pays it by mistake; was it paid meanwhile, go on. */
  async cancel() {
    try {
      await this.post("cancellation");
    } catch (error) {
      if (error.state === "failed") return this.look();
    }
    await this.forget();
    this.close();
  }

  /** The cashier saw the money on the buyer's phone: the sale is written down as not confirmed. */
  async giveUp() {
    const asked = this.asked;
    this.asked = null;
    await this.#once(asked, () => this.unsure(asked));
    this.close();
  }

  close() {
    clearTimeout(this.timer);
    this.asked = null;
    this.$("counter-dialog").close();
  }

  forget() {
    return this.store.put("meta", { name: "counter" });
  }

  post(what) {
    if (!this.asked?.public) return Promise.resolve();
    return request(`/v1/counter-payments/${this.asked.public}/${what}`, { method: "POST", body: "{}" });
  }

  // The same id is the same payment, so asking is also how to look.
  #request({ id, amount }) {
    const body = JSON.stringify({ id, business_id: this.business, amount_minor: amount });
    return request("/v1/counter-payments", { method: "POST", body });
  }

  #state(name) {
    this.$("counter-dialog").dataset.state = name;
    this.$("counter-state").textContent = this.words[`counter_${name.replace("-", "_")}`];
    this.$("counter-ask").hidden = name !== "waiting";
    this.$("counter-unsure").hidden = name === "making" || name === "paid";
  }
}
