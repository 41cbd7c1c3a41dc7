// What the till counts and writes, without a browser: ids, prices, sums, receipts.

/** Return a UUID version 7 (RFC 9562): the moment first, so that sales sort by time. */
export function uuid7(now = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let i = 5, rest = now; i >= 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Return an amount as people of Indonesia write it: Rp1.500.000 (minor units in, sen only where there are any). */
export function rupiah(minor) {
  const whole = Math.floor(Math.abs(minor) / 100), sen = Math.abs(minor) % 100;
  const text = String(whole).replace(/\B(?=(\d{3})+$)/g, ".") + (sen ? "," + String(sen).padStart(2, "0") : "");
  return (minor < 0 ? "−Rp" : "Rp") + text;
}

/** Return whether a text is the code of a buyer's own app (QRIS CPM): base64 of what begins with 85 05 CPV01. */
export const isPayersCode = (text) => text.trim().startsWith("hQVDUFYwM");

/** Return what was typed as rupiah in minor units, or null where it is no amount. */
export function readRupiah(text) {
  const match = /^\s*(?:Rp)?\s*(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d{2}))?\s*$/i.exec(text);
  return match ? Number(match[1].replaceAll(".", "")) * 100 + Number(match[2] ?? 0) : null;
}

/** Return what an item costs at a moment (milliseconds); a special price holds from its start up to, not including, its end. */
export function priceAt(item, moment) {
  for (const window of item.windows)
    if (Date.parse(window.starts_at) <= moment && (!window.ends_at || moment < Date.parse(window.ends_at)))
      return window.price_minor;
  return item.price_minor;
}

export function total(lines, discount = 0) {
  return lines.reduce((sum, line) => sum + line.quantity * line.unit_price_minor, 0) - discount;
}

/** Return the amounts a buyer is likely to hand over: the sum itself and the notes above it. */
export function quickCash(sum) {
  const notes = [1_000_00, 2_000_00, 5_000_00, 10_000_00, 20_000_00, 50_000_00, 100_000_00];
  const above = notes.map((note) => Math.ceil(sum / note) * note);
  return [...new Set([sum, ...above])].sort((a, b) => a - b).slice(0, 5);
}

/** Return the items that fit what was typed: every word somewhere in name, SKU or barcode. */
export function find(items, text, most = 60) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (item) => words.every((word) => item.searched.includes(word));
  const found = [];
  for (const item of items) {
    if (fits(item)) found.push(item);
    if (found.length === most) break;
  }
  return found;
}

/** Return the item with exactly this barcode or SKU. GTINs of 8 to 14 digits are the same with zeros in front. */
export function byCode(items, code) {
  const bare = code.trim(), gtin = /^\d{8,14}$/.test(bare) ? bare.padStart(14, "0") : null;
  return items.find((item) => item.sku === bare || (gtin && item.gtin && item.gtin.padStart(14, "0") === gtin));
}

// --- the receipt as an ESC/POS printer takes it (Epson ESC/POS command reference) ---

const ESC = 0x1b, GS = 0x1d;
// Printers know ASCII; a discount must not lose its minus on the way.
const plain = (text) => text.normalize("NFKD").replace(/[−–—]/g, "-").replace(/[^\x20-\x7e]/g, "");

export function receiptLines(receipt, width = 32) {
  const row = (left, right) => {
    const room = width - right.length - 1;
    return left.length <= room ? [left.padEnd(room + 1) + right] : [...wrap(left, width), right.padStart(width)];
  };
  const lines = [...wrap(receipt.number, width), receipt.when, "-".repeat(width)];
  for (const line of receipt.lines) {
    lines.push(...wrap(line.name, width));
    lines.push(...row(`  ${line.quantity} x ${rupiah(line.unit_price_minor)}`, rupiah(line.quantity * line.unit_price_minor)));
  }
  lines.push("-".repeat(width));
  for (const [label, amount] of receipt.sums) lines.push(...row(label, rupiah(amount)));
  lines.push("", ...wrap(receipt.thanks, width));
  return lines;
}

function wrap(text, width) {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const joined = lines.at(-1) ? lines.at(-1) + " " + word : word;
    if (joined.length <= width) lines[lines.length - 1] = joined;
    else for (let rest = word; rest; rest = rest.slice(width)) lines.push(rest.slice(0, width));
  }
  return lines.filter((line, at) => line || at);
}

/** Return the bytes that print a receipt: name large and centred, lines, a cut. */
export function escpos(receipt, width = 32) {
  const bytes = [ESC, 0x40, ESC, 0x61, 1, GS, 0x21, 0x11];
  const text = (line) => bytes.push(...Array.from(plain(line), (letter) => letter.charCodeAt(0)), 0x0a);
  wrap(receipt.shop, Math.floor(width / 2)).forEach(text);
  bytes.push(GS, 0x21, 0x00, ESC, 0x61, 0);
  receiptLines(receipt, width).forEach(text);
  bytes.push(ESC, 0x64, 4, GS, 0x56, 66, 0);
  return new Uint8Array(bytes);
}

/**
 * Return the address that hands these bytes to the print app RawBT, which knows Bluetooth, USB and built-in printers
 * (Sunmi's among them); where it is not installed, Android shows it in the store.
 */
export function printApp(bytes) {
  return `intent:base64,${btoa(String.fromCharCode(...bytes))}#Intent;scheme=rawbt;package=ru.a402d.rawbtprinter;end;`;
}
