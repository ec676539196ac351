// What TypeScript knows, for the editor.
import { autocompletion } from "@codemirror/autocomplete";
import { linter } from "@codemirror/lint";
import { EditorView, hoverTooltip } from "@codemirror/view";
import { wrap } from "comlink";

/** CodeMirror's icons are named by its own kinds. */
const kinds = {
  alias: "variable",
  const: "constant",
  let: "variable",
  "local function": "function",
  "local var": "variable",
  var: "variable",
};

export function typescript() {
  const service = wrap(new Worker(new URL("./types.worker.js", import.meta.url), { type: "module" }));
  /** The service has the text before it is asked about it: messages arrive in their order. */
  let known;
  const sync = (state) => {
    const code = state.doc.toString();
    if (code !== known) service.update((known = code));
  };

  const complete = async (context) => {
    const word = context.matchBefore(/[\w$]*/);
    const isMember = context.matchBefore(/[.{,]\s*[\w$]*/);
    if (word.from === word.to && !isMember && !context.explicit) return null;
    sync(context.state);
    const found = await service.complete(context.pos);
    const options = found.map(({ name, kind, sortText }) => ({
      label: name,
      type: kinds[kind] ?? kind,
      boost: sortText < "15" ? 1 : -1,
      info: async () => documentation(await service.describe(context.pos, name)),
    }));
    return { from: word.from, options, validFor: /^[\w$]*$/ };
  };

  const hover = async (view, position) => {
    sync(view.state);
    const found = await service.hover(position);
    return found ? { pos: found.from, end: found.to, above: true, create: () => ({ dom: documentation(found) }) } : null;
  };

  const errors = async (view) => {
    sync(view.state);
    const { length } = view.state.doc;
    return (await service.errors()).map(({ from, to, message }) => ({ from: Math.min(from, length), to: Math.min(to, length), severity: "warning", message }));
  };

  return [
    autocompletion({ override: [complete] }),
    hoverTooltip(hover),
    linter(errors, { delay: 500 }),
    EditorView.updateListener.of(({ state, docChanged }) => docChanged && sync(state)),
  ];
}

function documentation(found) {
  const element = document.createElement("div");
  element.className = "documentation";
  if (!found) return element;
  const signature = element.appendChild(document.createElement("code"));
  signature.textContent = found.signature;
  for (const text of found.documentation.split("\n\n").filter(Boolean)) {
    element.appendChild(document.createElement("p")).textContent = text;
  }
  return element;
}
