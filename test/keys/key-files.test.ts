import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { KeyQuery } from "../../src/keys/keys.ts";
import { openSingleKeys } from "../../src/keys/single-keys.ts";
import { HOUR, makeFinder, MINUTE, outcome, SECOND } from "./kit.ts";

describe("a file for each key", () => {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const kidOf = (number: number) => `0f1e2d3c-4b5a-4968-8776-${number.toString(16).padStart(12, "0")}`;

  function make(files: (url: string) => Response | Promise<Response> = () => new Response(pem), options: { maxStale?: number } = {}) {
    const state = { files, urls: [] as string[], accept: "" };
    const fetch = async (url: string, { headers }: { headers: Record<string, string> }) => {
      state.urls.push(url);
      state.accept = headers["accept"] ?? "";
      return state.files(url);
    };
    const { keys, pass } = makeFinder({ fetch, ...options });
    const location = { kind: "single", url: "https://keys.example/", open: openSingleKeys } as const;
    const ask = (kid: string): KeyQuery => ({ issuer: "users", location, kid, algorithm: "ES256" });
    return { state, pass, keys, ask, find: (kid = kidOf(1)) => outcome(keys.find(ask(kid))) };
  }

  it("is asked for as text", async () => {
    const { state, find } = make();
    await find();
    expect(state.accept).toBe("text/plain, */*");
  });

  it.each([403, 404])("that is answered with a %d is not there, which a key that was held does not survive", async (status) => {
    const { state, find, pass } = make();
    expect(await find()).toBe("found");
    state.files = () => new Response("", { status });
    pass(10 * MINUTE);
    expect(await find()).toBe("key_unknown");
    state.files = () => new Response("", { status: 500 });
    expect(await find()).toBe("keys_unavailable");
  });

  it.each([
    ["a Windows file", pem.replaceAll("\n", "\r\n")],
    ["white space at its end", `${pem}\n \n`],
  ])("may be %s", async (_what, text) => expect(await make(() => new Response(text)).find()).toBe("found"));

  it.each([
    ["text before it", `x${pem}`],
    ["text behind it", `${pem}x`],
    ["an empty block", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n"],
    ["too many lines", pem.replace("\n", `\n${"AAAA\n".repeat(20)}`)],
    ["another kind of block", pem.replaceAll("PUBLIC", "PRIVATE")],
  ])("is no key with %s", async (_what, text) => expect(await make(() => new Response(text)).find()).toBe("keys_unavailable"));

  it("is fresh for ten minutes, and after a failure left alone for one", async () => {
    const { state, find, pass } = make();
    await find();
    pass(10 * MINUTE - 1);
    await find();
    expect(state.urls).toHaveLength(1);
    state.files = () => new Response("", { status: 500 });
    pass(1);
    expect([await find(), state.urls.length]).toEqual(["found", 2]);
    pass(MINUTE - 1);
    expect([await find(), state.urls.length]).toEqual(["found", 2]);
    pass(1);
    expect([await find(), state.urls.length]).toEqual(["found", 3]);
    state.files = () => new Response(pem);
    pass(MINUTE);
    await find();
    state.files = () => new Response("", { status: 500 });
    pass(10 * MINUTE);
    expect([await find(), state.urls.length]).toEqual(["found", 5]);
  });

  it("serves stale until `maxStale`, and not a millisecond longer", async () => {
    const { state, find, pass } = make(undefined, { maxStale: HOUR });
    await find();
    state.files = () => new Response("", { status: 500 });
    pass(HOUR - 1);
    expect(await find()).toBe("found");
    pass(1);
    expect(await find()).toBe("keys_unavailable");
  });

  it("is one of a hundred that are held, and the one that was fetched first goes first", async () => {
    const { state, find, pass } = make(() => new Response(pem, { headers: { "cache-control": "max-age=86400" } }));
    for (let number = 0; number <= 100; number++) {
      expect(await find(kidOf(number))).toBe("found");
      pass(30 * SECOND);
    }
    const isHeld = async (number: number) => {
      const before = state.urls.length;
      await find(kidOf(number));
      return state.urls.length === before;
    };
    expect([await isHeld(100), await isHeld(1), await isHeld(0)]).toEqual([true, true, false]);
  });

  it("that was fetched again is no longer among those that go first", async () => {
    const freshFor = (seconds: number) => () => new Response(pem, { headers: { "cache-control": `max-age=${seconds}` } });
    const { state, find, pass } = make(freshFor(60));
    await find(kidOf(0));
    state.files = freshFor(86_400);
    pass(30 * SECOND);
    await find(kidOf(1));
    pass(30 * SECOND);
    await find(kidOf(0));
    for (let number = 2; number <= 100; number++) {
      pass(30 * SECOND);
      expect(await find(kidOf(number))).toBe("found");
    }
    state.files = () => new Response("", { status: 404 });
    expect([await find(kidOf(0)), await find(kidOf(1))]).toEqual(["found", "keys_unavailable"]);
    pass(MINUTE);
    expect(await find(kidOf(1))).toBe("key_unknown");
  });

  it("may be asked for twice a minute where it is not held, counted from each", async () => {
    const { find, pass } = make(() => new Response("", { status: 404 }));
    const asked = async () => (await find(kidOf(Math.floor(Math.random() * 1e9) + 9))) === "key_unknown";
    expect(await asked()).toBe(true);
    pass(30 * SECOND);
    expect([await asked(), await asked()]).toEqual([true, false]);
    pass(30 * SECOND);
    expect([await asked(), await asked()]).toEqual([true, false]);
  });
});
