import { QueryClient } from "@tanstack/react-query";
import { createAsyncStoragePersister } from "@tanstack/query-async-storage-persister";
import { broadcastQueryClient } from "@tanstack/query-broadcast-client-experimental";
import { del, get, set } from "idb-keyval";

export const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: 60_000, gcTime: Infinity } } });
broadcastQueryClient({ queryClient, broadcastChannel: "stations" }); // other tabs
export const persister = createAsyncStoragePersister({ storage: { getItem: get, setItem: set, removeItem: del } }); // later visits
