import { makeError } from "../errors.js";
import { FRESH } from "./cache-region.js";
import { watch } from "./lead.js";
import { onWorkers, Vigil } from "./pulse.js";

/** Seconds that a call waits for a creation before it takes over. */
export const patienceOf = (setup, request) => request.lockTimeout ?? setup.lockTimeout;

/** Waits for one creation after another, its own last; not while there is more to do than to wait, since others may wait for that. */
export function waitForAll(region, quests, waiting, request) {
  if (quests.length === 1) return waitFor(region, quests[0], request, false);
  return waitForMany(region, quests, waiting, request);
}

async function waitForMany(region, quests, waiting, request) {
  let isOpen = quests.some((quest) => quest.isOpen);
  const own = waiting.filter(({ waitsFor }) => waitsFor.leads);
  for (const quest of [...waiting.filter(({ waitsFor }) => !waitsFor.leads), ...own]) {
    await waitFor(region, quest, request, isOpen);
    isOpen ||= quest.isOpen;
  }
}

async function waitFor(region, quest, request, onlyLooks) {
  const { flight, leads } = quest.waitsFor;
  const vigil = onWorkers() ? new Vigil() : undefined;
  while (!look(region, quest, request, vigil?.hasSeenDie(flight.latest.pulse)) && !onlyLooks) {
    if (!leads) announce(region, quest);
    if (!leads || flight.isLastChance) watch(region, flight.latest, patienceOf(region.setup, request));
    await (vigil === undefined ? quest.change : vigil.wait(quest.change, flight.latest.pulse));
    if (request.hasLeft) throw gone();
  }
}

/** Who has left waits for nothing and takes over nothing. Nobody sees this error. */
export const gone = () => makeError("TIMEOUT", "The caller has left.");

function announce(region, quest) {
  if (!quest.isAnnounced) region.reporter.tell("onWait", quest.key);
  quest.isAnnounced = true;
}

/** Takes what a creation came to, or gives it up when it has had its time, or has died; `false` if it goes on. Its leader does not take over from itself. */
function look(region, quest, request, hasSeenDeath = false) {
  if (quest.failure !== undefined) throw quest.failure.error;
  const { entry, outcome } = quest;
  const { flight, leads } = quest.waitsFor;
  if (entry !== undefined) return true;
  if (outcome !== undefined) {
    receive(region, quest, outcome, request);
  } else {
    if (leads || !(hasSeenDeath || flight.latest.isOverdue(patienceOf(region.setup, request)))) return false;
    quest.waitedFor.push(flight);
    quest.hasSeenDeath = hasSeenDeath;
    if (!flight.latest.isDeposed) takeOver(region, quest, flight.latest);
  }
  quest.waitsFor = undefined;
  return true;
}

function receive(region, quest, outcome, request) {
  if ("error" in outcome) return receiveError(region, quest, outcome, request);
  const record = outcome.record ?? foundRecord(region, outcome.found, request);
  if (record === undefined) return; // begin again
  const { leads } = quest.waitsFor;
  if (!leads || outcome.record === undefined) region.stats.coalesced += 1;
  quest.entry = { record, state: outcome.record === undefined ? "fresh" : "created" };
}

/** What somebody else's creation, found under the lock, is to this caller. */
function foundRecord(region, found, { expiration }) {
  return found !== undefined && region.worth(found, expiration, region.now()) === FRESH ? found.record : undefined;
}

/** The error, unless it is the creator's and the caller is content with what expired not long ago. Whoever is spared it has it reported, once. */
function receiveError(region, quest, outcome, request) {
  const { fallback } = quest;
  if (!outcome.isCreators || !region.servesInstead(fallback, request)) throw outcome.error;
  if (!outcome.isReported) region.reporter.error(outcome.error, "background");
  outcome.isReported = true;
  quest.serveStale(region, fallback.record);
}

/** Gives up on a creation; this call joins the flight that the map then holds, or leads a new one. */
export function takeOver(region, quest, flight) {
  region.flights.depose(flight);
  region.countTakeover(quest.key);
  quest.follow(flight);
  quest.deposed = flight;
}
