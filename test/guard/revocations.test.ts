import middy from "@middy/core";
import { describe, expect, it } from "vitest";
import { SallyportError } from "../../src/errors.ts";
import { defineRoutes, guard, type GuardOptions, identity } from "../../src/guard/index.ts";
import { resolverGuard } from "../../src/guard/resolver-guard.ts";
import { sessionGuard } from "../../src/guard/session-guard.ts";
import { encodeMarks } from "../../src/principal/codec.ts";
import type { Proof } from "../../src/principal/proof.ts";
import type { RevocationSource, RevocationWorld } from "../../src/sessions/revocations.ts";
import { authorizerContext, testPrincipal } from "../../src/testing/index.ts";

const NOW = 1_800_000_000_000;
const routes = defineRoutes({ "GET /orders": "authenticated" });
const principal = testPrincipal();
const marks = { tokenId: "t", issuedAt: 7 };
const eventOf = (authorizer: object | null, headers: object = {}) => ({
  httpMethod: "GET",
  resource: "/orders",
  headers,
  requestContext: { requestId: "r-1", authorizer },
});
const event = eventOf({ ...authorizerContext(principal, "rest"), ...encodeMarks(marks) });

/** Revocations that answer as told, and write down what they were asked. */
function revocations(answer: (world: RevocationWorld) => void = () => {}) {
  const asked: Proof[] = [];
  const check = (world: RevocationWorld) => async (proof: Proof) => {
    asked.push(proof);
    answer(world);
  };
  const source: RevocationSource = { keep: null, check: () => {}, open: (world) => ({ check: check(world) }) };
  return { asked, source };
}
const revoked = () => {
  throw new SallyportError("revoked");
};
const broken = () => {
  throw new TypeError("secret");
};

type Call = (given: unknown) => Promise<unknown>;
const DOORS: Readonly<Record<string, (options: GuardOptions) => Call>> = {
  guard: (options) => guard(routes, async () => "reached", options),
  middleware: (options) => {
    const handler = middy(async () => "reached").use(identity(routes, options)) as unknown as (
      given: unknown,
      context: object,
    ) => Promise<unknown>;
    return (given) => handler(given, {});
  },
};

describe.each(Object.entries(DOORS))("the %s", (_name, open) => {
  const lines: Readonly<Record<string, unknown>>[] = [];
  let elapsed = 0;
  const call = (options: GuardOptions, given: unknown = event) => {
    lines.length = 0;
    return open({ clock: () => NOW, stopwatch: () => (elapsed += 1.25), log: (line) => void lines.push(line), ...options })(given);
  };

  it("asks about the token that the authorizer saw, and lets it through where nobody revoked it", async () => {
    const { asked, source } = revocations();
    expect(await call({ revocations: source })).toBe("reached");
    expect(asked).toEqual([{ principal, ...marks }]);
    expect(lines).toEqual([]);
  });

  it.each([
    [revoked, 401, { level: "WARN", message: "Request refused", code: "revoked" }],
    [broken, 500, { level: "ERROR", message: "Request failed", code: "internal_error" }],
  ])("refuses where the answer is %o", async (answer, statusCode, line) => {
    expect(await call({ revocations: revocations(answer).source })).toMatchObject({ statusCode });
    expect(lines).toEqual([
      { service: "sallyport", issuer: "test", route: "GET /orders", correlation_id: "r-1", durationMs: 1.25, ...line },
    ]);
  });

  it("does not ask about a request that it refuses anyway", async () => {
    const { asked, source } = revocations();
    const answer = (await call({ revocations: source, resourceMetadata: "https://api.example/meta" }, eventOf(null))) as { body: string };
    expect(answer).toMatchObject({ statusCode: 401, headers: { "www-authenticate": expect.stringContaining("https://api.example/meta") } });
    expect(JSON.parse(answer.body)).toMatchObject({ correlationId: "r-1" });
    expect(asked).toEqual([]);
  });

  it("refuses marks that are none", async () => {
    const forged = eventOf({ ...authorizerContext(principal, "rest"), issuedAt: "soon" });
    expect(await call({ revocations: revocations().source }, forged)).toMatchObject({ statusCode: 401 });
    expect(lines).toMatchObject([{ code: "principal_malformed" }]);
  });

  it("takes the revocations of the principal's source, unless others or none are wanted", async () => {
    const from = Object.assign(() => principal, { revocations: revocations(revoked).source });
    expect(await call({ from })).toMatchObject({ statusCode: 401 });
    expect(await call({ from, revocations: null })).toBe("reached");
    expect(await call({ from, revocations: revocations().source })).toBe("reached");
  });

  it("writes a line where a request passes because the revocations could not be read, and none where it does not", async () => {
    const outcome = (of: "allow" | "deny") => revocations(({ unavailable }) => unavailable?.(of)).source;
    await call({ revocations: outcome("allow") });
    expect(lines).toEqual([{ level: "ERROR", message: "Request allowed", service: "sallyport", code: "revocations_unavailable" }]);
    await call({ revocations: outcome("deny") });
    expect(lines).toEqual([]);
  });
});

it("gives the clock on to where revocations are read", async () => {
  const times: number[] = [];
  const { source } = revocations(({ clock }) => void times.push(clock()));
  await guard(routes, async () => null, { clock: () => NOW, revocations: source })(event);
  expect(times).toEqual([NOW]);
});

it("asks about the token behind a resolver too", async () => {
  const { asked, source } = revocations();
  const resolver = resolverGuard("authenticated", async () => "reached", { clock: () => NOW, revocations: source });
  const resolverContext = { ...authorizerContext(principal, "rest"), ...encodeMarks(marks) };
  expect(await resolver({ identity: { resolverContext } })).toBe("reached");
  expect(asked).toEqual([{ principal, ...marks }]);
});

describe("a function that ends sessions", () => {
  const serve = sessionGuard(routes, async (_event, { accessToken, proof }) => ({ accessToken, proof }), {
    clock: () => NOW,
    log: () => {},
  });
  const given = (headers: object) => serve(eventOf({ ...authorizerContext(principal, "rest"), ...encodeMarks(marks) }, headers));

  it.each([
    ["the caller's token", { Authorization: "Bearer a.b.c" }, "a.b.c"],
    ["nothing where there is none", {}, null],
    ["nothing where there are two", { Authorization: "Bearer a.b.c", authorization: "Bearer a.b.c" }, null],
    ["nothing where it is another scheme's", { Authorization: "Basic YTpi" }, null],
  ])("is handed %s, and the proof", async (_, headers, accessToken) => {
    expect(await given(headers)).toEqual({ accessToken, proof: { principal, ...marks } });
  });
});
