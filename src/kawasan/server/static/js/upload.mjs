// <form data-upload> with a file: shows how far the upload is. Without a script the form is sent as usual.
document.addEventListener("change", (event) => {
  const input = event.target;
  if (input.type !== "file") return;
  const names = input.closest(".file")?.querySelector("[data-file-names]");
  if (names) names.textContent = [...input.files].map((file) => file.name).join(", ");
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.hasAttribute("data-upload") || event.defaultPrevented) return;
  const box = form.querySelector("[data-upload-progress]");
  const files = [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
  const most = Number(form.dataset.maxBytes || 0);
  const total = files.reduce((sum, file) => sum + file.size, 0);
  if (most && total > most) {
    event.preventDefault();
    say(box, form.dataset.tooBig);
    return;
  }
  if (!box || !files.length) return;
  event.preventDefault();
  send(form, box, event.submitter);
}, true);

function send(form, box, submitter) {
  const request = new XMLHttpRequest();
  const bar = box.querySelector("progress");
  box.hidden = false;
  submitter?.setAttribute("aria-busy", "true");
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.max = event.total;
    bar.value = event.loaded;
    say(box, `${Math.round((event.loaded / event.total) * 100)} %`);
  });
  request.addEventListener("load", () => {
    // The answer is a page, or the page a redirect led to: show it as if the form had been sent the plain way.
    if (request.responseURL && request.responseURL !== form.action) return location.assign(request.responseURL);
    document.open();
    document.write(request.responseText);
    document.close();
  });
  request.addEventListener("error", () => {
    submitter?.removeAttribute("aria-busy");
    say(box, form.dataset.failed);
  });
  request.open("POST", form.action);
  request.send(new FormData(form, submitter));
}

function say(box, text) {
  if (!box) return;
  box.hidden = false;
  const place = box.querySelector("[data-upload-text]");
  if (place && text) place.textContent = text;
}
