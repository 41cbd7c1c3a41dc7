// Barcodes by the device's camera, where the browser can read them (Android's Chrome can).

const FORMATS = ["ean_13", "ean_8", "upc_a", "upc_e", "code_128", "itf", "qr_code"];
const EVERY = 150;
const AGAIN = 1500; // the same code is taken once in this time
const WHY = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "missing", OverconstrainedError: "missing" };

const cannot = (why) => Object.assign(new Error(`no camera: ${why}`), { why });

/** Show the camera in a dialog and hand over each code seen until it is closed; fails with `why` where there is none. */
export async function scan(dialog, found) {
  const detector = await reader();
  const video = dialog.querySelector("video");
  const stream = await camera();
  video.srcObject = stream;
  dialog.showModal(); // first: a camera that is slow to begin shows that it was asked
  video.play().catch(() => {}); // closed before the first picture
  let last = "", at = 0;
  const timer = setInterval(async () => {
    const [code] = await detector.detect(video).catch(() => []); // the picture was not there yet
    if (!dialog.open || !code || (code.rawValue === last && Date.now() - at < AGAIN)) return;
    [last, at] = [code.rawValue, Date.now()];
    if (found(code.rawValue)) navigator.vibrate?.(60);
  }, EVERY);
  dialog.addEventListener("close", () => (clearInterval(timer), stream.getTracks().forEach((track) => track.stop())), { once: true });
}

async function reader() {
  const known = (await globalThis.BarcodeDetector?.getSupportedFormats?.()) ?? [];
  const formats = FORMATS.filter((format) => known.includes(format));
  if (!formats.length) throw cannot("unreadable");
  return new BarcodeDetector({ formats });
}

async function camera() {
  if (!navigator.mediaDevices?.getUserMedia) throw cannot("unreadable"); // none at an address without https
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch (error) {
    throw cannot(WHY[error.name] ?? "busy");
  }
}
