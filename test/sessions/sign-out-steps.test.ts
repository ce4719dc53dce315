import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { defineRoutes } from "../../src/guard/index.ts";
import { encodeMarks } from "../../src/principal/codec.ts";
import type { Proof } from "../../src/principal/proof.ts";
import { revocationTable } from "../../src/sessions/revocation-table.ts";
import { type SessionProvider, signOut, signOutEverywhere, type SignOutOptions } from "../../src/sessions/index.ts";
import { keyOf } from "../../src/sessions/targets.ts";
import { authorizerContext } from "../../src/testing/index.ts";
import { makeClock, NOW, NOW_SECONDS, proofOf, TABLE } from "./kit.ts";
import { spyOnStdout } from "../observe/stdout.ts";

const routes = defineRoutes({ "POST /out": "authenticated" });
const JSON_HEADERS = { "content-type": "application/json", "cache-control": "no-store" };

const lines: Record<string, unknown>[] = [];
beforeEach(() => void spyOnStdout((line) => void lines.push(JSON.parse(line) as never)));
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  lines.length = 0;
});

type Sent = [name: string, input: Readonly<Record<string, unknown>>];

/** Both functions before a table that answers as it is told. */
function make(answer: (name: string) => unknown = () => ({ Responses: { [TABLE]: [] } }), options: Partial<SignOutOptions> = {}) {
  const sent: Sent[] = [];
  const send = async (command: object) => {
    sent.push([command.constructor.name, (command as { readonly input: Sent[1] }).input]);
    return answer(command.constructor.name);
  };
  const revocations = revocationTable({ table: TABLE, onUnavailable: "deny", client: { send } });
  const all = { revocations, clock: makeClock(), audit: () => {}, ...options };
  return { sent, out: signOut(routes, all), everywhere: signOutEverywhere(routes, all) };
}

function request(proof: Proof, more: object = {}): object {
  const { lambda } = authorizerContext(proof.principal, "http") as { readonly lambda: object };
  const authorizer = { lambda: { ...lambda, ...encodeMarks(proof) } };
  return { version: "2.0", routeKey: "POST /out", headers: { authorization: "Bearer a.b.c" }, requestContext: { authorizer }, ...more };
}

const providerOf = (work: () => unknown): SessionProvider => {
  const ask = async () => (await work()) as "done";
  return { endSession: ask, endAllSessions: ask };
};
const targetsOf = (sent: readonly Sent[]) =>
  sent.filter(([name]) => name === "UpdateCommand").map(([, { Key }]) => (Key as { target: string }).target);

describe.each(["out", "everywhere"] as const)("sign-out (%s)", (name) => {
  const scope = { out: "session", everywhere: "everywhere" }[name];

  it("answers with its scope and its steps, as JSON that nobody keeps", async () => {
    const answer = await make()[name](request(proofOf("una")));
    expect(answer).toEqual({ statusCode: 200, headers: JSON_HEADERS, body: JSON.stringify({ scope, steps: { record: "done" } }) });
  });

  it("a body that holds no token is named as the field that is wrong", async () => {
    const answer = await make()[name](request(proofOf("una"), { body: '{"refreshToken":7}' }));
    expect(JSON.parse(answer.body)).toEqual({
      type: "about:blank",
      status: 400,
      title: "Bad Request",
      errors: [{ field: "refreshToken", message: "This is not a token." }],
    });
  });

  it("a step that fails leaves one line with its name, its issuer and the kind of failure", async () => {
    const providers = { shop: providerOf(() => Promise.reject(new RangeError("secret"))) };
    const answer = await make(undefined, { providers })[name](request(proofOf("una")));
    expect([answer.statusCode, JSON.parse(answer.body)]).toEqual([207, { scope, steps: { record: "done", provider: "failed" } }]);
    expect(lines).toMatchObject([
      { level: "ERROR", message: "Sign-out step failed", service: "sallyport", step: "provider", issuer: "shop", error: "RangeError" },
    ]);
    lines.length = 0;
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- that is what is tried
    const odd = { shop: providerOf(() => Promise.reject("secret")) };
    await make(undefined, { providers: odd })[name](request(proofOf("una")));
    expect(lines).toMatchObject([{ step: "provider", error: "unknown" }]);
  });

  it("a record that fails is a 503 with a problem document", async () => {
    const write = (command: string) => (command === "UpdateCommand" ? Promise.reject(new Error("x")) : { Responses: { [TABLE]: [] } });
    const answer = await make(write)[name](request(proofOf("una")));
    expect(answer).toMatchObject({ statusCode: 503, headers: { "content-type": "application/problem+json", "cache-control": "no-store" } });
    expect(JSON.parse(answer.body)).toEqual({
      type: "about:blank",
      status: 503,
      title: "Service Unavailable",
      scope,
      steps: { record: "failed" },
    });
    expect(lines).toMatchObject([{ step: "record", issuer: "shop", error: "Error" }]);
  });

  it("a provider has four seconds", async () => {
    vi.useFakeTimers({ now: NOW });
    const asked = Promise.withResolvers<void>();
    const neverAnswers = () => {
      asked.resolve();
      return new Promise(() => {});
    };
    let status = 0;
    const { [name]: end } = make(undefined, { providers: { shop: providerOf(neverAnswers) } });
    const answering = end(request(proofOf("una"))).then(({ statusCode }) => (status = statusCode));
    // The SDK is loaded before: that takes no time on this clock, and some on others.
    await asked.promise;
    await vi.advanceTimersByTimeAsync(3_999);
    expect(status).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    await answering;
    expect([status, lines]).toMatchObject([207, [{ step: "provider", error: "SallyportError" }]]);
  });

  it("asks no provider whose name is only inherited", async () => {
    const issuer = "constructor";
    const answer = await make()[name](request(proofOf("una", { issuer })));
    expect(JSON.parse(answer.body)).toEqual({ scope, steps: { record: "done" } });
  });

  it("what is refused goes to the log that was given, and is judged by the clock that was given", async () => {
    const entries: unknown[] = [];
    const expired = proofOf("una", { expiresAt: NOW_SECONDS });
    const options = { log: (entry: object) => void entries.push(entry) };
    expect(await make(undefined, options)[name](request(expired))).toMatchObject({ statusCode: 401 });
    expect(entries).toMatchObject([{ level: "WARN", code: "principal_expired" }]);
    const early = { ...options, clock: makeClock(NOW - 1_000) };
    expect(await make(undefined, early)[name](request(expired))).toMatchObject({ statusCode: 200 });
  });

  it("tells the audit who wanted it, and why", async () => {
    const causes: unknown[] = [];
    await make(undefined, { audit: ({ by, why }) => void causes.push([by, why]) })[name](request(proofOf("una")));
    expect(new Set(causes.map(String))).toEqual(new Set([`the user,${name === "out" ? "signed out" : "signed out everywhere"}`]));
  });
});

describe("what is written", () => {
  const una = proofOf("una");
  const key = (kind: "session" | "token" | "subject", value: string) => keyOf({ issuer: "shop", kind, value });

  it("for sign-out: the session, else the token, else nothing and a failure by name", async () => {
    const [session, token, neither] = [make(), make(), make()];
    await session.out(request(una));
    await token.out(request(proofOf("una", { session: null })));
    expect((await neither.out(request(proofOf("una", { session: null, tokenId: null })))).statusCode).toBe(503);
    expect([session, token, neither].map(({ sent }) => targetsOf(sent))).toEqual([
      [key("session", "session-of-una")],
      [key("token", "token-of-una")],
      [],
    ]);
    expect(lines).toMatchObject([{ step: "record", error: "Unnamed" }]);
  });

  it("for sign-out everywhere: the subject first, up to now, then the session", async () => {
    const { sent, everywhere } = make();
    await everywhere(request(una));
    expect(targetsOf(sent)).toEqual([key("subject", "una"), key("session", "session-of-una")]);
    expect(sent.at(-2)?.[1]["ExpressionAttributeValues"]).toMatchObject({ ":upTo": NOW_SECONDS });
  });

  it("for sign-out everywhere with a revoked token: the subject up to that token's own whole second, and no session", async () => {
    const { sent, everywhere } = make((name) => (name === "BatchGetCommand" ? { Responses: { [TABLE]: [{}] } } : {}));
    const answer = await everywhere(request({ ...una, issuedAt: NOW_SECONDS - 30.5 }));
    expect(JSON.parse(answer.body)).toEqual({ scope: "everywhere", steps: { record: "already" } });
    expect(answer.statusCode).toBe(207);
    expect(targetsOf(sent)).toEqual([key("subject", "una")]);
    expect(sent.at(-1)?.[1]["ExpressionAttributeValues"]).toMatchObject({ ":upTo": NOW_SECONDS - 31 });
  });

  it("for sign-out everywhere while the table cannot be read: nothing", async () => {
    const { sent, everywhere } = make(() => Promise.reject(new Error("down")));
    expect(JSON.parse((await everywhere(request(una))).body)).toMatchObject({ steps: { record: "failed" } });
    expect(targetsOf(sent)).toEqual([]);
    expect(lines).toMatchObject([{ step: "record", error: "SallyportError" }]);
  });

  it("for sign-out everywhere with a revoked token that does not say when it was issued: nothing", async () => {
    const { sent, everywhere } = make((name) => (name === "BatchGetCommand" ? { Responses: { [TABLE]: [{}] } } : {}));
    const answer = await everywhere(request({ ...una, issuedAt: null }));
    expect([answer.statusCode, JSON.parse(answer.body)]).toEqual([207, { scope: "everywhere", steps: { record: "already" } }]);
    expect(targetsOf(sent)).toEqual([]);
  });

  it("for sign-out everywhere while the table cannot be read, where other requests pass then: nothing either", async () => {
    const sent: string[] = [];
    const send = async (command: object) => {
      sent.push(command.constructor.name);
      if (command.constructor.name === "BatchGetCommand") throw new Error("down");
      return {};
    };
    const asked: string[] = [];
    const revocations = revocationTable({ table: TABLE, onUnavailable: "allow", client: { send } });
    const { everywhere } = make(undefined, { revocations, providers: { shop: providerOf(() => asked.push("provider")) } });
    expect(await everywhere(request(una))).toMatchObject({ statusCode: 503 });
    expect([sent, asked]).toEqual([["BatchGetCommand"], []]);
  });

  it.each([
    ["out", "UpdateCommand"],
    ["everywhere", "BatchGetCommand"],
    ["everywhere", "UpdateCommand"],
  ] as const)("by sign-out (%s) to a table that hangs at a %s: given up after two seconds, a 503", async (name, hangs) => {
    const { sent, [name]: end } = make((command) => (command === hangs ? new Promise(() => {}) : { Responses: { [TABLE]: [] } }));
    vi.useFakeTimers({ now: NOW });
    const answering = end(request(una));
    await vi.waitFor(() => expect(sent.at(-1)?.[0]).toBe(hangs));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await answering).toMatchObject({ statusCode: 503 });
    expect(sent.filter(([command]) => command === hangs)).toHaveLength(1);
    expect(lines).toMatchObject([{ step: "record", error: "SallyportError" }]);
  });

  it("for sign-out everywhere the table is asked every time", async () => {
    const { sent, everywhere } = make();
    await everywhere(request(una));
    await everywhere(request(una));
    expect(sent.filter(([name]) => name === "BatchGetCommand")).toHaveLength(2);
  });
});
