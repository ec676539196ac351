import { makeError } from "../../errors.js";
import { monotonic, startTimer, within } from "../../promises.js";
import { openDatabase, ownFactory, RECESS } from "./opening.js";
import { countRecords } from "./transactions.js";

/** Seconds that an opening or a transaction may take: a blocked or lost database may never respond. */
const PATIENCE = 5;
/** Milliseconds before the next attempt to open a database that could not be opened. */
export const PAUSE = 30_000;

/** The database is not available; `cause` says why. */
export class Unavailable extends Error {}

/** The error of calls after `close`. */
export const closedError = () => makeError("BACKEND", "The backend is closed.");

/** The errors of a transaction whose connection was lost: the site's data were cleared, the database deleted, or its process died. */
const BROKEN = ["AbortError", "InvalidStateError", "NotFoundError", "TimeoutError", "TransactionInactiveError", "UnknownError"];
export const isBroken = (error) => BROKEN.includes(error?.name);

/** A backend's connection: opened when needed, dropped when lost. */
export class Connection {
  #databaseName;
  #storeName;
  #database;
  /** The opening that calls wait for. */
  #opening;
  /** The opening that is not yet answered, awaited or not. */
  #unanswered;
  /** Rejects the running transactions: a browser that drops a connection may leave some unanswered. */
  #underWay = new Set();
  #recess;
  #cause;
  #downUntil = 0;
  #isClosed = false;
  #whenOpen;

  /** `whenOpen` is called when the database is available again. */
  constructor(databaseName, storeName, whenOpen) {
    this.#databaseName = databaseName;
    this.#storeName = storeName;
    this.#whenOpen = whenOpen;
  }

  /** Whether the database is currently not available. */
  get isDown() {
    return this.#isClosed || ownFactory() === undefined || this.#rests;
  }

  /** Runs `work(database)`, again on a new connection if this one is broken. Rejects with Unavailable without a database. */
  async use(work) {
    try {
      return await this.#attempt(work);
    } catch (error) {
      if (!isBroken(error)) throw error;
    }
    try {
      return await this.#attempt(work);
    } catch (error) {
      if (!isBroken(error) || (await this.#answers())) throw error;
      throw this.#fail(error);
    }
  }

  /** Allows a new attempt to open the database at once. */
  hasten() {
    this.#downUntil = 0;
  }

  /** Awaits a transaction with a time limit: a lost database may never respond. */
  watch(transaction) {
    return within(this.#unlessLost(transaction), PATIENCE, () => makeError("TIMEOUT", "The database did not respond."));
  }

  /** Running operations finish; nothing is opened again. */
  close() {
    this.#isClosed = true;
    this.#unanswered = undefined;
    this.#drop(this.#database);
  }

  /** Whether the database answers another request: then the operation itself is at fault, not the connection. */
  #answers() {
    return this.#attempt((database) => countRecords(database, this.#storeName)).then(
      () => true,
      () => false,
    );
  }

  async #attempt(work) {
    this.#requireOpen();
    const database = this.#database ?? (await this.#open());
    try {
      return await this.watch(work(database));
    } catch (error) {
      if (isBroken(error)) this.#drop(database);
      throw error;
    }
  }

  /** Whether the last opening failed or is not yet answered. */
  get #rests() {
    const isOverdue = this.#unanswered !== undefined && this.#opening === undefined;
    return this.#database === undefined && (isOverdue || monotonic() < this.#downUntil);
  }

  async #open() {
    if (this.#rests) throw new Unavailable("no database", { cause: this.#cause });
    this.#opening ??= this.#establish().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #establish() {
    await this.#recess;
    const opening = openDatabase(this.#databaseName, this.#storeName, () => this.#requireOpen());
    this.#unanswered = opening;
    opening.then(
      (database) => this.#adopt(opening, database),
      () => this.#forget(opening),
    );
    try {
      return await within(opening, PATIENCE, () => makeError("TIMEOUT", "The database could not be opened in time."));
    } catch (error) {
      this.#requireOpen();
      throw this.#fail(error);
    }
  }

  #requireOpen() {
    if (this.#isClosed) throw closedError();
  }

  /** Uses a late connection, unless the backend was closed meanwhile. */
  #adopt(opening, database) {
    if (this.#unanswered !== opening) return database.close();
    this.#unanswered = undefined;
    this.#database = database;
    this.#downUntil = 0;
    database.onversionchange = () => this.#drop(database);
    database.onclose = () => {
      this.#drop(database);
      this.#recess = new Promise((resolve) => startTimer(resolve, RECESS));
      for (const reject of this.#underWay) reject(new DOMException("The connection was taken away.", "AbortError"));
    };
    this.#whenOpen();
  }

  #unlessLost(transaction) {
    return new Promise((resolve, reject) => {
      this.#underWay.add(reject);
      transaction.then(resolve, reject).finally(() => this.#underWay.delete(reject));
    });
  }

  #forget(opening) {
    if (this.#unanswered === opening) this.#unanswered = undefined;
  }

  #fail(cause) {
    this.#cause = cause;
    this.#downUntil = monotonic() + PAUSE;
    return new Unavailable("no database", { cause });
  }

  #drop(database) {
    database?.close();
    if (this.#database === database) this.#database = undefined;
  }
}
