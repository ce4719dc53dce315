import { describe, expect, it } from "vitest";
import { createVerifier } from "../../src/index.ts";
import {
  crossingOf,
  describe as describePrincipal,
  extrasOf,
  gatewayOf,
  isPresent,
  keySetOf,
  load,
  NOW,
  REJECT_CODES,
  signVector,
  type Vector,
  withPersonal,
} from "./vectors.ts";

const verify = (vector: Vector) =>
  createVerifier(gatewayOf(vector), { clock: () => NOW, jwks: { shop: keySetOf(vector) } }).verify(signVector(vector));

describe.skipIf(!isPresent)("shared vectors", () => {
  it.each(load("provider-tokens.json"))("$provider $variant becomes its principal", async (vector) => {
    const principal = await verify(withPersonal(vector));
    expect(principal.claims).toEqual(crossingOf(vector));
    const { issuer: _iss, ...expected } = vector.expectedPrincipal;
    expect(describePrincipal(principal)).toEqual(expected);
    for (const [what, actual, wanted] of extrasOf(principal, vector)) expect(actual, what).toEqual(wanted);
  });

  it.each(load("provider-token-rejects.json"))("$provider $variant is refused", async (vector) => {
    const code = REJECT_CODES[`${vector.provider} ${vector.variant}`];
    expect(code).toBeDefined();
    await expect(verify(vector)).rejects.toMatchObject({ code });
  });
});
