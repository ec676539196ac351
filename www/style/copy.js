// A button beside each block of code, where the browser lets a page write to the clipboard.
const status = document.querySelector("#copied");

if (navigator.clipboard) for (const block of document.querySelectorAll(".code")) block.append(buttonFor(block));

function buttonFor(block) {
  const { ariaLabel } = block.querySelector("pre");
  const button = Object.assign(document.createElement("button"), { type: "button", className: "copy", textContent: "Copy" });
  button.setAttribute("aria-label", `Copy: ${ariaLabel}`);
  button.addEventListener("click", () => copy(block.querySelector("code").textContent, button));
  return button;
}

/** The button says what has happened, and to who does not see it the status does. */
export async function copy(text, button) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = status.textContent = "Copied";
  } catch {
    button.textContent = status.textContent = "Copying was refused";
  }
  setTimeout(() => {
    button.textContent = label;
    status.textContent = "";
  }, 2_000);
}
