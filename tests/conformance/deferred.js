/** The runners that a region may hand its stale values to: they note what was handed over, and regenerate it meanwhile or keep it. */
export const runners = {
  sync: (run) => handedOver(run, (job) => run.running.push(regenerate(run, job))),
  defer: (run) => handedOver(run, (job) => run.deferred.push(job)),
};

function handedOver(run, take) {
  return (region, key, creator, mutex) => {
    run.started.push(key);
    take({ region, key, creator, mutex });
  };
}

/** Stores what the creator gives, as users of dogpile.cache do: whatever shouldCacheFn would say. */
export async function regenerate({ boom }, { region, key, creator, mutex }) {
  try {
    await region.set(key, await creator());
  } catch (error) {
    if (error !== boom) throw error;
  } finally {
    mutex.release();
  }
}
