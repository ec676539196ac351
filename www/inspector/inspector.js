// A table of what is in a region, for any page: nothing here belongs to this site.
import { readRecords } from "./records.js";

const LIMIT = 500;
const columns = ["Key", "State", "Age", "Hits", "Size"];

/**
 * Shows in an element what a region's backend holds now, and again every so many milliseconds. It only reads, by `entries`.
 *
 * `options` are those that the region was given; besides `hits`, a Map from stored keys to numbers such as `countHits` keeps, and
 * `every`, default 1,000. Returns `{ refresh, unmount }`.
 */
export function mountInspector(element, { hits = new Map(), every = 1_000, ...options }) {
  const table = makeTable();
  const summary = document.createElement("p");
  element.replaceChildren(summary, table);
  let reading;
  const refresh = () => (reading ??= show().finally(() => (reading = undefined)));
  const show = async () => {
    try {
      const records = await readRecords(options);
      summary.textContent = summaryOf(records);
      fill(table.tBodies[0], records.slice(0, LIMIT), hits);
    } catch (error) {
      summary.textContent = `The backend cannot be read: ${error.message}`;
    }
  };
  const timer = setInterval(refresh, every);
  refresh();
  const unmount = () => {
    clearInterval(timer);
    element.replaceChildren();
  };
  return { refresh, unmount };
}

/** `{ hits, observer }`: give `observer` to the region, or call its methods in your own. */
export function countHits(keyMangler = (key) => key) {
  const hits = new Map();
  const count = (key) => {
    const stored = keyMangler(key);
    hits.set(stored, (hits.get(stored) ?? 0) + 1);
  };
  return { hits, observer: { onHit: count, onStale: count } };
}

function makeTable() {
  const table = document.createElement("table");
  table.className = "inspector";
  const row = table.createTHead().insertRow();
  for (const name of columns) row.appendChild(Object.assign(document.createElement("th"), { textContent: name, scope: "col" }));
  table.createTBody();
  return table;
}

/** Rows stay with their keys, so that what is selected or read aloud is not torn away. */
function fill(body, records, hits) {
  const rows = new Map([...body.rows].map((row) => [row.dataset.key, row]));
  for (const { key, state, age, size } of records) {
    const row = rows.get(key) ?? makeRow(key);
    rows.delete(key);
    row.dataset.state = state;
    const texts = [key, state, duration(age), String(hits.get(key) ?? 0), bytes(size)];
    texts.forEach((text, index) => {
      if (row.cells[index].textContent !== text) row.cells[index].textContent = text;
    });
    body.append(row);
  }
  for (const row of rows.values()) row.remove();
}

function makeRow(key) {
  const row = document.createElement("tr");
  row.dataset.key = key;
  row.appendChild(Object.assign(document.createElement("th"), { scope: "row" }));
  for (let index = 1; index < columns.length; index++) row.insertCell();
  return row;
}

function summaryOf(records) {
  if (records.length === 0) return "Nothing is stored.";
  const states = Map.groupBy(records, ({ state }) => state);
  const parts = [...states].map(([state, { length }]) => `${length} ${state}`);
  const more = records.length > LIMIT ? `; the first ${LIMIT} are shown` : "";
  return `${records.length} ${records.length === 1 ? "value" : "values"}: ${parts.join(", ")}${more}.`;
}

function duration(seconds) {
  if (seconds === undefined) return "–";
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

function bytes(size) {
  if (size === undefined) return "–";
  return size < 1000 ? `${size} B` : `${(size / 1000).toPrecision(3)} kB`;
}
