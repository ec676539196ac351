/** What a creator of one key is called with. Its signal is made when it is asked for: most creators never do. A copy, `{ ...context }`, asks. */
export const contextOf = (creation, key, stale, expiresIn) => ({
  key,
  stale,
  expiresIn,
  get signal() {
    return creation.signal;
  },
});

/** The same for a creator of many keys. */
export const multiContextOf = (creation, expiresIn) => ({
  expiresIn,
  get signal() {
    return creation.signal;
  },
});
