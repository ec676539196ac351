import * as backend from "../backends/backend.js";
import { Creation } from "./creation.js";
import { describe, makeError } from "../errors.js";
import { LANDED, READING } from "./flight.js";
import { STALE } from "./cache-region.js";
import { Quest } from "./quest.js";
import { handOver } from "./runner.js";

const [SERVE_FRESH, SERVE_STALE, LEAD, WAIT, TAKE_OVER, READ_AGAIN] = [0, 1, 2, 3, 4, 5]; // the core's `nextMove`
const HAND_OVER = 6; // to lead by a runner

/** For each key an entry: look, join or begin a flight, judge what its read found, and serve, lead or wait. The keys are unique once mangled. */
export async function getOrCreate(region, keys, request) {
  const quests = keys.map((key) => new Quest(key, region.setup.mangle(key)));
  for (const quest of quests) refuseReentry(region, quest, request);
  try {
    while (quests.some(({ entry }) => entry === undefined)) await round(region, quests, request);
  } finally {
    for (const quest of quests) quest.letGo();
  }
  return quests.map(({ entry }) => entry);
}

/** A creator that asks, in its synchronous part, for the key that it is creating could only wait for itself. */
function refuseReentry(region, { key, mangled }, request) {
  const flight = region.flights.current(mangled);
  if (flight?.isInCreator !== true) return;
  if (!request.forceRefresh && worth(region, flight.found, request, region.now()) <= STALE) return;
  throw makeError("REENTRANT", `The creator of ${describe(key)} asks for the key that it is creating, and there is no older value to give it.`);
}

async function round(region, quests, request) {
  const open = quests.filter(({ isOpen }) => isOpen);
  if (open.length > 0) await judgeAll(region, open, request);
  await waitForAll(region, quests, patienceOf(region.setup, request));
}

/** Finds out for each key what there is, and serves it or starts what it takes. */
async function judgeAll(region, quests, request) {
  const setup = mangleAll(region, quests);
  const boarded = board(region, setup, quests);
  const begun = boarded.filter(({ reads }) => reads).map(({ flight }) => flight);
  const outcomes = begun.length === 0 ? [] : readFlights(setup, begun, request);
  land(region, setup, begun, outcomes instanceof Promise ? await outcomes : outcomes);
  for (const { flight } of boarded) if (flight.phase === READING) await flight.landing;
  decideAll(region, setup, boarded, request);
}

/** The setup that the keys are mangled for: a mangler may configure the region anew. */
function mangleAll(region, quests) {
  const { setup } = region;
  for (const quest of quests) quest.mangled = setup.mangle(quest.key);
  return region.setup === setup ? setup : mangleAll(region, quests);
}

/** Joins the flight of each key, or begins one. */
function board(region, setup, quests) {
  return quests.map((quest) => {
    const current = region.flights.current(quest.mangled);
    const flight = current ?? region.flights.begin(quest.mangled, quest.deposed !== undefined, !setup.coalesces);
    return { quest, flight, reads: current === undefined };
  });
}

/** One read for all flights that this call began, sent when the writes in line have settled; at once if it can be. */
function readFlights(setup, begun, { multi }) {
  const keys = begun.map(({ key }) => key);
  const read = () => backend.read(setup, keys, multi);
  const ahead = setup.lines.ahead(keys);
  return ahead === undefined ? read() : ahead.then(read);
}

/** Those who share these reads go on after this call has judged them: it runs on, they are woken. */
function land(region, setup, begun, outcomes) {
  begun.forEach((flight, index) => region.flights.land(flight, region.find(setup, outcomes[index], setup.throws)));
}

/** Serves what can be served and starts one creation for all that this call leads. */
function decideAll(region, setup, boarded, request) {
  const led = [];
  try {
    for (const { quest, flight } of boarded) {
      const move = nextMove(region, setup, quest, flight, request);
      if (move === LEAD) led.push({ key: quest.key, flight });
      if (move === HAND_OVER) {
        handOver(region, setup, { key: quest.key, flight }, request);
        serve(region, quest, flight.found.record, SERVE_STALE);
      }
      if (move === LEAD || move === WAIT) {
        quest.follow(flight);
        quest.waitsFor = { flight, leads: move === LEAD };
      }
    }
  } catch (error) {
    for (const { flight } of led) region.flights.end(flight, {});
    throw error;
  } finally {
    for (const { flight, reads } of boarded) if (reads && flight.phase === LANDED) region.flights.remove(flight);
  }
  if (led.length > 0) lead(region, setup, led, request);
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
  quest.letGo();
}

/**
 * The first caller whose own decision needs a creation leads it, or has the region's runner lead it where there is a stale value to serve.
 * A flight that was fenced off twice is led for those who shared its read.
 */
function tryToLead(region, quest, flight, judged, request) {
  const servesStale = judged === STALE && !request.forceRefresh;
  if (servesStale && region.flights.isKept(flight.key, patienceOf(region.setup, request))) {
    serve(region, quest, flight.found.record, SERVE_STALE);
    return SERVE_STALE;
  }
  if (!flight.isFenced && !region.flights.claim(flight)) return READ_AGAIN;
  flight.beginCreating(); // before an observer is told, who may ask for this very key
  if (servesStale && region.asyncCreationRunner !== undefined && !request.multi) return HAND_OVER;
  countMiss(region, quest, judged, request);
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

/** Waits for one creation after another, its own last; not while there is more to do than to wait, since others may wait for that. */
async function waitForAll(region, quests, patience) {
  let isOpen = quests.some((quest) => quest.isOpen);
  const waiting = quests.filter(({ waitsFor }) => waitsFor !== undefined);
  const own = waiting.filter(({ waitsFor }) => waitsFor.leads);
  for (const quest of [...waiting.filter(({ waitsFor }) => !waitsFor.leads), ...own]) {
    await waitFor(region, quest, patience, isOpen);
    isOpen ||= quest.isOpen;
  }
}

async function waitFor(region, quest, patience, onlyLooks) {
  const { flight, leads } = quest.waitsFor;
  while (!look(region, quest, patience) && !onlyLooks) {
    if (!leads) announce(region, quest);
    if (!leads) watch(region, flight, patience);
    await quest.change;
  }
}

function announce(region, quest) {
  if (!quest.isAnnounced) region.reporter.tell("onWait", quest.key);
  quest.isAnnounced = true;
}

/** Takes what a creation came to, or gives it up when it has had its time; `false` if it goes on. Its leader does not take over from itself. */
function look(region, quest, patience) {
  const { outcome } = quest;
  const { flight, leads } = quest.waitsFor;
  if (outcome === undefined && (leads || !flight.isOverdue(patience))) return false;
  quest.waitsFor = undefined;
  if (outcome !== undefined) {
    receive(region, quest, outcome, leads);
  } else {
    takeOver(region, quest, flight);
    quest.waitedFor.push(flight);
  }
  return true;
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
