import { createRegion, MemoryBackend, type Duration } from "dogpile";
import { check, type Same } from "./same.js";

const anything = createRegion({ backend: new MemoryBackend() });
const numbers = createRegion<number>({ backend: new MemoryBackend() });

anything.set("key", undefined);
anything.set("key", null);
numbers.set("key", 1);
numbers.set("key", 1, { expiresIn: "7d" });
numbers.set("key", 1, { expiresIn: undefined });
numbers.set("key", 1, { expiresIn: null });
const done = [
  numbers.set("key", 1),
  numbers.delete("key"),
  numbers.invalidate(),
  numbers.invalidate(true),
  numbers.invalidate(false),
  numbers.invalidate({ soft: true }),
];
check<Same<typeof done, Promise<void>[]>>();

// @ts-expect-error the region holds numbers
numbers.set("key", "text");
// @ts-expect-error a value is needed
numbers.set("key");
// @ts-expect-error a key is a string
numbers.set(1, 1);
// @ts-expect-error not an option of a write
numbers.set("key", 1, { expirationTime: 60 });
// @ts-expect-error a key is a string
numbers.delete(undefined);
// @ts-expect-error hard or not
numbers.invalidate("hard");
// @ts-expect-error an unknown option
numbers.invalidate({ hard: true });

// Lengths of time.
const durations: Duration[] = [60, 0, -1, Infinity, 0.25, "250ms", "1h30m", { minutes: 5 }, { days: 1, hours: 2, seconds: 3, milliseconds: 4 }];
for (const expirationTime of durations) createRegion({ backend: new MemoryBackend(), expirationTime, lockTimeout: expirationTime });
createRegion({ backend: new MemoryBackend(), expirationTime: null });

// @ts-expect-error not a length of time
createRegion({ backend: new MemoryBackend(), expirationTime: true });
// @ts-expect-error not a length of time
createRegion({ backend: new MemoryBackend(), expirationTime: 60n });
// @ts-expect-error years differ
createRegion({ backend: new MemoryBackend(), expirationTime: { years: 1 } });
// @ts-expect-error there is always a limit, the default one when nothing is given
createRegion({ backend: new MemoryBackend(), lockTimeout: null });
