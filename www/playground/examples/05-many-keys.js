// Many keys: one read, one call of the creator, one write
import { createRegion, MemoryBackend } from "dogpile";

const region = createRegion({ backend: new MemoryBackend() });
await region.setMulti({ "user:1": "Ada", "user:2": "Grace" });

const users = await region.getOrCreateMulti(["user:1", "user:3", "user:2", "user:4"], async (keys) => {
  console.log(keys); // [ 'user:3', 'user:4' ]
  return keys.map((key) => `the user of ${key}`);
});
console.log(users); // [ 'Ada', 'the user of user:3', 'Grace', 'the user of user:4' ]

await region.deleteMulti(["user:1", "user:2"]);
console.log(await region.getMulti(["user:1", "user:3"])); // [ undefined, 'the user of user:3' ]
