const format = (number) => number.toLocaleString("en");
const milliseconds = (time) => (time === undefined ? "–" : format(Math.round(time)));

/** The table of numbers: a column for each run. */
export class Counts {
  #cells;

  constructor(table) {
    this.#cells = [...table.querySelectorAll("[data-count]")];
  }

  show(runs) {
    const columns = runs.map((run) => ({ calls: run.origin.calls, ...run.counts, times: run.percentiles() }));
    for (const cell of this.#cells) {
      const name = cell.dataset.count;
      const column = columns[cell.cellIndex - 1];
      const text = name in column ? format(column[name]) : milliseconds(column.times[name]);
      if (cell.textContent !== text) cell.textContent = text;
      cell.classList.toggle("none", text === "0" || text === "–");
    }
  }
}
