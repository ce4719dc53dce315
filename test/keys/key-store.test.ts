import { afterEach, describe, expect, it, vi } from "vitest";
import { discovered } from "../../src/keys/discovery.ts";
import type { KeyStore, StoredKeys } from "../../src/keys/key-store.ts";
import { at, HOUR, MINUTE, makeFinder, makeKey, makeProvider, outcome, query, SECOND, URL_A } from "./kit.ts";

const a = makeKey("a");
const b = makeKey("b");
const NOW = 1_800_000_000_000;
const stored = (keys: readonly unknown[], fetchedAt: number): StoredKeys => ({ keys, fetchedAt, freshFor: 10 * MINUTE });

afterEach(() => void vi.useRealTimers());

/** A store in memory that counts. */
function makeStore(initial: StoredKeys | null = null) {
  const store = {
    held: initial,
    reads: 0,
    writes: 0,
    read: async () => {
      store.reads++;
      return store.held;
    },
    write: async (_address: unknown, keys: StoredKeys) => {
      store.writes++;
      store.held = keys;
    },
  };
  return store;
}

describe("a store", () => {
  it("serves a second sandbox without asking the issuer", async () => {
    const store = makeStore();
    const provider = makeProvider([a]);
    const first = makeFinder({ fetch: provider.fetch, store });
    const second = makeFinder({ fetch: provider.fetch, store });
    await first.keys.find(query("a"));
    await Promise.all([1, 2, 3].map(() => second.keys.find(query("a"))));
    expect(provider.fetches).toBe(1);
    expect([store.reads, store.writes]).toEqual([2, 1]);
  });

  it.each([
    ["empty", []],
    ["of symmetric keys", [{ kty: "oct", k: "AA", kid: "a" }]],
    ["of keys that only another version knows", [{ kty: "ML-DSA", kid: "a" }]],
  ])("with a set that is %s is as good as none", async (_what, keys) => {
    const provider = makeProvider([a]);
    const finder = makeFinder({ fetch: provider.fetch, store: makeStore(stored(keys, NOW - SECOND)) });
    expect(await outcome(finder.keys.find(query("a")))).toBe("found");
    expect(provider.fetches).toBe(1);
  });

  it("is not read while memory or the snapshot holds keys", async () => {
    const store = makeStore();
    const provider = makeProvider([a]);
    const snapshot = { shop: { [URL_A]: { keys: [a.jwk], fetchedAt: NOW } } };
    const { keys, pass } = makeFinder({ fetch: provider.fetch, store, snapshot });
    await keys.find(query("a"));
    pass(HOUR);
    await keys.find(query("a"));
    expect([store.reads, store.writes]).toEqual([0, 1]);
  });

  it("is not read up to the very end of maxStale", async () => {
    const store = makeStore();
    const provider = makeProvider([a]);
    const { keys, pass } = makeFinder({ fetch: provider.fetch, store, maxStale: HOUR });
    await keys.find(query("a"));
    provider.fail();
    pass(HOUR);
    expect([await outcome(keys.find(query("a"))), store.reads]).toEqual(["found", 1]);
    pass(2 * MINUTE);
    expect([await outcome(keys.find(query("a"))), store.reads]).toEqual(["keys_unavailable", 2]);
  });

  it("is read again when what memory holds has become too old", async () => {
    const store = makeStore();
    const provider = makeProvider([a]);
    const { keys, pass } = makeFinder({ fetch: provider.fetch, store });
    await keys.find(query("a"));
    provider.fail();
    pass(25 * HOUR);
    expect(await outcome(keys.find(query("a")))).toBe("keys_unavailable");
    // Another sandbox could still reach the issuer.
    store.held = stored([a.jwk], NOW + 24 * HOUR);
    pass(MINUTE);
    expect(await outcome(keys.find(query("a")))).toBe("found");
    expect(provider.fetches).toBe(3);
  });

  it.each<[string, () => Promise<void>]>([
    ["rejects", () => Promise.reject(new Error("down"))],
    [
      "throws",
      () => {
        throw new Error("down");
      },
    ],
  ])("whose write %s does not make the fetch a failed one", async (_name, write) => {
    const provider = makeProvider([a]);
    const { keys, pass } = makeFinder({ fetch: provider.fetch, store: { ...makeStore(), write } });
    await keys.find(query("a"));
    provider.publish(a, b);
    pass(30 * SECOND);
    expect([await outcome(keys.find(query("b"))), provider.fetches]).toEqual(["found", 2]);
    pass(10 * MINUTE);
    provider.publish(b);
    // After a failure there would be a pause of five seconds, in which the withdrawn key were still served.
    expect(await outcome(keys.find(query("b")))).toBe("found");
    pass(10 * MINUTE);
    expect([await outcome(keys.find(query("a"))), provider.fetches]).toEqual(["key_unknown", 4]);
  });

  it("that answers late is not waited for, and still helps where the issuer then fails", async () => {
    const late = Promise.withResolvers<StoredKeys>();
    const store = { ...makeStore(), read: () => late.promise };
    const fetch = async () => {
      // The issuer is asked when the store's time is up.
      late.resolve(stored([a.jwk], NOW - HOUR));
      await late.promise;
      await new Promise(setImmediate);
      return new Response("", { status: 503 });
    };
    expect(await outcome(makeFinder({ fetch, store }).keys.find(query("a")))).toBe("found");
  });

  it.each([
    ["older than", SECOND],
    ["just as old as", 0],
  ])("that answers late, with a set %s the issuer's, does not undo what the issuer said meanwhile", async (_what, age) => {
    const late = Promise.withResolvers<StoredKeys>();
    const provider = makeProvider([b]);
    const { keys } = makeFinder({ fetch: provider.fetch, store: { ...makeStore(), read: () => late.promise } });
    expect(await outcome(keys.find(query("b")))).toBe("found");
    late.resolve(stored([a.jwk], NOW - age));
    await late.promise;
    await new Promise(setImmediate);
    expect([await outcome(keys.find(query("b"))), await outcome(keys.find(query("a")))]).toEqual(["found", "key_unknown"]);
  });

  it("that is slow to write does not keep new material from a token that waits for it", async () => {
    vi.useFakeTimers();
    const issuer = "https://id.example";
    const site = { published: a };
    const slow = async (milliseconds: number, page: object) =>
      new Promise<Response>((resolve) => setTimeout(() => resolve(Response.json(page)), milliseconds));
    const fetch = async (url: string) =>
      url === URL_A ? slow(400, { keys: [site.published.jwk] }) : slow(1_400, { issuer, jwks_uri: URL_A });
    const { keys, pass } = makeFinder({ fetch, store: { ...makeStore(), write: () => new Promise(() => {}) } });
    const ask = query("a", { location: discovered(`${issuer}/discovery`, issuer) });
    const finding = keys.find(ask);
    await vi.advanceTimersByTimeAsync(2_300);
    const failed = await finding;
    site.published = makeKey("a");
    pass(10 * MINUTE);
    const replacing = keys.findReplacement(ask, failed);
    await vi.advanceTimersByTimeAsync(2_000);
    expect((await replacing)?.key.equals(site.published.publicKey)).toBe(true);
  });

  it("never puts older keys in the place of newer ones", async () => {
    const store = makeStore();
    const provider = makeProvider([a]);
    const { keys, pass } = makeFinder({ fetch: provider.fetch, store, maxStale: HOUR });
    await keys.find(query("a"));
    provider.fail();
    pass(2 * HOUR);
    store.held = stored([b.jwk], NOW - 1);
    expect(await outcome(keys.find(query("b")))).toBe("keys_unavailable");
  });

  it("does not stand between an unknown key id and the issuer", async () => {
    const store = makeStore(stored([a.jwk], NOW - 31 * SECOND));
    const provider = makeProvider([a, b]);
    const { keys } = makeFinder({ fetch: provider.fetch, store });
    expect(await outcome(keys.find(query("b")))).toBe("found");
  });

  it("serves stale keys only while the issuer fails, and only until maxStale", async () => {
    const store = makeStore(stored([a.jwk], NOW - HOUR));
    const provider = makeProvider();
    provider.fail();
    expect(await outcome(makeFinder({ fetch: provider.fetch, store }).keys.find(query("a")))).toBe("found");
    expect(await outcome(makeFinder({ fetch: provider.fetch, store, maxStale: HOUR - 1 }).keys.find(query("a")))).toBe("keys_unavailable");
    provider.publish(b);
    expect(await outcome(makeFinder({ fetch: provider.fetch, store }).keys.find(query("a")))).toBe("key_unknown");
  });

  it.each<[string, Partial<KeyStore>]>([
    ["throws", { read: () => Promise.reject(new Error("down")), write: () => Promise.reject(new Error("down")) }],
    [
      "throws at once",
      {
        read: () => {
          throw new Error("down");
        },
        write: () => {
          throw new Error("down");
        },
      },
    ],
    ["hangs", { read: () => new Promise(() => {}), write: () => new Promise(() => {}) }],
    ["holds a weak key", { read: async () => stored([{ ...b.jwk, use: "enc" }], NOW) }],
    ["holds no set", { read: async () => stored(null as never, NOW) }],
    ["is from the future", { read: async () => stored([b.jwk], NOW + 1) }],
    ["has no age", { read: async () => stored([b.jwk], Number.NaN) }],
  ])("that %s lets nobody in and keeps nobody out", async (_name, broken) => {
    const provider = makeProvider([a]);
    const { keys, pass } = makeFinder({ fetch: provider.fetch, store: { ...makeStore(), ...broken } });
    pass(0);
    expect(await outcome(keys.find(query("b")))).not.toBe("found");
    pass(30 * SECOND);
    expect(await outcome(keys.find(query("a")))).toBe("found");
  });

  it.each([1, Number.NaN])("whose record is dated %s from now is not used, not even in an outage", async (offset) => {
    const provider = makeProvider();
    provider.fail();
    const { keys } = makeFinder({ fetch: provider.fetch, store: makeStore(stored([a.jwk], NOW + offset)) });
    expect(await outcome(keys.find(query("a")))).toBe("keys_unavailable");
  });

  it("cannot make keys fresh for longer than a day", async () => {
    const store = makeStore({ ...stored([a.jwk], NOW - 24 * HOUR), freshFor: 1_000 * HOUR });
    const provider = makeProvider([b]);
    const { keys } = makeFinder({ fetch: provider.fetch, store });
    expect(await outcome(keys.find(query("a")))).toBe("key_unknown");
  });
});

describe("prepare", () => {
  it("fetches what the first token will need, once, and never throws", async () => {
    const provider = makeProvider([a]);
    const { keys } = makeFinder({ fetch: provider.fetch });
    const [issuer, location] = ["shop", at(URL_A)];
    await Promise.all([keys.prepare(issuer, location), keys.find(query("a"))]);
    await keys.prepare(issuer, location);
    expect(provider.fetches).toBe(1);
    provider.fail();
    await keys.prepare("staff", location);
    expect(await outcome(keys.find(query("a", { issuer: "staff" })))).toBe("keys_unavailable");
    expect(provider.fetches).toBe(2);
  });
});
