// The editor, in a shadow root: there CodeMirror adds its styles in a way that style-src 'self' allows.
import { closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { bracketMatching, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintKeymap } from "@codemirror/lint";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import codeStyle from "../style/code.css?inline";
import editorStyle from "./editor.css?inline";
import { typescript } from "./types.js";

/** `onRun`: Ctrl or Cmd and Enter. */
export function makeEditor(host, { label, onRun }) {
  const root = host.attachShadow({ mode: "open" });
  const styles = new CSSStyleSheet();
  styles.replaceSync(codeStyle + editorStyle);
  root.adoptedStyleSheets = [styles];
  // Tab leaves the editor, as everywhere in the page.
  const keys = [{ key: "Mod-Enter", run: () => (onRun(), true) }];
  return new EditorView({
    root,
    parent: root,
    extensions: [
      keymap.of([...keys, ...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
      lineNumbers(),
      history(),
      drawSelection(),
      highlightActiveLine(),
      bracketMatching(),
      closeBrackets(),
      indentOnInput(),
      javascript(),
      syntaxHighlighting(classHighlighter),
      typescript(),
      EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
    ],
  });
}
