// A bar for each cache and measure, as the worker tells of it.
const [button, status, results] = ["#start", "#status", "#results"].map((selector) => document.querySelector(selector));
let worker;

button.addEventListener("click", () => {
  worker?.terminate();
  for (const bar of results.querySelectorAll("tbody")) bar.replaceChildren();
  status.textContent = "Measuring …";
  button.textContent = "Run it again";
  worker = new Worker(new URL("./measure.worker.js", import.meta.url), { type: "module" });
  worker.onerror = ({ message }) => {
    status.textContent = `This failed: ${message}`;
  };
  worker.onmessage = ({ data }) => (data.done ? end() : add(data));
});

function end() {
  worker.terminate();
  status.textContent = "Done. The shorter, the better.";
}

function add({ measure, name, nanoseconds }) {
  const body = results.querySelector(`[data-measure=${measure}] tbody`);
  const row = body.insertRow();
  row.dataset.nanoseconds = nanoseconds;
  row.className = { dogpile: "own", floor: "floor" }[name] ?? "";
  const head = row.appendChild(document.createElement("th"));
  head.scope = "row";
  head.textContent = name === "floor" ? "a bare Map" : name;
  row.insertCell().append(bar());
  row.insertCell().textContent = readable(nanoseconds);
  scale(body);
}

/** As the build draws those of the stored results. */
function bar() {
  const [svg, rect] = ["svg", "rect"].map((name) => document.createElementNS("http://www.w3.org/2000/svg", name));
  svg.classList.add("bar");
  svg.setAttribute("aria-hidden", "true");
  rect.setAttribute("height", "100%");
  svg.append(rect);
  return svg;
}

/** The longest bar of a measure fills its place. */
function scale(body) {
  const longest = Math.max(...[...body.rows].map(({ dataset }) => dataset.nanoseconds));
  for (const row of body.rows) row.querySelector(".bar rect").setAttribute("width", `${(100 * row.dataset.nanoseconds) / longest}%`);
}

function readable(nanoseconds) {
  return nanoseconds < 1000 ? `${Math.round(nanoseconds)} ns` : `${(nanoseconds / 1000).toPrecision(3)} µs`;
}
