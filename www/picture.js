/** A dot for each caller, and how many there are of each kind. */
export class Picture {
  #board = document.querySelector("#callers");
  #counters = Object.fromEntries([...document.querySelectorAll("[data-count]")].map((element) => [element.dataset.count, element]));
  #dots;
  #counts;
  #showing;

  constructor(callers) {
    const dots = Array.from({ length: callers }, makeDot);
    this.#board.append(...dots);
    // Scattered, or the first to call, who is the one to create, would always sit in the corner.
    this.#dots = dots.map((_, caller) => dots[(caller * 387 + 512) % callers]);
  }

  /** Everyone calls. */
  begin() {
    this.#counts = { runs: 0, calling: this.#dots.length, created: 0, waited: 0, stale: 0, fresh: 0 };
    for (const dot of this.#dots) dot.dataset.part = "calling";
    this.show();
  }

  /** This caller's creator is called. */
  creates(caller) {
    this.#counts.runs += 1;
    this.#paint(caller, "creating");
  }

  gets(caller, part) {
    this.#counts.calling -= 1;
    this.#counts[part] += 1;
    this.#paint(caller, part);
  }

  show() {
    clearTimeout(this.#showing);
    this.#showing = undefined;
    for (const [name, element] of Object.entries(this.#counters)) element.textContent = this.#counts[name].toLocaleString("en");
    const { calling, created, waited, stale, fresh } = this.#counts;
    const label = `${calling} callers on their way, ${created} created, ${waited} waited, ${stale} served stale, ${fresh} served fresh`;
    this.#board.setAttribute("aria-label", label);
  }

  /** Counters once for all who were answered together, not a thousand times. */
  #paint(caller, part) {
    this.#dots[caller].dataset.part = part;
    this.#showing ??= setTimeout(() => this.show());
  }
}

function makeDot(_, index) {
  const dot = document.createElement("span");
  dot.className = "dot";
  dot.style.setProperty("--index", index);
  return dot;
}
