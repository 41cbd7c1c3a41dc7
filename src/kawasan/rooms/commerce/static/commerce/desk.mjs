// One tick for all orders of the page.
document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-tick-all]")) return;
  for (const box of target.form.querySelectorAll("input[name=order]")) box.checked = target.checked;
});

// The editor shows the chosen picture before it is uploaded.
document.addEventListener("change", ({ target }) => {
  if (target.type !== "file") return;
  const preview = target.form?.querySelector("[data-preview]");
  const file = target.files?.[0];
  if (!preview) return;
  if (preview.src) URL.revokeObjectURL(preview.src);
  preview.hidden = !file?.type.startsWith("image/");
  if (!preview.hidden) preview.src = URL.createObjectURL(file);
});
