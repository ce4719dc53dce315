import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { createVerifier } from "../../src/index.ts";
import { testClock } from "../gateway/fixtures.ts";
import { bearer } from "./apis.ts";
import { type AnyKind, deployAny, STATUSES } from "./direct-apis.ts";
import { gateway, ISSUED_AT, type Sample, type SampleKeys, sampleKeys, samples } from "./sample-gateway.ts";
import { mint } from "./tokens.ts";

const staff = samples.find(({ issuer }) => issuer === "staff") as Sample;

const text = fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" }).filter((value) => value.isWellFormed());
const texts = fc.array(text, { maxLength: 4 });
/** A name that is written without escapes, as all of a token's members have to be. */
const isPlain = (name: string) => !JSON.stringify(name).includes("\\");
const hasPlainNames = (value: unknown): boolean =>
  typeof value !== "object" || value === null || Object.entries(value).every(([own, item]) => isPlain(own) && hasPlainNames(item));
/** Claim names that mean something to JavaScript or to a codec, beside any others. */
const name = fc.oneof(text.filter(isPlain), fc.constantFrom("__proto__", "constructor", "toString", "v", "principal", ""));
const json = fc.jsonValue({ maxDepth: 2, stringUnit: "grapheme" }).filter(hasPlainNames);
const limits = fc
  .array(fc.tuple(name, fc.oneof(json, fc.double({ noNaN: true, noDefaultInfinity: true }))), { maxLength: 3 })
  .map((entries) => JSON.parse(JSON.stringify(Object.fromEntries(entries))) as object);
const claims = fc.record({
  limits,
  roles: texts,
  groups: texts,
  preferred_username: text,
  sub: text.filter((sub) => !/\p{Cc}/u.test(sub)),
});

let keys: SampleKeys;
beforeAll(async () => {
  keys = await sampleKeys();
});

describe.each(Object.keys(STATUSES) as AnyKind[])("%s", (kind) => {
  it("what a token proves reaches the function as it is, through the API type's own conversions", async () => {
    const verifier = createVerifier(gateway, { clock: () => ISSUED_AT, jwks: keys.jwks });
    const property = fc.asyncProperty(claims, async (given) => {
      const token = await mint(keys, staff, given);
      const api = deployAny(kind, { clock: testClock(ISSUED_AT), jwks: keys.jwks });
      const { status, body } = await api.call("list", bearer(token));
      const principal = await verifier.verify(token);
      expect(status).toBe(200);
      expect(api.served.at(-1)?.principal).toEqual(principal);
      expect(principal.claims["limits"] ?? {}).toEqual(given.limits);
      expect(JSON.parse(body)).toEqual({ principal });
    });
    await fc.assert(property, { numRuns: 20 });
  });
});
