// What every page has: search, menu, copy buttons, tabs, and the switch between light and dark.
import "../search/dialog.js";
import "./menu.js";
import "./copy.js";
import "./tabs.js";

const button = document.querySelector("#theme");
const dark = matchMedia("(prefers-color-scheme: dark)");

/** "light" or "dark": as chosen, else as the system prefers. */
export function theme() {
  return document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
}

/** Drawings have colours of their own to change. */
export function onThemeChange(listener) {
  document.addEventListener("themechange", listener);
}

function show() {
  const other = theme() === "dark" ? "light" : "dark";
  button.textContent = other === "dark" ? "Dark" : "Light";
  button.setAttribute("aria-label", `Switch to ${other} colours`);
  document.dispatchEvent(new Event("themechange"));
}

button.addEventListener("click", () => {
  const chosen = theme() === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = chosen;
  try {
    localStorage.setItem("theme", chosen);
  } catch {
    // It holds for this page then.
  }
  show();
});
dark.addEventListener("change", show);
show();
