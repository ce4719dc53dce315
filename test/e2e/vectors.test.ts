import { describe, expect, it } from "vitest";
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
} from "../providers/vectors.ts";
import { bearer } from "./apis.ts";
import { type AnyKind, deployAny, STATUSES } from "./direct-apis.ts";

/** The vector's token, sent to an API of this kind whose business function takes everybody. */
async function send(kind: AnyKind, vector: Vector) {
  const api = deployAny(kind, { clock: () => NOW, config: gatewayOf(vector), jwks: { shop: keySetOf(vector) } });
  return { api, response: await api.call("me", bearer(signVector(vector))) };
}

describe.skipIf(!isPresent).each(Object.keys(STATUSES) as AnyKind[])("shared vectors through %s", (kind) => {
  it.each(load("provider-tokens.json"))("$provider $variant becomes its principal", async (vector) => {
    const { api, response } = await send(kind, withPersonal(vector));
    expect(response.status).toBe(200);
    const principal = api.served.at(-1)?.principal;
    if (!principal) throw new Error("The function was not given a principal.");
    const { issuer: _iss, ...expected } = vector.expectedPrincipal;
    expect(principal.claims).toEqual(crossingOf(vector));
    expect(describePrincipal(principal)).toEqual(expected);
    for (const [what, actual, wanted] of extrasOf(principal, vector)) expect(actual, what).toEqual(wanted);
    expect(JSON.parse(response.body)).toEqual({ principal });
  });

  it.each(load("provider-token-rejects.json"))("$provider $variant is refused", async (vector) => {
    const { api, response } = await send(kind, vector);
    expect(response.status).toBe(401);
    expect(api.served).toEqual([]);
    expect(api.logged).toEqual([expect.objectContaining({ code: REJECT_CODES[`${vector.provider} ${vector.variant}`] })]);
  });
});
