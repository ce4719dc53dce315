import { expect, it } from "vitest";
import { fetchLive } from "../../cli/pin-keys.ts";
import { defineGateway, entraId, oidc } from "../../src/index.ts";
import { makeKey, setOf, type TestKey } from "../keys/kit.ts";

const [a, b, c] = [makeKey("a"), makeKey("b"), makeKey("c")];
const gateway = defineGateway({
  issuers: {
    staff: entraId({ tenants: ["11111111-1111-4111-8111-111111111111"], audience: "22222222-2222-4222-8222-222222222222" }),
    shop: oidc({ issuer: "https://shop.example", audience: "api", jwksUri: "https://shop.example/keys" }),
  },
  routes: { "GET /orders": "authenticated" },
});

/** Answers one after the other at Microsoft's newer address; null: a failure. */
async function pinFrom(answers: readonly (readonly TestKey[] | null)[]) {
  let asked = 0;
  const live = await fetchLive(gateway, {
    clock: () => 1_000 + asked,
    fetch: async (url) => {
      const keys = url.endsWith("/discovery/v2.0/keys") ? answers[asked++] : [a];
      return keys ? new Response(setOf(keys)) : new Response("", { status: 503 });
    },
  });
  const staff = live.find(({ url }) => url.endsWith("/discovery/v2.0/keys"))?.pinned ?? null;
  return { asked, kids: staff?.keys.map((jwk) => (jwk as { kid: string }).kid), staff };
}

it("merges what Microsoft answers in three requests, as old as the first of them", async () => {
  const { asked, kids, staff } = await pinFrom([[a], [b, a], [c]]);
  expect({ asked, kids }).toEqual({ asked: 3, kids: ["a", "b", "c"] });
  expect(staff?.fetchedAt).toBe(1_000);
});

it("takes what it can get when some of them fail, and nothing when all do", async () => {
  expect((await pinFrom([null, [b], null])).kids).toEqual(["b"]);
  expect((await pinFrom([null, null, null])).staff).toBeNull();
});

it("keeps the later material of a key id", async () => {
  const renewed = makeKey("a");
  expect((await pinFrom([[a], [renewed], [b]])).staff?.keys).toEqual([renewed.jwk, b.jwk]);
});
