import { createRegion, IndexedDBBackend } from "dogpile";

// Shared by all tabs of the origin, and kept after a reload.
const region = createRegion({ backend: new IndexedDBBackend(), expirationTime: "5m" });

export const getUser = (id) =>
  region.getOrCreate(`user:${id}`, async ({ signal }) => {
    const response = await fetch(`/api/users/${id}`, { signal });
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    return response.json();
  });
