// Before the page is painted: what was chosen at an earlier visit.
try {
  const theme = localStorage.getItem("theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be blocked; then the system's preference counts.
}
