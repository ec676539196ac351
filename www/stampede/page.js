// The sliders say who comes; the lanes and the tables show the outcomes. The first run begins by itself when it can be seen.
import { followSliders } from "../style/sliders.js";
import { situations, WithDogpile, WithoutDogpile } from "./caches.js";
import { Counts } from "./counts.js";
import { Lanes } from "./lanes.js";
import { Result } from "./result.js";
import { Run, stampede } from "./run.js";

const form = document.querySelector("#controls");
const status = document.querySelector("#status");
const button = form.querySelector("button");
const elements = [document.querySelector("#with-dogpile"), document.querySelector("#without")];
const lanes = elements.map((element) => new Lanes(element));
const counts = new Counts(document.querySelector("#counts"));
const result = new Result(document.querySelector("#result"));
const isStill = matchMedia("(prefers-reduced-motion: reduce)");
let busy = false;

followSliders(form);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  start();
});

const seen = new IntersectionObserver(([{ isIntersecting }]) => {
  if (!isIntersecting) return;
  seen.disconnect();
  start();
});
seen.observe(document.querySelector("#result"));

async function start() {
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
}

async function play() {
  const { situation } = Object.fromEntries(new FormData(form));
  const [callers, within, takes] = ["callers", "within", "takes"].map((name) => form.elements[name].valueAsNumber);
  const runs = [WithDogpile, WithoutDogpile].map((Cache) => new Run(Cache, takes));
  status.textContent = `${situations[situation]}. ${callers.toLocaleString("en")} callers ask for one report.`;
  const shown = show(runs, { callers: Math.max(callers, 1), time: within + takes + 200 });
  await stampede(runs, { callers, within, situation }).finally(shown.stop);
  summarize(`${situations[situation]}. ${callers.toLocaleString("en")} callers asked`, runs);
}

/** Once a frame, and a last time when it is stopped; whoever prefers no motion sees that alone. */
function show(runs, { callers, time }) {
  const draw = () => {
    const latest = Math.max(time, ...runs.map((run) => run.latest + 50));
    runs.forEach((run, index) => lanes[index].show(run, { callers, time: latest }));
    counts.show(runs);
    result.show(runs);
  };
  let frame;
  const next = () => {
    if (runs[0].startedAt !== undefined) draw();
    frame = requestAnimationFrame(next);
  };
  if (!isStill.matches) next();
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
  return `${calls.toLocaleString("en")} ${calls === 1 ? "load" : "loads"}`;
}

function description(title, { counts: { created, waited, stale, fresh } }) {
  return `${title}: ${created} loaded the value, ${waited} waited for it, ${stale} got the stale value, ${fresh} a fresh one`;
}

/** A button that is disabled would lose the keyboard's focus. */
function setBusy(value) {
  busy = value;
  button.setAttribute("aria-disabled", String(value));
}
