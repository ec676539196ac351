// This tab asks, and tells all tabs what it does; each shows what all of them tell.
import { followSliders } from "../style/sliders.js";
import { presentNames, takeName } from "./presence.js";
import { ask, forget, invalidate } from "./report.js";
import { TabsView } from "./view.js";

const form = document.querySelector("#controls");
const channel = new BroadcastChannel("dogpile-tabs-demo");
const view = new TabsView();
let name;

const words = { created: "loaded", waited: "waited for", stale: "got the stale", fresh: "had" };

const acts = {
  one: () => askHere(),
  all() {
    tell({ ask: true, takes: takes() });
    return askHere();
  },
  async soft() {
    await invalidate(false);
    tell({ text: "invalidates softly" });
  },
  async hard() {
    await invalidate(true);
    tell({ text: "invalidates" });
  },
  async forget() {
    await forget();
    tell({ text: "deletes the report" });
  },
};

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await acts[event.submitter.value]();
  } catch (error) {
    tell({ text: `fails: ${error.message}` });
    console.error(error);
  }
});
channel.onmessage = ({ data }) => {
  view.add(data);
  if (data.ask) askHere(data.takes);
};
followSliders(form);
start();

async function start() {
  if (!navigator.locks) throw new Error("this browser offers no Web Locks here");
  name = await takeName();
  document.title = `Tab ${name} · dogpile`;
  view.begin(name);
  tell({ text: "is open" });
  for (;;) {
    view.showPresent(await presentNames());
    await sleep(300);
  }
}

async function askHere(milliseconds = takes()) {
  tell({ text: "asks", state: "asking" });
  const { payload, outcome } = await ask(async (number) => {
    tell({ text: `loads report ${number}`, state: "creating" });
    await sleep(milliseconds);
    return { number, by: name };
  });
  const maker = outcome === "created" ? "" : `, made by tab ${payload.by}`;
  tell({ text: `${words[outcome]} report ${payload.number}${maker}`, state: outcome });
}

/** To every tab, this one included. */
function tell(what) {
  const message = { tab: name, time: Date.now(), ...what };
  view.add(message);
  channel.postMessage(message);
}

function takes() {
  return form.elements.takes.valueAsNumber;
}

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
