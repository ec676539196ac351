/** A dot for each caller, and how many there are of each kind. */
export class Picture {
  #board = document.querySelector("#callers");
  #counters = Object.fromEntries([...document.querySelectorAll("[data-count]")].map((element) => [element.dataset.count, element]));
  #dots;
  #counts;

  constructor(callers) {
    this.#dots = Array.from({ length: callers }, makeDot);
    this.#board.append(...this.#dots);
  }

  /** Everyone calls. */
  begin() {
    this.#counts = { runs: 0, calling: this.#dots.length, created: 0, waited: 0, stale: 0, fresh: 0 };
    for (const dot of this.#dots) dot.dataset.part = "calling";
    this.#show();
  }

  /** This caller's creator is called. */
  creates(caller) {
    this.#counts.runs += 1;
    this.#dots[caller].dataset.part = "creating";
    this.#show();
  }

  gets(caller, part) {
    this.#counts.calling -= 1;
    this.#counts[part] += 1;
    this.#dots[caller].dataset.part = part;
    this.#show();
  }

  #show() {
    for (const [name, element] of Object.entries(this.#counters)) element.textContent = this.#counts[name].toLocaleString("en");
    const { calling, created, waited, stale, fresh } = this.#counts;
    const label = `${calling} callers on their way, ${created} created, ${waited} waited, ${stale} served stale, ${fresh} served fresh`;
    this.#board.setAttribute("aria-label", label);
  }
}

function makeDot(_, index) {
  const dot = document.createElement("span");
  dot.className = "dot";
  dot.style.setProperty("--index", index);
  return dot;
}
