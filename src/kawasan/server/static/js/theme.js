// Runs before the first paint, so a chosen theme never flashes: a classic script, on purpose, and tiny.
try {
  const theme = localStorage.getItem("kawasan-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch { /* storage is switched off: the system's theme is shown */ }
