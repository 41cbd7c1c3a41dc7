// Checks a proof of the zone's log in this browser, with WebCrypto and without asking anybody.
// The same steps as kawasan_verify.py: RFC 6962 trees, C2SP's signed notes and checkpoints.

export const utf8 = new TextEncoder();

class Wrong extends Error {}

export const need = (holds, what) => {
  if (!holds) throw new Wrong(what);
};

// What comes of data that is not what it should be; anything else is a mistake of ours.
const OF_DATA = ["InvalidCharacterError", "DataError", "OperationError", "NotSupportedError"];

export const isWrong = (error) =>
  error instanceof Wrong || error instanceof TypeError || error instanceof SyntaxError || OF_DATA.includes(error.name);

const joined = (...parts) => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    all.set(part, place);
    place += part.length;
  }
  return all;
};

export const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export const same = (one, other) => one.length === other.length && one.every((byte, place) => byte === other[place]);

export const fromBase64 = (text) => {
  need(typeof text === "string" && /^[A-Za-z0-9+/]*={0,2}$/.test(text), "base 64");
  const binary = atob(text);
  need(btoa(binary) === text, "base 64 that is not canonical");
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
};

export const leafHash = (entry) => sha256(Uint8Array.of(0), entry);
const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

// RFC 9162, section 2.1.3.2. Sizes may pass 2^32, so there are no bit operations.
export async function rootByPath(index, size, leaf, path) {
  need(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size, "index");
  let [here, last, value] = [index, size - 1, leaf];
  const rise = () => [here, last] = [Math.floor(here / 2), Math.floor(last / 2)];
  for (const step of path) {
    need(step.length === 32 && last > 0, "length of the path");
    if (here % 2 === 1 || here === last) {
      value = await nodeHash(step, value);
      while (here % 2 === 0 && here > 0) rise();
    } else {
      value = await nodeHash(value, step);
    }
    rise();
  }
  need(last === 0, "length of the path");
  return value;
}

async function readKey(text) {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text.trim());
  need(match, "verifier key");
  const body = fromBase64(match[3]);
  need(body[0] === 1 && body.length === 33, "kind of key");
  const id = (await sha256(utf8.encode(match[1]), utf8.encode("\n"), body)).slice(0, 4);
  need(hex(id) === match[2], "id of the key");
  return { name: match[1], id, bytes: body.slice(1) };
}

function readNote(note) {
  const end = note.lastIndexOf("\n\n");
  need(end > 0 && note.endsWith("\n"), "signed note");
  const signatures = note.slice(end + 2, -1).split("\n").map((line) => {
    const match = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)$/.exec(line);
    need(match, "signature line");
    return { name: match[1], value: fromBase64(match[2]) };
  });
  return { text: note.slice(0, end + 1), signatures };
}

// Whether a key signed a note; null where no signature claims to be by it.
async function isSignedBy(key, { text, signatures }) {
  const ours = signatures.find((one) => one.name === key.name && same(one.value.slice(0, 4), key.id));
  if (!ours) return null;
  const imported = await crypto.subtle.importKey("raw", key.bytes, { name: "Ed25519" }, false, ["verify"]);
  return crypto.subtle.verify("Ed25519", imported, ours.value.slice(4), utf8.encode(text));
}

// What a checkpoint of the key's log says, and whether that key signed it (null: no signature claims to be by it).
export async function readCheckpoint(note, keyText) {
  const [key, read] = [await readKey(keyText), readNote(note)];
  const isSigned = await isSignedBy(key, read);
  const [origin, size, root] = read.text.split("\n");
  need(origin === key.name && /^(0|[1-9][0-9]{0,15})$/.test(size), "checkpoint");
  return { isSigned, origin, size: Number(size), root: fromBase64(root) };
}

const documentOf = (found) =>
  typeof found.document === "string" ? utf8.encode(found.document)
    : found.document_base64 ? fromBase64(found.document_base64) : null;

async function checkDocument(data, entry, document) {
  const zero = entry.indexOf(0);
  need(zero > 0 && new TextDecoder().decode(entry.slice(0, zero)) === data.kind, "kind");
  need(same(await sha256(fromBase64(data.salt), document), entry.slice(zero + 1)), "document");
}

async function checkPart(part, batch) {
  const document = documentOf(part);
  need(document && part.size === batch.count, "size of the batch");
  const leaf = await leafHash(await sha256(fromBase64(part.salt), document));
  const root = await rootByPath(part.index, part.size, leaf, part.path.map(fromBase64));
  need(hex(root) === batch.root, "part of the batch");
}

// Calls told(step, holds) for "signature", "leaf", "document" and "part"; returns whether everything holds.
export async function verify(data, key, told = () => {}) {
  let step = "signature";
  try {
    need(data.format === "kawasan-proof/1", "format");
    const { isSigned, size, root } = await readCheckpoint(data.checkpoint, key);
    need(isSigned, "signature by this key");
    told(step, true);
    step = "leaf";
    const entry = fromBase64(data.entry);
    need(same(await rootByPath(data.index, size, await leafHash(entry), data.path.map(fromBase64)), root), "leaf");
    told(step, true);
    const document = documentOf(data);
    if (document === null) {
      need(!data.part, "part without its batch");
      return true;
    }
    step = "document";
    await checkDocument(data, entry, document);
    told(step, true);
    if (data.part) {
      step = "part";
      await checkPart(data.part, JSON.parse(new TextDecoder().decode(document)));
      told(step, true);
    }
    return true;
  } catch (error) {
    if (!isWrong(error)) throw error;
    told(step, false, error.message);
    return false;
  }
}

export async function isSupported() {
  if (!globalThis.crypto?.subtle) return false;
  try {
    await crypto.subtle.importKey("raw", new Uint8Array(32), { name: "Ed25519" }, false, ["verify"]);
    return true;
  } catch (error) {
    return error.name !== "NotSupportedError";
  }
}
