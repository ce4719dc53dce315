import { describe, expect, it, vi } from "vitest";
import { HOUR, MINUTE, SECOND, at, makeFinder, makeKey, makeProvider, outcome, query, setOf } from "./kit.ts";

const a = makeKey("a");
const b = makeKey("b");

async function warm(keys = [a], options = {}) {
  const provider = makeProvider(keys);
  const finder = makeFinder({ fetch: provider.fetch, ...options });
  expect((await finder.keys.find(query("a"))).key.equals(a.publicKey)).toBe(true);
  return { provider, ...finder };
}

describe("a fresh set", () => {
  it("is fetched once for all who ask at the same time", async () => {
    const provider = makeProvider([a]);
    const { keys } = makeFinder({ fetch: provider.fetch });
    await Promise.all(Array.from({ length: 50 }, () => keys.find(query("a"))));
    expect(provider.fetches).toBe(1);
  });

  it("is served from memory for ten minutes by default, then asked for again", async () => {
    const { provider, keys, pass } = await warm();
    pass(10 * MINUTE - 1);
    await keys.find(query("a"));
    expect(provider.fetches).toBe(1);
    pass(1);
    await keys.find(query("a"));
    expect(provider.fetches).toBe(2);
  });

  it.each([
    ["max-age=3600", HOUR],
    ["max-age=3600", 50 * MINUTE, "600"],
    ["max-age=3600", 50 * MINUTE, "600, 0"],
    ["max-age=3600", MINUTE, "3590"],
    ["max-age=3600", MINUTE, "9".repeat(400)],
    ["max-age=3600", HOUR, "-600"],
    ["max-age=3600", HOUR, "soon"],
    ["max-age=3600", HOUR, ""],
    ["public", 10 * MINUTE, "300"],
    ["public, max-age=1800, must-revalidate", 30 * MINUTE],
    ["max-age=15", MINUTE],
    ["no-store, max-age=3600", MINUTE],
    ["no-cache", MINUTE],
    ["max-age=999999999", 24 * HOUR],
    ["max-age=soon", 10 * MINUTE],
    ["s-maxage=7200", 10 * MINUTE],
  ])("honours Cache-Control %s within limits: %i ms, of which a cache on the way may have used up some (Age %s)", async (...row) => {
    const [value, freshFor, age] = row as readonly [string, number, string?];
    const provider = makeProvider();
    const headers = { "cache-control": value, ...(age !== undefined && { age }) };
    provider.answer = () => new Response(JSON.stringify({ keys: [a.jwk] }), { headers });
    const { keys, pass } = makeFinder({ fetch: provider.fetch });
    await keys.find(query("a"));
    pass(freshFor - 1);
    await keys.find(query("a"));
    expect(provider.fetches).toBe(1);
    pass(1);
    await keys.find(query("a"));
    expect(provider.fetches).toBe(2);
  });

  it("finds no key for an algorithm the key is not for", async () => {
    const { keys } = await warm();
    expect(await outcome(keys.find(query("a", { algorithm: "RS256" })))).toBe("key_unknown");
  });
});

describe("a rollover", () => {
  it("is learned once the cool-down after the last fetch is over", async () => {
    const { provider, keys, pass } = await warm();
    provider.publish(a, b);
    pass(30 * SECOND - 1);
    expect(await outcome(keys.find(query("b")))).toBe("key_unknown");
    expect(provider.fetches).toBe(1);
    pass(1);
    expect(await outcome(keys.find(query("b")))).toBe("found");
    expect(provider.fetches).toBe(2);
  });

  it("ends a removed key with the fresh period, though an outage would have kept it", async () => {
    const { provider, keys, pass } = await warm();
    provider.publish(b);
    pass(10 * MINUTE);
    expect(await outcome(keys.find(query("a")))).toBe("key_unknown");
    provider.fail();
    pass(10 * MINUTE);
    expect(await outcome(keys.find(query("a")))).toBe("keys_unavailable");
    expect(await outcome(keys.find(query("b")))).toBe("found");
  });
});

describe("a rollover under load", () => {
  it("costs one fetch and refuses nobody, old keys and new", async () => {
    const { provider, keys, pass } = await warm();
    provider.publish(a, b);
    pass(30 * SECOND);
    const codes = await Promise.all(Array.from({ length: 1_000 }, (_, i) => outcome(keys.find(query(i % 2 === 0 ? "a" : "b")))));
    expect(new Set(codes)).toEqual(new Set(["found"]));
    expect(provider.fetches).toBe(2);
  });
});

describe("10,000 unknown key ids in a minute", () => {
  async function flood(keys: { find: (q: ReturnType<typeof query>) => Promise<unknown> }, pass: (ms: number) => void) {
    const codes = new Set<string>();
    for (let i = 0; i < 10_000; i++) {
      codes.add(await outcome(keys.find(query(`unknown-${i}`))));
      pass(6);
    }
    return codes;
  }

  it("cost a healthy issuer two fetches, and a real rollover is still learned", async () => {
    const { provider, keys, pass } = await warm();
    expect(await flood(keys, pass)).toEqual(new Set(["key_unknown"]));
    expect(provider.fetches).toBe(2);
    provider.publish(a, b);
    expect(await outcome(keys.find(query("b")))).toBe("found");
  });

  it("cost a failing issuer two fetches while its keys are held, which go on working", async () => {
    const { provider, keys, pass } = await warm();
    provider.fail();
    await flood(keys, pass);
    expect(provider.fetches - 1).toBeLessThanOrEqual(2);
    expect(await outcome(keys.find(query("a")))).toBe("found");
    provider.publish(a, b);
    pass(MINUTE);
    expect(await outcome(keys.find(query("b")))).toBe("found");
  });

  it("cost a failing issuer two fetches where no keys are held", async () => {
    const provider = makeProvider();
    provider.fail();
    const { keys, pass } = makeFinder({ fetch: provider.fetch });
    expect(await flood(keys, pass)).toEqual(new Set(["keys_unavailable"]));
    expect(provider.fetches).toBe(2);
    provider.publish(a);
    pass(SECOND);
    expect(await outcome(keys.find(query("a")))).toBe("found");
  });
});

describe("an outage", () => {
  it("of twelve hours refuses no valid token and never pauses asking for long", async () => {
    const { provider, keys, pass } = await warm();
    provider.fail();
    for (let minute = 0; minute < 12 * 60; minute++) {
      pass(MINUTE);
      expect(await outcome(keys.find(query("a")))).toBe("found");
    }
    expect(provider.fetches).toBeGreaterThan(600);
    expect(provider.fetches).toBeLessThan(750);
    provider.publish(b);
    pass(MINUTE);
    expect(await outcome(keys.find(query("a")))).toBe("key_unknown");
  });

  it("ends the last good keys after maxStale", async () => {
    const { provider, keys, pass } = await warm();
    provider.fail();
    pass(24 * HOUR);
    expect(await outcome(keys.find(query("a")))).toBe("found");
    pass(1);
    expect(await outcome(keys.find(query("a")))).toBe("keys_unavailable");
  });

  it("ends them with the fresh period where maxStale is 0", async () => {
    const { provider, keys, pass } = await warm([a], { maxStale: 0 });
    provider.fail();
    pass(10 * MINUTE - 1);
    expect(await outcome(keys.find(query("a")))).toBe("found");
    pass(1);
    expect(await outcome(keys.find(query("a")))).toBe("keys_unavailable");
  });

  it("makes an unknown key id unavailable, not unknown, past the cool-down", async () => {
    const { provider, keys, pass } = await warm();
    provider.fail();
    expect(await outcome(keys.find(query("b")))).toBe("key_unknown");
    pass(30 * SECOND);
    expect(await outcome(keys.find(query("b")))).toBe("keys_unavailable");
    // In the pause that follows nobody is asked, so nobody has said that there is no such key.
    pass(SECOND);
    expect([await outcome(keys.find(query("b"))), provider.fetches]).toEqual(["keys_unavailable", 2]);
  });

  it("pauses five seconds, then 55 and more, and starts over after a success", async () => {
    const provider = makeProvider();
    provider.fail();
    const { keys, pass } = makeFinder({ fetch: provider.fetch, random: () => 1 });
    const fetchesAfter = async (milliseconds: number) => {
      pass(milliseconds);
      await outcome(keys.find(query("a")));
      return provider.fetches;
    };
    expect(await fetchesAfter(0)).toBe(1);
    expect(await fetchesAfter(6 * SECOND - 1)).toBe(1);
    expect(await fetchesAfter(1)).toBe(2);
    expect(await fetchesAfter(66 * SECOND - 1)).toBe(2);
    expect(await fetchesAfter(1)).toBe(3);
    provider.publish(a);
    expect(await fetchesAfter(66 * SECOND)).toBe(4);
    provider.fail();
    expect(await fetchesAfter(10 * MINUTE)).toBe(5);
    expect(await fetchesAfter(6 * SECOND)).toBe(6);
  });

  it.each([
    ["an empty set", () => new Response('{"keys":[]}')],
    ["no set", () => new Response("{}")],
    ["HTML", () => new Response("<html></html>")],
    ["nothing but unusable keys", () => new Response('{"keys":[{"kty":"oct","k":"AAAA","kid":"a"}]}')],
    ["an error", () => Promise.reject(new TypeError("fetch failed"))],
  ])("that shows as %s evicts nothing", async (_name, answer) => {
    const { provider, keys, pass } = await warm();
    provider.answer = answer;
    pass(10 * MINUTE);
    expect(await outcome(keys.find(query("a")))).toBe("found");
    expect(provider.fetches).toBe(2);
  });
});

describe("a clock that jumps", () => {
  it("back makes keys stale, and an outage then counts from the jump", async () => {
    const { provider, keys, pass } = await warm();
    provider.fail();
    pass(-30 * 24 * HOUR);
    expect([await outcome(keys.find(query("a"))), await outcome(keys.find(query("a")))]).toEqual(["found", "found"]);
    expect(provider.fetches).toBe(2);
    pass(24 * HOUR);
    expect(await outcome(keys.find(query("a")))).toBe("keys_unavailable");
  });

  it("back does not prolong a pause after a failure", async () => {
    const provider = makeProvider();
    provider.fail();
    const { keys, pass } = makeFinder({ fetch: provider.fetch });
    await outcome(keys.find(query("a")));
    provider.publish(a);
    pass(-HOUR);
    expect(await outcome(keys.find(query("a")))).toBe("found");
  });
});

describe("a clock that jumps around a failure", () => {
  async function failed() {
    const provider = makeProvider();
    provider.fail();
    const finder = makeFinder({ fetch: provider.fetch });
    expect(await outcome(finder.keys.find(query("a")))).toBe("keys_unavailable");
    return { provider, ...finder };
  }

  it("does not bring back a pause that a success has ended", async () => {
    const { provider, keys, pass } = await failed();
    provider.publish(a);
    pass(-HOUR);
    expect(await outcome(keys.find(query("a")))).toBe("found");
    provider.publish(b);
    pass(HOUR + SECOND);
    expect(await outcome(keys.find(query("a")))).toBe("key_unknown");
  });

  it("does not keep anybody from the answer to a fetch that is under way", async () => {
    const { provider, keys, pass } = await failed();
    const answer = Promise.withResolvers<Response>();
    provider.answer = () => answer.promise;
    pass(5 * SECOND);
    const first = outcome(keys.find(query("a")));
    await vi.waitFor(() => expect(provider.fetches).toBe(2));
    pass(-4 * SECOND);
    const second = outcome(keys.find(query("a")));
    answer.resolve(new Response(setOf([a])));
    expect([await first, await second, provider.fetches]).toEqual(["found", "found", 2]);
  });
});

describe("a sandbox that is frozen during a fetch", () => {
  it("asks once more, and at once, on a connection that is alive", async () => {
    const provider = makeProvider([a]);
    const { keys, pass } = makeFinder({
      fetch: async (url) => {
        const answer = provider.fetch(url);
        if (provider.fetches > 1) return answer;
        pass(HOUR);
        throw new Error("socket hang up");
      },
    });
    expect(await outcome(keys.find(query("a")))).toBe("found");
    expect(provider.fetches).toBe(2);
  });

  it("asks no more than that", async () => {
    const provider = makeProvider();
    const { keys, pass } = makeFinder({
      fetch: async (url) => {
        pass(HOUR);
        return provider.fetch(url);
      },
    });
    provider.fail();
    expect(await outcome(keys.find(query("a")))).toBe("keys_unavailable");
    expect(await outcome(keys.find(query("a")))).toBe("keys_unavailable");
    expect(provider.fetches).toBe(2);
  });
});

describe("one key id with new material", () => {
  const renewed = makeKey("a");

  it("is found by one fetch in five minutes", async () => {
    const { provider, keys, pass } = await warm();
    const failed = await keys.find(query("a"));
    expect(await keys.findReplacement(query("a"), failed)).toBeNull();
    expect(provider.fetches).toBe(2);
    provider.publish(renewed);
    pass(5 * MINUTE - 1);
    expect(await keys.findReplacement(query("a"), failed)).toBeNull();
    expect(provider.fetches).toBe(2);
    pass(1);
    const found = await keys.findReplacement(query("a"), failed);
    expect(found?.key.equals(renewed.publicKey)).toBe(true);
    expect(provider.fetches).toBe(3);
  });

  it("is found without a fetch where another request has learned it", async () => {
    const { provider, keys } = await warm();
    const failed = await keys.find(query("a"));
    provider.publish(renewed);
    const found = await Promise.all([1, 2, 3].map(() => keys.findReplacement(query("a"), failed)));
    expect(found.map((key) => key?.key.equals(renewed.publicKey))).toEqual([true, true, true]);
    expect((await keys.findReplacement(query("a"), failed))?.key.equals(renewed.publicKey)).toBe(true);
    expect(provider.fetches).toBe(2);
  });

  it("is none where the issuer has withdrawn the id instead", async () => {
    const { provider, keys } = await warm();
    const failed = await keys.find(query("a"));
    provider.publish(b);
    expect(await keys.findReplacement(query("a"), failed)).toBeNull();
    expect(await outcome(keys.find(query("a")))).toBe("key_unknown");
  });

  it("is not looked for while the issuer fails", async () => {
    const { provider, keys, pass } = await warm();
    const failed = await keys.find(query("a"));
    provider.fail();
    expect(await keys.findReplacement(query("a"), failed)).toBeNull();
    pass(SECOND);
    expect(await keys.findReplacement(query("a"), failed)).toBeNull();
    expect(provider.fetches).toBe(2);
  });

  it("is still found after a pause in which it could not be looked for", async () => {
    const { provider, keys, pass } = await warm();
    const failed = await keys.find(query("a"));
    provider.fail();
    pass(30 * SECOND);
    expect(await outcome(keys.find(query("b")))).toBe("keys_unavailable");
    expect(await keys.findReplacement(query("a"), failed)).toBeNull();
    provider.publish(renewed);
    pass(5 * SECOND);
    expect(await keys.findReplacement(query("a"), failed)).not.toBeNull();
  });
});

describe("issuers", () => {
  it("never share keys, not even at one address and under one key id", async () => {
    const provider = makeProvider([a]);
    const { keys } = makeFinder({ fetch: provider.fetch });
    await keys.find(query("a"));
    const other = makeKey("a");
    provider.publish(other);
    const found = await keys.find(query("a", { issuer: "staff" }));
    expect(found.key.equals(other.publicKey)).toBe(true);
    expect((await keys.find(query("a"))).key.equals(a.publicKey)).toBe(true);
    expect(provider.fetches).toBe(2);
  });

  it("never share keys between their own locations", async () => {
    const provider = makeProvider([a]);
    const { keys } = makeFinder({ fetch: provider.fetch });
    await keys.find(query("a"));
    provider.publish(b);
    expect(await outcome(keys.find(query("a", { location: at("https://id.example/other") })))).toBe("key_unknown");
  });
});

describe("a merged set", () => {
  const location = { ...at("https://id.example/common/keys"), merge: true };
  const merged = (kid: string) => query(kid, { location });

  it("keeps what one answer leaves out until maxStale after it was last seen", async () => {
    const provider = makeProvider([a]);
    const { keys, pass } = makeFinder({ fetch: provider.fetch, maxStale: HOUR });
    await keys.find(merged("a"));
    provider.publish(b);
    pass(10 * MINUTE);
    expect(await outcome(keys.find(merged("b")))).toBe("found");
    expect(await outcome(keys.find(merged("a")))).toBe("found");
    pass(49 * MINUTE);
    expect(await outcome(keys.find(merged("b")))).toBe("found");
    expect(await outcome(keys.find(merged("a")))).toBe("found");
    provider.fail();
    pass(MINUTE + 1);
    expect(await outcome(keys.find(merged("b")))).toBe("found");
    expect(await outcome(keys.find(merged("a")))).toBe("keys_unavailable");
    provider.publish(b);
    pass(MINUTE);
    expect(await outcome(keys.find(merged("a")))).toBe("key_unknown");
  });

  it("remembers a thousand key ids and drops those unseen for longest", async () => {
    const provider = makeProvider();
    const { keys, pass } = makeFinder({ fetch: provider.fetch });
    for (let round = 0; round < 11; round++) {
      provider.answer = () => Response.json({ keys: Array.from({ length: 100 }, (_, i) => ({ ...a.jwk, kid: `${round}-${i}` })) });
      pass(10 * MINUTE);
      await keys.find(merged(`${round}-0`));
    }
    expect(await outcome(keys.find(merged("1-0")))).toBe("found");
    expect(await outcome(keys.find(merged("0-0")))).toBe("key_unknown");
  });

  it("takes new material for a key id, and ends one published as unusable", async () => {
    const provider = makeProvider([a, b]);
    const { keys, pass } = makeFinder({ fetch: provider.fetch });
    await keys.find(merged("a"));
    const renewed = makeKey("a");
    provider.publish(renewed, { ...b, jwk: { ...b.jwk, use: "enc" } });
    pass(10 * MINUTE);
    expect((await keys.find(merged("a"))).key.equals(renewed.publicKey)).toBe(true);
    expect(await outcome(keys.find(merged("b")))).toBe("key_unknown");
  });
});

describe("fixed sets", () => {
  const fetch = async () => {
    throw new Error("no network may be used");
  };

  it("serve their issuer and no other, without the network", async () => {
    const { keys } = makeFinder({ fetch, jwks: { shop: { keys: [a.jwk] } } });
    const found = await keys.find(query("a"));
    expect(found.key.equals(a.publicKey)).toBe(true);
    expect(await outcome(keys.find(query("b")))).toBe("key_unknown");
    expect(await outcome(keys.find(query("a", { algorithm: "ES384" })))).toBe("key_unknown");
    expect(await outcome(keys.find(query("a", { issuer: "staff" })))).toBe("keys_unavailable");
    expect(await outcome(keys.find(query("a", { issuer: "constructor" })))).toBe("keys_unavailable");
    expect(await keys.findReplacement(query("a"), found)).toBeNull();
  });

  it("are never inherited ones", async () => {
    const { keys } = makeFinder({ fetch, jwks: Object.create({ shop: { keys: [a.jwk] } }) });
    expect(await outcome(keys.find(query("a")))).toBe("keys_unavailable");
  });

  it("are vetted too", async () => {
    const { keys } = makeFinder({ fetch, jwks: { shop: { keys: [{ ...a.jwk, use: "enc" }] } } });
    expect(await outcome(keys.find(query("a")))).toBe("key_unknown");
  });
});

describe("a snapshot", () => {
  const pinnedAt = (fetchedAt: number) => ({ shop: { [query("a").location.url]: { keys: [a.jwk], fetchedAt } } });

  it("serves a cold start without the network, then is as stale as it is", async () => {
    const provider = makeProvider([b]);
    const { keys, pass } = makeFinder({ fetch: provider.fetch, snapshot: pinnedAt(1_800_000_000_000 - HOUR) });
    expect(await outcome(keys.find(query("a")))).toBe("found");
    expect(provider.fetches).toBe(0);
    pass(MINUTE);
    expect(await outcome(keys.find(query("a")))).toBe("key_unknown");
    expect(provider.fetches).toBe(1);
  });

  it("is asked past at once for a key id it lacks", async () => {
    const provider = makeProvider([b]);
    const { keys } = makeFinder({ fetch: provider.fetch, snapshot: pinnedAt(1_800_000_000_000 - HOUR) });
    expect(await outcome(keys.find(query("b")))).toBe("found");
  });

  it.each([
    ["older than maxStale", -24 * HOUR],
    ["from the future", 1],
    ["of no known age", Number.NaN],
  ])("%s is not used", async (_name, age) => {
    const provider = makeProvider();
    provider.fail();
    const { keys } = makeFinder({ fetch: provider.fetch, snapshot: pinnedAt(1_800_000_000_000 + age) });
    expect(await outcome(keys.find(query("a")))).toBe("keys_unavailable");
  });

  it("serves its own issuer only", async () => {
    const provider = makeProvider();
    provider.fail();
    const { keys } = makeFinder({ fetch: provider.fetch, snapshot: pinnedAt(1_800_000_000_000 - HOUR) });
    expect(await outcome(keys.find(query("a", { issuer: "staff" })))).toBe("keys_unavailable");
  });
});

it.each([
  [0, 61 * SECOND],
  [HOUR, 2 * HOUR],
  [24 * HOUR, 25 * HOUR],
])(
  "with maxStale %d, a clock that jumps %d ms while the issuer answers is no reason to call a published key unknown",
  async (maxStale, jump) => {
    const provider = makeProvider();
    const { keys, pass } = makeFinder({ fetch: provider.fetch, maxStale });
    provider.answer = () => {
      pass(jump);
      return new Response(setOf([a]), { headers: { "cache-control": "max-age=60" } });
    };
    expect(await outcome(keys.find(query("a")))).toBe("keys_unavailable");
  },
);

it("a clock that is set back in an outage ends no last good key, and keeps none for longer than maxStale", async () => {
  const provider = makeProvider([a]);
  const { keys, pass } = makeFinder({ fetch: provider.fetch });
  await keys.find(query("a"));
  provider.fail();
  pass(20 * MINUTE);
  expect(await outcome(keys.find(query("a")))).toBe("found");
  pass(-30 * MINUTE);
  expect(await outcome(keys.find(query("a")))).toBe("found");
  pass(23 * HOUR);
  expect(await outcome(keys.find(query("a")))).toBe("found");
  pass(HOUR);
  expect(await outcome(keys.find(query("a")))).toBe("keys_unavailable");
});
