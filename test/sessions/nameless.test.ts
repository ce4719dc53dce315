import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { defineRoutes, guard, type ProblemResult } from "../../src/guard/index.ts";
import { createVerifier, defineGateway, httpAuthorizer, introspect, oidc } from "../../src/index.ts";
import { revocationTable } from "../../src/sessions/revocation-table.ts";
import { signOut, signOutEverywhere } from "../../src/sessions/sign-out.ts";
import { createTestTokens } from "../../src/testing/index.ts";
import { makeClock, NOW_SECONDS, startTable, TABLE } from "./kit.ts";

const ISSUER = "https://shop.example";
const AUDIENCE = "https://api.sample.example";
const [OUT, EVERYWHERE, READ] = ["POST /out", "POST /everywhere", "GET /orders"] as const;
const MONTH = 30 * 86_400_000;

let database: Awaited<ReturnType<typeof startTable>>;
beforeAll(async () => void (database = await startTable()));
afterAll(async () => database.stop());

/** An API whose issuer gives tokens that name neither themselves nor a session. */
async function make(answer: object = {}) {
  const clock = makeClock();
  const routes = defineRoutes({ [OUT]: "authenticated", [EVERYWHERE]: "authenticated", [READ]: "authenticated" });
  const revocations = revocationTable({ table: TABLE, onUnavailable: "deny", remember: "0s", client: database.client });
  const introspection = introspect({ url: `${ISSUER}/introspect`, clientId: "api", clientSecret: "hush", remember: "0s" });
  const gateway = defineGateway({
    issuers: { shop: oidc({ issuer: ISSUER, audience: AUDIENCE, jwksUri: `${ISSUER}/keys`, introspection }) },
    routes,
    revocations,
  });
  const tokens = await createTestTokens(gateway, { clock });
  const subject = randomUUID();
  const fetch = async () => Response.json({ active: true, sub: subject, aud: AUDIENCE, exp: clock() / 1_000 + 600, ...answer });
  const common = { clock, jwks: tokens.jwks, fetch };
  const authorizer = httpAuthorizer(gateway, { ...common, log: () => {} });
  const verifier = createVerifier(gateway, common);
  const options = { revocations, clock, log: () => {}, audit: () => {} };
  const functions = {
    [OUT]: signOut(routes, options),
    [EVERYWHERE]: signOutEverywhere(routes, options),
    [READ]: guard(routes, async () => ({ statusCode: 200 }), { revocations, clock, log: () => {} }),
  };
  const request = (routeKey: string, token: string) => ({ version: "2.0", routeKey, headers: { authorization: `Bearer ${token}` } });
  /** One request: what the authorizer says now, and the call with that answer, which API Gateway may keep. */
  const enter = async (routeKey: keyof typeof functions, token: string) => {
    const { context } = await authorizer({ type: "REQUEST", ...request(routeKey, token) });
    return async () => {
      const event = { ...request(routeKey, token), requestContext: { authorizer: { lambda: context } } };
      return (await functions[routeKey](event)) as ProblemResult;
    };
  };
  const state = async (token: string) =>
    verifier.verify(token).then(
      () => "accepted",
      (error: { code?: string }) => error.code,
    );
  const jwt = async (claims: object = {}) =>
    tokens.sign("shop", { claims: { sub: subject, aud: AUDIENCE, jti: undefined, sid: undefined, iat: NOW_SECONDS - 60, ...claims } });
  const opaque = (number: number) => `opaque-${number}-${subject}`;
  return { clock, enter, state, jwt, opaque };
}

it("a JWT: sign-out refuses this one at both doors, and no other", async () => {
  const world = await make();
  const [mine, other] = [await world.jwt(), await world.jwt({ iat: NOW_SECONDS - 61 })];
  const cached = await world.enter(READ, mine);
  expect(await cached()).toMatchObject({ statusCode: 200 });
  expect(await (await world.enter(OUT, mine))()).toMatchObject({ statusCode: 200 });
  expect(await world.state(mine)).toBe("revoked");
  expect(await cached()).toMatchObject({ statusCode: 401 });
  expect(await world.state(other)).toBe("accepted");
});

it("an opaque token without a time: sign-out refuses this one, and nobody is locked out", async () => {
  const world = await make();
  const cached = await world.enter(READ, world.opaque(1));
  expect(await (await world.enter(OUT, world.opaque(1)))()).toMatchObject({ statusCode: 200 });
  expect(await cached()).toMatchObject({ statusCode: 401 });
  expect(await world.state(world.opaque(1))).toBe("revoked");
  expect(await world.state(world.opaque(2))).toBe("accepted");
  world.clock.forward(MONTH);
  expect(await world.state(world.opaque(3))).toBe("accepted");
});

it("everywhere, with a token that does not say when it was issued, ends this one and says that it is not all", async () => {
  const world = await make();
  const answer = await (await world.enter(EVERYWHERE, world.opaque(1)))();
  expect(answer.statusCode).toBe(207);
  expect(JSON.parse(answer.body)).toEqual({ scope: "everywhere", steps: { record: "skipped" } });
  expect(await world.state(world.opaque(1))).toBe("revoked");
  expect(await world.state(world.opaque(2))).toBe("accepted");
});

it("everywhere, with one that does, ends what was issued until now", async () => {
  const world = await make({ iat: NOW_SECONDS - 60 });
  expect(await (await world.enter(EVERYWHERE, world.opaque(1)))()).toMatchObject({ statusCode: 200 });
  expect(await world.state(world.opaque(2))).toBe("revoked");
});
