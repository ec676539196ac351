// The sliders say who comes; the lanes and the table show what becomes of them.
import { followSliders } from "../style/sliders.js";
import { situations, WithDogpile, WithoutDogpile } from "./caches.js";
import { Counts } from "./counts.js";
import { Lanes } from "./lanes.js";
import { Run, stampede } from "./run.js";

const form = document.querySelector("#controls");
const status = document.querySelector("#status");
const button = form.querySelector("button");
const elements = [document.querySelector("#with-dogpile"), document.querySelector("#without")];
const lanes = elements.map((element) => new Lanes(element));
const counts = new Counts(document.querySelector("#counts"));
let busy = false;

followSliders(form);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (busy) return;
  setBusy(true);
  try {
    await play();
  } catch (error) {
    status.textContent = `This failed: ${error.message}`;
    console.error(error);
  } finally {
    setBusy(false);
  }
});

async function play() {
  const { situation } = Object.fromEntries(new FormData(form));
  const [callers, within, takes] = ["callers", "within", "takes"].map((name) => form.elements[name].valueAsNumber);
  const runs = [WithDogpile, WithoutDogpile].map((Cache) => new Run(Cache, takes));
  status.textContent = `${situations[situation]}. ${callers.toLocaleString("en")} callers are on their way.`;
  const shown = show(runs, { callers: Math.max(callers, 1), time: within + takes + 200 });
  await stampede(runs, { callers, within, situation }).finally(shown.stop);
  summarize(situations[situation], runs);
}

/** Once a frame, and a last time when it is stopped. */
function show(runs, { callers, time }) {
  const draw = () => {
    const latest = Math.max(time, ...runs.map((run) => run.latest + 50));
    runs.forEach((run, index) => lanes[index].show(run, { callers, time: latest }));
    counts.show(runs);
  };
  let frame;
  const next = () => {
    if (runs[0].startedAt !== undefined) draw();
    frame = requestAnimationFrame(next);
  };
  next();
  return {
    stop() {
      cancelAnimationFrame(frame);
      draw();
    },
  };
}

function summarize(title, runs) {
  const [first, second] = runs.map(({ origin }) => callsOf(origin));
  status.textContent = `${title}. With dogpile ${first}, without ${second}.`;
  runs.forEach((run, index) => elements[index].setAttribute("aria-label", description(["With dogpile", "Without"][index], run)));
}

function callsOf({ calls }) {
  return `${calls.toLocaleString("en")} ${calls === 1 ? "call" : "calls"} of the origin`;
}

function description(title, { counts: { created, waited, stale, fresh } }) {
  return `${title}: ${created} created the value, ${waited} waited for it, ${stale} got the stale value, ${fresh} a fresh one`;
}

/** A button that is disabled would lose the keyboard's focus. */
function setBusy(value) {
  busy = value;
  button.setAttribute("aria-disabled", String(value));
}
