// `fetchQuery` makes whoever finds a value stale wait; `ensureQueryData` serves it. There is no limit. `getQueryData` never asks whether a value is fresh.
import { QueryClient } from "@tanstack/query-core";

export function open({ create, ttl, maxEntries, servesStale }) {
  if (maxEntries !== undefined) return undefined;
  const client = new QueryClient();
  // It would compare a new value with the old one to share what is alike.
  const options = { queryFn: create, staleTime: ttl * 1000, structuralSharing: false, revalidateIfStale: true };
  return {
    getOrCreate: servesStale ? (key) => client.ensureQueryData({ ...options, queryKey: [key] }) : (key) => client.fetchQuery({ ...options, queryKey: [key] }),
    expire: (key) => client.setQueryData([key], (value) => value, { updatedAt: Date.now() - ttl * 1000 - 1 }),
  };
}
