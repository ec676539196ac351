// What is given to this package may hold passwords, and messages go to logs: they say what kind of thing it was, never what was in it.
import {
  CloudflareKVBackend,
  DogpileCacheError,
  DogpileLock,
  IndexedDBBackend,
  MemoryBackend,
  Region,
  StoredInvalidationStrategy,
  createRegion,
  functionKeyGenerator,
  functionMultiKeyGenerator,
  lengthConditionalMangler,
  registerBackend,
  sha1MangleKey,
} from "dogpile";
import { describe, expect, test } from "vitest";
import { checkAfterEach, outcome, plainBackend, refuses, throws } from "../helpers.js";

checkAfterEach();

const SECRET = "s3cret-pw";
const x40 = "x".repeat(40);
const x80 = "x".repeat(80);

/** How often code of the user's was run that no message is worth. */
let calls = 0;
const leak = () => (calls++, SECRET);
const boom = () => {
  calls++;
  throw new Error(SECRET);
};

class Redis {
  #options = { password: SECRET };
  constructor() {
    this.options = { password: SECRET };
    this.token = SECRET;
  }
  get password() {
    return boom();
  }
  get url() {
    return this.#options.password;
  }
  toJSON() {
    return leak();
  }
  toString() {
    return leak();
  }
  get [Symbol.toStringTag]() {
    return leak();
  }
}
class Cluster extends Redis {}
class HiddenConstructor {
  get ["constructor"]() {
    return boom();
  }
}
class HiddenName {
  static get name() {
    return boom();
  }
}
class StrangeName {
  static name() {
    return leak();
  }
}
class LongName {}
Object.defineProperty(LongName, "name", { value: x40 + SECRET });
class UrlName {}
Object.defineProperty(UrlName, "name", { value: `redis://${SECRET}` });

const hidden = (object, descriptors) => Object.defineProperties(object, descriptors);
const blind = {
  getPrototypeOf: () => {
    throw SECRET;
  },
  getOwnPropertyDescriptor: () => {
    throw SECRET;
  },
};
const endless = () => new Proxy({}, { getPrototypeOf: endless });

/** `[name, () => what is given, what a message says of it]`. */
const gifts = [
  ["a nested secret", () => ({ deep: { deeper: [{ password: SECRET }] } }), "a plain object"],
  ["an empty object", () => ({}), "a plain object"],
  ["an object without a prototype", () => Object.assign(Object.create(null), { password: SECRET }), "an object without a prototype"],
  ["a child of a plain object", () => Object.create({ password: SECRET }), "an object"],
  ["a Map", () => new Map([[SECRET, { password: SECRET }]]), "a Map"],
  ["a Set", () => new Set([{ password: SECRET }]), "a Set"],
  ["a Date", () => new Date(0), "a Date"],
  ["an instance of a class", () => new Redis(), "an object of class Redis"],
  ["one of a subclass", () => new Cluster(), "an object of class Cluster"],
  ["one of a class without a name", () => new (class extends Redis {})(), "an object of class Redis"],
  ["one whose constructor is a getter", () => new HiddenConstructor(), "an object"],
  ["one whose class has a getter for a name", () => new HiddenName(), "an object"],
  ["one whose class has a method for a name", () => new StrangeName(), "an object"],
  ["one of a class with a long name", () => new LongName(), `an object of class ${x40}…`],
  ["one of a class with a URL for a name", () => new UrlName(), "an object of class redis://…"],
  ["one with a constructor of its own", () => Object.assign(new Redis(), { constructor: { name: SECRET } }), "an object of class Redis"],
  ["one whose prototype has a constructor that is none", () => Object.create({ constructor: { name: SECRET } }), "an object"],
  ["an object with toJSON", () => hidden({ password: SECRET }, { toJSON: { value: leak } }), "a plain object"],
  ["an object with toString", () => hidden({}, { toString: { value: leak }, [Symbol.toPrimitive]: { value: leak } }), "a plain object"],
  ["a getter that leaks", () => hidden({}, { password: { get: leak } }), "a plain object"],
  ["a getter that throws", () => hidden({}, { password: { get: boom }, name: { get: boom }, message: { get: boom } }), "a plain object"],
  ["a Proxy", () => new Proxy(new Redis(), {}), "an object of class Redis"],
  ["a Proxy that throws", () => new Proxy({ password: SECRET }, blind), "an object"],
  ["a Proxy without an end", endless, "an object"],
  ["an array", () => [{ password: SECRET }, `redis://${SECRET}`, [SECRET]], "an array"],
  ["an error", () => Object.assign(new TypeError(SECRET, { cause: { password: SECRET } }), { password: SECRET }), "an object of class TypeError"],
  ["a function", () => Object.assign(() => "s3cret-pw".length, { password: SECRET }), "a function"],
  [
    "a class",
    () =>
      class {
        password = "s3cret-pw";
      },
    "a function",
  ],
  ["a URL", () => `redis://user:${SECRET}@host/0`, '"redis://…" (a string)'],
  ["a text with a URL", () => `see https://user:${SECRET}@host, or ${SECRET}`, '"see https://…" (a string)'],
  ["a long text", () => x40 + SECRET, `"${x40}…" (a string)`],
  ["a symbol", () => Symbol(x40 + SECRET), `Symbol(${"x".repeat(33)}… (a symbol)`],
  ["a symbol with a URL", () => Symbol(`redis://${SECRET}`), "Symbol(redis://… (a symbol)"],
  ["a bigint", () => 10n ** 60n, `1${"0".repeat(39)}… (a bigint)`],
];

test.each(gifts)("what a message says of %s", async (_name, make, expected) => {
  calls = 0;
  const error = await refuses(
    () => createRegion({ backend: new MemoryBackend() }).getOrCreate("k", () => 1, { expirationTime: make() }),
    "VALIDATION",
    "expirationTime must be seconds",
  );
  expect(error.message.endsWith(`, not ${expected}`), error.message).toBe(true);
  expectSilence(error.message);
  expect(calls).toBe(0);
});

test("what is short is shown", async () => {
  const region = createRegion({ backend: new MemoryBackend() });
  for (const [given, text] of [
    ["soon", '"soon" (a string)'],
    [x40, `"${x40}" (a string)`],
    [true, "true (a boolean)"],
    [NaN, "NaN (a number)"],
    [5n, "5 (a bigint)"],
    [Symbol("s"), "Symbol(s) (a symbol)"],
  ]) {
    await refuses(() => region.get("k", { expirationTime: given }), "VALIDATION", `, not ${text}`);
  }
  await refuses(() => region.get(null), "VALIDATION", "a key must be a string, not null");
  await refuses(() => region.get(undefined), "VALIDATION", "a key must be a string, not undefined");
});

test("a backend that lacks methods: its class, and which", () => {
  const error = throws(() => createRegion({ backend: new Redis() }), "VALIDATION");
  expect(error.message).toBe(
    "backend must be an object with get, set and delete, or a registered name (missing: get, set, delete), not an object of class Redis",
  );
});

const reported = [];
const observer = { onError: (error) => void reported.push(error) };
const over = (backend, options) => createRegion({ backend: { ...plainBackend(), ...backend }, observer, ...options });
const plain = () => over();
const create = (options) => over({}, options);
const creator = () => 1;
const texts = { stringify: JSON.stringify, parse: JSON.parse };
const kv = () => ({ get: async () => null, put: async () => {}, delete: async () => {}, list: async () => ({ keys: [], list_complete: true }) });
const stored = (held) => new StoredInvalidationStrategy({ ...plainBackend(), get: () => held });
const lockThatAnswers = (answer) =>
  new CloudflareKVBackend(kv(), { lock: { idFromName: (name) => name, get: () => ({ fetch: async () => answer }) } }).getMutex("k");
const each = (names, act) => names.map((name) => [name, (gift) => act(name, gift)]);

/** Everything that may refuse what it is given: `[name, (gift) => a call]`. */
const entries = [
  ["createRegion", (gift) => createRegion(gift)],
  ["new Region", (gift) => new Region(gift)],
  ["configure", (gift) => new Region().configure(gift)],
  ...each(
    [
      "backend",
      "name",
      "keyMangler",
      "functionKeyGenerator",
      "functionMultiKeyGenerator",
      "clock",
      "observer",
      "serializer",
      "asyncCreationRunner",
      "waitUntil",
      "expirationTime",
      "lockTimeout",
      "backendErrors",
      "wrap",
      "regionInvalidator",
    ],
    (name, gift) => create({ [name]: gift }),
  ),
  ["a proxy", (gift) => create({ wrap: [gift] })],
  ["a text for a proxy", () => create({ wrap: [SECRET] })],
  ["a proxy without methods", (gift) => create({ wrap: [{ wrap: () => {}, get: gift }] })],
  ["region.wrap", (gift) => plain().wrap(gift)],
  ["registerBackend's name", (gift) => typeof gift !== "string" && registerBackend(gift, () => {})],
  ["registerBackend's factory", (gift) => registerBackend("messages", gift)],
  ["what a factory makes", (gift) => (registerBackend("messages", () => gift), createRegion({ backend: "messages" }))],
  ["config", (gift) => new Region().configureFromConfig(gift, "")],
  ["config's prefix", (gift) => typeof gift !== "string" && new Region().configureFromConfig({}, gift)],
  ...each(["backend", "expirationTime", "lockTimeout", "backendErrors", "wrap"], (name, gift) =>
    new Region().configureFromConfig({ backend: "dogpile.cache.memory", [name]: gift }, ""),
  ),
  ["config's arguments", (gift) => new Region().configureFromConfig({ backend: "dogpile.cache.memory", "arguments.max_entries": gift }, "")],

  ...each(["get", "getValueMetadata", "delete", "keyIsLocked"], (method, gift) => typeof gift !== "string" && plain()[method](gift)),
  ...each(["getOrCreate", "getOrCreateEntry"], (method, gift) => typeof gift !== "string" && plain()[method](gift, creator)),
  ["set's key", (gift) => typeof gift !== "string" && plain().set(gift, 1)],
  ...each(["getMulti", "deleteMulti"], (method, gift) => plain()[method](gift)),
  ...each(["getMulti", "deleteMulti"], (method, gift) => plain()[method](["k", gift])),
  ["keys", (gift) => plain().getOrCreateMulti(gift, () => [1])],
  ["one of keys", (gift) => plain().getOrCreateMulti(["k", gift], () => [1, 1])],
  ["values", (gift) => plain().setMulti(gift)],
  ["a pair of values", (gift) => plain().setMulti([gift])],
  ["a key of values", (gift) => plain().setMulti([[gift, 1]])],
  ["a value that is a promise", (gift) => plain().set("k", Promise.resolve(gift))],
  ["invalidate", (gift) => plain().invalidate(gift)],
  ["the creator", (gift) => plain().getOrCreate("k", gift)],
  ["a multi creator", (gift) => plain().getOrCreateMulti(["k"], gift)],
  ["the options of getOrCreate", (gift) => plain().getOrCreate("k", creator, gift)],
  ["the options of get", (gift) => plain().get("k", gift)],
  ["the options of set", (gift) => plain().set("k", 1, gift)],
  ["expiresIn", (gift) => plain().set("k", 1, { expiresIn: gift })],
  ["a creator's expiresIn", (gift) => plain().getOrCreate("k", ({ expiresIn }) => expiresIn(gift))],
  ...each(["expirationTime", "lockTimeout", "shouldCacheFn", "creatorArgs", "signal", "timeout", "staleIfError", "waitUntil", "retry"], (name, gift) =>
    plain().getOrCreate("k", creator, { [name]: gift }),
  ),
  ["attempts of retry", (gift) => plain().getOrCreate("k", creator, { retry: { attempts: gift } })],
  [
    "the result of shouldRetry",
    (gift) => plain().getOrCreate("k", () => Promise.reject(0), { retry: { attempts: 2, shouldRetry: () => Promise.resolve(gift) } }),
  ],
  ["the creator's result", (gift) => plain().getOrCreateMulti(["k", "l", "m"], () => gift)],

  ["the result of keyMangler", (gift) => create({ keyMangler: () => gift }).get("k")],
  ["the result of clock", (gift) => create({ clock: () => gift }).set("k", 1)],
  ["what stringify returns", (gift) => create({ serializer: { ...texts, stringify: () => gift } }).set("k", 1)],
  ["what encode returns", (gift) => create({ serializer: { encode: () => gift, decode: () => 1 } }).set("k", 1)],
  ["what the backend holds", (gift) => over({ get: () => gift }).get("k")],
  ["what the backend holds for a serializer", (gift) => over({ get: () => gift }, { serializer: texts }).get("k")],
  ["what getMulti returns", (gift) => over({ getMulti: () => gift }).getMulti(["k", "l", "m"])],
  ["what getMulti returns, where it is thrown", (gift) => over({ getMulti: () => gift }, { backendErrors: "throw" }).getMulti(["k", "l", "m"])],
  ["what getMutex returns", (gift) => over({ getMutex: () => gift }).getOrCreate("k", creator)],
  ["a backend's keyMangler", (gift) => over({ keyMangler: gift })],
  ["a backend's serializer", (gift) => over({ serializer: gift })],

  ["MemoryBackend", (gift) => new MemoryBackend(gift)],
  ...each(["maxEntries", "cache", "clone"], (name, gift) => new MemoryBackend({ [name]: gift })),
  ["IndexedDBBackend", (gift) => new IndexedDBBackend(gift)],
  ...each(["lock", "durability", "maxAge", "maxEntries"], (name, gift) => new IndexedDBBackend({ [name]: gift })),
  ...each(["databaseName", "storeName"], (name, gift) => typeof gift !== "string" && new IndexedDBBackend({ [name]: gift })),
  ["a key of IndexedDBBackend", (gift) => typeof gift !== "string" && new IndexedDBBackend({ databaseName: "messages" }).getMutex(gift)],
  ["CloudflareKVBackend", (gift) => new CloudflareKVBackend(gift)],
  ["CloudflareKVBackend's options", (gift) => new CloudflareKVBackend(kv(), gift)],
  ...each(["prefix", "expirationTtl", "cacheTtl", "lock"], (name, gift) => new CloudflareKVBackend(kv(), { [name]: gift })),
  ["CloudflareKVBackend's set", (gift) => new CloudflareKVBackend(kv()).set("k", gift)],
  ["CloudflareKVBackend's set of what it would lose", (gift) => new CloudflareKVBackend(kv()).set("k", typeof gift === "string" ? `${gift}\ud800` : gift)],
  ["a lock's status", (gift) => lockThatAnswers({ ok: false, status: gift, text: async () => "text" }).locked()],
  ["a lock's JSON", (gift) => lockThatAnswers({ ok: true, json: async () => gift }).locked()],
  ["a lock's answer", (gift) => lockThatAnswers({ ok: false, status: 500, text: async () => gift }).locked()],

  ["sha1MangleKey", (gift) => sha1MangleKey(gift)],
  ["lengthConditionalMangler's length", (gift) => lengthConditionalMangler(gift, sha1MangleKey)],
  ["lengthConditionalMangler's mangler", (gift) => lengthConditionalMangler(5, gift)],
  ...each(["namespace", "functionKeyGenerator", "toStr", "expirationTime", "shouldCacheFn"], (name, gift) =>
    plain().cacheOnArguments({ namespace: "n", [name]: gift }, () => 1),
  ),
  ["a cached function", (gift) => plain().cacheOnArguments({ namespace: "n" }, gift)],
  ["the options of a cached function", (gift) => plain().cacheOnArguments(gift, () => 1)],
  ["the result of functionKeyGenerator", (gift) => plain().cacheOnArguments({ namespace: "n", functionKeyGenerator: () => gift }, () => 1)],
  [
    "a key of functionKeyGenerator",
    (gift) => typeof gift !== "string" && plain().cacheOnArguments({ namespace: "n", functionKeyGenerator: () => () => gift }, () => 1)(),
  ],
  ["the result of namespace", (gift) => plain().cacheOnArguments({ namespace: () => gift }, () => 1)()],
  ["the result of toStr", (gift) => plain().cacheOnArguments({ namespace: "n", toStr: () => gift }, () => 1)(1)],
  ["an argument", (gift) => plain().cacheOnArguments({ namespace: "n" }, () => 1)([gift, Symbol(x40 + SECRET)])],
  ["a cached multi function", (gift) => plain().cacheMultiOnArguments({ namespace: "n" }, gift)],
  [
    "what functionMultiKeyGenerator's function returns",
    (gift) => plain().cacheMultiOnArguments({ namespace: "n", functionMultiKeyGenerator: () => () => gift }, () => [1])(1, 2, 3),
  ],
  ["what an asDict function returns", (gift) => plain().cacheMultiOnArguments({ namespace: "n", asDict: true }, () => gift)(1)],
  ["functionKeyGenerator's namespace", (gift) => functionKeyGenerator(gift, () => 1, String)],
  [
    "functionMultiKeyGenerator's toStr",
    (gift) =>
      functionMultiKeyGenerator(
        "n",
        () => 1,
        () => gift,
      )(1),
  ],

  ["StoredInvalidationStrategy", (gift) => new StoredInvalidationStrategy(gift)],
  ["StoredInvalidationStrategy's options", (gift) => new StoredInvalidationStrategy(plainBackend(), gift)],
  ["StoredInvalidationStrategy's refresh", (gift) => new StoredInvalidationStrategy(plainBackend(), { refresh: gift })],
  ...each(["key", "channel"], (name, gift) => typeof gift !== "string" && new StoredInvalidationStrategy(plainBackend(), { [name]: gift })),
  ["what StoredInvalidationStrategy reads", (gift) => stored(gift).refresh(0)],
];

test.each(entries)("%s: no message shows what is in it", async (name, call) => {
  let refusals = 0;
  for (const [what, make] of gifts) {
    reported.length = calls = 0;
    const [how, error] = await outcome((async () => call(make()))());
    const messages = [...reported, ...(how === "rejected" ? [error, error?.cause] : [])].filter(isOurs).map(({ message }) => message);
    for (const message of messages) expectSilence(message, `${name}, given ${what}`);
    refusals += messages.length;
  }
  expect(refusals).toBeGreaterThan(0);
});

/** The TypeErrors that say of what no key can be made are the package's, too. What is thrown by what was given is not. */
const isOurs = (error) => error instanceof DogpileCacheError || /^toStr/.test(error?.message);

function expectSilence(message, where) {
  expect(message, where).not.toContain(SECRET);
  expect(message, where).not.toContain("x".repeat(41));
}

describe("names and keys", () => {
  const longName = `${x40}${SECRET}`;
  test.each([
    ["MemoryBackend", (options) => new MemoryBackend(options)],
    ["IndexedDBBackend", (options) => new IndexedDBBackend(options)],
    ["CloudflareKVBackend", (options) => new CloudflareKVBackend(kv(), options)],
    ["StoredInvalidationStrategy", (options) => new StoredInvalidationStrategy(plainBackend(), options)],
  ])("an unknown option of %s is named in short", (_name, make) => {
    throws(() => make({ max: 5 }), "VALIDATION", "unknown option max; the known ones are");
    throws(() => make({ [longName]: 5 }), "VALIDATION", `unknown option ${x40}…; the known ones are`);
    throws(() => make({ [`redis://${SECRET}`]: 5 }), "VALIDATION", "unknown option redis://…;");
  });

  test("so is a backend that is not registered", () => {
    throws(() => createRegion({ backend: "redis" }), "PLUGIN_NOT_FOUND", "unknown backend redis; the known ones are dogpile.cache.memory");
    throws(() => createRegion({ backend: longName }), "PLUGIN_NOT_FOUND", `unknown backend ${x40}…;`);
    throws(() => createRegion({ backend: `redis://:${SECRET}@host` }), "PLUGIN_NOT_FOUND", "unknown backend redis://…;");
  });

  test("of a key a message shows at most 80 characters", async () => {
    const busy = new CloudflareKVBackend({ ...kv(), put: () => Promise.reject(new Error("KV PUT failed: 429 Too Many Requests")) });
    const strategy = new StoredInvalidationStrategy({ ...plainBackend(), get: () => 5 }, { key: x80 + SECRET });
    const database = new IndexedDBBackend({ databaseName: "messages" });
    const region = plain();
    const f = () => "s3cret-pw";
    const failures = [
      () => busy.set(x80 + SECRET, "text"),
      () => strategy.refresh(0),
      () => database.set(x80 + SECRET, f),
      () => region.getOrCreate(x80 + SECRET, () => region.getOrCreate(x80 + SECRET, () => 1)),
    ];
    for (const fail of failures) {
      const [how, error] = await outcome(fail());
      expect([how, error.message]).toEqual(["rejected", expect.stringContaining(`"${x40}`)]);
      expect(error.message).not.toContain(SECRET);
    }
    for (const set of [(key) => busy.set(key, "text"), (key) => database.set(key, f)]) {
      expect((await outcome(set(`https://user:${SECRET}@host`)))[1].message).toContain('"https://…"');
    }
    await database.close();
  });
});

test.each([
  ["a function", () => "s3cret-pw", "a function"],
  ["what has one in it", { password: SECRET, f: () => "s3cret-pw" }, "a plain object"],
])("%s, which structured clone cannot copy, is not shown", async (_name, value, what) => {
  const database = new IndexedDBBackend({ databaseName: "messages" });
  const error = await refuses(() => createRegion({ backend: database }).set("k", value), "VALIDATION", 'the value under "k" must be', `not ${what}`);
  expectSilence(error.message);
  expect(error.cause.name).toBe("DataCloneError");
  await database.close();
  await createRegion({ backend: new MemoryBackend({ clone: true }) }).getOrCreate("k", () => value);
  expect(console.warn).toHaveBeenLastCalledWith('dogpile: the first "write" error of a region without observer.onError: DataCloneError');
});

test("what is stored is not shown where it cannot be read, however short it is", async () => {
  const text = JSON.stringify({ password: SECRET });
  reported.length = 0;
  await over({ get: () => text }, { serializer: texts }).get("k");
  expect(reported.map(({ message }) => message)).toEqual(['the stored value must be metadata, "|" and a payload, not a string of 24 characters']);
  await refuses(() => stored(text).refresh(0), "VALIDATION", "not a string of 24 characters");
  await refuses(() => new CloudflareKVBackend(kv()).set("k", `${text}\ud800`), "VALIDATION", "not a string of 25 characters");
});

test("a lock says what it does not know in short", async () => {
  const ask = async (operation) =>
    (await new DogpileLock().fetch(new Request("https://lock/", { method: "POST", body: JSON.stringify({ operation }) }))).text();
  expect(await ask("steal")).toBe('no operation "steal"');
  for (const operation of [{ password: SECRET }, [SECRET], x40 + SECRET]) expectSilence(await ask(operation));
});

describe("what goes to the console", () => {
  class ReplyError extends Error {
    get name() {
      return boom();
    }
  }
  class Timeout extends Error {
    get message() {
      return boom();
    }
  }
  const full = (error) => Object.assign(error, { command: { args: [SECRET] }, password: SECRET });
  /** `[name, what the backend fails with, what is said of it]`. */
  const failures = [
    ["an error with properties and a cause", () => full(new RangeError("no database", { cause: { password: SECRET } })), "RangeError: no database"],
    ["an error of many", () => new AggregateError([full(new Error(SECRET))], "all failed"), "AggregateError: all failed"],
    ["an error of the user's", () => full(new ReplyError("NOAUTH")), "ReplyError: NOAUTH"],
    ["an error with a name of its own", () => hidden(new Error("down"), { name: { value: SECRET } }), "Error: down"],
    ["an error without a message", () => full(new Error()), "Error"],
    ["an error with a getter for a message", () => new Timeout(), "Timeout"],
    ["an error with an object for a message", () => hidden(new Error(), { message: { value: { toString: leak } } }), "Error"],
    ["an error with a URL", () => new Error(`cannot reach redis://:${SECRET}@host`), "Error: cannot reach redis://…"],
    ["an error of the platform's", () => new DOMException("gone", "AbortError"), "AbortError: gone"],
    ["one that quotes what it could not copy", () => new DOMException(`() => "${SECRET}" could not be cloned.`, "DataCloneError"), "DataCloneError"],
    [
      "one that quotes what it could not parse",
      () => {
        try {
          JSON.parse(SECRET);
        } catch (error) {
          return error;
        }
      },
      "SyntaxError",
    ],
    ["a long text of an error", () => new Error("m".repeat(200) + SECRET), `Error: ${"m".repeat(200)}…`],
    ["nothing", () => undefined, "undefined"],
    ...gifts.filter(([name]) => name !== "an error"),
  ];

  test.each(failures)("%s", async (_name, make, expected) => {
    calls = 0;
    const fail = () => {
      throw make();
    };
    const region = createRegion({ backend: { ...plainBackend(), get: fail } });
    expect(await region.getOrCreate("k", () => "created")).toBe("created");
    expect(console.warn.mock.calls).toEqual([[`dogpile: the first "read" error of a region without observer.onError: ${expected}`]]);
    expect(calls).toBe(0);
  });

  test("an error of this package's goes by its name, which no minifier changes", async () => {
    await over({ getMulti: () => new Redis() }, { observer: undefined }).getOrCreateMulti(["k"], () => [1]);
    expect(console.warn.mock.calls).toEqual([
      [expect.stringMatching(/: ValidationError: the result of the backend's getMulti .* not an object of class Redis$/)],
    ]);
  });
});
