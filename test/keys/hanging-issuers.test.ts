import { afterEach, describe, expect, it } from "vitest";
import { discovered } from "../../src/keys/discovery.ts";
import { httpAuthorizer } from "../../src/index.ts";
import { createTestTokens } from "../../src/testing/index.ts";
import { at, makeFinder, makeKey, MINUTE, outcome, query, serve } from "./kit.ts";
import { claims, gatewayOf } from "./prefetch-kit.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

describe("an authorizer whose issuers hang", () => {
  const event = (token: string) => ({
    version: "2.0" as const,
    type: "REQUEST" as const,
    routeKey: "GET /orders",
    identitySource: [`Bearer ${token}`],
    headers: { authorization: `Bearer ${token}` },
  });

  // The time limit is the promise: discovery, keys and a store together stay far below the ten seconds API Gateway waits.
  it("answers in time though the store hangs too, every issuer hangs, and discovery answers late", { timeout: 6_000 }, async () => {
    let requests = 0;
    const { url, close } = await serve((request, response) => {
      requests++;
      const [name, isDiscovery] = [request.url?.split("/")[1], request.url?.endsWith("/openid-configuration")];
      if (isDiscovery) setTimeout(() => response.end(JSON.stringify({ issuer: `${url}/${name}`, jwks_uri: `${url}/keys` })), 1_300);
    });
    closers.push(close);
    const never = () => new Promise<never>(() => {});
    const names = ["one", "two", "three"];
    const issuers = Object.fromEntries(names.map((name) => [name, { issuer: `${url}/${name}` }]));
    const gateway = gatewayOf(issuers, { store: { read: never, write: never } });
    const { sign } = await createTestTokens(gateway);
    const codes: unknown[] = [];
    const authorizer = httpAuthorizer(gateway, { log: ({ code }) => void codes.push(code) });
    const answers = await Promise.allSettled(names.map(async (name) => authorizer(event(await sign(name, { claims })))));
    expect(answers.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(codes).toEqual(["keys_unavailable", "keys_unavailable", "keys_unavailable"]);
    expect(requests).toBe(6);
  });

  it("lets the tokens of a healthy one through meanwhile", async () => {
    const published = new Map<string | undefined, object | undefined>();
    const { url, close } = await serve((request, response) => {
      const document = published.get(request.url);
      if (document !== undefined) response.end(JSON.stringify(document));
    });
    closers.push(close);
    const gateway = gatewayOf({ dead: { jwksUri: `${url}/dead` }, healthy: { jwksUri: `${url}/healthy` } });
    const { jwks, sign } = await createTestTokens(gateway);
    published.set("/healthy", jwks["healthy"]);
    const authorizer = httpAuthorizer(gateway, { log: () => {}, prefetch: true });
    const order: string[] = [];
    const asked = ["dead", "healthy"].map(async (name) => {
      const answer = authorizer(event(await sign(name, { claims }))).then(
        ({ isAuthorized }) => `${name}: ${isAuthorized}`,
        (error: { code: string }) => `${name}: ${error.code}`,
      );
      order.push(await answer);
    });
    await Promise.all(asked);
    expect(order).toEqual(["healthy: true", "dead: keys_unavailable"]);
  });
});

describe("while an issuer hangs", () => {
  const a = makeKey("a");

  it("a replacement for a key is not waited for, though it hangs on discovery and keys one after the other", async () => {
    const site: Record<string, () => Promise<Response>> = {
      "https://id.example/discovery": async () => Response.json({ issuer: "https://id.example", jwks_uri: "https://id.example/keys" }),
      "https://id.example/keys": async () => Response.json({ keys: [a.jwk] }),
    };
    const location = discovered("https://id.example/discovery", "https://id.example");
    const { keys, pass } = makeFinder({ fetch: async (url) => site[url]?.() ?? new Response("", { status: 404 }) });
    const failed = await keys.find(query("a", { location }));
    pass(10 * MINUTE - 1);
    site["https://id.example/discovery"] = () => new Promise(() => {});
    site["https://id.example/keys"] = () => new Promise(() => {});
    pass(1);
    const order: unknown[] = [];
    await Promise.all([
      outcome(keys.find(query("b", { location }))).then((code) => order.push(code)),
      keys.findReplacement(query("a", { location }), failed).then((key) => order.push(key)),
    ]);
    expect(order).toEqual([null, "keys_unavailable"]);
  });

  it("others do not wait for it", async () => {
    const hanging = "https://slow.example/keys";
    const fetch = async (url: string) => (url === hanging ? new Promise<never>(() => {}) : new Response(JSON.stringify({ keys: [a.jwk] })));
    const { keys } = makeFinder({ fetch });
    const slow = outcome(keys.find(query("a", { issuer: "slow", location: at(hanging) })));
    expect(await Promise.race([slow, outcome(keys.find(query("a")))])).toBe("found");
    expect(await slow).toBe("keys_unavailable");
  });
});
