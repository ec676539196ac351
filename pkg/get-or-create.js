import * as backend from "./backend.js";
import { Creation } from "./creation.js";
import { describe, makeError } from "./errors.js";
import { LANDED, READING } from "./flight.js";
import { STALE } from "./cache-region.js";

const [SERVE_FRESH, SERVE_STALE, LEAD, WAIT, TAKE_OVER, READ_AGAIN] = [0, 1, 2, 3, 4, 5]; // the core's `nextMove`

/** One key of a call, on its way to an entry. */
class Quest {
  /** `{ record, state }`: what this call gets for the key. */
  entry;
  /** A read that was fenced off is made again once. */
  hasReadAgain = false;
  isCounted = false;
  /** The flight that this call gave up, and has not followed by another yet. */
  deposed;
  /** Flights given up after this call had waited for them: their values are still good for it. */
  waitedFor = [];

  constructor(key, mangled) {
    this.key = key;
    this.mangled = mangled;
  }

  /** Whoever waits for the flight that this call gave up now waits for this one. */
  follow(flight) {
    if (this.deposed !== undefined) flight.bequeathTo(this.deposed);
    this.deposed = undefined;
  }

  outcomeOf(flight) {
    return flight.outcome ?? this.waitedFor.map(({ outcome }) => outcome).find((outcome) => outcome?.record !== undefined);
  }

  changeOf(flight) {
    if (this.waitedFor.length === 0) return flight.change;
    return Promise.race([flight, ...this.waitedFor].map(({ change }) => change));
  }
}

/** For each key an entry: look, join or begin a flight, judge what its read found, and serve, lead or wait. The keys are unique once mangled. */
export async function getOrCreate(region, keys, request) {
  const quests = keys.map((key) => new Quest(key, region.setup.mangle(key)));
  for (const quest of quests) refuseReentry(region, quest, request);
  try {
    while (quests.some(({ entry }) => entry === undefined)) await round(region, quests, request);
  } finally {
    for (const { deposed } of quests) deposed?.end({});
  }
  return quests.map(({ entry }) => entry);
}

/** A creator that asks, in its synchronous part, for the key that it is creating could only wait for itself. */
function refuseReentry(region, { key, mangled }, request) {
  if (!region.calling.includes(mangled)) return;
  const found = region.flights.current(mangled)?.found;
  if (found === undefined || (!request.forceRefresh && worth(region, found, request, region.now()) <= STALE)) return;
  throw makeError("REENTRANT", `The creator of ${describe(key)} asks for the key that it is creating, and there is no older value to give it.`);
}

async function round(region, quests, request) {
  const { setup } = region;
  const boarded = board(region, setup, quests);
  const begun = boarded.filter(({ reads }) => reads).map(({ flight }) => flight);
  const outcomes = begun.length === 0 ? [] : readFlights(setup, begun, request);
  land(region, setup, begun, outcomes instanceof Promise ? await outcomes : outcomes);
  for (const { flight } of boarded) if (flight.phase === READING) await flight.landing;
  for (const waiting of judgeAll(region, setup, boarded, request)) await wait(region, setup, waiting, request);
}

/** Joins the flight of each key that has no entry yet, or begins one. */
function board(region, setup, quests) {
  const open = quests.filter(({ entry }) => entry === undefined);
  for (const quest of open) quest.mangled = setup.mangle(quest.key);
  return open.map((quest) => {
    const current = region.flights.current(quest.mangled);
    const flight = current ?? region.flights.begin(quest.mangled, quest.deposed !== undefined, !setup.coalesces);
    return { quest, flight, reads: current === undefined };
  });
}

/** One read for all flights that this call began, sent when the writes in line have settled; at once if it can be. */
function readFlights(setup, begun, { multi }) {
  const keys = begun.map(({ key }) => key);
  const read = () => backend.read(setup, keys, multi);
  const ahead = setup.writesAhead(keys);
  return ahead === undefined ? read() : ahead.then(read);
}

/** Those who share these reads go on after this call has judged them: it runs on, they are woken. */
function land(region, setup, begun, outcomes) {
  begun.forEach((flight, index) => region.flights.land(flight, region.find(outcomes[index], setup.throws)));
}

/** Serves what can be served and starts one creation for all that this call leads; gives back what is to be waited for. */
function judgeAll(region, setup, boarded, request) {
  const led = [];
  const waiting = [];
  try {
    for (const { quest, flight } of boarded) {
      const move = nextMove(region, setup, quest, flight, request);
      if (move === LEAD) led.push({ key: quest.key, flight });
      if (move === LEAD || move === WAIT) {
        quest.follow(flight);
        waiting.push({ quest, flight, leads: move === LEAD });
      }
    }
  } catch (error) {
    for (const { flight } of led) region.flights.end(flight, {});
    throw error;
  } finally {
    for (const { flight, reads } of boarded) if (reads && flight.phase === LANDED) region.flights.remove(flight);
  }
  if (led.length > 0) lead(region, setup, led, request);
  return waiting;
}

/** Decides one key, and does what needs no waiting. */
function nextMove(region, setup, quest, flight, request) {
  const { found } = flight;
  if ("error" in found) throw found.error;
  const judged = worth(region, found, request, region.now());
  const move = flight.nextMove(judged, request.forceRefresh, quest.hasReadAgain, patienceOf(setup, request));
  if (move === SERVE_FRESH || move === SERVE_STALE) serve(region, quest, found.record, move);
  else if (move === TAKE_OVER) takeOver(region, quest, flight);
  else if (move === READ_AGAIN) quest.hasReadAgain = true;
  else if (move === LEAD) return tryToLead(region, quest, flight, judged, request);
  else countMiss(region, quest, judged, request);
  return move;
}

const worth = (region, { why, ct, v, et }, { expiration }, now) => why ?? region.core.judge(ct, v, et, expiration, now);

const patienceOf = (setup, request) => request.lockTimeout ?? setup.lockTimeout;

function serve(region, quest, record, move) {
  if (move === SERVE_FRESH) {
    region.countHit(quest.key);
  } else {
    region.stats.staleHits += 1;
    region.reporter.tell("onStale", quest.key);
  }
  quest.entry = { record, state: move === SERVE_FRESH ? "fresh" : "stale" };
}

/** The first caller whose own decision needs a creation leads it. A flight that was fenced off twice is led for those who shared its read. */
function tryToLead(region, quest, flight, judged, request) {
  if (!flight.isFenced && !region.flights.claim(flight)) return READ_AGAIN;
  countMiss(region, quest, judged, request);
  flight.beginCreating();
  return LEAD;
}

function countMiss(region, quest, judged, { forceRefresh }) {
  if (judged <= STALE || forceRefresh || quest.isCounted) return;
  quest.isCounted = true;
  region.countMiss(quest.key, judged);
}

function lead(region, setup, led, request) {
  new Creation(region, setup, request, led).start();
  for (const { flight } of led) if (flight.isLastChance) watch(region, flight, patienceOf(setup, request));
}

/** Waits for a flight to end, or gives it up when its creator has had its time. Its leader does not take over from itself. */
async function wait(region, setup, { quest, flight, leads }, request) {
  if (!leads && flight.outcome === undefined) region.reporter.tell("onWait", quest.key);
  const patience = patienceOf(setup, request);
  for (;;) {
    const outcome = quest.outcomeOf(flight);
    if (outcome !== undefined) return receive(region, quest, outcome, leads);
    if (!leads && flight.isOverdue(patience)) {
      takeOver(region, quest, flight);
      quest.waitedFor.push(flight);
      return;
    }
    if (!leads) watch(region, flight, patience);
    await quest.changeOf(flight);
  }
}

function receive(region, quest, outcome, leads) {
  if ("error" in outcome) throw outcome.error;
  if (outcome.record === undefined) return; // begin again
  if (!leads) region.stats.coalesced += 1;
  quest.entry = { record: outcome.record, state: "created" };
}

/** Gives up on a creation; this call joins the flight that the map then holds, or leads a new one. */
function takeOver(region, quest, flight) {
  region.flights.depose(flight);
  region.stats.takeovers += 1;
  region.reporter.tell("onTakeover", quest.key);
  quest.follow(flight);
  quest.deposed = flight;
}

/** Sees to it that those who wait look again in time. A flight born of a takeover ends then, for all of them. */
function watch(region, flight, patience) {
  flight.watch(patience, () => {
    if (!flight.isLastChance) return;
    region.flights.giveUp(flight, makeError("TIMEOUT", "Two creations in a row have not ended within lockTimeout."));
  });
}
