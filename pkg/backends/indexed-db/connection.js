import { makeError } from "../../errors.js";
import { monotonic, startTimer, within } from "../../promises.js";
import { openDatabase, ownFactory, RECESS } from "./opening.js";
import { countRecords } from "./transactions.js";

/** Seconds that an opening or a transaction may take: a database that is blocked or lost may never answer. */
const PATIENCE = 5;
/** Milliseconds until a database that could not be opened is tried again. */
export const PAUSE = 30_000;

/** There is no database to be had now; `cause` says why. */
export class Unavailable extends Error {}

/** What calls of a closed backend come to. */
export const closedError = () => makeError("BACKEND", "The backend is closed.");

/** What a transaction comes to when its connection is taken away: the site's data were cleared, the database deleted, its process gone. */
const BROKEN = ["AbortError", "InvalidStateError", "NotFoundError", "TimeoutError", "TransactionInactiveError", "UnknownError"];
export const isBroken = (error) => BROKEN.includes(error?.name);

/** A backend's connection: opened when it is needed, dropped when it is taken away. */
export class Connection {
  #databaseName;
  #storeName;
  #database;
  /** The opening that calls wait for. */
  #opening;
  /** The opening that has not been answered, waited for or not. */
  #unanswered;
  /** What rejects the transactions that are under way: a browser that takes a connection away may leave some unanswered. */
  #underWay = new Set();
  #recess;
  #cause;
  #downUntil = 0;
  #isClosed = false;
  #whenOpen;

  /** `whenOpen` is called when there is a database again. */
  constructor(databaseName, storeName, whenOpen) {
    this.#databaseName = databaseName;
    this.#storeName = storeName;
    this.#whenOpen = whenOpen;
  }

  /** Whether a call now would go without a database. */
  get isDown() {
    return this.#isClosed || ownFactory() === undefined || this.#rests;
  }

  /** What `work(database)` comes to: once more on a fresh connection if this one is broken. Rejects with Unavailable without a database. */
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

  /** A database that could not be opened may be tried again now. */
  hasten() {
    this.#downUntil = 0;
  }

  /** What a transaction comes to, in time: a database that is taken away may never answer. */
  watch(transaction) {
    return within(this.#unlessLost(transaction), PATIENCE, () => makeError("TIMEOUT", "The database did not respond."));
  }

  /** What is under way goes on to its end; nothing is opened any more. */
  close() {
    this.#isClosed = true;
    this.#unanswered = undefined;
    this.#drop(this.#database);
  }

  /** Whether the database answers others: then it is what was asked that it fails at. */
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

  /** Whether the last opening failed, or has not been answered yet. */
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

  /** An answer that comes late is welcome, unless the backend was closed meanwhile. */
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
