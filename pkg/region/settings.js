import { patience, seconds } from "../duration.js";
import { refused, unknownOption } from "../errors.js";

const isFunction = (value) => typeof value === "function";
const anything = [() => true];
const aFunction = [isFunction, "a function"];

/** What each option may be, and how a message says so; what is anything here is looked at where it is used. */
const OF_REGION = {
  name: [(value) => typeof value === "string", "a string"],
  keyMangler: [(value) => isFunction(value) || value === false, "a function, or false"],
  functionKeyGenerator: aFunction,
  functionMultiKeyGenerator: aFunction,
  clock: aFunction,
  observer: [(value) => typeof value === "object", "an object"],
  serializer: anything,
  asyncCreationRunner: aFunction,
  waitUntil: aFunction,
};
const OF_CONFIGURE = {
  backend: anything,
  arguments: anything,
  expirationTime: anything,
  wrap: anything,
  replaceExistingBackend: anything,
  regionInvalidator: anything,
  lockTimeout: anything,
  backendErrors: [(value) => value === "degrade" || value === "throw", '"degrade" or "throw"'],
};
const DEFAULT_LOCK_TIMEOUT = 30;

/** Checks what `new Region` takes; `together` with what `configure` takes, which is given it next. */
export function checkRegion(options, together) {
  requireKnown(options, together ? { ...OF_REGION, ...OF_CONFIGURE } : OF_REGION);
  requireAllowed(options, OF_REGION);
}

/** What `configure` was given, checked, the backend aside. Lengths of time are in seconds, a missing expiration NaN. */
export function checkConfiguration(options, together) {
  requireKnown(options, together ? { ...OF_REGION, ...OF_CONFIGURE } : OF_CONFIGURE);
  requireAllowed(options, OF_CONFIGURE);
  const { expirationTime, lockTimeout, backendErrors, replaceExistingBackend } = options ?? {};
  const given = patience(lockTimeout);
  return {
    expiration: seconds(expirationTime, "expirationTime"),
    lockTimeout: Number.isNaN(given) ? DEFAULT_LOCK_TIMEOUT : given,
    throws: backendErrors === "throw",
    replaces: Boolean(replaceExistingBackend),
  };
}

/** What the machine is told of a region, in the bits of src/js/region.rs. */
export function flagsOf({ setup, invalidations, asyncCreationRunner, reporter }) {
  const flags = [
    setup.coalesces,
    typeof setup.backend.getMutex === "function",
    asyncCreationRunner !== undefined,
    !invalidations.areOwn,
    invalidations.areTold,
    reporter.isObserved,
    setup.throws,
  ];
  return flags.reduce((bits, flag, index) => bits | (flag ? 1 << index : 0), 0);
}

function requireKnown(options, known) {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null) throw refused("options", "an object", options);
  const name = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  if (name !== undefined) throw unknownOption(name, Object.keys(known).join(", "));
}

/** `null` and `undefined` always mean "not given". */
function requireAllowed(options, known) {
  for (const [name, [isAllowed, allowed]] of Object.entries(known)) {
    const value = options?.[name] ?? undefined;
    if (value !== undefined && !isAllowed(value)) throw refused(name, allowed, value);
  }
}
