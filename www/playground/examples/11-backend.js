// A backend of your own
import { createRegion } from "dogpile";

const rows = new Map();
const backend = {
  async get(key) {
    return rows.get(key);
  },
  async set(key, record) {
    rows.set(key, record);
  },
  async delete() {
    throw new Error("read only");
  },
};
const region = createRegion({ backend, keyMangler: (key) => `app:${key}` });

console.log(await region.getOrCreate("answer", () => 42)); // 42
console.log([...rows.keys()], rows.get("app:answer").payload); // [ 'app:answer' ] 42
console.log(await region.delete("answer").catch(({ message }) => message)); // read only
