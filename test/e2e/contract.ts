import { beforeAll, describe, expect, it } from "vitest";
import type { Pairs } from "../events/incoming.ts";
import { testClock } from "../gateway/fixtures.ts";
import { bearer, type DeployOptions, deploy, KINDS, type KindName, READABLE_TO } from "./apis.ts";
import { type AnyKind, type Api, deployAny, isGatewayKind, STATUSES } from "./direct-apis.ts";
import { ISSUED_AT, type SampleKeys, sampleKeys, samples } from "./sample-gateway.ts";
import { BAD_TOKENS, mint, mintScoped } from "./tokens.ts";

const PRETENDED = JSON.stringify({ id: "staff|root", scopes: ["orders:write"] });
/** Headers by which a client might pretend to be somebody. */
const IDENTITY_HEADERS: Pairs = [
  ["x-principal", PRETENDED],
  ["principal", PRETENDED],
  ["x-user-id", "root"],
  ["x-forwarded-user", "root"],
  ["x-amzn-oidc-identity", "root"],
  ["x-amzn-oidc-data", "e30.e30.e30"],
  ["sls-offline-authorizer-override", `{"principal":${PRETENDED}}`],
];

/** What every API type must do with every provider's tokens. Each line of the output is one provider at one API type. */
export function describeContract(name: AnyKind): void {
  let keys: SampleKeys;
  const { denied, failed } = STATUSES[name];
  const fresh = (options: Partial<DeployOptions> = {}): Api =>
    deployAny(name, { clock: testClock(ISSUED_AT), jwks: keys.jwks, ...options });

  beforeAll(async () => {
    keys = await sampleKeys();
  });

  describe.each(samples)(`${name} x $provider`, (sample) => {
    it("a good token: 200, and the function receives exactly the principal", async () => {
      const api = fresh();
      const response = await api.call("list", bearer(await mint(keys, sample)));
      expect(response.status).toBe(200);
      expect(JSON.parse(response.body)).toEqual({ principal: sample.principal });
      expect(api.served.at(-1)?.principal).toEqual(sample.principal);
    });

    it("no token: 401, and the authorizer is not invoked", async () => {
      const api = fresh();
      expect((await api.call("list", [])).status).toBe(401);
      expect(api.authorizerCalls()).toBe(0);
    });

    it.each(BAD_TOKENS)("$what: 401", async ({ make, codes }) => {
      const api = fresh();
      const token = await make(keys, sample);
      expect((await api.call("list", bearer(token))).status).toBe(401);
      expect(api.served).toEqual([]);
      expect(codes).toContain(loggedCode(api));
      expect(JSON.stringify(api.logged)).not.toContain(token);
    });

    it(`a good token without the scope: ${denied}`, async () => {
      const api = fresh();
      const reading = await mintScoped(keys, sample, sample.readScope);
      expect((await api.call("create", bearer(reading))).status).toBe(denied);
      expect((await api.call("list", bearer(await mintScoped(keys, sample, "profile")))).status).toBe(denied);
      expect(api.served.filter(({ event }) => !isConnect(event))).toEqual([]);
    });

    it(`keys unavailable: ${failed}, not 401`, async () => {
      const api = fresh({ jwks: {} });
      expect((await api.call("list", bearer(await mint(keys, sample)))).status).toBe(failed);
      expect(api.served).toEqual([]);
      expect(loggedCode(api)).toBe("keys_unavailable");
    });

    it("the token is in nothing that business code is given", async () => {
      const api = fresh();
      const token = await mint(keys, sample);
      await api.call("list", bearer(token));
      expect(api.served).not.toEqual([]);
      const signature = token.slice(token.lastIndexOf(".") + 1);
      expect(JSON.stringify(api.served)).not.toContain(signature);
      for (const { principal } of api.served) expect(Object.keys(principal ?? {})).not.toContain("iss");
    });

    it("identity headers of the client: ignored", async () => {
      const api = fresh();
      expect((await api.call("list", IDENTITY_HEADERS)).status).toBe(401);
      const response = await api.call("list", [...bearer(await mint(keys, sample)), ...IDENTITY_HEADERS]);
      expect(JSON.parse(response.body)).toEqual({ principal: sample.principal });
    });
  });

  describe(`${name} x any provider`, () => {
    const anyToken = () => mint(keys, first());

    it("two credentials in one header: 401", async () => {
      const token = await anyToken();
      for (const joint of [", ", ",", " "]) {
        expect((await fresh().call("list", [["Authorization", `Bearer ${token}${joint}Bearer ${token}`]])).status).toBe(401);
      }
    });

    it("two headers: 401", async () => {
      const token = await anyToken();
      expect((await fresh().call("list", [...bearer(token), ["authorization", `Bearer ${token}`]])).status).toBe(401);
    });

    it.each(["Basic", "Token", "Bearer:", "Bearer  ", ""])("the scheme %j: 401", async (scheme) => {
      expect((await fresh().call("list", [["Authorization", `${scheme} ${await anyToken()}`]])).status).toBe(401);
    });

    it("the scheme in any case: 200", async () => {
      expect((await fresh().call("list", [["authorization", `bEARER ${await anyToken()}`]])).status).toBe(200);
    });

    it("more than 8 kB: 401, good signature or not", async () => {
      const token = await mint(keys, first(), { filling: "x".repeat(6_200) });
      expect(token.length).toBeGreaterThan(8_192);
      const api = fresh();
      expect((await api.call("list", bearer(token))).status).toBe(401);
      expect(loggedCode(api)).toBe("credential_too_large");
    });

    it("claim names that mean something to JavaScript: carried as they are", async () => {
      const limits = '{"__proto__":{"admin":true},"constructor":1,"":null}';
      const { body } = await fresh().call("list", bearer(await mint(keys, first(), { limits: JSON.parse(limits) })));
      expect(body).toContain(`"limits":${limits}`);
    });
  });

  if (name !== "AppSync") describeRoutes(name, fresh, () => mint(keys, first()));
  if (isGatewayKind(name) || name === "AppSync") describeBudget(name, fresh, (claims) => mint(keys, first(), claims));
  if (isGatewayKind(name)) describeMisplaced(name, fresh, () => mint(keys, first()));
}

type Fresh = (options?: Partial<DeployOptions>) => Api;

function describeRoutes(name: AnyKind, fresh: Fresh, anyToken: () => Promise<string>): void {
  it(`${name}: a route that is not in the table: denied for everybody`, async () => {
    const api = fresh();
    expect((await api.call("forgotten", bearer(await anyToken()))).status).toBe(403);
    expect(api.served.filter(({ event }) => !isConnect(event))).toEqual([]);
  });
}

function describeBudget(name: AnyKind, fresh: Fresh, anyToken: (claims: Readonly<Record<string, unknown>>) => Promise<string>): void {
  it(`${name}: a principal that does not fit the context: refused on every API type alike, never cut`, async () => {
    const api = fresh();
    const tags = Array<string>(1_500).fill("");
    const response = await api.call("list", bearer(await anyToken({ limits: { tags } })));
    expect(response.status).toBe(STATUSES[name].denied);
    expect(api.served).toEqual([]);
    expect(loggedCode(api)).toBe("principal_too_large");
  });
}

function describeMisplaced(name: KindName, fresh: Fresh, anyToken: () => Promise<string>): void {
  const misplaced = Object.entries(KINDS).filter(([other]) => other !== name && READABLE_TO[name]?.includes(other) !== true);
  it.each(misplaced)(`${name}: the authorizer of %s in this place: refuses everybody`, async (_, { factory }) => {
    const api = fresh({ factory });
    expect((await api.call("list", bearer(await anyToken()))).status).toBe(500);
    expect(api.served).toEqual([]);
    expect(loggedCode(api)).toBe("event_unsupported");
  });
}

/** Routes that only APIs with paths have: public ones, and those that somebody forgot to guard. */
export function describeOpenRoutes(name: KindName): void {
  describe(`${name}: routes without an authorizer`, () => {
    let keys: SampleKeys;
    const fresh = () => deploy(name, { clock: testClock(ISSUED_AT), jwks: keys.jwks });
    beforeAll(async () => {
      keys = await sampleKeys();
    });

    it("a public route: 200 without a token, and with a bad one", async () => {
      const api = fresh();
      expect((await api.call("health", [])).status).toBe(200);
      expect((await api.call("health", bearer("not-a-token"))).status).toBe(200);
      expect(api.authorizerCalls()).toBe(0);
    });

    it("a route that lost its authorizer: 401, even with a good token", async () => {
      const api = fresh();
      expect((await api.call("unguarded", bearer(await mint(keys, first())))).status).toBe(401);
      expect(api.served).toEqual([]);
    });
  });
}

/** Answers that API Gateway reuses: of everybody's, at every route, until the TTL ends. */
export function describeCache(name: KindName): void {
  describe(`${name}: cached answers`, () => {
    let keys: SampleKeys;
    beforeAll(async () => {
      keys = await sampleKeys();
    });

    it("alternate between routes and principals without a mistake", async () => {
      const clock = testClock(ISSUED_AT);
      const api = deploy(name, { clock, jwks: keys.jwks });
      const reader = await mintScoped(keys, first(), first().readScope);
      const writer = await mint(keys, last());
      for (let round = 0; round < 3; round++) {
        clock.advance(60);
        expect((await api.call("list", bearer(reader))).status).toBe(200);
        expect((await api.call("create", bearer(reader))).status).toBe(403);
        expect((await api.call("create", bearer(writer))).status).toBe(200);
        expect((await api.call("me", bearer(reader))).status).toBe(200);
        expect((await api.call("list", bearer(writer))).status).toBe(200);
      }
      const [reading, writing] = [first().issuer, last().issuer];
      const round = [reading, writing, reading, writing];
      expect(api.served.map(({ principal }) => principal?.issuer)).toEqual([...round, ...round, ...round]);
      // The cache was in use: at most one invocation for each pair of token and route.
      expect(api.authorizerCalls()).toBeLessThanOrEqual(5);
    });

    it("do not outlive the token", async () => {
      const clock = testClock(ISSUED_AT);
      const api = deploy(name, { clock, jwks: keys.jwks });
      const token = await mint(keys, first(), { exp: ISSUED_AT / 1000 + 60 });
      expect((await api.call("list", bearer(token))).status).toBe(200);
      clock.advance(200);
      expect((await api.call("list", bearer(token))).status).toBe(401);
      expect(api.authorizerCalls()).toBe(1);
      expect(api.served).toHaveLength(1);
    });

    it("do not open a stricter route, even where the cache or the policy is set up wrongly", async () => {
      const settings = { ...KINDS[name] } as { careless?: object };
      const falsify = (answer: Record<string, unknown>) => ({
        ...answer,
        ...("policyDocument" in answer && { policyDocument: ALLOW_ALL }),
      });
      const api = deploy(name, { clock: testClock(ISSUED_AT), jwks: keys.jwks, settings: settings.careless ?? {}, falsify });
      const reader = bearer(await mintScoped(keys, first(), first().readScope));
      expect((await api.call("list", reader)).status).toBe(200);
      expect((await api.call("create", reader)).status).toBe(403);
      expect(api.authorizerCalls()).toBe(1);
      expect(api.gateway.invocations.at(-1)).toMatchObject({ kind: "function", name: "POST /orders" });
      expect(api.served).toHaveLength(1);
    });
  });
}

const ALLOW_ALL = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "execute-api:Invoke", Resource: "*" }] };

const first = () => samples[0] as (typeof samples)[number];
const last = () => samples.at(-1) as (typeof samples)[number];

/** The reason of the one refusal there was. */
function loggedCode({ logged }: Api): unknown {
  expect(logged).toHaveLength(1);
  return (logged[0] as { code?: unknown }).code;
}

/** A handshake's event: it reaches business code before the message does. */
function isConnect(event: unknown): boolean {
  const { requestContext } = event as { requestContext?: { routeKey?: string } };
  return requestContext?.routeKey === "$connect";
}
