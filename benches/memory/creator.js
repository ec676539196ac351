/** Seconds; no value expires while it is measured, unless it is made to. */
export const TTL = 300;

/** One for all keys: what a cache weighs is the cache. */
export const VALUE = { id: 42, name: "Ada" };

export const keysOf = (count, prefix = "user") => Array.from({ length: count }, (_, index) => `${prefix}:${index}`);

/** A creator that counts how often it is called. */
export class Creator {
  count = 0;

  constructor(answer = () => Promise.resolve(VALUE)) {
    this.create = () => {
      this.count += 1;
      return answer();
    };
    this.createMany = async (keys) => {
      this.count += keys.length;
      return keys.map(() => VALUE);
    };
  }
}

export function expectValue(got) {
  if (got !== VALUE) throw new Error(`not the value that was created: ${JSON.stringify(got)}`);
}
