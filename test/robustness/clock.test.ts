import { beforeAll, describe, expect, it } from "vitest";
import { guard } from "../../src/guard/index.ts";
import { createVerifier } from "../../src/index.ts";
import { authorizerContext, testPrincipal } from "../../src/testing/index.ts";
import { AUDIENCE, createSample, gateway, type Sample } from "../authorize/sample.ts";

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
