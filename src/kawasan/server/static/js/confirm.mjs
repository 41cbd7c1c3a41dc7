// A link that leads to a confirmation page asks in a <dialog> instead: <a href="…/confirm" data-dialog="id-of-dialog">.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (!dialog?.showModal || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    dialog.showModal();
    return;
  }
  const closer = event.target.closest("[data-close]");
  const dialog = event.target.closest("dialog");
  // A click on the backdrop has the dialog itself as its target.
  if (dialog && (closer || event.target === dialog)) {
    event.preventDefault();
    dialog.close();
  }
});
