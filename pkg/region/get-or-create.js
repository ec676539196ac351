import { describe, makeError } from "../errors.js";
import { LANDED, LEAD, READ_AGAIN, READING, SERVE_FRESH, SERVE_STALE, TAKE_OVER, WAIT } from "./flight.js";
import { STALE } from "./cache-region.js";
import { Lead } from "./lead.js";
import { Quest } from "./quest.js";
import { onWorkers, Vigil } from "./pulse.js";
import { readAfterWrites } from "./reading.js";
import { gone, patienceOf, takeOver, waitForAll } from "./waiting.js";
import { endWork, keepAlive, withWaysOut } from "./ways-out.js";

/** For each key an entry: look, join or begin a flight, judge what its read found, and serve, lead or wait. The keys are unique once mangled. */
export async function getOrCreate(region, keys, request) {
  if (request.signal?.aborted) throw request.signal.reason;
  const quests = keys.map((key) => new Quest(key, region.setup.mangle(key)));
  for (const quest of quests) refuseReentry(region, quest, request);
  await withWaysOut(region, quests, request, () => seek(region, quests, request));
  return quests.map(({ entry }) => entry);
}

/** The entry for one who has waited for a flight, and was counted, without coming this way. */
export async function goOnWaiting(region, key, flight, request) {
  const quest = new Quest(key, flight.key);
  Object.assign(quest, { isCounted: true, found: flight.found, waitsFor: { flight, leads: false } });
  await seek(region, [quest], request);
  return quest.entry;
}

/** A creator that asks, in its synchronous part, for the key that it is creating could only wait for itself. */
function refuseReentry(region, { key, mangled }, request) {
  const flight = region.flights.current(mangled);
  if (flight?.isInCreator !== true) return;
  if (!request.forceRefresh && region.worth(flight.found, request.expiration, region.now()) <= STALE) return;
  throw makeError("REENTRANT", `The creator of ${describe(key)} asks for the key that it is creating, and there is no older value to give it.`);
}

/** Goes on, for those who share its reads and creations, when its own caller has left. It awaits only what it has to: most calls have a key in memory. */
async function seek(region, quests, request) {
  try {
    while (quests.some(isUnserved)) {
      const open = quests.filter(({ isOpen }) => isOpen);
      const judging = open.length === 0 ? undefined : judgeAll(region, open, request);
      if (judging !== undefined) await judging;
      const waiting = quests.filter((quest) => isUnserved(quest) && quest.waitsFor !== undefined);
      if (waiting.length > 0) await waitForAll(region, quests, waiting, request);
    }
  } finally {
    for (const quest of quests) quest.letGo();
    endWork(request);
  }
}

const isUnserved = ({ entry }) => entry === undefined;

/** Finds out for each key what there is, and serves it or starts what it takes; a promise if that has to be waited for. */
function judgeAll(region, quests, request) {
  const news = region.refresh(region.setup);
  return news === undefined ? lookAtAll(region, quests, request) : judgeAfter(news, region, quests, request);
}

async function judgeAfter(news, region, quests, request) {
  await news;
  if (request.isDetached) throw gone();
  await lookAtAll(region, quests, request);
}

function lookAtAll(region, quests, request) {
  const setup = mangleAll(region, quests);
  const boarded = board(region, setup, quests, request);
  const begun = boarded.filter(({ reads }) => reads).map(({ flight }) => flight);
  const outcomes = begun.length === 0 ? [] : readAfterWrites(setup, begun.map(({ key }) => key), request.multi);
  if (outcomes instanceof Promise) return decideLater(region, setup, boarded, begun, outcomes, request);
  land(region, setup, begun, outcomes);
  if (boarded.some(({ flight }) => flight.phase === READING)) return decideLater(region, setup, boarded, [], [], request);
  decideAll(region, setup, boarded, request);
}

async function decideLater(region, setup, boarded, begun, outcomes, request) {
  if (begun.length > 0) keepAlive(region, request);
  land(region, setup, begun, await outcomes);
  for (const { flight } of boarded) if (flight.phase === READING) await landed(flight);
  decideAll(region, setup, boarded, request);
}

/** The setup that the keys are mangled for: a mangler may configure the region anew. */
function mangleAll(region, quests) {
  const { setup } = region;
  for (const quest of quests) quest.mangled = setup.mangle(quest.key);
  return region.setup === setup ? setup : mangleAll(region, quests);
}

/** Joins the flight of each key, or begins one. */
function board(region, setup, quests, request) {
  return quests.map((quest) => {
    const current = region.joinable(quest.mangled);
    const flight = current ?? region.flights.begin(quest.mangled, quest.deposed !== undefined && !quest.hasSeenDeath, !setup.coalesces);
    if (current === undefined) flight.pulse = request.pulse;
    quest.board(flight);
    return { quest, flight, reads: current === undefined };
  });
}

/** Waits for another's read to land, unless that dies with its request. */
async function landed(flight) {
  if (!onWorkers()) return flight.landing;
  const vigil = new Vigil();
  while (flight.phase === READING && !vigil.hasSeenDie(flight.pulse)) await vigil.wait(flight.landing, flight.pulse);
}

/** Those who share these reads go on after this call has judged them: it runs on, they are woken. */
function land(region, setup, begun, outcomes) {
  begun.forEach((flight, index) => region.flights.land(flight, region.find(setup, outcomes[index], setup.throws)));
}

/** Serves what can be served and starts one creation for all that this call leads. */
function decideAll(region, setup, boarded, request) {
  const led = [];
  try {
    if (request.isDetached) throw gone();
    for (const { quest, flight } of boarded) {
      const move = flight.phase === READING ? region.bury(flight) : nextMove(region, setup, quest, flight, request);
      if (move === LEAD || move === WAIT) quest.await(flight, move === LEAD);
      quest.disembark();
      if (move === LEAD) led.push({ quest, flight });
    }
  } catch (error) {
    if (!request.isDetached) for (const { quest } of boarded) quest.disembark();
    for (const { flight } of led) region.flights.end(flight, {});
    throw error;
  } finally {
    for (const { flight, reads } of boarded) if (reads && flight.phase === LANDED) region.flights.remove(flight);
  }
  if (led.length === 0) return;
  keepAlive(region, request);
  new Lead(region, setup, request).begin(led);
}

/** Decides one key, and does what needs no waiting. */
function nextMove(region, setup, quest, flight, request) {
  const { found } = flight;
  quest.found = found;
  if ("error" in found) throw found.error;
  const worth = region.worth(found, request.expiration, region.now());
  const move = flight.nextMove(worth, request.forceRefresh, quest.hasReadAgain, patienceOf(setup, request));
  if (move === SERVE_FRESH) quest.serveFresh(region, found.record);
  else if (move === SERVE_STALE) quest.serveStale(region, found.record);
  else if (move === TAKE_OVER) takeOver(region, quest, flight);
  else if (move === READ_AGAIN) quest.hasReadAgain = true;
  else if (move === LEAD) return tryToLead(region, quest, flight, worth, request);
  else countMiss(region, quest, worth, request);
  return move;
}

/** The first caller whose own decision needs a creation leads it. A flight that was fenced off twice is led for those who shared its read. */
function tryToLead(region, quest, flight, worth, request) {
  quest.isStale = worth === STALE && !request.forceRefresh;
  if (quest.isStale && region.flights.isKept(flight.key, patienceOf(region.setup, request))) {
    quest.serveStale(region, flight.found.record);
    return SERVE_STALE;
  }
  if (!flight.isFenced && !region.flights.claim(flight)) return READ_AGAIN;
  flight.beginLeading(request.pulse); // before an observer is told, who may ask for this very key
  countMiss(region, quest, worth, request);
  return LEAD;
}

function countMiss(region, quest, worth, { forceRefresh }) {
  if (worth <= STALE || forceRefresh || quest.isCounted) return;
  quest.isCounted = true;
  region.countMiss(quest.key, worth);
}
