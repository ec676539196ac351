// TypeScript over what the editor holds: completions, documentation and errors, from the package's own types.
import { createSystem, createVirtualTypeScriptEnvironment } from "@typescript/vfs";
import { expose } from "comlink";
import ts from "typescript";
import files from "virtual:types";

const FILE = "/index.js";

const options = {
  allowJs: true,
  checkJs: true,
  lib: ["lib.esnext.d.ts", "lib.webworker.d.ts"],
  module: ts.ModuleKind.ESNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  noEmit: true,
  strict: false,
  paths: { dogpile: ["/dogpile.d.ts"] },
  target: ts.ScriptTarget.ESNext,
};

const system = createSystem(new Map([...Object.entries(files), [FILE, "export {};"]]));
const environment = createVirtualTypeScriptEnvironment(system, [FILE, "/dogpile.d.ts"], ts, options);
const { languageService } = environment;

const textOf = (parts) => ts.displayPartsToString(parts);
const described = (details) => details && { signature: textOf(details.displayParts), documentation: textOf(details.documentation) };

expose({
  update(code) {
    // An empty file is none to TypeScript's virtual file system.
    environment.updateFile(FILE, code || " ");
  },

  complete(position) {
    const found = languageService.getCompletionsAtPosition(FILE, position, {});
    return (found?.entries ?? []).map(({ name, kind, sortText }) => ({ name, kind, sortText }));
  },

  describe(position, name) {
    return described(languageService.getCompletionEntryDetails(FILE, position, name, {}, undefined, {}, undefined));
  },

  hover(position) {
    const found = languageService.getQuickInfoAtPosition(FILE, position);
    return found && { ...described(found), from: found.textSpan.start, to: found.textSpan.start + found.textSpan.length };
  },

  errors() {
    const found = [...languageService.getSyntacticDiagnostics(FILE), ...languageService.getSemanticDiagnostics(FILE)];
    return found.map(({ start, length, messageText }) => ({
      from: start,
      to: start + length,
      message: ts.flattenDiagnosticMessageText(messageText, "\n"),
    }));
  },
});
