import fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { guard } from "../../src/guard/index.ts";
import {
  appSyncAuthorizer,
  type Gateway,
  httpAuthorizer,
  httpPolicyAuthorizer,
  restRequestAuthorizer,
  restTokenAuthorizer,
  SallyportError,
  scope,
  verifyingGuard,
  webSocketAuthorizer,
} from "../../src/index.ts";
import { CLOCK, createServers, gateway, mint } from "../attacks/lab.ts";
import { sharedPieces } from "../attacks/leaks.ts";

// Many cases take long on a machine that has other things to do.
vi.setConfig({ testTimeout: 120_000 });

type Handler = (event: unknown) => Promise<unknown>;
const ARN = "arn:aws:execute-api:eu-west-1:123456789012:api1234567/live";

/** Every entry point with the default logger, so that what is written is what would be. */
const handlersOf = (from: Gateway): Readonly<Record<string, Handler>> => {
  const options = { clock: CLOCK, fetch: createServers().fetch };
  return {
    restToken: restTokenAuthorizer(from, options),
    restRequest: restRequestAuthorizer(from, options),
    http: httpAuthorizer(from, options),
    httpPolicy: httpPolicyAuthorizer(from, options),
    webSocket: webSocketAuthorizer(from, options),
    appSync: appSyncAuthorizer(from, { ...options, rule: scope("orders:read") }),
    verifyingGuard: verifyingGuard(from, async () => ({ statusCode: 200 }), options),
    guard: guard(from, async () => ({ statusCode: 200 }), { clock: CLOCK }),
  } as Readonly<Record<string, Handler>>;
};
const handlers = handlersOf({ ...gateway, webSocketCredential: { queryParameter: "token", subprotocol: "bearer" } });
const names = Object.keys(handlers);

const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  for (const method of ["log", "info", "warn", "error", "debug"] as const)
    vi.spyOn(console, method).mockImplementation((...args) => void lines.push(args.join(" ")));
  vi.spyOn(process.stdout, "write").mockImplementation((text) => lines.push(String(text)) > 0);
});
afterEach(() => vi.restoreAllMocks());

/** What came back as text; a throw that is neither the 401 signal nor a documented 5xx fails the test. */
async function outputOf(name: string, event: unknown): Promise<string> {
  try {
    return JSON.stringify(await handlers[name]?.(event)) ?? "";
  } catch (error) {
    const isSignal = error instanceof Error && error.message === "Unauthorized" && !(error instanceof SallyportError);
    if (!isSignal && !(error instanceof SallyportError && error.status >= 500)) throw error;
    return [error.message, error.stack, String(error.cause)].join("\n");
  }
}

const text = fc.string({ unit: "binary", maxLength: 60 });
const odd = fc.oneof(
  text,
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>("canary-value-that-is-long-enough", undefined, null, 0, "x".repeat(300)),
);
/** Real tokens with odd values everywhere, and with a claim or a header member of any name. */
const tokens = fc
  .record({
    claims: fc.dictionary(
      fc.oneof(text, fc.constantFrom("sub", "aud", "iss", "scope", "client_id", "exp", "jti", "act", "azp", "groups")),
      odd,
      { maxKeys: 3 },
    ),
    header: fc.dictionary(fc.oneof(text, fc.constantFrom("kid", "typ", "alg", "crit", "jku")), odd, { maxKeys: 2 }),
    tail: fc.oneof({ weight: 4, arbitrary: fc.constant("") }, { weight: 1, arbitrary: text }),
  })
  .map(({ claims, header, tail }) => mint({ claims, header }) + tail);

/** The token in every place where some API type might look for it. */
const carrying = (token: string) => ({
  type: "REQUEST",
  version: "2.0",
  routeKey: "GET /orders",
  rawPath: "/orders",
  methodArn: `${ARN}/GET/orders`,
  routeArn: `${ARN}/GET/orders`,
  headers: { authorization: `Bearer ${token}`, "x-request-id": token },
  requestContext: { stage: "$default", requestId: token, http: { method: "GET", path: `/${token}` } },
});
const EVENTS: Readonly<Record<string, (token: string) => object>> = {
  restToken: (token) => ({ type: "TOKEN", methodArn: `${ARN}/GET/orders`, authorizationToken: `Bearer ${token}` }),
  webSocket: (token) => ({ ...carrying(token), methodArn: `${ARN}/$connect` }),
  appSync: (token) => ({ authorizationToken: token, requestContext: { apiId: "api1234567", requestId: token } }),
};

it("no log line, answer or error shares 12 characters with a token", async () => {
  await fc.assert(
    fc.asyncProperty(tokens, async (token) => {
      for (const name of names) {
        lines.length = 0;
        const output = await outputOf(name, (EVENTS[name] ?? carrying)(token));
        expect(sharedPieces(token, [output, ...lines].join("\n"))).toEqual([]);
      }
    }),
    { numRuns: 250 },
  );
});

const explode = () => {
  throw new TypeError("read");
};
/** Guards wrap a function's handler, and API Gateway gives that nothing but JSON. */
const authorizers = names.filter((name) => !name.toLowerCase().includes("guard"));

/** Events are JSON; these are what a test, a tool or a bug might hand over instead. */
const HOSTILE: readonly unknown[] = [
  new Proxy({}, { get: explode }),
  {
    get headers() {
      return explode();
    },
    type: "REQUEST",
    version: "2.0",
    routeKey: "GET /orders",
  },
  {
    get requestContext() {
      return explode();
    },
    type: "REQUEST",
    version: "2.0",
    routeKey: "GET /orders",
  },
  {
    requestContext: {
      get requestId() {
        return explode();
      },
    },
  },
  { toString: explode, toJSON: explode },
  Symbol("event"),
  10n,
];
const member = fc.oneof(
  { weight: 2, arbitrary: fc.anything() },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      "REQUEST",
      "TOKEN",
      "2.0",
      "1.0",
      "GET /orders",
      `${ARN}/GET/orders`,
      `${ARN}/$connect`,
      "GET",
      "/orders",
      "$default",
      {},
      [],
      null,
    ),
  },
);
const NAMES = [
  "type",
  "version",
  "routeKey",
  "rawPath",
  "path",
  "httpMethod",
  "resource",
  "methodArn",
  "routeArn",
  "headers",
  "multiValueHeaders",
  "queryStringParameters",
  "multiValueQueryStringParameters",
  "identitySource",
  "authorizationToken",
  "requestContext",
  "cookies",
  "rawQueryString",
  "body",
];
const events = fc.oneof(
  { weight: 6, arbitrary: fc.dictionary(fc.constantFrom(...NAMES), member).map((event) => () => event) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.dictionary(fc.constantFrom(...NAMES), member, { maxKeys: 2 }), fc.constantFrom(...names))
      .map(([changes, name]) => () => ({ ...(EVENTS[name] ?? carrying)(mint()), ...changes })),
  },
  { weight: 1, arbitrary: fc.anything().map((event) => () => event) },
);

const hostile = fc.nat(HOSTILE.length - 1).map((index) => () => HOSTILE[index]);

const assertAnswers = async (makers: fc.Arbitrary<() => unknown>, entryPoints: readonly string[], numRuns: number) =>
  fc.assert(
    fc.asyncProperty(makers, async (make) => {
      for (const name of entryPoints) expect(typeof (await outputOf(name, make()))).toBe("string");
    }),
    { numRuns },
  );

it("whatever the event is, nothing is thrown but the 401 signal and the documented 5xx", async () => {
  await assertAnswers(events, names, 1_200);
  await assertAnswers(hostile, authorizers, 50);
});
