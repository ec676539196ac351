// How the index is made and asked; both sides have to agree.

/** `getOrCreateEntry` is found by its whole name, and by each of its words. */
function terms(term) {
  const words = term.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? [];
  return [...new Set([term, ...words].map((word) => word.toLowerCase()))];
}

export const options = {
  fields: ["heading", "page", "text"],
  storeFields: ["heading", "page", "section", "href", "excerpt"],
  processTerm: terms,
  searchOptions: {
    boost: { heading: 6, page: 3 },
    prefix: true,
    fuzzy: (term) => (term.length > 4 ? 0.2 : false),
    combineWith: "AND",
    processTerm: (term) => term.toLowerCase(),
  },
};
