import {
  createRegion,
  MemoryBackend,
  StoredTagInvalidation,
  TagInvalidation,
  type Bus,
  type CreatorContext,
  type Metadata,
  type MultiCreatorContext,
} from "dogpile";
import { check, type Same } from "./same.js";

declare const bus: Bus;
const region = createRegion<string>({ backend: new MemoryBackend(), tagInvalidator: new TagInvalidation({ maxTags: 10 }) });

const ended = region.invalidateTags(["a"]);
check<Same<typeof ended, Promise<void>>>();
region.invalidateTags(new Set(["a"]), false);
region.invalidateTags(["a"], { soft: true });
// @ts-expect-error a string is no list of tags
region.invalidateTags("a");
// @ts-expect-error nor is a list of numbers
region.invalidateTags([1]);

const tags: readonly string[] = Object.freeze(["a"]);
region.set("k", "v", { tags });
region.setMulti({ k: "v" }, { tags, expiresIn: 5 });
region.getOrCreate(
  "k",
  (context) => {
    check<Same<typeof context, CreatorContext<string>>>();
    context.tags("a", "b");
    // @ts-expect-error a tag is a string
    context.tags(1);
    return "v";
  },
  { tags },
);
region.getOrCreateMulti(
  ["k"],
  (keys, context) => {
    check<Same<typeof context, MultiCreatorContext>>();
    context.tags("k", "a");
    return keys;
  },
  { tags },
);
region.cacheOnArguments({ namespace: "n", tags: (id: number) => [`user:${id}`] }, (id: number) => `${id}`);
region.cacheMultiOnArguments({ namespace: "n", tags }, (...ids: number[]) => ids.map(String));
// @ts-expect-error no tags of a read
region.get("k", { tags });

createRegion({
  backend: new MemoryBackend(),
  tagInvalidator: new StoredTagInvalidation(new MemoryBackend(), { prefix: "t:", refresh: "5s", keep: "1h", bus }),
});
// @ts-expect-error what is no TagInvalidation
createRegion({ backend: new MemoryBackend(), tagInvalidator: {} });
createRegion({ backend: new MemoryBackend(), observer: { onInvalidateTags: (list, hard, name) => void [list.length, hard, name?.length] } });

class SqlTags extends TagInvalidation {
  override async invalidate(list: readonly string[], hard: boolean, now: number) {
    super.invalidate(list, hard, now);
  }
  override refresh(list: readonly string[], now: number) {
    return list.length > 0 && now > 0 ? Promise.resolve() : undefined;
  }
}
createRegion({ backend: new MemoryBackend(), tagInvalidator: new SqlTags() });

declare const metadata: Metadata;
check<Same<typeof metadata.tags, string[] | undefined>>();
check<Same<typeof metadata.dt, number | undefined>>();
