import { beforeAll, describe, expect, it } from "vitest";
import { explain } from "../../src/explain/explain.ts";
import { guard } from "../../src/guard/index.ts";
import {
  type AuthorizerOptions,
  createVerifier,
  httpAuthorizer,
  restRequestAuthorizer,
  restTokenAuthorizer,
  webSocketAuthorizer,
} from "../../src/index.ts";
import { authorizerContext, testPrincipal } from "../../src/testing/index.ts";
import { AUDIENCE, createSample, gateway, type Sample } from "../authorize/sample.ts";
import { httpAuthorizerEvent, httpProxyEvent } from "../events/http-api.ts";
import { restProxyEvent, restRequestEvent, restTokenEvent } from "../events/rest.ts";
import { webSocketAuthorizerEvent, webSocketEvent } from "../events/websocket.ts";
import { HOUR, makeFinder, makeKey, makeProvider, MINUTE, outcome, query } from "../keys/kit.ts";

let sample: Sample;
beforeAll(async () => {
  sample = await createSample();
});

/** Moments at which clocks, counters or calendars are known to break, in seconds since the epoch. */
const MOMENTS: Readonly<Record<string, number>> = {
  "the leap second at the end of 2016": Date.UTC(2017, 0, 1) / 1_000,
  "a leap day": Date.UTC(2028, 1, 29) / 1_000,
  "the hour that summer time skips in Europe": Date.UTC(2027, 2, 28, 1) / 1_000,
  "the last second of a signed 32-bit counter": 2 ** 31 - 1,
  "the first second after it": 2 ** 31,
  "the last second of an unsigned 32-bit counter": 2 ** 32 - 1,
  "the first second after that": 2 ** 32,
};
const SKEW = 60;
const DAY = 24 * HOUR;

const me = { method: "GET", path: "/me", routeKey: "GET /me", resource: "/me" };
const bearing = (token: string) => ({ ...me, headers: [["Authorization", `Bearer ${token}`]] as const });
type Context = Record<string, string>;
type Answer = Promise<{ readonly context?: object | null | undefined }>;

/** Each kind of authorizer, and the event that the function behind it gets with the context that the authorizer handed on. */
const DOORS: Readonly<
  Record<string, { ask: (token: string, options: AuthorizerOptions) => Answer; event: (context: Context) => Record<string, unknown> }>
> = {
  "a REST API's TOKEN authorizer": {
    ask: (token, options) => restTokenAuthorizer(gateway, options)(restTokenEvent(me, `Bearer ${token}`)),
    event: (context) => ({ ...restProxyEvent(me, context) }),
  },
  "a REST API's REQUEST authorizer": {
    ask: (token, options) => restRequestAuthorizer(gateway, options)(restRequestEvent(bearing(token))),
    event: (context) => ({ ...restProxyEvent(me, context) }),
  },
  "an HTTP API's authorizer": {
    ask: (token, options) => httpAuthorizer(gateway, options)(httpAuthorizerEvent(bearing(token))),
    event: (context) => ({ ...httpProxyEvent(me, context) }),
  },
  "a WebSocket API's authorizer": {
    ask: (token, options) =>
      webSocketAuthorizer(gateway, options)(webSocketAuthorizerEvent({ headers: [["Authorization", `Bearer ${token}`]] })),
    event: (context) => ({ ...webSocketEvent({ routeKey: "$connect" }, { id: "c", connectedAt: 0, authorizer: context }) }),
  },
};

describe.each(Object.entries(MOMENTS))("at %s", (_name, moment) => {
  /** What becomes of a token with these times when the clock stands at `now`, a time in seconds with or without a fraction. */
  const verdict = async (now: number, times: { iat: number; exp: number; nbf?: number }) => {
    const claims = { sub: "user-1", aud: AUDIENCE, client_id: "web", ...times };
    const token = await sample.sign("shop", { claims });
    return createVerifier(gateway, { jwks: sample.jwks, clock: () => now * 1_000 })
      .verify(token)
      .then(
        ({ expiresAt }) => expiresAt,
        ({ code }: { code: string }) => code,
      );
  };

  it("a token lives from its first second to its last, skew included, and no second longer", async () => {
    const times = { iat: moment - 300, exp: moment };
    expect(await verdict(moment, times)).toBe(moment);
    expect(await verdict(moment + SKEW - 1, times)).toBe(moment);
    expect(await verdict(moment + SKEW - 0.001, times)).toBe(moment);
    expect(await verdict(moment + SKEW, times)).toBe("token_expired");
  });

  it("a token issued across it is good on both sides, and not before", async () => {
    const times = { iat: moment, nbf: moment, exp: moment + 300 };
    expect(await verdict(moment - SKEW - 1, times)).toBe("token_not_yet_valid");
    expect(await verdict(moment - SKEW, times)).toBe(moment + 300);
    expect(await verdict(moment + 1, times)).toBe(moment + 300);
  });

  /** A token that lives for ten minutes, half of them before the moment. */
  const across = () =>
    sample.sign("shop", {
      claims: { sub: "user-1", aud: AUDIENCE, client_id: "web", scope: "orders:read", iat: moment - 300, exp: moment + 300 },
    });
  const at = (now: number): AuthorizerOptions => ({ jwks: sample.jwks, clock: () => now * 1_000, log: () => {} });

  describe.each(Object.entries(DOORS))("%s", (_door, { ask, event }) => {
    it("lets the token in on both sides, and nobody once it has expired", async () => {
      const token = await across();
      for (const now of [moment - 300, moment - 1, moment, moment + 300 + SKEW - 1]) {
        const { context } = await ask(token, at(now));
        expect(JSON.stringify(context), String(now - moment)).toContain("shop|user-1");
      }
      await expect(ask(token, at(moment + 300 + SKEW))).rejects.toThrow("Unauthorized");
      await expect(ask(token, at(moment - 300 - SKEW - 1))).rejects.toThrow("Unauthorized");
    });

    it("hands on what the guard in the function goes by, to the same second", async () => {
      const { context } = await ask(await across(), at(moment - 1));
      const called = (now: number) =>
        guard(gateway, async (_event, { principal }) => principal?.expiresAt, { clock: () => now * 1_000, log: () => {} })(
          event(context as Context),
        );
      // A guard allows no skew: it reads the clock that the authorizer read.
      for (const now of [moment - 1, moment, moment + 299.999]) expect(await called(now)).toBe(moment + 300);
      expect(await called(moment + 300)).toMatchObject({ statusCode: 401 });
    });
  });

  it("explain says of the token what becomes of it, and when it was asked", async () => {
    const token = await across();
    const explained = async (now: number) => {
      const { verdict, failure, at: asked } = await explain(gateway, token, { ...at(now), route: "GET /orders" });
      return { verdict, code: failure?.code ?? null, asked };
    };
    for (const now of [moment - 300, moment - 1, moment, moment + 299])
      expect(await explained(now)).toEqual({ verdict: "allowed", code: null, asked: now });
    expect(await explained(moment + 300 + SKEW)).toMatchObject({ verdict: "unauthenticated", code: "token_expired" });
    expect(await explained(moment - 300 - SKEW - 1)).toMatchObject({ verdict: "unauthenticated", code: "token_not_yet_valid" });
  });

  it("the key cache keeps its keys across it, learns a new one, and lets old ones go after a day", async () => {
    const [first, second] = [makeKey("first"), makeKey("second")];
    const provider = makeProvider([first]);
    const time = { now: moment * 1_000 - 2 * MINUTE };
    const { keys } = makeFinder({ fetch: provider.fetch, clock: () => time.now });
    const find = (kid: string) => outcome(keys.find(query(kid)));
    expect(await find("first")).toBe("found");
    time.now = moment * 1_000;
    expect([await find("first"), provider.fetches]).toEqual(["found", 1]);
    provider.publish(first, second);
    expect([await find("second"), provider.fetches]).toEqual(["found", 2]);
    provider.fail();
    time.now += DAY;
    expect(await find("second")).toBe("found");
    time.now += 1;
    expect(await find("second")).toBe("keys_unavailable");
  });

  it("a pinned key is used across it for a day, and no longer", async () => {
    const pinned = makeKey("pinned");
    const snapshot = { shop: { [query("pinned").location.url]: { keys: [pinned.jwk], fetchedAt: moment * 1_000 - HOUR } } };
    const findAt = async (now: number) => {
      const provider = makeProvider();
      provider.fail();
      const { keys } = makeFinder({ fetch: provider.fetch, clock: () => now, snapshot });
      return outcome(keys.find(query("pinned")));
    };
    expect(await findAt(moment * 1_000 - HOUR)).toBe("found");
    expect(await findAt(moment * 1_000 - HOUR + DAY - 1)).toBe("found");
    expect(await findAt(moment * 1_000 - HOUR + DAY)).toBe("keys_unavailable");
    expect(await findAt(moment * 1_000 - HOUR - 1)).toBe("keys_unavailable");
  });
});

it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("a clock that answers %d lets nothing through", async (now) => {
  const token = await sample.good();
  await expect(createVerifier(gateway, { jwks: sample.jwks, clock: () => now }).verify(token)).rejects.toMatchObject({
    name: "SallyportError",
  });
});

it("a guard whose clock is broken calls no handler", async () => {
  const event = { version: "2.0", routeKey: "GET /me", requestContext: { authorizer: authorizerContext(testPrincipal(), "http") } };
  const answerAt = (now: number) => guard(gateway, async () => "called", { clock: () => now, log: () => {} })(event);
  expect(await answerAt(Date.now())).toBe("called");
  expect(await answerAt(Number.NaN)).toMatchObject({ statusCode: 401 });
});
