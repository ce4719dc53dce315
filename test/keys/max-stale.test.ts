import { expect, it } from "vitest";
import { createVerifier, defineGateway, oidc } from "../../src/index.ts";
import { createTestTokens } from "../../src/testing/index.ts";
import { HOUR, outcome, URL_A } from "./kit.ts";

/** Asks a gateway whose issuer is down and whose keys were pinned so long ago. */
async function askDown(maxStale: string | undefined, age: number): Promise<string> {
  const gateway = defineGateway({
    issuers: { shop: oidc({ issuer: "https://shop.example", audience: "api", jwksUri: URL_A }) },
    routes: { "GET /": "authenticated" },
    ...(maxStale !== undefined && { keys: { maxStale } }),
  });
  const { jwks, sign } = await createTestTokens(gateway);
  const snapshot = { shop: { [URL_A]: { keys: jwks["shop"]?.keys ?? [], fetchedAt: Date.now() - age } } };
  const verifier = createVerifier(gateway, { snapshot, fetch: async () => new Response("", { status: 500 }) });
  const claims = { aud: "api", sub: "user-1", client_id: "web" };
  return outcome(verifier.verify(await sign("shop", { claims })));
}

it.each([
  [undefined, 23 * HOUR, "found"],
  [undefined, 25 * HOUR, "keys_unavailable"],
  ["2h", HOUR, "found"],
  ["30m", HOUR, "keys_unavailable"],
  ["0s", 1_000, "keys_unavailable"],
])("maxStale %s, keys of %d ms ago: %s", async (maxStale, age, expected) => {
  expect(await askDown(maxStale, age)).toBe(expected);
});
