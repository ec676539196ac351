import { Creation } from "./creation.js";
import { pending, Signal } from "../promises.js";
import { makeRecord } from "../records/record.js";
import { callWaitUntil, waitUntilOf } from "./ways-out.js";

/** Lets the user's runner replace a stale value: it owns the flight until it releases the mutex. */
export function handOver(region, setup, { key, flight }, request) {
  const creation = new Creation(region, setup, request, [{ key, flight }]);
  let outcome = {}; // for those who wait: begin again, unless the creator was called
  const creator = async () => {
    try {
      const value = await creation.create();
      outcome = { record: makeRecord(value, region.stamp()) };
      return value;
    } catch (error) {
      outcome = { error };
      throw error;
    }
  };
  const mutex = {
    acquire: () => false,
    release() {
      region.flights.end(flight, outcome);
      over.settle();
      return flight.lock?.released;
    },
    locked: () => flight.outcome === undefined,
  };
  const over = new Signal();
  request.work.push({ finished: over.promise });
  flight.isHandedOver = true;
  const job = new CreationJob(region, creation, waitUntilOf(region, request));
  const failedLater = (error) => {
    job.failed(error);
    mutex.release();
  };
  try {
    pending(region.asyncCreationRunner(region.facade, key, creator, mutex, job))?.catch(failedLater);
  } catch (error) {
    mutex.release();
    throw error;
  }
}

class CreationJob {
  #region;
  #creation;
  #waitUntil;

  constructor(region, creation, waitUntil) {
    this.#region = region;
    this.#creation = creation;
    this.#waitUntil = waitUntil;
  }

  store(value) {
    return this.#creation.keep(value);
  }

  /** Keeps the promise alive past the request, where the platform ends that. A rejection is reported. */
  waitUntil(promise) {
    const settled = Promise.resolve(promise).then(() => undefined, (error) => this.failed(error));
    if (this.#waitUntil !== undefined) callWaitUntil(this.#waitUntil, settled);
  }

  failed(error) {
    this.#region.reporter.error(error, "background");
  }
}

export function backgroundRunner(_region, _key, creator, mutex, job) {
  job.waitUntil(regenerate(creator, mutex, job));
}

async function regenerate(creator, mutex, job) {
  try {
    await job.store(await creator());
  } catch (error) {
    job.failed(error);
  } finally {
    await mutex.release();
  }
}
