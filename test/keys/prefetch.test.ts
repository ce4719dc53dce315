import { afterEach, describe, expect, it, vi } from "vitest";
import { createVerifier, type VerifierOptions } from "../../src/index.ts";
import type { Keys } from "../../src/keys/create-keys.ts";
import { prefetchKeys } from "../../src/keys/prefetch.ts";
import { createTestTokens } from "../../src/testing/index.ts";
import { HOUR, makeKey, outcome, setOf } from "./kit.ts";
import { claims, gatewayOf } from "./prefetch-kit.ts";

afterEach(() => void vi.unstubAllEnvs());

const URL_SHOP = "https://shop.example/keys";

/** Counts requests to addresses in memory. */
function counting(answer: () => Response | Promise<Response> = () => new Response(setOf([makeKey("other")]))) {
  const urls: string[] = [];
  return { urls, fetch: async (url: string) => (urls.push(url), answer()) };
}

describe("prefetching", () => {
  async function start(
    { pinned, ...options }: VerifierOptions & { readonly pinned?: boolean },
    answer?: () => Response | Promise<Response>,
  ) {
    const gateway = gatewayOf({ shop: { jwksUri: URL_SHOP } });
    const { jwks, sign } = await createTestTokens(gateway);
    const site = counting(answer ?? (() => Response.json(jwks["shop"])));
    const snapshot = { shop: { [URL_SHOP]: { keys: jwks["shop"]?.keys ?? [], fetchedAt: Date.now() } } };
    const verifier = createVerifier(gateway, { fetch: site.fetch, ...options, ...(pinned && { snapshot }) });
    return { ...site, ask: async () => outcome(verifier.verify(await sign("shop", { claims }))) };
  }

  it("asks the issuer before any token does, and the first token waits for that answer", async () => {
    const { urls, ask } = await start({ prefetch: true });
    await vi.waitFor(() => expect(urls).toHaveLength(1));
    expect(await ask()).toBe("found");
    expect(urls).toHaveLength(1);
  });

  it("is what happens on Lambda, and nowhere else", async () => {
    expect((await start({})).urls).toEqual([]);
    vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "authorizer");
    const { urls, ask } = await start({});
    expect(await ask()).toBe("found");
    expect(urls).toHaveLength(1);
    const off = await start({ prefetch: false });
    await Promise.resolve();
    expect(off.urls).toEqual([]);
  });

  it("is left out where a snapshot holds keys", async () => {
    const { urls, ask } = await start({ prefetch: true, pinned: true });
    expect(await ask()).toBe("found");
    expect(urls).toEqual([]);
  });

  const BROKEN: readonly (readonly [string, unknown])[] = [
    ["without keys", { fetchedAt: Date.now() - 1_000 }],
    ["with keys that are no objects", { keys: ["key"], fetchedAt: Date.now() - 1_000 }],
    ["with no usable key", { keys: [{ kty: "oct", kid: "test-shop", k: "AAAA" }], fetchedAt: Date.now() - 1_000 }],
    ["without a time", { keys: [] }],
    ["that is null", null],
    ["that is text", "keys"],
  ];
  it.each(BROKEN)("goes to the network where the snapshot has an entry %s", async (_name, entry) => {
    const gateway = gatewayOf({ shop: { jwksUri: URL_SHOP } });
    const { jwks, sign } = await createTestTokens(gateway);
    const site = counting(() => Response.json(jwks["shop"]));
    for (const snapshot of [{ shop: { [URL_SHOP]: entry } }, ...(entry === null ? [{ shop: null }, null] : [])]) {
      const options = { fetch: site.fetch, prefetch: true, snapshot } as unknown as VerifierOptions;
      const verifier = createVerifier(gateway, options);
      expect(await outcome(verifier.verify(await sign("shop", { claims })))).toBe("found");
    }
  });

  it("lets nothing escape that a key finder of any kind throws", async () => {
    const gateway = gatewayOf({ shop: { jwksUri: URL_SHOP } });
    const keys = {
      holds: () => false,
      prepare: async () => Promise.reject(new TypeError("broken")),
    } as unknown as Keys;
    const escaped: unknown[] = [];
    const listen = (reason: unknown) => void escaped.push(reason);
    process.on("unhandledRejection", listen);
    prefetchKeys(gateway, keys);
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", listen);
    expect(escaped).toEqual([]);
  });

  it.each([
    ["answers with an error", () => new Response("", { status: 500 })],
    ["cannot be reached", () => Promise.reject(new TypeError("fetch failed"))],
  ])("rejects nothing where the issuer %s; tokens learn of it", async (_name, answer) => {
    const { urls, ask } = await start({ prefetch: true }, answer);
    await vi.waitFor(() => expect(urls).toHaveLength(1));
    expect(await ask()).toBe("keys_unavailable");
    expect(urls).toHaveLength(1);
  });

  describe("of twenty key sets", () => {
    const names = Array.from({ length: 20 }, (_, index) => `issuer${index}`);
    const urlOf = (name = "") => `https://${name}.example/keys`;
    const gateway = gatewayOf(Object.fromEntries(names.map((name) => [name, { jwksUri: urlOf(name) }])));
    const key = makeKey("pinned");
    const pin = (fetchedAt: number, pinned: readonly string[]) =>
      Object.fromEntries(pinned.map((name) => [name, { [urlOf(name)]: { keys: [key.jwk], fetchedAt } }]));
    /** The addresses asked, once every fetch that was begun has been answered. */
    const askedWith = async (options: VerifierOptions) => {
      const site = counting();
      createVerifier(gateway, { fetch: site.fetch, prefetch: true, ...options });
      await new Promise((resolve) => setImmediate(resolve));
      return site.urls;
    };

    it("begins with the first eight", async () => {
      expect(await askedWith({})).toEqual(names.slice(0, 8).map(urlOf));
    });

    it("begins with the first eight that the snapshot does not hold", async () => {
      const pinned = names.filter((_name, index) => index < 8 || index === 10);
      const rest = names.filter((name) => !pinned.includes(name));
      expect(await askedWith({ snapshot: pin(Date.now() - 1_000, pinned) })).toEqual(rest.slice(0, 8).map(urlOf));
      expect(await askedWith({ snapshot: pin(Date.now() - 1_000, names.slice(0, 19)) })).toEqual([urlOf(names[19])]);
      expect(await askedWith({ snapshot: pin(Date.now() - 1_000, names) })).toEqual([]);
    });

    it("takes those pinned longer than maxStale ago for not held", async () => {
      expect(await askedWith({ snapshot: pin(Date.now() - 25 * HOUR, names) })).toEqual(names.slice(0, 8).map(urlOf));
    });

    it("begins with none where the keys are fixed", async () => {
      expect(await askedWith({ jwks: {} })).toEqual([]);
    });
  });
});
