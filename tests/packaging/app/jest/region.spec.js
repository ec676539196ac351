const { createRegion, MemoryBackend, ValidationError } = require("dogpile");

test("one creation for all callers", async () => {
  const region = createRegion({ backend: new MemoryBackend() });
  const creator = jest.fn(async () => "value");
  const values = await Promise.all(Array.from({ length: 100 }, () => region.getOrCreate("key", creator)));
  expect(new Set(values)).toEqual(new Set(["value"]));
  expect(creator).toHaveBeenCalledTimes(1);
});

test("an error is an instance of its class", () => {
  expect(() => createRegion({ backend: {} })).toThrow(ValidationError);
});

describe("a backend of one's own", () => {
  const { backendSuite } = require("dogpile/testing");
  for (const { name, run } of backendSuite(() => new MemoryBackend())) test(name, run);
});
