import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { createVerifier, defineGateway, oidc } from "../../src/index.ts";
import { outcome } from "../keys/kit.ts";
import { ATTACKER, AUDIENCE, encode, jwkOf, mint, NOW, partsOf, PRIVATE } from "../attacks/lab.ts";

// Many cases take long on a machine that has other things to do.
vi.setConfig({ testTimeout: 120_000 });

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const gateway = defineGateway({
  issuers: {
    shop: oidc({ issuer: "https://shop.example", audience: AUDIENCE, jwksUri: "https://shop.example/keys" }),
    curve: oidc({ issuer: "https://curve.example", audience: AUDIENCE, jwksUri: "https://curve.example/keys", algorithms: ["ES256"] }),
  },
  routes: { "GET /": "authenticated" },
});

const LONG = { exp: NOW + 29 * 86_400 };
const [, payload] = partsOf(mint({ claims: LONG }));
const [, curvePayload] = partsOf(mint({ issuer: "curve", claims: LONG }));
/** What can be asked: good, forged, of unknown keys (new ones every time), of another issuer, or nothing that is a token. */
const ASKS: readonly ((index: number) => string)[] = [
  () => mint({ claims: LONG }),
  () => mint({ key: ATTACKER, claims: LONG }),
  (index) => `${encode({ alg: "RS256", kid: `unknown-${index}` })}.${payload}.AAAA`,
  (index) => `${encode({ alg: "ES256", kid: `unknown-${index}` })}.${curvePayload}.AAAA`,
  () => mint({ claims: { ...LONG, iss: "https://unknown.example" } }),
  (index) => `a.b.${index}`,
];
/** What the issuer's server does from now on. */
const ANSWERS: Readonly<Record<string, () => Response>> = {
  good: () => Response.json({ keys: [jwkOf(PRIVATE.shop, "key-1")] }),
  short: () => Response.json({ keys: [jwkOf(PRIVATE.shop, "key-1")] }, { headers: { "cache-control": "max-age=0" } }),
  other: () => Response.json({ keys: [jwkOf(ATTACKER, "key-1")] }),
  empty: () => Response.json({ keys: [] }),
  down: () => new Response("down", { status: 503 }),
};

/** Three causes fit into a minute: keys that have aged, a signature that failed, an unknown key id. Each may fail once and be tried again. */
const MOST_IN_A_MINUTE = 6;

interface Step {
  readonly ask: number;
  readonly times: number;
  /** Milliseconds before it. */
  readonly wait: number;
  readonly answer: string | null;
}
const step: fc.Arbitrary<Step> = fc.record({
  ask: fc.nat(ASKS.length - 1),
  times: fc.integer({ min: 1, max: 5 }),
  wait: fc.constantFrom(0, 1, 100, SECOND, 5 * SECOND, 6 * SECOND, 20 * SECOND, 30 * SECOND, 55 * SECOND, MINUTE, 5 * MINUTE, 11 * MINUTE),
  answer: fc.option(fc.constantFrom(...Object.keys(ANSWERS)), { freq: 3 }),
});

/** The most fetches from one address in any minute. */
function mostInAMinute(fetches: readonly { readonly url: string; readonly at: number }[]): number {
  return Math.max(
    0,
    ...fetches.map(({ url, at }) => fetches.filter((other) => other.url === url && other.at >= at && other.at < at + MINUTE).length),
  );
}

/** Runs a sequence on a clock of its own; answers the fetches. */
async function play(steps: readonly Step[]) {
  const time = { now: NOW * SECOND };
  const fetches: { url: string; at: number }[] = [];
  let answer = "good";
  const fetch = async (url: string) => {
    fetches.push({ url, at: time.now });
    return ANSWERS[answer]?.() ?? new Response(null, { status: 500 });
  };
  const { verify } = createVerifier(gateway, { clock: () => time.now, fetch });
  for (const [index, { ask, times, wait, answer: next }] of steps.entries()) {
    time.now += wait;
    answer = next ?? answer;
    const token = ASKS[ask]?.(index) ?? "";
    await Promise.all(Array.from({ length: times }, async () => outcome(verify(token))));
  }
  return fetches;
}

it(`no sequence of tokens makes the gateway ask an issuer more than ${MOST_IN_A_MINUTE} times in a minute`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: "max" }), async (steps) => {
      const fetches = await play(steps);
      expect(mostInAMinute(fetches)).toBeLessThanOrEqual(MOST_IN_A_MINUTE);
      expect(fetches.map(({ url }) => url).filter((url) => !/^https:\/\/(shop|curve)\.example\/keys$/.test(url))).toEqual([]);
    }),
    { numRuns: 80 },
  );
});

it("and the worst there is stays within it", async () => {
  const [good, forged, unknown] = [0, 1, 2];
  const at = (wait: number, ask: number, answer: string): Step => ({ wait: wait * SECOND, ask, answer, times: 3 });
  const worst = [
    at(0, good, "good"),
    at(601, good, "down"),
    at(6.1, good, "good"),
    at(0, forged, "down"),
    at(6.1, unknown, "good"),
    at(30.1, unknown, "down"),
    at(6.1, unknown, "good"),
  ];
  const most = mostInAMinute(await play([...worst, ...Array.from({ length: 50 }, () => at(0.2, unknown, "down"))]));
  expect(most).toBeGreaterThan(3);
  expect(most).toBeLessThanOrEqual(MOST_IN_A_MINUTE);
});
