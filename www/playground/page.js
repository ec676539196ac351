// Choose an example, change it, run it, see what it prints and the events of its regions; a link holds the code.
import { copy } from "../style/copy.js";
import { makeEditor } from "./editor.js";
import { codeIn, hashOf } from "./link.js";
import { run } from "./run.js";

const files = import.meta.glob("./examples/*.js", { query: "?raw", import: "default", eager: true });
const examples = Object.entries(files).map(([path, source]) => ({
  name: path.match(/\d+-(.*)\.js$/)[1],
  title: source.match(/^\/\/ (.*)$/m)[1],
  source,
}));

const [select, start, stop, share, status, printed, events] = ["#example", "#run", "#stop", "#share", "#status", "#printed", "#events"].map((selector) =>
  document.querySelector(selector),
);
const editor = makeEditor(document.querySelector("#editor"), { label: "The example's source", onRun: () => runAll() });
let running;

select.append(...examples.map(({ name, title }) => new Option(title, name)));
select.addEventListener("change", () => {
  history.replaceState(undefined, "", `#${select.value}`);
  show(select.value);
});
addEventListener("hashchange", open);
start.addEventListener("click", runAll);
stop.addEventListener("click", () => end("Stopped."));
share.addEventListener("click", async () => {
  history.replaceState(undefined, "", await hashOf(editor.state.doc.toString()));
  await copy(location.href, share);
});
open();

/** What the address says: code, which somebody else may have written and which does not run by itself, or the name of an example. */
async function open() {
  const { hash } = location;
  try {
    const code = await codeIn(hash);
    if (code !== undefined) {
      select.selectedIndex = -1;
      return write(code, "This code comes from the link: read it before you run it.");
    }
    show(hash.slice(1));
    if (hash === "") runAll();
  } catch (error) {
    show();
    end(`The link is damaged: ${error.message}.`);
  }
}

function show(name) {
  const example = examples.find((other) => other.name === name) ?? examples[0];
  select.value = example.name;
  write(example.source, "Press Run, or Ctrl and Enter in the editor.");
}

function write(code, text) {
  editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: code } });
  clear();
  end(text);
}

async function runAll() {
  clear();
  end("Running …");
  stop.hidden = false;
  const mine = {};
  running = mine;
  try {
    const started = await run(editor.state.doc.toString(), (message) => running === mine && tell(message));
    if (running === mine) mine.stop = started.stop;
    else started.stop();
  } catch (error) {
    end(`This cannot run: ${error.message}.`);
  }
}

/** A module that has ended may have left something that still runs; it may go on telling until the next run. */
function tell({ kind, text, level, time }) {
  const after = `${time.toFixed(0)} ms`;
  if (kind === "print") add(printed, text, after, level);
  if (kind === "event") addEvent(text, after);
  if (kind === "failure") add(printed, text, after, "error");
  if (kind === "end") status.textContent = `Ended after ${after}.`;
  if (kind === "failure") status.textContent = `Failed after ${after}.`;
  if (kind === "end" || kind === "failure") stop.hidden = true;
}

/** What the regions tell many times in a row is shown once, with how often. */
function addEvent(text, after) {
  const last = events.lastElementChild;
  if (last?.dataset.text !== text) {
    Object.assign(add(events, text, after).dataset, { text, count: 1 });
    return;
  }
  last.dataset.count = Number(last.dataset.count) + 1;
  last.lastElementChild.textContent = `× ${last.dataset.count}`;
}

function add(list, text, after, level = "log") {
  const item = list.appendChild(document.createElement("li"));
  item.className = level;
  item.append(element("span", text), element("time", after));
  return item;
}

function element(name, textContent) {
  return Object.assign(document.createElement(name), { textContent });
}

function clear() {
  printed.replaceChildren();
  events.replaceChildren();
}

function end(text) {
  running?.stop?.();
  running = undefined;
  stop.hidden = true;
  status.textContent = text;
}
