import fc from "fast-check";
import { expect, it } from "vitest";
import { createVerifier, defineGateway, oidc } from "../../src/index.ts";
import { outcome } from "../keys/kit.ts";
import { ATTACKER, AUDIENCE, encode, jwkOf, mint, NOW, partsOf, PRIVATE } from "../attacks/lab.ts";

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

/** Refreshes after a success: one for an unknown key id in half a minute, and one for a signature that failed. After failures: two. */
const MOST_IN_A_MINUTE = 5;

const step = fc.record({
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

it(`no sequence of tokens makes the gateway ask an issuer more than ${MOST_IN_A_MINUTE} times in a minute`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const time = { now: NOW * SECOND };
      const fetches: { url: string; at: number }[] = [];
      let answer = "good";
      const fetch = async (url: string) => {
        fetches.push({ url, at: time.now });
        return ANSWERS[answer]?.() ?? new Response(null, { status: 500 });
      };
      const { verify } = createVerifier(gateway, { clock: () => time.now, fetch });
      let index = 0;
      for (const { ask, times, wait, answer: next } of steps) {
        time.now += wait;
        answer = next ?? answer;
        const token = ASKS[ask]?.(index++) ?? "";
        await Promise.all(Array.from({ length: times }, async () => outcome(verify(token))));
      }
      expect(mostInAMinute(fetches)).toBeLessThanOrEqual(MOST_IN_A_MINUTE);
      expect(fetches.map(({ url }) => url).filter((url) => !/^https:\/\/(shop|curve)\.example\/keys$/.test(url))).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
