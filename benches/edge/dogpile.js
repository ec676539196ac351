import { backgroundRunner, CloudflareKVBackend, createRegion } from "dogpile";

export default function dogpile(kv, _ctx, { expirationTime }) {
  const region = createRegion({ backend: new CloudflareKVBackend(kv), expirationTime, asyncCreationRunner: backgroundRunner });
  return {
    get: (key, create) => region.getOrCreate(key, () => create(key)),
    getMany: (keys, create) => region.getOrCreateMulti(keys, (missing) => missing.map(create)),
  };
}
