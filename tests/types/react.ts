import { createRegion, MemoryBackend } from "dogpile";
import { type CachedState, useCached, useCachedState } from "dogpile/react";
import { check, type Same } from "./same.js";

type User = { name: string };
const region = createRegion({ backend: new MemoryBackend() });
const loadUser = async (): Promise<User> => ({ name: "Ada" });

const user = useCached(region, "user:1", loadUser, { expirationTime: "5m", staleIfError: "1h", tags: ["users"], initial: { name: "Ada" } });
check<Same<typeof user, User>>();
check<Same<ReturnType<typeof useCachedState<User>>, CachedState<User>>>();
const { value, refresh } = useCachedState(region, "user:1", loadUser, {
  enabled: false,
  refetchInterval: "1m",
  refetchOnFocus: true,
  refetchOnReconnect: false,
});
check<Same<typeof value, User | undefined>>();
check<Same<ReturnType<typeof refresh>, Promise<User>>>();
useCached(createRegion<User>({ backend: new MemoryBackend() }), "user:1", ({ key, stale }) => ({ name: stale?.payload.name ?? key }));
useCached(region, "user:1", loadUser, { initial: undefined, tags: undefined });

// @ts-expect-error only useCachedState can wait
useCached(region, "user:1", loadUser, { enabled: false });
// @ts-expect-error an option of the region's own calls
useCachedState(region, "user:1", loadUser, { forceRefresh: true });
// @ts-expect-error a key is a string
useCached(region, 1, loadUser);
// @ts-expect-error no creator
useCachedState(region, "user:1");
