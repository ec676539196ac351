// The page: buttons start stampedes, the picture shows them.
import { CALLERS, Demo, situations, times } from "./demo/stampede.js";
import { Picture } from "./picture.js";

const demo = new Demo(1_000);
const picture = new Picture(CALLERS);
const status = document.querySelector("#status");
const buttons = document.querySelectorAll("[data-situation]");
let busy = false;

for (const button of buttons) button.addEventListener("click", () => start(button));

/** One after the other; a button that is disabled would lose the keyboard's focus. */
async function start(pressed) {
  if (busy) return;
  setBusy(true, pressed);
  try {
    await play(situations[pressed.dataset.situation]);
  } catch (error) {
    status.textContent = `This failed: ${error.message}`;
    console.error(error);
  } finally {
    setBusy(false, pressed);
  }
}

async function play({ title, prepare }) {
  status.textContent = `${title}.`;
  await prepare(demo);
  picture.begin();
  const { runs, answers } = await demo.stampede({
    onCreate: (caller) => picture.creates(caller),
    onAnswer: (caller, { part }) => picture.gets(caller, part),
  });
  picture.show();
  status.textContent = `${title}. The creator ran ${times(runs)}. ${summary(answers)}`;
}

const words = { created: "created the value", waited: "waited for it", stale: "served the stale value", fresh: "served a fresh value" };

function summary(answers) {
  return Object.entries(words).flatMap(([part, did]) => {
    const group = answers.filter((answer) => answer.part === part);
    if (group.length === 0) return [];
    const slowest = Math.round(Math.max(...group.map(({ milliseconds }) => milliseconds)));
    return [`${group.length} ${did}, ${group.length > 1 ? "the slowest " : ""}after ${slowest} ms.`];
  }).join(" ");
}

function setBusy(value, pressed) {
  busy = value;
  for (const button of buttons) button.setAttribute("aria-disabled", String(value));
  pressed.classList.toggle("running", value);
}
