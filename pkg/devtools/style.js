/** The panel's own style, which the page's style does not reach. A sheet of this kind is allowed where a policy forbids style elements. */
export function styleSheet() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  return sheet;
}

const CSS = `
:host { all: initial; color-scheme: light dark; }
:host([data-place="element"]) { color-scheme: inherit; }
:host([data-theme="light"]) { color-scheme: light; }
:host([data-theme="dark"]) { color-scheme: dark; }
* { box-sizing: border-box; margin: 0; }
[hidden] { display: none !important; }
.panel, .open {
  --paper: light-dark(#fff, #14181d);
  --raised: light-dark(#f3f5f7, #1c2229);
  --ink: light-dark(#10171e, #e7ebef);
  --quiet: light-dark(#4d5a66, #a3afba);
  --rule: light-dark(#d5dbe1, #303943);
  --fresh: light-dark(#18704c, #5cc795);
  --stale: light-dark(#8a5f00, #e3b341);
  --ended: light-dark(#b3300f, #ff8468);
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, monospace;
  color: var(--ink);
  font: 13px/1.45 system-ui, sans-serif;
}
.panel { display: flex; flex-direction: column; min-width: 0; background: var(--paper); container-type: inline-size; }
:host([data-place="window"]) .panel {
  position: fixed; z-index: 2147483000; inset: auto 0 0; height: min(26rem, 70vh);
  border-top: 1px solid var(--rule); box-shadow: 0 -6px 24px #0003;
}
:host([data-place="element"]) .panel { height: 32rem; border: 1px solid var(--rule); }
.open { position: fixed; z-index: 2147483000; right: 1rem; bottom: 1rem; box-shadow: 0 2px 10px #0003; font-weight: 600; }
button, select, input {
  min-height: 26px; padding: 2px 10px; border: 1px solid var(--rule); border-radius: 5px;
  background: var(--raised); color: inherit; font: inherit;
}
button { cursor: pointer; }
button:hover { border-color: var(--quiet); }
button:disabled { color: var(--quiet); cursor: default; opacity: 0.75; }
:focus-visible { outline: 2px solid light-dark(#1a66c9, #79aae0); outline-offset: 1px; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 14px; padding: 7px 12px; border-bottom: 1px solid var(--rule); }
h2 { font-size: 14px; }
.region, .summary { color: var(--quiet); }
.summary { flex: 1; min-width: 8rem; }
.buttons { display: inline-flex; flex-wrap: wrap; gap: 6px; }
.stats { flex: none; overflow-x: auto; border-bottom: 1px solid var(--rule); background: var(--raised); }
.stats dl { display: flex; gap: 4px 18px; width: max-content; padding: 5px 12px; }
.stats dl div { display: flex; flex: none; gap: 5px; }
dt { color: var(--quiet); }
.stats dd { font-weight: 600; font-variant-numeric: tabular-nums; }
.body { display: grid; flex: 1; grid-template-columns: minmax(0, 9fr) minmax(0, 5fr) minmax(0, 6fr); min-height: 0; }
.stored { display: flex; flex-direction: column; min-height: 0; }
.filter { display: flex; align-items: center; gap: 8px; padding: 6px 12px; color: var(--quiet); }
.filter input { flex: 1; min-width: 0; background: var(--paper); color: var(--ink); }
.table { flex: 1; overflow: auto; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 2px 6px; border-bottom: 1px solid var(--rule); font-weight: 400; text-align: start; white-space: nowrap; }
th:first-child { padding-left: 12px; }
thead th { position: sticky; top: 0; background: var(--paper); color: var(--quiet); }
tbody th, .value, code, pre, .facts dd, h3 { font-family: var(--mono); font-size: 12px; }
.key { max-width: 18rem; min-height: 22px; padding: 1px 6px; margin-left: -6px; overflow: hidden; border-color: transparent; background: none; text-overflow: ellipsis; }
.key[aria-pressed="true"] { border-color: var(--quiet); background: var(--raised); font-weight: 600; }
.age, .hits { text-align: end; }
thead th:nth-child(5) { min-width: 9rem; }
.value { width: 100%; max-width: 0; overflow: hidden; color: var(--quiet); text-overflow: ellipsis; }
.state::before { display: inline-block; width: 8px; height: 8px; margin-right: 6px; border-radius: 50%; background: var(--quiet); content: ""; }
[data-state="fresh"] .state::before, [data-state="created"] .lane span { background: var(--fresh); }
[data-state="stale"] .state::before, [data-state="creating"] .lane span { background: var(--stale); }
[data-state="invalidated"] .state::before, [data-state="failed"] .lane span { background: var(--ended); }
tr:has([aria-pressed="true"]) { background: var(--raised); }
.side { padding: 10px 12px; overflow: auto; border-left: 1px solid var(--rule); }
.side section + section { margin-top: 14px; }
h3 { margin-bottom: 6px; overflow-wrap: anywhere; }
.detail > * + * { margin-top: 8px; }
.note, .took, .loads, .tags { color: var(--quiet); }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 1px 12px; }
.facts dd { overflow-wrap: anywhere; }
.tags button { min-height: 22px; margin: 0 4px 4px 0; padding: 0 7px; color: var(--ink); font-family: var(--mono); font-size: 12px; }
pre { max-height: 14rem; padding: 8px; overflow: auto; border-radius: 5px; background: var(--raised); white-space: pre-wrap; overflow-wrap: anywhere; }
ul, ol { padding: 0; list-style: none; }
code { color: var(--ink); overflow-wrap: anywhere; }
.timeline { display: grid; grid-template-columns: minmax(0, 7rem) minmax(3rem, 1fr) max-content; gap: 2px 8px; }
.timeline li { display: grid; grid-column: span 3; grid-template-columns: subgrid; align-items: center; }
.timeline code { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.lane { position: relative; height: 8px; border-radius: 4px; background: var(--raised); overflow: hidden; }
.lane span { position: absolute; top: 0; bottom: 0; min-width: 3px; border-radius: 4px; }
.status { min-height: 1.45em; padding: 3px 12px; border-top: 1px solid var(--rule); color: var(--quiet); }
@container (max-width: 66rem) {
  .body { grid-template: minmax(0, 1fr) minmax(0, 1fr) / minmax(0, 3fr) minmax(0, 2fr); }
  .stored { grid-row: span 2; }
  .side + .side { border-top: 1px solid var(--rule); }
}
@container (max-width: 44rem) {
  .body { display: block; overflow: auto; }
  .stored { max-height: 18rem; }
  .side, .side + .side { overflow: visible; border: 0; border-top: 1px solid var(--rule); }
}
@media (max-width: 44rem) {
  :host([data-place="window"]) .panel { height: 80vh; }
}
`;
