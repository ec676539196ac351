import { createRegion, MemoryBackend, type RegionObserver } from "dogpile";
import { check, type Same } from "./same.js";

const region = createRegion({ backend: new MemoryBackend(), observer: { onCreateStart: (keys) => void keys.length, onEvict: (key) => void key.length } });

// Every event ends with the region's name.
check<Same<Parameters<RegionObserver["onCreateStart"]>, [keys: string[], region: string | undefined]>>();
check<Same<Parameters<RegionObserver["onSet"]>, [keys: string[], region: string | undefined]>>();
check<Same<Parameters<RegionObserver["onDelete"]>, [keys: string[], region: string | undefined]>>();
check<Same<Parameters<RegionObserver["onInvalidate"]>, [hard: boolean, region: string | undefined]>>();
check<Same<Parameters<RegionObserver["onEvict"]>, [key: string, why: "size" | "expired", region: string | undefined]>>();

const end = region.observe({
  aroundCreate(create, keys, name) {
    check<Same<typeof keys, string[]>>();
    check<Same<typeof name, string | undefined>>();
    return create();
  },
});
check<Same<typeof end, () => void>>();

// @ts-expect-error no such event
region.observe({ onEvicted() {} });
// @ts-expect-error another kind of argument
region.observe({ onInvalidate: (keys: string[]) => keys });
// @ts-expect-error an observer is an object
region.observe(() => {});
