// Barcodes by the device's camera, where the browser can read them (Android's Chrome can).

const FORMATS = ["ean_13", "ean_8", "upc_a", "upc_e", "code_128", "itf", "qr_code"];
const EVERY = 150;
const AGAIN = 1500; // the same code is taken once in this time

export const canScan = () => "BarcodeDetector" in window && Boolean(navigator.mediaDevices?.getUserMedia);

/** Show the camera in a dialog and hand over each code that is seen, until the dialog is closed. */
export async function scan(dialog, found) {
  const video = dialog.querySelector("video");
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const detector = new BarcodeDetector({ formats: FORMATS });
  video.srcObject = stream;
  await video.play();
  dialog.showModal();
  let last = "", at = 0;
  const timer = setInterval(async () => {
    const [code] = await detector.detect(video);
    if (!code || (code.rawValue === last && Date.now() - at < AGAIN)) return;
    [last, at] = [code.rawValue, Date.now()];
    if (found(code.rawValue)) navigator.vibrate?.(60);
  }, EVERY);
  dialog.addEventListener("close", () => (clearInterval(timer), stream.getTracks().forEach((track) => track.stop())), { once: true });
}
