/** An element with properties, attributes (names with a dash, and `role`) and children. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "role" || name.includes("-")) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

/** Changes a text only where it differs, so that a selection in it stays. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Makes the children of a list those of `items`, each with the element that it had: the one with focus is not moved. */
export function fill(list, items, keyOf, create, update) {
  const former = list.elements ?? new Map();
  const elements = new Map(items.map((item) => [keyOf(item), former.get(keyOf(item)) ?? create(item)]));
  for (const [key, element] of former) if (!elements.has(key)) element.remove();
  items.forEach((item, index) => {
    const element = elements.get(keyOf(item));
    update(element, item);
    if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
  });
  list.elements = elements;
}

export const button = (text, onclick, properties = {}) => make("button", { type: "button", onclick, ...properties }, text);
