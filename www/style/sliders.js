/** Each slider's output says its value, with its unit. */
export function followSliders(form) {
  for (const slider of form.querySelectorAll("input[type=range]")) {
    const show = () => {
      const { unit = "", zero } = slider.dataset;
      const text = slider.value === "0" && zero ? zero : `${slider.valueAsNumber.toLocaleString("en")} ${unit}`.trim();
      slider.closest("label").querySelector("output").textContent = text;
      slider.setAttribute("aria-valuetext", text);
    };
    slider.addEventListener("input", show);
    show();
  }
}
