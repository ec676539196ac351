// TypeDoc's Markdown, without what its signatures say already.

/** Sections that repeat the signature, unless they explain something; and those that only name a parent. */
const repeating = /^(Type Parameters|Parameters|Returns)$/;
const needless = /^(Inherited from|Implementation of|Overrides)$/;

/** `source`: the text of one page. Its title loses the kind and the type parameters. */
export function tidied(source) {
  const [title, ...lines] = source.split("\n");
  const kept = sectionsOf(lines).filter(isKept);
  const [introduction, ...others] = kept.map(labelled);
  const body = [introduction, ...others.map((text) => withoutRepeated(text, introduction))].join("\n");
  return `${title.replace(/^# [A-Z][\w ]*: (\w+).*$/, "# $1")}\n${body}`;
}

/** Where a heading was left out, those below it move up: a reader by ear goes from level to level. */
export function withoutGaps(source) {
  let former = 1;
  const parts = source.split(/^(```[^]*?^```)$/m);
  const moved = parts.map((part, index) =>
    index % 2 === 1 ? part : part.replace(/^#+(?= )/gm, ({ length }) => "#".repeat((former = Math.min(length, former + 1)))),
  );
  return moved.join("");
}

/** A section ends at a heading of its level, or a rule; a repeating one also holds those below it, until the next code. */
function sectionsOf(lines) {
  const sections = [{ heading: "", level: 0, lines: [] }];
  let isCode = false;
  for (const line of lines) {
    const open = sections.at(-1);
    const isRepeating = repeating.test(open.heading);
    const [, marks, heading] = (!isCode && line.match(/^(#+) (.*)$/)) || [];
    const isFence = line.startsWith("```");
    const begins = marks ? !(isRepeating && marks.length > open.level) : line === "***" || (isFence && isRepeating);
    if (isFence) isCode = !isCode;
    if (begins) sections.push({ heading: nameOf(heading, sections), level: marks?.length ?? 0, lines: [] });
    sections.at(-1).lines.push(line);
  }
  return sections;
}

/** Of a member's signatures all but the first are overloads. */
function nameOf(heading = "", sections) {
  if (heading !== "Call Signature") return heading;
  const member = sections.slice(sections.findLastIndex(({ level }) => level === 3));
  return member.some((section) => section.heading === heading) ? "Overload" : heading;
}

/** Types begin with a mark, prose with a letter. */
function isKept({ heading, lines }) {
  if (needless.test(heading)) return false;
  return !repeating.test(heading) || lines.slice(1).some((line) => /^[A-Za-z]/.test(line));
}

/** An example and an overload belong to a member that has a heading already. */
function labelled({ heading, lines }) {
  const rest = lines.slice(1).join("\n");
  if (heading === "Example") return `<p class="label">Example</p>\n${rest}`;
  if (heading === "Call Signature") return withSignature(rest);
  if (heading === "Overload") return `<p class="label">Overload</p>\n${withSignature(rest)}`;
  return withSignature(lines.join("\n"));
}

/** The description of an interface that can be called is that of its call, too. */
function withoutRepeated(text, introduction) {
  if (!text.trimStart().startsWith("```")) return text;
  const known = introduction.split("\n\n").map((paragraph) => paragraph.trim());
  return text
    .split("\n\n")
    .filter((paragraph) => !known.includes(paragraph.trim()))
    .join("\n\n");
}

function withSignature(text) {
  return text.replace(/^```ts\n([^]*?)\n```$/gm, (_, code) => `\`\`\`ts\n${indented(shortened(code))}\n\`\`\``);
}

/** A parameter's type on one line, and without the defaults of TypeScript's own types. */
function shortened(code) {
  const plain = code.replaceAll(", any, any>", ">");
  return /:\n\s*\| /.test(plain) ? plain.replace(/:\n\s*\| /g, ": ").replace(/\n\s*\| /g, " | ") : plain;
}

/** Two spaces for each line that leaves a bracket open, and for a part of a union. */
function indented(code) {
  let depth = 0;
  const lines = code.split("\n").map((line) => {
    const text = line.trim();
    const change = Math.sign(count(text, /[({[]/g) - count(text, /[)}\]]/g));
    const own = depth - Number(/^[)}\]]/.test(text)) + Number(/^\|.*[^{]$/.test(text));
    const shown = "  ".repeat(Math.max(0, own)) + text;
    depth += change;
    return shown.trimEnd();
  });
  return lines.join("\n");
}

function count(text, pattern) {
  return text.match(pattern)?.length ?? 0;
}
