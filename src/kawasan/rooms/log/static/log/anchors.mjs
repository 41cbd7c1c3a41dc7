// Checks anchors of a checkpoint in this browser, as kawasan_verify_anchor.py does without a network: that the entry is
// under the checkpoint, that a timestamp (RFC 3161, in CMS, RFC 5652) is of its very bytes and by whom, or that a
// contract's receipt tells of it. Whether a chain knows such a receipt only a node can say: that stays open here.
import { fromBase64, hex, isWrong, leafHash, need, readCheckpoint, rootByPath, same, sha256, utf8 } from "./verify.mjs";

const [SEQUENCE, SET, INTEGER, BITS, OCTETS, OID, TIME, FIRST] = [0x30, 0x31, 2, 3, 4, 6, 0x18, 0xa0];
const [SIGNED_DATA, STAMP_INFO] = ["1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"];
const [CONTENT_TYPE, MESSAGE_DIGEST] = ["1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"];
const [NAMES_SHA1, NAMES] = ["1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"];
const [RSA, RSA_PSS, EC] = ["1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.2.840.10045.2.1"];
const [CONSTRAINTS, KEY_USAGE, PURPOSES, STAMPING] = ["2.5.29.19", "2.5.29.15", "2.5.29.37", "1.3.6.1.5.5.7.3.8"];
const HASHES = {
  "2.16.840.1.101.3.4.2.1": "SHA-256", "2.16.840.1.101.3.4.2.2": "SHA-384", "2.16.840.1.101.3.4.2.3": "SHA-512",
};
// Signature algorithms that say their hash themselves; "rsaEncryption" alone leaves it to the digest beside it.
const SIGNS_WITH = {
  "1.2.840.113549.1.1.11": "SHA-256", "1.2.840.113549.1.1.12": "SHA-384", "1.2.840.113549.1.1.13": "SHA-512",
  "1.2.840.10045.4.3.2": "SHA-256", "1.2.840.10045.4.3.3": "SHA-384", "1.2.840.10045.4.3.4": "SHA-512",
};
const CURVES = {
  "1.2.840.10045.3.1.7": ["P-256", 32], "1.3.132.0.34": ["P-384", 48], "1.3.132.0.35": ["P-521", 66],
};
const ANCHORED = "0xbea4d11b910aad40d2df2a90d97a3329219b6389f85777c99daad7eb5fafd439"; // the contract's event
const CHAIN_MAX = 6;
const RECEIPT_MAX = 64_000;

const digest = async (algorithm, bytes) => new Uint8Array(await crypto.subtle.digest(algorithm, bytes));

class Der {
  constructor(tag, content, whole) {
    Object.assign(this, { tag, content, whole });
  }

  parts(...tags) {
    const found = readDer(this.content);
    need(tags.every((tag, place) => found[place]?.tag === tag), "not built as the standard says");
    return found;
  }

  oid() {
    need(this.tag === OID && this.content.length > 0, "an object identifier is missing");
    const numbers = [];
    let value = 0;
    for (const byte of this.content) {
      value = value * 128 + (byte & 0x7f);
      if (byte < 0x80) [value] = [0, numbers.push(value)];
    }
    need(numbers.length > 0, "an object identifier is cut off");
    const first = Math.min(Math.floor(numbers[0] / 40), 2);
    return [first, numbers[0] - 40 * first, ...numbers.slice(1)].join(".");
  }
}

function readDer(data) {
  const found = [];
  for (let place = 0; place < data.length; ) {
    let [start, body, length] = [place, place + 2, data[place + 1]];
    need(body <= data.length, "cut off");
    if (length & 0x80) {
      const wide = length & 0x7f;
      need(wide >= 1 && wide <= 4, "a length that DER does not have");
      body += wide;
      length = data.slice(start + 2, body).reduce((sum, byte) => sum * 256 + byte, 0);
    }
    place = body + length;
    need(place <= data.length, "cut off");
    found.push(new Der(data[start], data.slice(body, place), data.slice(start, place)));
  }
  return found;
}

const hashNamed = (algorithm) => {
  const name = HASHES[algorithm.parts(OID)[0].oid()];
  need(name, "a hash that is not taken here");
  return name;
};

function moment(text, shape) {
  const match = shape.exec(text);
  need(match, "a time that is not in UTC");
  const [year, ...rest] = match[1].match(/^(....)(..)(..)(..)(..)(..)$/).slice(1);
  const iso = `${year}-${rest[0]}-${rest[1]}T${rest[2]}:${rest[3]}:${rest[4]}.000Z`;
  const at = new Date(iso);
  need(!Number.isNaN(at.getTime()) && at.toISOString() === iso, "a time that there is not");
  return at;
}

const latin = (bytes) => String.fromCharCode(...bytes);

const stampTime = (value) => moment(latin(value.content), /^([0-9]{14})(?:\.[0-9]{1,9})?Z$/);

function certificateTime(value) {
  const text = latin(value.content);
  if (value.tag === TIME) return moment(text, /^([0-9]{14})Z$/);
  return moment((Number(text.slice(0, 2)) < 50 ? "20" : "19") + text, /^([0-9]{14})Z$/); // RFC 5280 (4.1.2.5.1)
}

// A timestamp taken apart; nothing about it is believed yet.
function readStamp(receipt) {
  need(receipt.length > 0 && receipt.length <= RECEIPT_MAX, "not a timestamp response");
  const all = readDer(receipt);
  need(all.length === 1, "not a timestamp response");
  const [status, ...token] = all[0].parts(SEQUENCE);
  need(["00", "01"].includes(hex(status.parts(INTEGER)[0].content)), "the authority refused");
  need(token.length === 1, "no token in the response");
  const [kind, wrapped] = token[0].parts(OID, FIRST);
  need(kind.oid() === SIGNED_DATA, "not signed data");
  const [, , content, ...rest] = wrapped.parts(SEQUENCE)[0].parts(INTEGER, SET, SEQUENCE);
  const [inner, held] = content.parts(OID, FIRST);
  need(inner.oid() === STAMP_INFO, "not a timestamp");
  const info = held.parts(OCTETS)[0].content;
  const carried = rest.filter((one) => one.tag === FIRST).flatMap((one) => readDer(one.content));
  const signers = rest.filter((one) => one.tag === SET).flatMap((one) => readDer(one.content));
  need(signers.length === 1, "not exactly one signature");
  const [, , imprint, , when] = readDer(info)[0].parts(INTEGER, OID, SEQUENCE, INTEGER, TIME);
  const [algorithm, hashed] = imprint.parts(SEQUENCE, OCTETS);
  const at = stampTime(when);
  return { info, carried, algorithm: hashNamed(algorithm), hashed: hashed.content, at, ...readSigner(signers[0]) };
}

function readSigner(signer) {
  const [, named, hashedWith, attributes, signedWith, signature] = signer.parts(INTEGER);
  need(attributes?.tag === FIRST && signature?.tag === OCTETS, "a signature without signed attributes");
  const signed = Uint8Array.from(attributes.whole);
  signed[0] = SET; // as a SET, RFC 5652 (5.4)
  const pairs = readDer(attributes.content).map((one) => one.parts(OID, SET));
  const values = new Map(pairs.map(([kind, value]) => [kind.oid(), readDer(value.content)]));
  need(values.size === pairs.length, "an attribute stands twice");
  return { named, digest: hashNamed(hashedWith), signedWith, signature: signature.content, signed, attributes: values };
}

const oneAttribute = (stamp, name) => {
  const found = stamp.attributes.get(name) ?? [];
  need(found.length === 1, `a signed attribute is missing: ${name}`);
  return found[0];
};

function readCertificate(one) {
  const [body, signedWith, signature] = one.parts(SEQUENCE, SEQUENCE, BITS);
  const fields = readDer(body.content);
  if (fields[0]?.tag === FIRST) fields.shift();
  const tags = [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE];
  need(tags.every((tag, place) => fields[place]?.tag === tag), "not a certificate");
  const [serial, , issuer, validity, subject, key, ...rest] = fields;
  const [from, until] = readDer(validity.content).map(certificateTime);
  const extensions = new Map();
  for (const part of rest.filter((one) => one.tag === 0xa3)) {
    for (const extension of part.parts(SEQUENCE)[0].parts()) {
      const [kind, ...more] = extension.parts(OID);
      const value = readDer(more.at(-1).content)[0];
      extensions.set(kind.oid(), { isCritical: more.length === 2 && more[0].content[0] === 0xff, value });
    }
  }
  const whole = one.whole;
  return { whole, body: body.whole, signedWith, signature: signature.content.slice(1), serial, issuer, subject, key, from, until, extensions };
}

// What stands in a name: its common name, else all of its parts.
function nameOf(certificate) {
  const parts = readDer(certificate.subject.content).flatMap((set) => readDer(set.content)).map((one) => one.parts(OID));
  const said = ([, value]) => new TextDecoder().decode(value.content);
  const common = parts.find(([kind]) => kind.oid() === "2.5.4.3");
  return common ? said(common) : parts.map(said).join(", ");
}

// Whether a key signed bytes; `fallback` is the hash where the algorithm names none.
async function isSigned(key, signedWith, fallback, signature, data) {
  const [algorithm, parameters] = signedWith.parts(OID);
  const [kind, curve] = key.parts(SEQUENCE, BITS)[0].parts(OID);
  const [name, type] = [algorithm.oid(), kind.oid()];
  const hash = SIGNS_WITH[name] ?? fallback;
  const found = [signature, data];
  let way;
  if (type === RSA && name === RSA_PSS) {
    const salt = parameters?.parts().find((one) => one.tag === 0xa2)?.parts(INTEGER)[0].content[0] ?? 20;
    way = { name: "RSA-PSS", hash: fallback, saltLength: salt };
  } else if (type === RSA && hash) {
    way = { name: "RSASSA-PKCS1-v1_5", hash };
  } else if (type === EC && hash && CURVES[curve?.oid()]) {
    const [namedCurve, width] = CURVES[curve.oid()];
    way = { name: "ECDSA", namedCurve, hash };
    found[0] = twoNumbers(signature, width);
  }
  need(way, `a kind of signature that is not taken here: ${name}`);
  const imported = await crypto.subtle.importKey("spki", key.whole, way, false, ["verify"]);
  return crypto.subtle.verify(way, imported, ...found);
}

// The two numbers of a signature over a curve side by side, as WebCrypto wants them.
function twoNumbers(signature, width) {
  const numbers = readDer(signature)[0].parts(INTEGER, INTEGER).slice(0, 2);
  return Uint8Array.from(numbers.flatMap(({ content }) => {
    const bare = Array.from(content);
    while (bare.length > 1 && bare[0] === 0) bare.shift();
    need(bare.length <= width, "a signature that is too long");
    return [...new Array(width - bare.length).fill(0), ...bare];
  }));
}

// See that the signed attributes name the certificate that signed (RFC 5035).
async function checkNamed(stamp, signer) {
  const names = [NAMES, NAMES_SHA1].filter((name) => stamp.attributes.has(name));
  need(names.length > 0, "the signature does not name its certificate");
  for (const name of names) {
    const first = oneAttribute(stamp, name).parts(SEQUENCE)[0].parts(SEQUENCE)[0].parts();
    let algorithm = name === NAMES ? "SHA-256" : "SHA-1";
    if (name === NAMES && first[0].tag === SEQUENCE) algorithm = hashNamed(first.shift());
    const made = await digest(algorithm, signer.whole);
    need(first[0]?.tag === OCTETS && same(first[0].content, made), "the signature names another certificate");
  }
}

function checkUse(signer) {
  const use = signer.extensions.get(PURPOSES);
  const purposes = use?.isCritical ? use.value.parts().map((one) => one.oid()) : [];
  need(purposes.join() === STAMPING, "the certificate is for other uses too, or not for timestamps");
}

function mayIssue(one, below) {
  const [basic, usage] = [one.extensions.get(CONSTRAINTS), one.extensions.get(KEY_USAGE)];
  const [isAuthority, most] = basic ? basic.value.parts() : [];
  if (isAuthority?.content[0] !== 0xff || (usage && !(usage.value.content[1] & 4))) return false;
  return most === undefined || below <= most.content[0];
}

async function isIssued(one, by) {
  if (!same(one.issuer.whole, by.subject.whole)) return false;
  try {
    return await isSigned(by.key, one.signedWith, "SHA-256", one.signature, one.body);
  } catch (error) {
    if (isWrong(error)) return false;
    throw error;
  }
}

// The certificates from the signer's up to a trusted one, or as far as they lead; each valid at that time, not today.
async function chainOf(signer, carried, roots, at) {
  const chain = [];
  for (let here = signer; here; ) {
    need(chain.push(here) <= CHAIN_MAX, "a chain of certificates that is too long");
    need(here.from <= at && at <= here.until, "a certificate that was not valid then");
    if (roots.some((one) => same(one.whole, here.whole))) return { chain, isTrusted: true };
    const [below, last] = [chain.length - 1, here];
    here = null;
    for (const one of [...roots, ...carried]) {
      if (!same(one.whole, last.whole) && mayIssue(one, below) && (await isIssued(last, one))) {
        here = one;
        break;
      }
    }
  }
  return { chain, isTrusted: false };
}

const readRoots = (pem) =>
  [...pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g)].map((found) =>
    readCertificate(readDer(fromBase64(found[1].replace(/\s/g, "")))[0]));

async function checkStamp(receipt, note, roots) {
  const stamp = readStamp(receipt);
  need(same(await digest(stamp.algorithm, note), stamp.hashed), "a timestamp of something else");
  need(oneAttribute(stamp, CONTENT_TYPE).oid() === STAMP_INFO, "the signature is of something else");
  const info = await digest(stamp.digest, stamp.info);
  need(same(oneAttribute(stamp, MESSAGE_DIGEST).content, info), "what was signed was changed");
  const carried = stamp.carried.filter((one) => one.tag === SEQUENCE).map(readCertificate);
  const [issuer, number] = stamp.named.parts(SEQUENCE, INTEGER);
  const isNamed = (one) => same(one.issuer.whole, issuer.whole) && same(one.serial.content, number.content);
  const signer = [...carried, ...roots].find(isNamed);
  need(signer, "the signer's certificate is missing");
  const isHeld = await isSigned(signer.key, stamp.signedWith, stamp.digest, stamp.signature, stamp.signed);
  need(isHeld, "the signature does not hold");
  await checkNamed(stamp, signer);
  checkUse(signer);
  const { chain, isTrusted } = await chainOf(signer, carried, roots, stamp.at);
  const print = hex(await sha256(chain.at(-1).whole));
  return { isTrusted, said: [stamp.at.toISOString(), chain.map(nameOf).join(" < "), `SHA-256 ${print}`] };
}

async function checkLogged(receipt, contract, { origin, size, root }) {
  const kept = JSON.parse(new TextDecoder().decode(receipt));
  const told = kept.transaction;
  need(told.blockNumber && told.blockHash, "the transaction is not in a block yet");
  need(told.status === "0x1", "the contract refused");
  const topics = `${ANCHORED},0x${hex(await sha256(utf8.encode(origin)))}`;
  const data = `0x${size.toString(16).padStart(64, "0")}${hex(root)}`;
  const isLogged = (one) =>
    one.address.toLowerCase() === contract.toLowerCase() && one.topics.join() === topics && one.data === data;
  need(told.logs.some(isLogged), "a transaction about something else");
  return [`${kept.chain ?? "?"} / ${Number(told.blockNumber)}`, told.transactionHash];
}

// Calls told(step, holds, said) for "leaf", "signature", "receipt" and "trust"; `holds` null means: not checked here.
// Returns whether everything that was checked holds. A checkpoint from before a new key is signed by the earlier ones.
export async function verifyAnchor(anchor, data, key, roots = "", told = () => {}) {
  let step = "leaf";
  try {
    const opened = await readCheckpoint(anchor.checkpoint, key);
    const leaf = await leafHash(fromBase64(data.entry));
    const root = await rootByPath(data.index, opened.size, leaf, anchor.path.map(fromBase64));
    need(same(root, opened.root), "leaf");
    told(step, true, []);
    step = "signature";
    need(opened.isSigned !== false, "signature");
    told(step, opened.isSigned, []);
    step = "receipt";
    const isStamp = anchor.kind === "rfc3161";
    const [isTrusted, said] = await checkReceipt(anchor, opened, isStamp && roots.trim() ? readRoots(roots) : null);
    told(step, true, said);
    step = "trust";
    need(isTrusted !== false, "does not lead to a certificate that you trust");
    told(step, isTrusted, []);
    return true;
  } catch (error) {
    if (!isWrong(error)) throw error;
    told(step, false, [error.message]);
    return false;
  }
}

async function checkReceipt(anchor, opened, roots) {
  const receipt = fromBase64(anchor.receipt);
  if (anchor.kind !== "rfc3161") return [null, await checkLogged(receipt, anchor.target, opened)];
  const { isTrusted, said } = await checkStamp(receipt, utf8.encode(anchor.checkpoint), roots ?? []);
  return [roots && isTrusted, said];
}

// Checks each anchor that a proof carries and shows the steps in the box that the page has for it.
export async function showAnchors(data, key, roots) {
  for (const [place, anchor] of (data.anchors ?? []).entries()) {
    const box = document.querySelector(`[data-anchor="${place}"]`);
    for (const step of box.querySelectorAll("[data-anchor-step]")) step.dataset.state = "";
    const found = box.querySelector("[data-found]");
    found.textContent = "";
    await verifyAnchor(anchor, data, key, roots, (name, holds, said) => {
      const states = new Map([[true, "good"], [false, "bad"], [null, ""]]);
      box.querySelector(`[data-anchor-step="${name}"]`).dataset.state = states.get(holds);
      if (said.length > 0) found.textContent = said.join(" · ");
    });
  }
}
