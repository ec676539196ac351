// Legacy decorators as TypeScript itself emits them, for NestJS and Angular.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { program, run } from "./run.js";

const folder = fileURLToPath(new URL("../../target/decorators", import.meta.url));
const source = `
import { createRegion, MemoryBackend } from "dogpile";
const region = createRegion({ backend: new MemoryBackend() });
const cached = (namespace: string) => region.cacheOnArguments({ namespace }) as any;

export class Users {
  static calls = 0;
  constructor(readonly city: string) {}
  @region.cacheOnArguments({ namespace: (self) => (self as Users).city })
  async load(id: number): Promise<string> { Users.calls += 1; return this.city + " " + id; }
  @region.cacheOnArguments({ namespace: "all" })
  static async all(id: number): Promise<string> { return this.name + " " + id; }
}

export const refused: Record<string, () => unknown> = {
  class() { @cached("n") class Refused {} return Refused; },
  field() { class Refused { @cached("n") field = 1; } return Refused; },
  arrow() { class Refused { @cached("n") field = async () => 1; } return Refused; },
  staticField() { class Refused { @cached("n") static field = 1; } return Refused; },
  accessor() { class Refused { @cached("n") get accessor() { return 1; } } return Refused; },
  parameter() { class Refused { method(@cached("n") _id: number) {} } return Refused; },
  constructorsParameter() { class Refused { constructor(@cached("n") _id: number) {} } return Refused; },
};
`;

beforeAll(() => mkdir(folder, { recursive: true }));
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(["es2021", "esnext"])("methods are cached and anything else is refused, emitted for %s", async (target) => {
  const file = join(folder, `${target}.mts`);
  await writeFile(file, source);
  const options = ["--strict", "--pretty", "false", "--experimentalDecorators", "--module", "nodenext", "--target", target, "--lib", "esnext,dom"];
  await run(process.execPath, [program("typescript", "tsc"), ...options, file], { cwd: folder });
  const { Users, refused } = await import(/* @vite-ignore */ pathToFileURL(join(folder, `${target}.mjs`)));
  const users = new Users("Paris");
  expect([await users.load(1), await users.load(1), Users.calls]).toEqual(["Paris 1", "Paris 1", 1]);
  expect(await Users.all(2)).toBe("Users 2");
  expect([users.load.name, users.load.length, await users.load.get.call(users, 1)]).toEqual(["load", 1, "Paris 1"]);
  for (const [name, decorate] of Object.entries(refused))
    expect(decorate, name).toThrow(
      expect.objectContaining({ code: "VALIDATION", message: expect.stringContaining("the cached target must be a function or a method") }),
    );
});
