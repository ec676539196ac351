import { createRegion, MemoryBackend } from "dogpile";
import { type Devtools, inspect, mountDevtools } from "dogpile/devtools";
import { check, type Same } from "./same.js";

const users = createRegion<string>({ backend: new MemoryBackend() });
const orders = createRegion<number>({ backend: new MemoryBackend() });

check<Same<ReturnType<typeof mountDevtools>, Devtools>>();
mountDevtools(users).unmount();
await mountDevtools([users, orders]).refresh();
mountDevtools(new Set([users, orders]), {});
mountDevtools({ users, orders }, { element: document.body, theme: "dark", isOpen: true });
mountDevtools(users, { element: undefined, theme: undefined, isOpen: undefined });
check<Same<ReturnType<typeof inspect>, Promise<void>>>();
inspect(users);

// @ts-expect-error a region is needed
mountDevtools();
// @ts-expect-error no region
mountDevtools({ users: "users" });
// @ts-expect-error an unknown option
mountDevtools(users, { open: true });
// @ts-expect-error an unknown theme
mountDevtools(users, { theme: "blue" });
// @ts-expect-error a selector is no element
mountDevtools(users, { element: "#panel" });
// @ts-expect-error one region at a time
inspect([users, orders]);
