import { describe, expect, it } from "vitest";
import type { KeyLocation } from "../../src/keys/keys.ts";
import { at, HOUR, makeFinder, makeKey, makeProvider, MINUTE, outcome, query, SECOND, URL_A } from "./kit.ts";

const a = makeKey("a");
const b = makeKey("b");

async function warm(options = {}) {
  const provider = makeProvider([a]);
  const finder = makeFinder({ fetch: provider.fetch, ...options });
  const found = await finder.keys.find(query("a"));
  return { provider, found, ...finder };
}

describe("a look at the keys that asks nobody", () => {
  it("finds nothing before the first fetch, and begins none", () => {
    const provider = makeProvider([a]);
    const { keys } = makeFinder({ fetch: provider.fetch });
    expect(keys.peek(query("a"))).toBeNull();
    expect(provider.fetches).toBe(0);
  });

  it("finds the key that a search would, for as long as the set is fresh", async () => {
    const { provider, keys, found, pass } = await warm();
    expect(keys.peek(query("a"))).toBe(found);
    pass(10 * MINUTE - 1);
    expect(keys.peek(query("a"))).toBe(found);
    pass(1);
    expect(keys.peek(query("a"))).toBeNull();
    expect(provider.fetches).toBe(1);
  });

  it("finds nothing stale, though a search serves it while the issuer fails", async () => {
    const { provider, keys, pass } = await warm();
    provider.fail();
    pass(HOUR);
    expect(await outcome(keys.find(query("a")))).toBe("found");
    expect(keys.peek(query("a"))).toBeNull();
  });

  it("finds another object once the set was fetched again, though the key is the same", async () => {
    const { keys, found, pass } = await warm();
    pass(10 * MINUTE);
    await keys.find(query("a"));
    expect(keys.peek(query("a"))?.kid).toBe("a");
    expect(keys.peek(query("a"))).not.toBe(found);
  });

  it("finds no key that was withdrawn", async () => {
    const { provider, keys, pass } = await warm();
    provider.publish(b);
    pass(10 * MINUTE);
    await outcome(keys.find(query("a")));
    expect(keys.peek(query("a"))).toBeNull();
  });

  it.each([
    ["another id", query("b")],
    ["another algorithm", query("a", { algorithm: "ES384" })],
    ["another issuer", query("a", { issuer: "other" })],
    ["another address", query("a", { location: at("https://id.example/other") })],
  ])("finds nothing for %s", async (_what, asked) => {
    const { keys } = await warm();
    expect(keys.peek(asked)).toBeNull();
  });

  it("keeps issuers apart that are given one and the same location", async () => {
    const location = at("https://id.example/shared");
    const provider = makeProvider([a]);
    const { keys } = makeFinder({ fetch: provider.fetch });
    const mine = await keys.find(query("a", { location }));
    const theirs = await keys.find(query("a", { location, issuer: "other" }));
    expect(provider.fetches).toBe(2);
    expect(mine).not.toBe(theirs);
    expect(keys.peek(query("a", { location }))).toBe(mine);
    expect(keys.peek(query("a", { location, issuer: "other" }))).toBe(theirs);
  });

  it("puts no address together for a location that was asked before", async () => {
    let reads = 0;
    const location: KeyLocation = {
      kind: "jwks",
      get url() {
        reads++;
        return URL_A;
      },
    };
    const { keys } = makeFinder({ fetch: makeProvider([a]).fetch });
    const found = await keys.find(query("a", { location }));
    reads = 0;
    expect([keys.peek(query("a", { location })), reads]).toEqual([found, 0]);
  });

  it("finds nothing after the clock was set back", async () => {
    const { keys, pass } = await warm();
    pass(-SECOND);
    expect(keys.peek(query("a"))).toBeNull();
  });

  it("finds fixed keys once they were read", async () => {
    const { keys } = makeFinder({ jwks: { shop: { keys: [a.jwk] } } });
    expect(keys.peek(query("a"))).toBeNull();
    const found = await keys.find(query("a"));
    expect(keys.peek(query("a"))).toBe(found);
    expect(await keys.find(query("a"))).toBe(found);
    expect(keys.peek(query("a", { algorithm: "ES384" }))).toBeNull();
    expect(keys.peek(query("a", { issuer: "other" }))).toBeNull();
  });
});
