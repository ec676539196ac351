// For all apps that are compared. Packages of TanStack Query that were published at different times name different versions of its core: it is counted once.
export default { resolve: { dedupe: ["@tanstack/query-core"] } };
