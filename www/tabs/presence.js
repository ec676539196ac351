// Which tabs there are. Each holds a lock with its name in it for as long as it lives: the browser itself lets go of it when a tab
// closes or crashes, and a page cannot forget to.
const PREFIX = "dogpile-tabs ";

/** The first free letter is this tab's name. */
export async function takeName() {
  for (let code = 65; ; code++) {
    const name = String.fromCharCode(code);
    if (await hold(PREFIX + name)) return name;
  }
}

export async function presentNames() {
  const { held } = await navigator.locks.query();
  const names = held.map(({ name }) => name).filter((name) => name.startsWith(PREFIX));
  return names.map((name) => name.slice(PREFIX.length)).sort();
}

function hold(lock) {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(lock, { ifAvailable: true }, (held) => {
        resolve(held !== null);
        return held && new Promise(() => {});
      })
      .catch(reject);
  });
}
