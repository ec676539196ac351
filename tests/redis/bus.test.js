// RedisBus: what arrives, and what its listeners are told when the connection is lost.
import { setTimeout as sleep } from "node:timers/promises";
import { createRegion, StoredInvalidationStrategy, ValidationError } from "dogpile";
import { RedisBackend, RedisBus } from "dogpile/redis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { connected } from "./helpers/clients.js";
import { listening, subscribers } from "./helpers/listening.js";
import { startRedis, until } from "./helpers/server.js";

const unhandled = [];
process.on("unhandledRejection", (error) => unhandled.push(error));

describe.each(connected)("%s", (_name, connect) => {
  let server;
  let connection;
  let buses;
  beforeAll(async () => {
    server = await startRedis();
  });
  beforeEach(async () => {
    connection = await connect(server.port);
    buses = [];
  });
  afterEach(async () => {
    for (const bus of buses) await bus.close();
    await connection.close();
    expect(unhandled.splice(0)).toEqual([]);
  });
  afterAll(() => server?.stop());

  const make = (options) => {
    const bus = new RedisBus(connection.client, "news", options);
    buses.push(bus);
    return bus;
  };

  test("what one publishes reaches the listeners of all, also its own, in order, and nobody on another channel", async () => {
    const [one, other] = [make(), make()];
    const all = [listening(one), listening(one), listening(other)];
    const elsewhere = new RedisBus(connection.client, "other news");
    buses.push(elsewhere);
    const stranger = listening(elsewhere);
    for (const { isUp } of [...all, stranger]) await isUp();
    const texts = Array.from({ length: 100 }, (_, index) => `message ${index} é\u{1f600}`);
    for (const text of texts) await one.publish(text);
    for (const { told } of all) await until(() => told.length === 101);
    for (const { told } of all) expect(told).toEqual(["up", ...texts]);
    expect(stranger.told).toEqual(["up"]);
  });

  test("a listener that comes later is told at once that it is up, and one that has left nothing more", async () => {
    const bus = make();
    const first = listening(bus);
    await first.isUp();
    const second = listening(bus);
    expect(second.told).toEqual(["up"]);
    first.end();
    await bus.publish("text");
    await until(() => second.told.length === 2);
    expect(first.told).toEqual(["up"]);
  });

  test("a bus without listeners has no connection, and one that is closed none any more", async () => {
    const bus = make();
    await bus.publish("nobody hears it");
    expect(await subscribers(server)).toBe(0);
    const { told, isUp } = listening(bus);
    await isUp();
    expect(await subscribers(server)).toBe(1);
    await bus.close();
    expect(told).toEqual(["up", "down"]);
    await until(async () => (await subscribers(server)) === 0);
    await bus.publish("nothing happens");
    expect(listening(bus).told).toEqual([]);
    await bus.close();
  });

  test("a connection that is cut: down, then up as soon as messages arrive again", async () => {
    const bus = make();
    const { told, isUp } = listening(bus);
    await isUp();
    for (let cut = 1; cut <= 3; cut += 1) {
      await server.cli("CLIENT", "KILL", "TYPE", "pubsub");
      await until(() => told.filter((word) => word === "down").length === cut);
      await isUp();
      // From "up" on nothing is missed.
      await server.cli("PUBLISH", "news", `after ${cut}`);
      await until(() => told.includes(`after ${cut}`));
    }
    expect(told.filter((word) => word === "up" || word === "down")).toEqual(["up", "down", "up", "down", "up", "down", "up"]);
    expect(await subscribers(server)).toBe(1);
  });

  test("a server that is killed and comes back", async () => {
    const own = await startRedis();
    const { client, close } = await connect(own.port);
    const bus = new RedisBus(client, "news");
    buses.push(bus);
    const { told, isUp } = listening(bus);
    await isUp();
    await own.kill();
    await until(() => told.at(-1) === "down");
    await own.start();
    await isUp();
    await own.cli("PUBLISH", "news", "back");
    await until(() => told.at(-1) === "back");
    await bus.close();
    close();
    await own.stop();
  });

  test("a subscriber of the user's stays his, connected and subscribed to what he has subscribed to", async () => {
    const { client: subscriber, close } = await connect(server.port);
    const heard = [];
    if ("isReady" in subscriber) await subscriber.subscribe("his", (text) => heard.push(text));
    else {
      subscriber.on("message", (channel, text) => channel === "his" && heard.push(text));
      await subscriber.subscribe("his");
    }
    const bus = make({ subscriber });
    const { told, isUp } = listening(bus);
    await isUp();
    expect(await subscribers(server)).toBe(1);
    await server.cli("CLIENT", "KILL", "TYPE", "pubsub");
    await until(() => told.includes("down"));
    await isUp();
    await bus.publish("text");
    await until(() => told.includes("text"));
    await bus.close();
    await until(async () => (await subscribers(server)) === 0);
    await server.cli("PUBLISH", "his", "still");
    await until(() => heard.includes("still"));
    close();
  });

  test("what a listener throws reaches the console, and the others hear", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const bus = make();
    bus.subscribe({
      message() {
        throw new Error("my own");
      },
      up() {},
      down() {},
    });
    const { told, isUp } = listening(bus);
    await isUp();
    await bus.publish("text");
    await until(() => told.includes("text"));
    expect(warn).toHaveBeenCalledExactlyOnceWith("dogpile: a listener of a RedisBus has failed: my own");
    warn.mockRestore();
  });

  test("a server that lets nobody subscribe is told once, and asked until it does", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    await server.cli("ACL", "SETUSER", "default", "resetchannels");
    const bus = make();
    const { told, isUp } = listening(bus);
    await until(() => warn.mock.calls.length > 0);
    await sleep(1500);
    expect(told).toEqual([]);
    await server.cli("ACL", "SETUSER", "default", "allchannels");
    await isUp();
    expect(warn).toHaveBeenCalledOnce();
    expect(warn.mock.calls[0][0]).toMatch(/^dogpile: a RedisBus cannot subscribe: .*(NOPERM|permission)/);
    warn.mockRestore();
  });

  test("an invalidation in one region is heard in the other", async () => {
    const backend = new RedisBackend(connection.client, { prefix: `${crypto.randomUUID()}:` });
    const regions = await Promise.all(
      [make(), make()].map(async (bus) => {
        const region = createRegion({ backend, regionInvalidator: new StoredInvalidationStrategy(backend, { bus, refresh: "1h" }) });
        await listening(bus).isUp();
        return region;
      }),
    );
    await regions[0].set("k", "old");
    expect(await regions[1].get("k")).toBe("old");
    await regions[0].invalidate();
    await until(async () => (await regions[1].get("k")) === undefined);
  });

  test("text with lone surrogates is refused", async () => {
    await expect(make().publish("\ud800")).rejects.toThrow(ValidationError);
    await expect(make().publish(5)).rejects.toThrow("message must be a string, not 5 (a number)");
  });
});
