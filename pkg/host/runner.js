import { backendError, makeError } from "../errors.js";
import { pending } from "../promises.js";
import { NO_TAGS } from "../records/record.js";
import { REVALIDATES } from "../region/options.js";
import { refresh, startTime } from "../region/invalidating.js";
import { recordOf } from "../region/stamps.js";
import { expirationOf, tagsOf } from "./chosen.js";
import { callWaitUntil } from "./keep-alive.js";
import {
  ASK_IS_RUNNING,
  ASK_RUNNER_MAY_STORE,
  ASK_RUNNER_WRITES,
  ASK_SERIAL_OF_WRITE,
  ASK_STARTED_AT,
  DONE,
  FAILED,
  NEWS_OVERTAKEN,
  NEWS_RUNNER_CREATED,
  NEWS_RUNNER_ENTERS,
  NEWS_RUNNER_FAILED,
  NEWS_RUNNER_LEAVES,
  NEWS_RUNNER_STORED,
  NEWS_RUNNER_THREW,
  NEWS_RUNNER_UNUSED,
  NEWS_WROTE,
  RELEASED,
} from "./numbers.js";
import { answeredInTime } from "./storing.js";

/** One run of the user's runner for a stale value, until it releases the mutex. */
export class Run {
  #outcome = NEWS_RUNNER_UNUSED; // waiters start again unless the creator was called
  #isStarting = false;
  /** Whether the runner released it synchronously: this takes effect when the runner has returned. */
  #isReleased = false;
  /** Whether the caller was served before: then it renews a fresh value. */
  #isEarly = false;
  #isStored = false;

  constructor(flight, serial, creation) {
    this.flight = flight;
    this.serial = serial;
    this.creation = creation;
  }

  /** Returns FAILED if the runner threw, RELEASED if it has finished already. */
  start(region, key, waitUntil) {
    const { mutex } = this;
    const { call } = this.creation;
    this.#isEarly = call.isSettled;
    const job = new CreationJob(this, region, waitUntil);
    const failedLater = (error) => {
      job.failed(error);
      mutex.release();
    };
    this.#isStarting = true;
    try {
      const runner = call.request.flags & REVALIDATES ? backgroundRunner : (region.asyncCreationRunner ?? backgroundRunner);
      pending(runner(region.facade, key, () => this.#create(), mutex, job))?.catch(failedLater);
      return this.#isReleased ? RELEASED : DONE;
    } catch (error) {
      call.error = error;
      if (this.#isEarly) job.failed(error);
      this.#giveUp();
      return FAILED;
    } finally {
      this.#isStarting = false;
    }
  }

  get mutex() {
    return {
      acquire: () => false,
      release: () => {
        this.#giveUp();
        if (this.#isStarting) this.#isReleased = true;
        else this.#tell(this.#outcome);
        return this.flight.released;
      },
      locked: () => !this.#isReleased && this.#ask(ASK_IS_RUNNING) !== 0,
    };
  }

  /** A fresh value that was not renewed is left until it expires. */
  #giveUp() {
    if (this.#isEarly && !this.#isStored) this.creation.call.region.early?.giveUp(this.flight.key, this.flight.found.ct);
  }

  async #create() {
    const { call } = this.creation;
    const { reporter } = call.region;
    this.creation.start();
    try {
      const value = await this.#callCreator();
      this.creation.hasSettled = true;
      reporter.tell("onCreate", [...this.creation.keys], this.creation.seconds);
      this.flight.record = this.#recordOf(value);
      this.#outcome = NEWS_RUNNER_CREATED;
      return value;
    } catch (error) {
      this.#tell(NEWS_RUNNER_THREW);
      this.flight.error = error;
      this.#outcome = NEWS_RUNNER_FAILED;
      throw error;
    }
  }

  #callCreator() {
    this.#tell(NEWS_RUNNER_ENTERS, startTime(this.creation.call.region));
    try {
      return this.creation.callCreator();
    } finally {
      this.#tell(NEWS_RUNNER_LEAVES);
    }
  }

  /** Stores a value; returns `false` if the load is fenced or over, shouldCacheFn declines it, or the backend fails. */
  async store(value) {
    const { flight, creation } = this;
    const { region, setup, request } = creation.call;
    const record = this.#recordOf(value);
    if (request.shouldCacheFn !== undefined && !(await this.#mayStore(request.shouldCacheFn(value)))) {
      if (this.#isEarly) region.reporter.error(declined(), "background");
      return false;
    }
    const { tags = NO_TAGS } = record.metadata;
    await refresh(region, setup);
    await region.tags?.refresh(tags, setup);
    if (region.isOvertaken(this.#ask(ASK_STARTED_AT)) || region.tags?.isOvertaken(tags, flight.born)) this.#tell(NEWS_OVERTAKEN);
    try {
      const stored = setup.toStored(record);
      if (this.#ask(ASK_RUNNER_MAY_STORE) === 0) return false;
      await this.#send(flight.key, stored, region.hint(expirationOf(creation, flight), request));
      flight.stored = stored;
      this.#isStored = true;
      this.#tell(NEWS_RUNNER_STORED);
      creation.call.host.tellSubscribers([flight.key], "stored");
      region.reporter.tellKeys("onSet", creation.keys);
      return true;
    } catch (error) {
      region.backendFailed(error, "write");
      creation.call.host.tellSubscribers([flight.key], "stored");
      if (setup.throws) throw backendError("store a value", error);
      return false;
    }
  }

  #recordOf(value) {
    const { creation, flight } = this;
    return recordOf(creation.call.region, value, expirationOf(creation, flight), flight.born, tagsOf(creation, flight));
  }

  #mayStore(answer) {
    const promise = pending(answer);
    return promise === undefined ? answer : answeredInTime(this.creation.call, promise);
  }

  /** A running write keeps its place in the queue. */
  #send(key, stored, hint) {
    const { call } = this.creation;
    const { setup } = call;
    const sent = pending(setup.backend.set(key, stored, hint));
    if (sent === undefined) return undefined;
    const write = this.#ask(ASK_RUNNER_WRITES);
    const serial = call.core.ask(ASK_SERIAL_OF_WRITE, write, 0);
    const end = () => call.tell(NEWS_WROTE, write, serial);
    const answered = setup.answered(sent);
    answered.then(end, end);
    return answered;
  }

  #tell(news, value) {
    this.creation.call.tell(news, this.flight.slot, this.serial, value);
  }

  #ask(question) {
    return this.creation.call.core.ask(question, this.flight.slot, this.serial);
  }
}

const declined = () => makeError("VALIDATION", "shouldCacheFn declined a value that was created to renew a fresh one, which is returned until it expires.");

class CreationJob {
  #run;
  #region;
  #waitUntil;

  constructor(run, region, waitUntil) {
    this.#run = run;
    this.#region = region;
    this.#waitUntil = waitUntil;
  }

  store(value) {
    return this.#run.store(value);
  }

  /** Keeps the runtime alive until the promise settles. A rejection is reported. */
  waitUntil(promise) {
    const settled = Promise.resolve(promise).then(
      () => undefined,
      (error) => this.failed(error),
    );
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
