/** The two numbers that matter most, in large. */
export class Result {
  #cells;

  constructor(element) {
    this.#cells = [...element.querySelectorAll("[data-result]")];
  }

  show(runs) {
    for (const cell of this.#cells) cell.textContent = runs[cell.dataset.result].origin.calls.toLocaleString("en");
  }
}
