import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Principal } from "../../src/principal/principal.ts";
import type { Proof } from "../../src/principal/proof.ts";
import { defineRoutes, type ProblemResult } from "../../src/guard/index.ts";
import { encodeMarks } from "../../src/principal/codec.ts";
import { cognitoSessions, type CognitoSessionsOptions } from "../../src/sessions/cognito-sessions.ts";
import { revocationTable } from "../../src/sessions/revocation-table.ts";
import { createRevoker } from "../../src/sessions/revoker.ts";
import { signOut, signOutEverywhere } from "../../src/sessions/sign-out.ts";
import { authorizerContext } from "../../src/testing/index.ts";
import { isRevokedIn, makeClock, NOW_SECONDS, proofOf, startTable, TABLE, watched } from "./kit.ts";
import { spyOnStdout } from "../observe/stdout.ts";

const TOKEN = "secret.access.token";
const REFRESH = "secret-refresh-token";
const routes = defineRoutes({ "POST /session/sign-out": "authenticated", "POST /session/sign-out-everywhere": "authenticated" });

let database: Awaited<ReturnType<typeof startTable>>;
const lines: string[] = [];
beforeAll(async () => void (database = await startTable()));
afterAll(async () => database.stop());
beforeEach(() => void spyOnStdout((line) => void lines.push(line)));
afterEach(() => {
  vi.restoreAllMocks();
  lines.length = 0;
});

/** A Cognito that answers as it is told, and keeps what it was asked. */
function fakeCognito(answer: () => Promise<unknown> = async () => ({})) {
  const asked: [name: string, input: unknown][] = [];
  const send = async (command: object) => {
    asked.push([command.constructor.name, (command as { readonly input: unknown }).input]);
    return answer();
  };
  return { asked, send };
}

const failure =
  (name: string, message = "no") =>
  async () =>
    Promise.reject(Object.assign(new Error(message), { name }));

function make(answer?: () => Promise<unknown>, options: Partial<CognitoSessionsOptions> = {}) {
  const clock = makeClock();
  const client = watched(database.client);
  const cognito = fakeCognito(answer);
  const revocations = revocationTable({ table: TABLE, onUnavailable: "deny", client, remember: "0s" });
  const pool = cognitoSessions({ userPoolId: "eu-west-1_SamplePool", client: cognito, ...options });
  const both = { revocations, clock, providers: { pool } };
  const isRevoked = async (proof: Proof) => isRevokedIn(revocations, clock, proof);
  const { revoke } = createRevoker(revocations, { clock, audit: () => {} });
  return { clock, client, cognito, isRevoked, revoke, signOut: signOut(routes, both), everywhere: signOutEverywhere(routes, both) };
}

function request(path: string, proof: Proof, body?: string): object {
  const { lambda } = authorizerContext(proof.principal, "http") as { readonly lambda: object };
  return {
    version: "2.0",
    routeKey: `POST ${path}`,
    headers: { authorization: `Bearer ${TOKEN}` },
    ...(body !== undefined && { body }),
    requestContext: { authorizer: { lambda: { ...lambda, ...encodeMarks(proof) } } },
  };
}

const OUT = "/session/sign-out";
const EVERYWHERE = "/session/sign-out-everywhere";
const user = (parts: Partial<Principal> = {}) => proofOf(randomUUID(), { issuer: "pool", clientId: "web", ...parts });
const withRefreshToken = JSON.stringify({ refreshToken: REFRESH });
const bodyOf = (result: ProblemResult) => JSON.parse(result.body) as object;

describe("sign-out", () => {
  it("revokes this session's tokens, whichever, and leaves the other device alone", async () => {
    const world = make();
    const [phone, laptop] = [user({ subject: "dora", session: randomUUID() }), user({ subject: "dora", session: randomUUID() })];
    const result = await world.signOut(request(OUT, phone, withRefreshToken));
    expect(result).toMatchObject({ statusCode: 200, headers: { "cache-control": "no-store" } });
    expect(bodyOf(result)).toEqual({ scope: "session", steps: { record: "done", provider: "done" } });
    expect(await world.isRevoked(phone)).toBe(true);
    expect(await world.isRevoked({ ...phone, tokenId: "renewed", issuedAt: NOW_SECONDS + 60 })).toBe(true);
    expect(await world.isRevoked(laptop)).toBe(false);
  });

  it("gives the refresh token to the provider, with the client's secret where it has one", async () => {
    const world = make(undefined, { clientSecrets: { web: "hush" } });
    await world.signOut(request(OUT, user(), withRefreshToken));
    expect(world.cognito.asked).toEqual([["RevokeTokenCommand", { Token: REFRESH, ClientId: "web", ClientSecret: "hush" }]]);
  });

  it("without a refresh token there is nothing for the provider to end, and it says so", async () => {
    const world = make();
    expect(bodyOf(await world.signOut(request(OUT, user())))).toMatchObject({ steps: { record: "done", provider: "skipped" } });
    expect(world.cognito.asked).toEqual([]);
  });

  it("falls back to the token's id; one without a name is a 503, and its subject's other tokens are left alone", async () => {
    const world = make();
    const named = user({ session: null });
    expect(bodyOf(await world.signOut(request(OUT, named)))).toMatchObject({ scope: "token" });
    expect(await world.isRevoked(named)).toBe(true);
    expect(await world.isRevoked({ ...named, tokenId: "another" })).toBe(false);
    const bare = { ...user({ session: null }), tokenId: null };
    const result = await world.signOut(request(OUT, bare, withRefreshToken));
    expect([result.statusCode, bodyOf(result)]).toMatchObject([503, { steps: { record: "failed", provider: "done" } }]);
    expect(await world.isRevoked(bare)).toBe(false);
  });

  it.each(["nonsense", "[]", '{"refreshToken":7}', '{"refreshToken":"a b"}', '{"refreshToken":"a","refreshToken":"b"}'])(
    "a body of %s is a mistake, and nothing is written",
    async (body) => {
      const world = make();
      expect(await world.signOut(request(OUT, user(), body))).toMatchObject({ statusCode: 400 });
      expect(world.client.sent).toEqual([]);
    },
  );

  it("an issuer without a provider of its own is recorded here", async () => {
    const world = make();
    const proof = proofOf(randomUUID(), { issuer: "shop" });
    expect(bodyOf(await world.signOut(request(OUT, proof)))).toEqual({ scope: "session", steps: { record: "done" } });
    expect(await world.isRevoked(proof)).toBe(true);
  });
});

describe("sign-out everywhere", () => {
  it("revokes what was issued until now on every device, and nothing that comes later or belongs to others", async () => {
    const world = make();
    const subject = randomUUID();
    const [phone, laptop] = [user({ subject, session: randomUUID() }), user({ subject, session: randomUUID() })];
    const result = await world.everywhere(request(EVERYWHERE, phone));
    expect(bodyOf(result)).toEqual({ scope: "everywhere", steps: { record: "done", provider: "done" } });
    expect(await Promise.all([phone, laptop].map(world.isRevoked))).toEqual([true, true]);
    expect(await world.isRevoked({ ...laptop, issuedAt: NOW_SECONDS + 1 })).toBe(false);
    expect(await world.isRevoked(user())).toBe(false);
  });

  it("asked for with a revoked token, behind a cached answer, ends nothing that is younger than that token", async () => {
    const world = make();
    const subject = randomUUID();
    const stolen = user({ subject });
    await world.revoke({ issuer: "pool", kind: "session", value: stolen.principal.session ?? "" }, { by: "operator", why: "stolen" });
    for (let minute = 1; minute <= 2; minute++) {
      world.clock.forward(60_000);
      const fresh = { ...user({ subject }), issuedAt: NOW_SECONDS + minute * 60 - 5 };
      const result = await world.everywhere(request(EVERYWHERE, stolen));
      expect([result.statusCode, bodyOf(result)]).toEqual([
        207,
        { scope: "everywhere", steps: { record: "already", provider: "skipped" } },
      ]);
      expect(await world.isRevoked(fresh)).toBe(false);
    }
    expect(world.cognito.asked).toEqual([]);
    expect(await world.isRevoked({ ...user({ subject }), issuedAt: stolen.issuedAt })).toBe(true);
  });

  it("asked for with a token that was revoked alone ends no younger token of its own session", async () => {
    const world = make();
    const leaked = { ...user(), tokenId: randomUUID() };
    await world.revoke({ issuer: "pool", kind: "token", value: leaked.tokenId }, { by: "operator", why: "leaked" });
    const fresh = { ...leaked, tokenId: randomUUID(), issuedAt: NOW_SECONDS - 5 };
    expect(await world.everywhere(request(EVERYWHERE, leaked))).toMatchObject({ statusCode: 207 });
    expect(await world.isRevoked(fresh)).toBe(false);
  });

  it("whose provider failed cannot be repeated with that token, by the user as little as by a thief, but after the next sign-in", async () => {
    let isUp = false;
    const world = make(async () => (isUp ? {} : failure("TooManyRequestsException")()));
    const mine = user();
    await world.everywhere(request(EVERYWHERE, mine));
    isUp = true;
    expect(bodyOf(await world.everywhere(request(EVERYWHERE, mine)))).toMatchObject({ steps: { record: "already", provider: "skipped" } });
    world.clock.forward(60_000);
    const next = { ...user({ subject: mine.principal.subject }), issuedAt: NOW_SECONDS + 55 };
    expect(bodyOf(await world.everywhere(request(EVERYWHERE, next)))).toMatchObject({ steps: { record: "done", provider: "done" } });
    expect(world.cognito.asked).toHaveLength(2);
  });

  it("that stopped half-way ends the rest when it is asked for again", async () => {
    const world = make();
    const subject = randomUUID();
    const [phone, laptop] = [user({ subject }), { ...user({ subject }), issuedAt: NOW_SECONDS - 5 }];
    world.client.down = true;
    expect(await world.everywhere(request(EVERYWHERE, phone))).toMatchObject({ statusCode: 503 });
    world.client.down = false;
    expect(await world.everywhere(request(EVERYWHERE, phone))).toMatchObject({ statusCode: 200 });
    expect(await world.isRevoked(laptop)).toBe(true);
  });

  it("a token from a provider whose clock runs ahead is revoked too", async () => {
    const world = make();
    const early = { ...user(), issuedAt: NOW_SECONDS + 5 };
    await world.everywhere(request(EVERYWHERE, early));
    expect(await world.isRevoked(early)).toBe(true);
  });

  it.each([
    [{ authorization: `Bearer ${TOKEN}`, Authorization: "Bearer another.access.token" }],
    [{ authorization: "Basic YTpi" }],
    [{ authorization: `Bearer ${TOKEN}, Bearer another.access.token` }],
    [{}],
  ])("with the headers %j no token is handed to the provider, and the record is written", async (headers) => {
    const world = make();
    const proof = user();
    const result = await world.everywhere({ ...request(EVERYWHERE, proof), headers });
    expect(bodyOf(result)).toMatchObject({ steps: { record: "done", provider: "skipped" } });
    expect(world.cognito.asked).toEqual([]);
    expect(await world.isRevoked(proof)).toBe(true);
  });

  it("of two values of one header none is handed to the provider, whatever the other form of the headers shows", async () => {
    const world = make();
    const headers = { Authorization: "Bearer another.access.token" };
    const multiValueHeaders = { Authorization: [`Bearer ${TOKEN}`, "Bearer another.access.token"] };
    const result = await world.everywhere({ ...request(EVERYWHERE, user()), headers, multiValueHeaders });
    expect(bodyOf(result)).toMatchObject({ steps: { provider: "skipped" } });
    expect(world.cognito.asked).toEqual([]);
  });

  it("as the user: with the caller's own token", async () => {
    const world = make();
    await world.everywhere(request(EVERYWHERE, user()));
    expect(world.cognito.asked).toEqual([["GlobalSignOutCommand", { AccessToken: TOKEN }]]);
  });

  it.each([
    [{ subject: "sub-1" }, "sub-1"],
    [{ subject: "sub-2", claims: { username: "Federated_1" } }, "Federated_1"],
  ])("as an administrator: %j by name", async (parts, Username) => {
    const world = make(undefined, { everywhere: "admin" });
    await world.everywhere(request(EVERYWHERE, user(parts)));
    expect(world.cognito.asked).toEqual([["AdminUserGlobalSignOutCommand", { UserPoolId: "eu-west-1_SamplePool", Username }]]);
  });
});

describe.each(["signOut", "everywhere"] as const)("%s, when something fails", (name) => {
  const path = { signOut: OUT, everywhere: EVERYWHERE }[name];

  it("the record is written before the provider is asked", async () => {
    const order: string[] = [];
    const world = make(async () => void order.push(`provider after ${world.client.sent.join()}`));
    await world[name](request(path, user(), withRefreshToken));
    expect(order).toHaveLength(1);
    expect(order[0]).toContain("UpdateCommand");
  });

  it("a failing provider is a 207 that lists the steps; the token is revoked all the same", async () => {
    const world = make(failure("InternalErrorException"));
    const proof = user();
    const result = await world[name](request(path, proof, withRefreshToken));
    expect(result.statusCode).toBe(207);
    expect(bodyOf(result)).toMatchObject({ steps: { record: "done", provider: "failed" } });
    expect(await world.isRevoked(proof)).toBe(true);
  });

  it("a missing record is a 503", async () => {
    const world = make();
    world.client.down = true;
    const result = await world[name](request(path, user(), withRefreshToken));
    expect(result.statusCode).toBe(503);
    // Only who ends the own session may do so unasked: a table that is down may hold that this token was revoked.
    const provider = name === "signOut" ? { provider: "done" } : {};
    expect(bodyOf(result)).toEqual(expect.objectContaining({ title: "Service Unavailable", steps: { record: "failed", ...provider } }));
    expect(world.cognito.asked).toHaveLength(name === "signOut" ? 1 : 0);
  });

  it("doing it again changes nothing and fails nothing", async () => {
    const world = make();
    const proof = user();
    const results = [await world[name](request(path, proof, withRefreshToken)), await world[name](request(path, proof, withRefreshToken))];
    const again = { record: "already", provider: "skipped" };
    const steps = { signOut: { record: "done", provider: "done" }, everywhere: again }[name];
    expect(results.map(({ statusCode }) => statusCode)).toEqual([200, name === "signOut" ? 200 : 207]);
    expect(bodyOf(results[1] as ProblemResult)).toMatchObject({ steps });
  });

  it("a token that the provider revoked before is no failure; one it refuses for another reason is", async () => {
    const already = make(failure("NotAuthorizedException", "Access Token has been revoked"));
    expect(bodyOf(await already[name](request(path, user(), withRefreshToken)))).toMatchObject({ steps: { provider: "already" } });
    const scopeless = make(failure("NotAuthorizedException", "Access Token does not have required scopes"));
    expect(bodyOf(await scopeless[name](request(path, user(), withRefreshToken)))).toMatchObject({ steps: { provider: "failed" } });
  });

  it("no token is in a line, an answer or the table, whatever fails", async () => {
    const loud = make(failure("NotAuthorizedException", `refused ${TOKEN} ${REFRESH}`));
    const proof = user();
    const answered = await loud[name](request(path, proof, withRefreshToken));
    loud.client.down = true;
    const failed = await loud[name](request(path, proof, withRefreshToken));
    expect(lines.length).toBeGreaterThan(1);
    expect(JSON.stringify([lines, answered, failed])).not.toMatch(/secret|token-of|session-of/);
  });

  it("leaves an audit line: what, by whom, why", async () => {
    await make()[name](request(path, user(), withRefreshToken));
    const audit = lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line["audit"] === true);
    expect(audit.length).toBeGreaterThan(0);
    for (const line of audit)
      expect(line).toMatchObject({
        message: "Revoked",
        issuer: "pool",
        by: "the user",
        why: expect.stringMatching(/^signed out/) as unknown,
      });
  });

  it("a caller without a principal gets a 401 and ends nothing", async () => {
    const world = make();
    const nobody = { ...request(path, user()), requestContext: {} };
    expect(await world[name](nobody)).toMatchObject({ statusCode: 401 });
    expect([world.client.sent, world.cognito.asked]).toEqual([[], []]);
  });
});
