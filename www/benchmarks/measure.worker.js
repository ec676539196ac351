// The measurements, away from the page, one after another: their caches meet nobody else's.
import { measures } from "./measures.js";
import { floor, subjects } from "./subjects.js";

for (const [measure, run] of Object.entries(measures)) {
  for (const [name, subject] of Object.entries({ ...subjects, floor })) {
    postMessage({ measure, name, nanoseconds: await run(subject) });
  }
}
postMessage({ done: true });
