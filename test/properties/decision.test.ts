import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { httpAuthorizer, type LogEntry, restTokenAuthorizer } from "../../src/index.ts";
import { ATTACKER, gateway, KEY_SETS, mint, NOW, partsOf } from "../attacks/lab.ts";

// Many cases take long on a machine that has other things to do.
vi.setConfig({ testTimeout: 120_000 });

const JWKS = {
  shop: KEY_SETS["https://shop.example/keys"] ?? { keys: [] },
  curve: KEY_SETS["https://curve.example/keys"] ?? { keys: [] },
};
const good = mint();
/** Tokens that differ in little, so that whatever is remembered of one is a temptation for the next. */
const TOKENS = [
  good,
  `${good.slice(0, -8)}AAAAAAAA`,
  good.slice(0, -1),
  // Another's claims before the good token's own signature.
  [...partsOf(mint({ claims: { groups: ["buyers"] } })).slice(0, 2), partsOf(good)[2]].join("."),
  `${good} `,
  mint({ claims: { exp: NOW + 100 } }),
  mint({ claims: { nbf: NOW + 100 } }),
  mint({ claims: { scope: "orders:write" } }),
  mint({ claims: { groups: ["buyers"] } }),
  mint({ claims: { sub: "canary-subject-0002" } }),
  mint({ claims: { aud: "https://other.example" } }),
  mint({ key: ATTACKER }),
  mint({ header: { kid: "unknown" } }),
  mint({ header: { crit: ["exp"] } }),
  mint({ issuer: "curve" }),
  mint({ issuer: "curve", claims: { iss: "https://shop.example" } }),
  mint({ issuer: "padded" }),
  mint({ claims: { iss: "https://other.example" } }),
];
const ROUTES = ["GET /orders", "POST /orders", "GET /health", "GET /nowhere"];
const TIMES = [-4_000, -70, -60, 0, 30, 39, 40, 41, 99, 100, 101, 160, 161, 3_599, 3_600, 3_659, 3_660, 3_661, 100_000];

/** An authorizer on a clock that each request sets. */
function createPair() {
  const time = { now: NOW };
  const entries: LogEntry[] = [];
  const options = { clock: () => time.now * 1_000, jwks: JWKS, log: (entry: LogEntry) => void entries.push(entry) };
  const [http, rest] = [httpAuthorizer(gateway, options), restTokenAuthorizer(gateway, options)];
  const methodArn = (route: string) => `arn:aws:execute-api:eu-west-1:123456789012:api1234567/live/${route.replace(" ", "")}`;
  return async (token: string, route: string, at: number): Promise<string> => {
    time.now = NOW + at;
    entries.length = 0;
    const authorization = `Bearer ${token}`;
    const answers = await Promise.allSettled([
      http({ version: "2.0", type: "REQUEST", routeKey: route, headers: { authorization } }),
      rest({ type: "TOKEN", methodArn: methodArn(route), authorizationToken: authorization }),
    ]);
    return JSON.stringify([
      answers.map((answer) => (answer.status === "fulfilled" ? answer.value : String(answer.reason))),
      entries.map(({ code }) => code),
    ]);
  };
}

/** Few tokens at a time, so that each comes back often. */
const steps = fc.shuffledSubarray(TOKENS, { minLength: 1, maxLength: 4 }).chain((few) =>
  fc.array(fc.tuple(fc.constantFrom(...few), fc.constantFrom(...ROUTES), fc.constantFrom(...TIMES)), {
    minLength: 10,
    maxLength: 40,
    size: "max",
  }),
);

it("a decision depends on token, route, configuration, keys and time, and on nothing that was asked before", async () => {
  const expected = new Map<string, string>();
  const fresh = async (token: string, route: string, at: number) => {
    const key = `${at} ${route} ${token}`;
    const known = expected.get(key) ?? (await createPair()(token, route, at));
    expected.set(key, known);
    return known;
  };
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const ask = createPair();
      for (const [token, route, at] of sequence) expect(await ask(token, route, at)).toBe(await fresh(token, route, at));
    }),
    { numRuns: 60 },
  );
  expect(new Set(expected.values()).size).toBeGreaterThan(10);
});

it("nor on what another gateway in the same sandbox was asked", async () => {
  const [one, other] = [createPair(), createPair()];
  for (const token of TOKENS) {
    const alone = await createPair()(token, "GET /orders", 0);
    expect([await one(token, "GET /orders", 0), await other(token, "GET /orders", 0)]).toEqual([alone, alone]);
  }
});
