import { MemoryBackend } from "dogpile";

/** Plays a trace, and gives the keys that are held at each of its looks. `setTime` takes milliseconds. */
export function play(lines, setTime) {
  let backend;
  const held = [];
  const acts = {
    bound: (most) => (backend = new MemoryBackend(most === "none" ? {} : { maxEntries: Number(most) })),
    at: (time) => setTime(Number(time)),
    get: (key) => backend.get(key),
    set: (key, seconds) => backend.set(key, { payload: key, metadata: { ct: 1, v: 2 } }, seconds && { expirationTime: Number(seconds) }),
    delete: (key) => backend.delete(key),
    held: () =>
      held.push(
        Array.from(backend.entries(), ([key]) => key)
          .sort()
          .join(" "),
      ),
  };
  for (const line of lines) {
    const [act, ...given] = line.split(" ");
    acts[act](...given);
  }
  return held;
}
