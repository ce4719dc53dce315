import { expect, it } from "vitest";
import { createVerifier, custom, defineGateway, oidc, type Principal, verifyingGuard } from "../../src/index.ts";
import { guard, resolverGuard } from "../../src/guard/index.ts";
import { encodeText } from "../../src/principal/codec.ts";
import { authorizerContext, createTestTokens, testPrincipal } from "../../src/testing/index.ts";

const promote = ({ groups }: Principal) => (groups as string[]).push("admins") > 0;
const promoting = custom("promoting", promote);
const gateway = defineGateway({
  issuers: { shop: oidc({ issuer: "https://shop.example", audience: "api", jwksUri: "https://shop.example/keys" }) },
  routes: { "GET /promoted": promoting, "GET /me": "authenticated" },
});
const tokens = await createTestTokens(gateway);
const token = await tokens.sign("shop", { claims: { sub: "user-1", aud: "api", groups: ["b", "a"] } });
const options = { jwks: tokens.jwks as never, log: () => {} };

const eventFor = (path: string) => ({
  version: "2.0",
  routeKey: "$default",
  rawPath: path,
  headers: { authorization: `Bearer ${token}` },
  requestContext: { stage: "$default", http: { method: "GET", path }, requestId: "r-1" },
});

it("behind an authorizer too, whatever rule the route has", async () => {
  const handler = guard(gateway, async (_event, { principal }) => ({ statusCode: 200, body: String(promote(principal)) }), {
    clock: () => 0,
    log: () => {},
  });
  const resolver = resolverGuard("authenticated", async (_event, { principal }) => promote(principal), { clock: () => 0, log: () => {} });
  const principal = testPrincipal({ expiresAt: 60 });
  const requestContext = { authorizer: authorizerContext(principal, "http") };
  expect(await handler({ version: "2.0", routeKey: "GET /me", requestContext })).toMatchObject({ statusCode: 500 });
  await expect(resolver({ identity: { resolverContext: encodeText(principal) } })).rejects.toThrow();
});

it("who tries to change a principal fails the first time already, and not only once it is remembered", async () => {
  const handler = verifyingGuard(
    gateway,
    async (_event, { principal }) => {
      if (principal) promote(principal);
      return { statusCode: 200 };
    },
    options,
  );
  const verifier = createVerifier(gateway, options);
  for (let time = 0; time < 3; time++) {
    expect(await handler(eventFor("/me"))).toMatchObject({ statusCode: 500 });
    expect(await handler(eventFor("/promoted"))).toMatchObject({ statusCode: 500 });
    const principal = await verifier.verify(token);
    expect(() => promote(principal)).toThrow(TypeError);
    expect(principal.groups).toEqual(["b", "a"]);
  }
});
