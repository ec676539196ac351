/** A thousand callers of one cold key, and again after a hard invalidation. */
export async function stampede({ createRegion, MemoryBackend }) {
  const region = createRegion({ backend: new MemoryBackend() });
  let creations = 0;
  const creator = async () => {
    const value = `value ${++creations}`;
    await new Promise((resolve) => setTimeout(resolve, 5));
    return value;
  };
  const callers = () => Promise.all(Array.from({ length: 1000 }, () => region.getOrCreate("key", creator)));

  const cold = await callers();
  await region.invalidate(true);
  const invalidated = await callers();
  return {
    runtime: globalThis.navigator?.userAgent ?? `Node.js/${process.versions.node}`,
    callers: cold.length + invalidated.length,
    values: [cold, invalidated].map((values) => [...new Set(values)].slice(0, 3)),
    creations,
  };
}
