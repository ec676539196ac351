// Errors: the creator's own, and those with a code
import { createRegion, MemoryBackend, ValidationError } from "dogpile";

const region = createRegion({ backend: new MemoryBackend() });
const failing = () => Promise.reject(new Error("no database"));
const callers = await Promise.allSettled([1, 2].map(() => region.getOrCreate("user", failing)));
console.log(callers.map(({ reason }) => reason.message)); // [ 'no database', 'no database' ]

const refused = await region.getOrCreate(7, () => "seven").catch((error) => error);
console.log(refused instanceof ValidationError, refused.code); // true VALIDATION
console.log(refused.message); // a key must be a string, not 7 (a number)
