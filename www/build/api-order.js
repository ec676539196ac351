// What comes first in the reference: the methods that are used most, and of a method's overloads the common one.
import { ReflectionKind } from "typedoc";

const groups = ["Methods", "Properties", "Constructors"];

export function arrange(project) {
  const region = project.getChildByName("Region");
  region.groups.sort((a, b) => groups.indexOf(a.title) - groups.indexOf(b.title));
  const [methods] = region.groups;
  methods.children.sort((a, b) => isLoading(b) - isLoading(a));
  arrangeEntries(project);
}

export function arrangeEntries(project) {
  project.getReflectionsByKind(ReflectionKind.FunctionOrMethod).forEach(arrangeOverloads);
  project.getReflectionsByKind(ReflectionKind.Class).forEach(hideForeignConstructor);
}

const isLoading = ({ name }) => Number(name.startsWith("getOrCreate"));

/** An overload that demands an option of its own is the rare one. What all of them share is said once. */
function arrangeOverloads({ signatures = [] }) {
  if (signatures.length < 2) return;
  signatures.sort((a, b) => demands(a) - demands(b));
  const [first, ...others] = signatures;
  first.comment ??= others.find(({ comment }) => comment)?.comment;
  for (const other of others) other.comment = undefined;
}

/** The errors have the constructor of Error, which nobody is to call. */
function hideForeignConstructor(type) {
  type.groups = type.groups?.filter(({ title, children }) => title !== "Constructors" || !children.some(({ inheritedFrom }) => inheritedFrom));
}

function demands({ parameters = [] }) {
  const literals = parameters.flatMap(({ type }) => (type?.type === "intersection" ? type.types : [])).filter(({ type }) => type === "reflection");
  return literals.flatMap(({ declaration }) => declaration.children ?? []).filter(({ flags }) => !flags.isOptional).length;
}
